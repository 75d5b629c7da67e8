"""What evaluating an expression can do beside giving a value: raise, or call something."""

from __future__ import annotations

from collections.abc import Iterator

from adtransform import ir
from adtransform.calculus import number
from adtransform.traverse import children, walk

# These raise at an argument only where the function whose derivative they are part of raises there too.
TOTAL = frozenset(
    "sin cos tan tanh atan asinh sinh cosh exp erf erfc fabs abs copysign degrees radians trunc floor ceil float "
    "isinstance bool arctan arcsinh where".split()
)


def may_raise(e: ir.Expr) -> bool:
    """Whether evaluating an expression can raise, as far as floats and names are concerned.

    >>> from adtransform.templates import template
    >>> may_raise(template("a / b")), may_raise(template("a / 2 + b"))
    (True, False)
    """
    stack = [e]
    while stack:
        top = stack.pop()
        match top:
            case ir.Subscript(value, ir.Field()):
                stack.append(value)
                continue
            case ir.Binary("/" | "//" | "%", _, right) if not number(right):
                return True
            case ir.Binary("**", _, right) if (number(right) or -1.0) <= 0.0:
                return True
            case ir.Call(ir.Library(_, name)) if name not in TOTAL:
                return True
            case ir.Call(ir.Library()):
                pass
            case (
                ir.Call() | ir.Subscript() | ir.Attribute() | ir.Comprehension() | ir.Star() | ir.Walrus() | ir.Opaque()
            ):
                return True
            case _:
                pass
        stack.extend(children(top))
    return False


def raises_first(e: ir.Expr) -> bool:
    """Whether the primal itself can raise: stricter than `may_raise`, powers and every call count."""
    stack = [e]
    while stack:
        top = stack.pop()
        match top:
            case ir.Binary("/" | "//" | "%", _, right) if not number(right):
                return True
            case ir.Subscript(value, ir.Field()):
                stack.append(value)
            case ir.Call(ir.Library("builtins", "float" | "abs"), args):
                stack += [a.value for a in args]
            case ir.Binary("**", left, right) if 0.0 < (number(right) or 0.0) < 1.0:
                stack.append(left)
            case ir.Binary("**") | ir.Call() | ir.Subscript() | ir.Attribute() | ir.Comprehension() | ir.Opaque():
                return True
            case _:
                stack.extend(children(top))
    return False


def index_only(e: ir.Expr) -> bool:
    """Whether evaluating an expression raises nothing, or only because of an index."""
    return may_raise(e) and not any(may_raise_itself(x) for x in walk(e))


def index_first(e: ir.Expr) -> bool:
    """Whether an expression that is evaluated with a bad index raises because of it: nothing else raises before."""
    found = False  # something that may raise for another reason
    for x in in_order(e):
        if isinstance(x, ir.Subscript) and found:
            return False
        found |= may_raise_itself(x) or isinstance(x, (ir.Call, ir.Comprehension)) or is_power(x)
    return True


def is_power(e: ir.Expr) -> bool:
    return isinstance(e, ir.Binary) and e.op == "**"


def in_order(e: ir.Expr) -> Iterator[ir.Expr]:
    """The parts of an expression in the order in which they are done with."""
    for c in children(e):
        yield from in_order(c)
    yield e


def may_raise_itself(e: ir.Expr) -> bool:
    """Whether an operator may raise, its operands and indices aside."""
    match e:
        case ir.Subscript():
            return False
        case ir.Binary(op, _, right) if op in ("/", "//", "%", "**"):
            return may_raise(ir.Binary(op, ir.Const(1.0, "1.0"), right if number(right) else ir.Name("x")))
        case ir.Call(ir.Library(_, name)):
            return name not in TOTAL
        case ir.Call() | ir.Attribute() | ir.Comprehension() | ir.Star() | ir.Walrus() | ir.Opaque():
            return True
        case _:
            return False


def divisors(e: ir.Expr) -> list[ir.Expr]:
    """What is not zero where an expression has a value, whenever it is evaluated: divisors, and arguments of `log`."""
    found: list[ir.Expr] = []
    stack = [e]
    while stack:
        top = stack.pop()
        match top:
            case ir.Binary("/", left, right):
                found += factors(right) if not uses_numpy(right) else []
                stack += [left, right]
            case ir.Binary("**", left, right) if (number(right) or 0.0) < 0.0:
                found += factors(left) if not uses_numpy(left) else []
                stack.append(left)
            case ir.Binary(_, left, right):
                stack += [left, right]
            case ir.Unary(_, operand):
                stack.append(operand)
            case ir.Call(ir.Library(home, name), args):
                if home == "math" and name in ("log", "log2", "log10") and args and not args[0].star:
                    found += factors(args[0].value)
                stack += [a.value for a in args]
            case ir.Display(_, items):
                stack += items
    return found


def factors(e: ir.Expr) -> list[ir.Expr]:
    """What is not zero if an expression is not zero, the expression itself included."""
    found = [e]
    match e:
        case ir.Binary("*", left, right):
            found += factors(left) + factors(right)
        case ir.Binary("/", left, _):
            found += factors(left)
        case ir.Binary("**", base, exponent) if (number(exponent) or 0.0) > 0.0:
            found += factors(base)
        case ir.Unary("-", operand):
            found += factors(operand)
        case ir.Call(ir.Library("math" | "builtins", "sqrt" | "cbrt" | "fabs" | "abs" | "float"), (ir.Arg(value),)):
            found += factors(value)
        case _:
            pass
    return found


def uses_numpy(e: ir.Expr) -> bool:
    """Whether a value comes from numpy, where a division by zero does not raise."""
    return any(isinstance(x, ir.Library) and x.home == "numpy" for x in walk(e))
