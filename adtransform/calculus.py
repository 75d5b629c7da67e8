"""Smart constructors of derivative expressions: `0.0 * x`, `1.0 * x` and `x + 0.0` never come into being.

A derivative is an expression, or `None` where it is zero.
"""

from __future__ import annotations

from adtransform.ir import Binary, Choice, Const, Expr, Library, Logic, Name, Unary

Derivative = Expr | None

ZERO = Const(0.0, "0.0")
ONE = Const(1.0, "1.0")


def constant(value: float) -> Const:
    """A float literal, spelled the short way."""
    return Const(float(value), repr(float(value)))


def number(e: Expr) -> float | None:
    """The value of a numeric literal, its sign included."""
    match e:
        case Const(int() | float() as value) if not isinstance(value, bool):
            return value
        case Unary("-", Const(int() | float() as value)) if not isinstance(value, bool):
            return -value
        case _:
            return None


def neg(a: Derivative) -> Derivative:
    """`-a`, with the sign at the first factor.

    >>> from adtransform.printer import show
    >>> show(neg(Binary("*", Name("a"), Name("b"))))
    '-a * b'
    """
    match a:
        case None:
            return None
        case Const(float() | int() as value):
            return constant(-value) if value else ZERO
        case Unary("-", operand):
            return operand
        case Binary("*" | "/" as op, left, right):
            first = neg(left)
            assert first is not None
            return Binary(op, first, right)
        case Choice(test, body, orelse):
            return Choice(test, neg(body) or ZERO, neg(orelse) or ZERO)
        case _:
            return Unary("-", a)


def finished(a: Derivative) -> Derivative:
    """A derivative as it is written: `-(a - b)` is `b - a`."""
    match a:
        case Unary("-", Binary("-", left, right)):
            return Binary("-", right, left)
        case _:
            return a


def positive_part(a: Expr) -> Expr | None:
    """`b` where `a` is written as `-b`; None otherwise."""
    match a:
        case Unary("-", operand):
            return operand
        case Const(float() | int() as value) if value < 0:
            return constant(-value)
        case Binary("*" | "/" as op, left, right) if (first := positive_part(left)) is not None:
            return Binary(op, first, right) if op == "/" or number(first) != 1.0 else right
        case Binary("*", left, Unary("-", operand)):
            return Binary("*", left, operand)
        case _:
            return None


def plus(a: Derivative, b: Derivative) -> Derivative:
    """`a + b`; equal divisors and equal conditions are gathered.

    >>> from adtransform.printer import show
    >>> x, y, z = Name("x"), Name("y"), Name("z")
    >>> show(plus(Binary("/", x, z), neg(Binary("/", y, z))))
    '(x - y) / z'
    """
    match a, b:
        case (None, _):
            return b
        case (_, None):
            return a
        case (Const(value), _) if value == 0:
            return b
        case (_, Const(value)) if value == 0:
            return a
        case (Choice(t1, b1, o1), Choice(t2, b2, o2)) if t1 == t2:
            return Choice(t1, plus(b1, b2) or ZERO, plus(o1, o2) or ZERO)
        case (Choice(t1, Library(_, "nan") as nan, o1), Choice(t2, Library(_, "nan"), o2)) if o1 == o2 == ZERO:
            return Choice(Logic("or", (t1, t2)), nan, ZERO)
        case (Binary("/", n1, d1), Binary("/", n2, d2)) if d1 == d2:
            return over(plus(n1, n2), d1)
        case (Binary("/", n1, d1), Binary("*", Binary("/", n2, d2), f2)) if d1 == d2:
            return over(plus(n1, Binary("*", n2, f2)), d1)
    assert a is not None and b is not None
    if (minus := positive_part(b)) is not None:
        return Binary("-", a, minus)
    if (minus := positive_part(a)) is not None:
        return Binary("-", b, minus)
    return Binary("+", a, b)


def over(a: Derivative, divisor: Expr) -> Derivative:
    """`a / divisor`."""
    if a is None or number(divisor) == 1.0:
        return a
    if isinstance(a, Choice):
        return Choice(a.test, over(a.body, divisor) or ZERO, over(a.orelse, divisor) or ZERO)
    if number(a) == 0.0:
        return a
    less = without_factor(a, divisor)
    return Binary("/", a, divisor) if less is None else less


