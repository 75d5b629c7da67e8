"""The complex step (W. Squire, G. Trapp, SIAM Review 40, 1998): a derivative without cancellation.

A number with a tiny imaginary part goes through the same source, with `MATH` in the place of `math`.  Comparisons,
`abs`, `max` and `min` look at the real part.  What is not analytic or has no complex twin raises `TypeError`; so does a
comparison of numbers that are equal up to rounding: there may be a kink, and the tiny imaginary part, squared, would
choose the side.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

STEP = 1e-150
TIE = 1e-12  # numbers closer than this are not compared


class Step:
    """A complex number that compares as its real part."""

    __slots__ = ("z",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, z: complex) -> None:
        self.z = z

    @property
    def v(self) -> float:
        return self.z.real

    @property
    def d(self) -> float:
        return self.z.imag / STEP

    def __add__(self, other: Any) -> Step:
        return Step(self.z + number(other))

    def __radd__(self, other: Any) -> Step:
        return Step(other + self.z)

    def __sub__(self, other: Any) -> Step:
        return Step(self.z - number(other))

    def __rsub__(self, other: Any) -> Step:
        return Step(other - self.z)

    def __mul__(self, other: Any) -> Step:
        return Step(self.z * number(other))

    def __rmul__(self, other: Any) -> Step:
        return Step(other * self.z)

    def __truediv__(self, other: Any) -> Step:
        return Step(self.z / number(other))

    def __rtruediv__(self, other: Any) -> Step:
        return Step(other / self.z)

    def __pow__(self, other: Any) -> Step:
        return Step(product(self.z, other) if isinstance(other, int) else self.z ** number(other))

    def __rpow__(self, other: Any) -> Step:
        return Step(other**self.z)

    def __floordiv__(self, other: float) -> float:
        """The step of a staircase, away from its edges."""
        quotient = self.v / other
        if math.isclose(quotient, round(quotient), rel_tol=TIE, abs_tol=TIE):
            raise TypeError("at an edge")
        return float(math.floor(quotient))

    def __mod__(self, other: float) -> Step:
        return self - other * (self // other)

    def __divmod__(self, other: float) -> tuple[float, Step]:
        return self // other, self % other

    def __neg__(self) -> Step:
        return Step(-self.z)

    def __pos__(self) -> Step:
        return self

    def __abs__(self) -> Step:
        return self if self > 0.0 else -self

    def __lt__(self, other: Any) -> bool:
        return above(other, self)

    def __le__(self, other: Any) -> bool:
        return above(other, self)

    def __gt__(self, other: Any) -> bool:
        return above(self, other)

    def __ge__(self, other: Any) -> bool:
        return above(self, other)

    def __eq__(self, other: object) -> bool:
        return above(self, other) and False  # equal ones are not compared

    def __format__(self, form: str) -> str:
        return format(self.v, form)


def start(x: float, d: float) -> Step:
    """An input that moves along a direction."""
    return Step(complex(x, d * STEP))


def number(x: Any) -> Any:
    return x.z if isinstance(x, Step) else x


def above(x: Any, y: Any) -> bool:
    a, b = number(x).real, number(y).real
    if math.isclose(a, b, rel_tol=TIE, abs_tol=TIE):
        raise TypeError("a tie")
    return bool(a > b)


def product(z: complex, n: int) -> complex:
    """A power by multiplications: that of the complex plane turns around the negative axis."""
    result = 1.0 + 0.0j
    for _ in range(abs(n)):
        result *= z
    return result if n >= 0 else 1.0 / result


def unary(real: Callable[[Any], Any], twin: Callable[[complex], complex]) -> Callable[[Any], Any]:
    return lambda x: Step(twin(x.z)) if isinstance(x, Step) else real(x)


def first_order(real: Callable[[float], float], derivative: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function that the complex plane does not offer, or only inexactly for tiny imaginary parts."""
    return unary(real, lambda z: complex(real(z.real), derivative(z.real) * z.imag))


def log(x: Any, base: float | None = None) -> Any:
    if not isinstance(x, Step):
        return math.log(x) if base is None else math.log(x, base)
    return Step(cmath.log(x.z) if base is None else cmath.log(x.z) / math.log(base))


def hypot(*sides: Any) -> Any:
    return MATH.sqrt(sum(side * side for side in sides))


def atan2(y: Any, x: Any) -> Any:
    if not x > 0:
        raise TypeError("only the right half-plane")
    return MATH.atan(y / x)


def copysign(x: Any, y: Any) -> Any:
    size = abs(x)
    negative = not y > 0.0 if isinstance(y, Step) else math.copysign(1.0, y) < 0.0
    return -size if negative else size


TWINS = ("sin", "cos", "exp", "sqrt", "sinh", "cosh", "log10")
MATH = SimpleNamespace(**vars(math))
vars(MATH).update({name: unary(getattr(math, name), getattr(cmath, name)) for name in TWINS})
vars(MATH).update(
    log=log,
    hypot=hypot,
    atan2=atan2,
    copysign=copysign,
    fabs=abs,
    fsum=sum,
    tan=first_order(math.tan, lambda x: 1.0 / math.cos(x) ** 2),
    tanh=first_order(math.tanh, lambda x: 1.0 / math.cosh(x) ** 2),
    atan=first_order(math.atan, lambda x: 1.0 / (1.0 + x * x)),
    asin=first_order(math.asin, lambda x: 1.0 / math.sqrt(1.0 - x * x)),
    acos=first_order(math.acos, lambda x: -1.0 / math.sqrt(1.0 - x * x)),
    asinh=first_order(math.asinh, lambda x: 1.0 / math.sqrt(1.0 + x * x)),
    acosh=first_order(math.acosh, lambda x: 1.0 / math.sqrt(x * x - 1.0)),
    atanh=first_order(math.atanh, lambda x: 1.0 / (1.0 - x * x)),
    log1p=first_order(math.log1p, lambda x: 1.0 / (1.0 + x)),
    log2=first_order(math.log2, lambda x: 1.0 / (x * math.log(2.0))),
    cbrt=first_order(math.cbrt, lambda x: 1.0 / (3.0 * math.cbrt(x) ** 2)),
    expm1=first_order(math.expm1, math.exp),
    erf=first_order(math.erf, lambda x: 2.0 / math.sqrt(math.pi) * math.exp(-x * x)),
    radians=lambda x: x * (math.pi / 180.0),
    pow=lambda x, y: x**y,
)
