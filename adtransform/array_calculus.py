"""The entries of `array_rules`, applied: tangents and adjoints of array operations as expressions."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.array_helpers import ARRAY_HELPERS
from adtransform.array_rules import ARRAY_RULES, LINEAR, ArrayRule
from adtransform.arrays import METHODS
from adtransform.calculus import ZERO, Derivative, neg, number, product
from adtransform.calls import bind_names
from adtransform.refusals import Refused
from adtransform.rules import RULES
from adtransform.scopes import LibraryCall
from adtransform.structure import rank_of
from adtransform.templates import substitute, template
from adtransform.traverse import names, rebuild

if TYPE_CHECKING:
    from adtransform.work import Work

V = ir.Name("v")


BUILTINS = {"sum": "sum", "fsum": "sum", "prod": "prod", "max": "max", "min": "min"}  # of vectors


@dataclass(frozen=True)
class Operation:
    """An operation on arrays: its rule, its arguments by parameter, and which are written in the call."""

    e: ir.Expr
    rule: ArrayRule
    args: dict[str, ir.Expr]


def operation(work: Work, e: ir.Expr, path: str) -> Operation | None:
    """The array operation that an expression is, however it is spelled; None for anything else.

    Raises `Refused` for arguments that the rule does not know.
    """
    match e:
        case ir.Binary("@", left, right) if any(work.shape_of(x, path).kind == "array" for x in (left, right)):
            return Operation(e, ARRAY_RULES["matmul"], {"a": left, "b": right})
        case ir.Attribute(value, "T" | "real" as attr) if work.shape_of(value, path).kind == "array":
            return Operation(e, ARRAY_RULES["transpose" if attr == "T" else attr], {"a": value})
        case ir.Call(ir.Attribute(value, name)) if name in METHODS and work.shape_of(value, path).kind == "array":
            return bound(work, e, name if name in ARRAY_RULES else f".{name}", (ir.Arg(value), *e.args), path)
        case ir.Call(ir.Library("builtins" | "math", name), (ir.Arg(value, ""), *rest)) if (
            name in BUILTINS and work.shape_of(value, path).kind == "array"
        ):
            known = axes(work, value, path) == 1
            if rest or not (known or name == "sum"):
                help = f"Write `np.{BUILTINS[name]}`."
                raise Refused(e, "N104", f"`{name}` of this array has no derivative yet", help)
            along = {} if known else {"axis": ir.Const(0, "0")}
            return Operation(e, ARRAY_RULES[BUILTINS[name]], {"a": value, **along})
        case ir.Call(func, args):
            callee = work.callee(func, path)
            if isinstance(callee, LibraryCall) and callee.home in ("numpy", "helper") and callee.name in ARRAY_RULES:
                return bound(work, e, callee.name, args, path)
    return None


def bound(work: Work, e: ir.Call, name: str, args: tuple[ir.Arg, ...], path: str) -> Operation:
    rule = ARRAY_RULES.get(name)
    if rule is None:
        raise Refused(e, "N104", f"there is no rule for `numpy.{name}` yet", UNKNOWN)
    if e.func == ir.Library("numpy", name) and name in ("reshape",) and len(args) > 2:
        raise Refused(e, "N103", f"`numpy.{name}` is called with keyword arguments", UNKNOWN)
    if name in ("reshape", "transpose") and isinstance(e.func, ir.Attribute) and len(args) > 2:
        args = (args[0], ir.Arg(ir.Display("(", tuple(a.value for a in args[1:]))))
    params = tuple(n for n, _ in rule.params)
    given = bind_names(params, ir.Call(e.func, args))
    plain = sum(not a.keyword for a in args) <= len(params) and not any(a.star for a in args)
    odd = next((n for n in given if n not in params), None)
    if odd is not None or not plain or "out" in given:
        what = f"`{odd}=`" if odd else "`out=`" if "out" in given else "these arguments"
        raise Refused(e, "N103", f"there is no rule for `numpy.{name}` with {what}", UNKNOWN)
    found = Operation(e, rule, given)
    if settled(work, found, template(rule.when), path) is not True:
        raise Refused(e, "N104", f"there is no rule for `numpy.{name}` with these arguments", UNKNOWN)
    return found


# --- what is settled when the expression is written -----------------------------------------------------------------


def settled(work: Work, op: Operation, test: ir.Expr, path: str) -> bool | None:
    """The value of a test on the arguments; None if it does not show."""
    match test:
        case ir.Const(value):
            return bool(value)
        case ir.Logic(word, values):
            found = [settled(work, op, v, path) for v in values]
            if word == "and":
                return False if False in found else None if None in found else True
            return True if True in found else None if None in found else False
        case ir.Unary("not", operand):
            inner = settled(work, op, operand, path)
            return None if inner is None else not inner
        case ir.Compare(ir.Name(id), (("is", ir.Name("tuple")),)):
            return id in op.args and work.shape_of(op.args[id], path).kind in ("tuple", "sequence", "list")
        case ir.Compare(left, ((relation, right),)):
            a, b = literal(work, op, left, path), literal(work, op, right, path)
            if a is UNSETTLED or b is UNSETTLED:
                return None
            if relation in ("is", "is not") and b is None:
                return (a is None) == (relation == "is")
            if not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
                return (a == b) if relation == "==" else None
            return {"==": a == b, "<=": a <= b}[relation]
        case ir.Name():
            value = literal(work, op, test, path)
            return None if value is UNSETTLED else bool(value)
        case _:
            return None


UNSETTLED = object()
WRITTEN = object()  # an argument that is there, and no literal


def literal(work: Work, op: Operation, e: ir.Expr, path: str) -> object:
    """The value of an argument, or of the number of axes of one, if it shows."""
    match e:
        case ir.Const(value):
            return int(value) if isinstance(value, float) and value == int(value) else value
        case ir.Name(id) if id.startswith("axes_"):
            arg = op.args.get(id.removeprefix("axes_"))
            count = axes(work, arg, path) if arg is not None else 0
            return count if count is not None else UNSETTLED
        case ir.Name(id):
            value = op.args.get(id)
            if value is None:
                text = dict(op.rule.params).get(id, "")
                return ast.literal_eval(text) if text else UNSETTLED
            if isinstance(value, ir.Const):
                return value.value
            if number(value) is not None or isinstance(value, ir.Display):
                return WRITTEN
            return UNSETTLED if work.shape_of(value, path).kind == "" else WRITTEN
        case _:
            return UNSETTLED


def axes(work: Work, e: ir.Expr, path: str) -> int | None:
    """How many axes an array has; 0 for a number, None if that does not show."""
    s = work.shape_of(e, path)
    if s.kind != "array":
        return 0 if s.kind == "number" else None
    count = rank_of(s).count
    return count if count > 0 else None


# --- expressions ----------------------------------------------------------------------------------------------------


@cache
def parsed(text: str) -> ir.Expr:
    """A rule's expression, with its functions in their libraries."""

    def visit(e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Call(ir.Name() | ir.Attribute() as func, args):
                name = func.id if isinstance(func, ir.Name) else f"linalg.{func.attr}"
                home = "helper" if name in ARRAY_HELPERS else "numpy"
                return ir.Call(ir.Library(home, name), tuple(replace(a, value=visit(a.value)) for a in args))
            case _:
                return rebuild(e, visit)

    return visit(template(text))


def written(work: Work, op: Operation, text: str, values: dict[str, ir.Expr], path: str) -> ir.Expr:
    """A rule's expression for these arguments, its conditions settled, what is not given left out."""
    defaults = {n: default(d) for n, d in op.rule.params if d}
    known = {**defaults, **op.args, **values}

    def visit(e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Choice(test, body, orelse):
                if test == V:
                    return ir.Choice(known["v"], visit(body), visit(orelse))
                value = settled(work, op, test, path)
                if value is None and all(n.startswith("axes_") for n in names(test)):
                    value = False  # the last alternative holds for any number of axes
                if value is None:
                    raise Refused(op.e, "N104", f"which axes `{op.rule.name}` works on does not show", AXES)
                return visit(body if value else orelse)
            case ir.Name(id):
                return known.get(id, e)
            case ir.Call(func, args):
                kept = tuple(replace(a, value=visit(a.value)) for a in args if not (a.keyword and is_default(a, op)))
                return ir.Call(func, kept)
            case ir.Unary("-", ir.Const()):
                return e
            case ir.Unary("-", operand):
                return neg(visit(operand)) or ZERO
            case ir.Binary("-", left, ir.Name(id)) if number(known.get(id, V)) == 0.0:
                return visit(left)
            case ir.Binary("*", left, right):
                return product(visit(left), visit(right))
            case _:
                return rebuild(e, visit)

    return visit(parsed(text))


@cache
def default(text: str) -> ir.Expr:
    """The default of a parameter."""
    value = ast.literal_eval(text)
    return (
        ir.Unary("-", ir.Const(-value, str(-value))) if isinstance(value, int) and value < 0 else ir.Const(value, text)
    )


def is_default(a: ir.Arg, op: Operation) -> bool:
    """Whether `axis=axis` may be left out: the call at hand has not given it."""
    return isinstance(a.value, ir.Name) and a.value.id == a.keyword and a.keyword not in op.args


def equivalent(work: Work, op: Operation, path: str) -> ir.Expr:
    return written(work, op, op.rule.equivalent, {"v": op.e}, path)


def tangent(work: Work, op: Operation, operand: str, d: ir.Expr, path: str) -> ir.Expr:
    """The tangent of an operation by one operand."""
    text = op.rule.tangents[operand]
    if text == LINEAR:
        return with_operand(op, operand, d)
    return written(work, op, text, {f"{operand}_d": d, "v": op.e}, path)


def with_operand(op: Operation, operand: str, d: ir.Expr) -> ir.Expr:
    """The operation as it is written, of another operand."""
    old = op.args[operand]

    def swap(e: ir.Expr) -> ir.Expr:
        return d if e is old else e

    match op.e:
        case ir.Call(ir.Attribute(value, name), args) if value is old:
            return ir.Call(ir.Attribute(d, name), args)
        case ir.Call(func, args):
            if isinstance(func, ir.Attribute):
                func = rebuild(func, swap)
            return ir.Call(func, tuple(replace(a, value=swap(a.value)) for a in args))
        case _:
            return rebuild(op.e, swap)


def adjoint(work: Work, op: Operation, operand: str, seed: ir.Expr, path: str) -> ir.Expr:
    """The adjoint of one operand."""
    return written(work, op, op.rule.adjoints[operand], {"v_b": seed, "v": op.e}, path)


def vectorised(work: Work, e: Derivative, path: str) -> Derivative:
    """A derivative with `np.where` where a test is one of arrays; what is infinite is as numpy has it."""
    if e is None:
        return None

    def visit(e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Call(ir.Library("" | "math", name), args) if any(is_array_test(work, a.value, path) for a in args):
                rule = RULES.get(name)
                twin = rule.numpy if rule is not None and rule.numpy else name
                return ir.Call(ir.Library("numpy", twin), tuple(replace(a, value=visit(a.value)) for a in args))
        if isinstance(e, ir.Choice) and is_limit(e) and e.orelse == ZERO:
            return where(truth_of(e.test), visit(e.body), ZERO)
        if not isinstance(e, ir.Choice) or not is_array_test(work, e.test, path):
            return rebuild(e, visit) if not isinstance(e, ir.Lambda) else e
        test, body, orelse = truth_of(e.test), visit(e.body), visit(e.orelse)
        for limit, other in ((orelse, body), (body, orelse)):
            if is_limit(limit) and other != ZERO:  # infinite times zero is zero
                seed = limit.args[0].value if isinstance(limit, ir.Call) else None
                return other if seed is None else where(seed, other, ZERO)
        return where(test, body, orelse)

    return visit(e)


def where(test: ir.Expr, body: ir.Expr, orelse: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("numpy", "where"), (ir.Arg(test), ir.Arg(body), ir.Arg(orelse)))


def sized(work: Work, p: ir.Expr, values: dict[str, ir.Expr], path: str) -> ir.Expr:
    """A partial of an array that is a zero for some numbers, as an array of zeros: no other operand makes it one."""
    match p:
        case ir.Choice(test, body, orelse) if not is_array_test(work, substitute(test, values), path):
            zeros = ir.Call(ir.Library("numpy", "zeros_like"), (ir.Arg(V),))
            parts = [zeros if number(x) == 0 else sized(work, x, values, path) for x in (body, orelse)]
            return ir.Choice(test, *parts)
        case ir.Choice(test, body, orelse):
            return ir.Choice(test, sized(work, body, values, path), sized(work, orelse, values, path))
        case _:
            return p


def is_array_test(work: Work, test: ir.Expr, path: str) -> bool:
    match test:
        case ir.Logic(_, values):
            return any(is_array_test(work, v, path) for v in values)
        case ir.Unary("not", operand):
            return is_array_test(work, operand, path)
        case ir.Compare(left, rest):
            return any(is_array_test(work, x, path) for x in (left, *(r for _, r in rest)))
        case _:
            return work.shape_of(test, path).kind == "array"


def is_limit(e: ir.Expr) -> bool:
    """Whether a branch is infinite or undefined."""
    match e:
        case ir.Library(_, "inf" | "nan"):
            return True
        case ir.Unary("-", operand):
            return is_limit(operand)
        case ir.Binary("*", left, right) | ir.Binary("/", left, right):
            return is_limit(left) or is_limit(right)
        case ir.Call(ir.Library("numpy", "where"), (_, ir.Arg(body), ir.Arg(orelse))):
            return is_limit(body) and orelse == ZERO
        case ir.Choice(_, body, orelse):
            return is_limit(body) and (orelse == ZERO or is_limit(orelse))
        case _:
            return False


def truth_of(test: ir.Expr) -> ir.Expr:
    """A test of numbers as one of arrays: `a < x < b` is `(a < x) & (x < b)`."""
    match test:
        case ir.Compare(left, (first, second)):
            return ir.Binary("&", ir.Compare(left, (first,)), ir.Compare(first[1], (second,)))
        case ir.Logic(word, (first_, *rest)):
            found = truth_of(first_)
            for v in rest:
                found = ir.Binary("&" if word == "and" else "|", found, truth_of(v))
            return found
        case ir.Unary("not", operand):
            return ir.Unary("~", truth_of(operand))
        case ir.Compare():
            return test
        case _:
            return ir.Compare(test, (("!=", ZERO),))


UNKNOWN = "Write it with functions that have one."
AXES = "Write the axis as a number, and annotate or index the array so that the number of its axes shows."