def times(p: Expr, d: Derivative) -> Derivative:
    """A partial times a derivative; conditions distribute, infinite partials leave a zero derivative zero.

    >>> from adtransform.printer import show
    >>> from adtransform.templates import template
    >>> show(times(template("-v / y"), Name("y_d")))
    '-v * y_d / y'
    """
    if d is None or number(p) == 0.0:
        return None
    if isinstance(d, Choice) and number(p) is None:
        return Choice(d.test, times(p, d.body) or ZERO, times(p, d.orelse) or ZERO)
    match p:
        case Choice(test, body, orelse):
            return choice(test, times(body, d), times(orelse, d))
        case Library(_, "nan"):
            return d if number(d) == 0.0 else Choice(d, p, ZERO)
        case Library(_, "inf"):
            return d if number(d) == 0.0 else Choice(d, Binary("*", d, p), ZERO)
        case Unary("-", operand):
            return neg(times(operand, d))
        case Binary("/", numerator, divisor):
            return over(times(numerator, d), divisor)
        case _:
            return product(p, d)


def choice(test: Expr, body: Derivative, orelse: Derivative) -> Derivative:
    """`body if test else orelse`, less what is equal either way."""
    if body == orelse:
        return body
    return Choice(test, body or ZERO, orelse or ZERO)


def product(a: Expr, b: Expr) -> Expr:
    """`a * b`; `a` stays whole (its value may be shared), the factors of `b` follow it, literals go to the front.

    >>> from adtransform.printer import show
    >>> show(product(Name("a"), Binary("*", Const(2.0, "2.0"), Name("b"))))
    '2.0 * a * b'
    """
    first, second = number(a), number(b)
    if second == 1.0:
        return a
    if first == 1.0:
        return b
    if first == -1.0 or second == -1.0:
        return neg(b if first == -1.0 else a) or ZERO
    if first is not None and second is not None:
        return constant(first * second)
    if second is not None:
        return Binary("*", b, a)
    if (minus := positive_part(b)) is not None:
        return neg(product(a, minus)) or ZERO
    match b:
        case Binary("*", left, right):
            return Binary("*", product(a, left), right) if number(left) is None else fold(a, left, right)
        case Binary("/", left, right):
            less = without_factor(a, right)
            return Binary("/", product(a, left), right) if less is None else product(less, left)
        case _:
            return Binary("*", float_literal(a), b)


def without_factor(e: Expr, factor: Expr) -> Expr | None:
    """A product without a variable that is a factor of it; None if it is none."""
    match e:
        case Binary("*", left, right) if right == factor and isinstance(factor, Name):
            return left
        case Binary("*", left, right):
            less = without_factor(left, factor)
            return product(less, right) if less is not None else None
        case Binary("/", left, right):
            less = without_factor(left, factor)
            return Binary("/", less, right) if less is not None else None
        case Unary("-", operand):
            return neg(without_factor(operand, factor))
        case Name() if e == factor:
            return ONE
        case _:
            return None


def fold(a: Expr, literal: Expr, rest: Expr) -> Expr:
    """`a * (literal * rest)` with the literals gathered in front, if `a` is short."""
    value = number(literal)
    assert value is not None
    match a:
        case Binary("*", left, right) if (lead := number(left)) is not None:
            both = constant(lead * value)
            inner = Binary("*", right, rest)
            return inner if both.value == 1.0 else Binary("*", Binary("*", both, right), rest)
        case Name():
            return Binary("*", Binary("*", literal, a), rest)
        case _ if (lead := number(a)) is not None:
            return product(constant(lead * value), rest)
        case _:
            return Binary("*", product(a, literal) if number(a) is None else a, rest)


def float_literal(e: Expr) -> Expr:
    """A whole number as a float: the operand beside it is one, and float times float is faster."""
    value = number(e)
    return constant(value) if isinstance(value, int) and abs(value) < 2**53 else e
