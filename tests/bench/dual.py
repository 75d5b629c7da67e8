"""A minimal dual-number class: the other way to differentiate forward, by overloading operators.

The benchmarks measure against it, and the tests use it as an oracle: it runs the same source, with `MATH` in the place
of `math`.  Values are computed as floats would compute them, to the last bit.  Where a function has a kink the
conventions are those of adtransform: zero for `abs` at zero, the first of equal arguments of `max` and `min`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

Partial = Callable[[Any, Any], float]  # of the argument and the value


class Dual:
    """A value and its derivative along one direction."""

    __slots__ = ("d", "v")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, v: Any, d: Any = 0.0) -> None:
        self.v = v
        self.d = d

    def __add__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.v + other.v, self.d + other.d)
        return Dual(self.v + other, self.d)

    def __radd__(self, other: Any) -> Dual:
        return Dual(other + self.v, self.d)

    def __sub__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.v - other.v, self.d - other.d)
        return Dual(self.v - other, self.d)

    def __rsub__(self, other: Any) -> Dual:
        return Dual(other - self.v, -self.d)

    def __mul__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.v * other.v, self.d * other.v + self.v * other.d)
        return Dual(self.v * other, self.d * other)

    def __rmul__(self, other: Any) -> Dual:
        return Dual(other * self.v, other * self.d)

    def __truediv__(self, other: Any) -> Dual:
        if isinstance(other, Dual):
            v = self.v / other.v
            return Dual(v, (self.d - v * other.d) / other.v)
        return Dual(self.v / other, self.d / other)

    def __rtruediv__(self, other: Any) -> Dual:
        v = other / self.v
        return Dual(v, -v * self.d / self.v)

    def __floordiv__(self, other: Any) -> Any:
        return Dual(self.v // value(other))

    def __rfloordiv__(self, other: Any) -> Any:
        return Dual(other // self.v)

    def __mod__(self, other: Any) -> Dual:
        return Dual(self.v % value(other), self.d - self.v // value(other) * slope(other))

    def __rmod__(self, other: Any) -> Dual:
        return Dual(other % self.v, -(other // self.v) * self.d)

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __pow__(self, other: Any) -> Dual:
        v = self.v ** value(other)
        d = 0.0 if self.d == 0.0 else self.d * value(other) * power(self.v, value(other) - 1)
        if slope(other) != 0.0:
            d += slope(other) * v * math.log(self.v) if self.v else 0.0
        return Dual(v, d)

    def __rpow__(self, other: Any) -> Dual:
        return Dual(other) ** self

    def __neg__(self) -> Dual:
        return Dual(-self.v, -self.d)

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        return Dual(abs(self.v), self.d if self.v > 0 else -self.d if self.v < 0 else 0.0)

    def __lt__(self, other: Any) -> Any:
        return self.v < value(other)

    def __le__(self, other: Any) -> Any:
        return self.v <= value(other)

    def __gt__(self, other: Any) -> Any:
        return self.v > value(other)

    def __ge__(self, other: Any) -> Any:
        return self.v >= value(other)

    def __eq__(self, other: object) -> Any:
        return self.v == value(other)

    def __ne__(self, other: object) -> Any:
        return self.v != value(other)

    def __bool__(self) -> bool:
        return bool(self.v)

    def __int__(self) -> int:
        return int(self.v)

    def __trunc__(self) -> int:
        return math.trunc(self.v)

    def __floor__(self) -> int:
        return math.floor(self.v)

    def __ceil__(self) -> int:
        return math.ceil(self.v)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.v) if digits is None else Dual(round(self.v, digits))

    def __format__(self, form: str) -> str:
        return format(self.v, form)

    def __repr__(self) -> str:
        return repr(self.v)


def value(x: Any) -> Any:
    return x.v if isinstance(x, Dual) else x


def slope(x: Any) -> Any:
    return x.d if isinstance(x, Dual) else 0.0


def power(x: Any, n: Any) -> Any:
    return 0.0 if x == 0 and n < 0 else x**n


def unary(function: Callable[[Any], Any], partial: Partial) -> Callable[[Any], Any]:
    def overloaded(x: Any) -> Any:
        if not isinstance(x, Dual):
            return function(x)
        v = function(x.v)
        return Dual(v, partial(x.v, v) * x.d)

    return overloaded


UNARY: dict[str, Partial] = {
    "sqrt": lambda x, v: 0.5 / v if v else 0.0,
    "cbrt": lambda x, v: v / (3.0 * x) if x else 0.0,
    "exp": lambda x, v: v,
    "exp2": lambda x, v: v * math.log(2.0),
    "expm1": lambda x, v: v + 1.0,
    "log2": lambda x, v: 1.0 / (x * math.log(2.0)),
    "log10": lambda x, v: 1.0 / (x * math.log(10.0)),
    "log1p": lambda x, v: 1.0 / (1.0 + x),
    "sin": lambda x, v: math.cos(x),
    "cos": lambda x, v: -math.sin(x),
    "tan": lambda x, v: 1.0 + v * v,
    "asin": lambda x, v: 1.0 / math.sqrt(1.0 - x * x),
    "acos": lambda x, v: -1.0 / math.sqrt(1.0 - x * x),
    "atan": lambda x, v: 1.0 / (1.0 + x * x),
    "sinh": lambda x, v: math.cosh(x),
    "cosh": lambda x, v: math.sinh(x),
    "tanh": lambda x, v: 1.0 - v * v,
    "asinh": lambda x, v: 1.0 / math.sqrt(x * x + 1.0),
    "acosh": lambda x, v: 1.0 / math.sqrt(x * x - 1.0),
    "atanh": lambda x, v: 1.0 / (1.0 - x * x),
    "erf": lambda x, v: 2.0 / math.sqrt(math.pi) * math.exp(-x * x),
    "erfc": lambda x, v: -2.0 / math.sqrt(math.pi) * math.exp(-x * x),
    "fabs": lambda x, v: 1.0 if x > 0 else -1.0 if x < 0 else 0.0,
    "degrees": lambda x, v: 180.0 / math.pi,
    "radians": lambda x, v: math.pi / 180.0,
}


def log(x: Any, base: Any = None) -> Any:
    if isinstance(base, Dual):
        return log(x) / log(base)
    if not isinstance(x, Dual):
        return math.log(x) if base is None else math.log(x, base)
    return Dual(math.log(x.v), x.d / x.v) if base is None else Dual(math.log(x.v, base), x.d / (x.v * math.log(base)))


def atan2(y: Any, x: Any) -> Any:
    b, a = value(y), value(x)
    return Dual(math.atan2(b, a), (a * slope(y) - b * slope(x)) / (a * a + b * b))


def hypot(*sides: Any) -> Any:
    v = math.hypot(*map(value, sides))
    return Dual(v, sum(value(x) * slope(x) for x in sides) / v if v else 0.0)


def fsum(terms: Any) -> Any:
    items = list(terms)
    return Dual(math.fsum(map(value, items)), math.fsum(map(slope, items)))


def pow_(x: Any, y: Any) -> Any:
    v = math.pow(value(x), value(y))
    result = Dual(x) ** y if not isinstance(x, Dual) else x**y
    return Dual(v, result.d)


def fmod(x: Any, y: Any) -> Any:
    whole = math.trunc(value(x) / value(y))
    return Dual(math.fmod(value(x), value(y)), slope(x) - whole * slope(y))


def copysign(x: Any, y: Any) -> Any:
    v = math.copysign(value(x), value(y))
    return Dual(v, math.copysign(1.0, value(y)) * slope(abs(x)))


def predicate(function: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda x: function(value(x))


MATH = SimpleNamespace(**vars(math))
vars(MATH).update({name: unary(getattr(math, name), partial) for name, partial in UNARY.items()})
vars(MATH).update(log=log, atan2=atan2, hypot=hypot, pow=pow_, fmod=fmod, copysign=copysign, fsum=fsum)
vars(MATH).update({name: predicate(getattr(math, name)) for name in ("isnan", "isinf", "isfinite")})
