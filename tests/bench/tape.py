"""A minimal tape: the other way to differentiate backward, by overloading operators.

Each operation appends its result, its operands and its partial derivatives to one list; the reverse sweep walks the
list backward.  It runs the source of a problem unchanged, with `MATH` in the place of `math`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.bench.dual import UNARY

TAPE: list[tuple[Var, Var, float, Var | None, float]] = []


class Var:
    """A value and its adjoint."""

    __slots__ = ("b", "v")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, v: Any) -> None:
        self.v = v
        self.b = 0.0

    def __add__(self, other: Any) -> Var:
        if isinstance(other, Var):
            return record(self.v + other.v, self, 1.0, other, 1.0)
        return record(self.v + other, self, 1.0)

    def __radd__(self, other: Any) -> Var:
        return record(other + self.v, self, 1.0)

    def __sub__(self, other: Any) -> Var:
        if isinstance(other, Var):
            return record(self.v - other.v, self, 1.0, other, -1.0)
        return record(self.v - other, self, 1.0)

    def __rsub__(self, other: Any) -> Var:
        return record(other - self.v, self, -1.0)

    def __mul__(self, other: Any) -> Var:
        if isinstance(other, Var):
            return record(self.v * other.v, self, other.v, other, self.v)
        return record(self.v * other, self, other)

    def __rmul__(self, other: Any) -> Var:
        return record(other * self.v, self, other)

    def __truediv__(self, other: Any) -> Var:
        if isinstance(other, Var):
            v = self.v / other.v
            return record(v, self, 1.0 / other.v, other, -v / other.v)
        return record(self.v / other, self, 1.0 / other)

    def __rtruediv__(self, other: Any) -> Var:
        v = other / self.v
        return record(v, self, -v / self.v)

    def __pow__(self, other: Any) -> Var:
        n = value(other)
        v = self.v**n
        slope = n * self.v ** (n - 1) if n and (self.v or n >= 1) else 0.0
        if isinstance(other, Var):
            return record(v, self, slope, other, v * math.log(self.v) if self.v else 0.0)
        return record(v, self, slope)

    def __neg__(self) -> Var:
        return record(-self.v, self, -1.0)

    def __abs__(self) -> Var:
        return record(abs(self.v), self, 1.0 if self.v > 0 else -1.0 if self.v < 0 else 0.0)

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


def value(x: Any) -> Any:
    return x.v if isinstance(x, Var) else x


def record(v: Any, x: Var, by_x: float, y: Var | None = None, by_y: float = 0.0) -> Var:
    result = Var(v)
    TAPE.append((result, x, by_x, y, by_y))
    return result


def gradient(function: Callable[..., Any], arguments: tuple[Any, ...], inputs: list[Var]) -> tuple[float, list[float]]:
    """The value of a function of `arguments`, among them `inputs`, and its derivative by each of these."""
    TAPE.clear()
    result = function(*arguments)
    result.b = 1.0
    for v, x, by_x, y, by_y in reversed(TAPE):
        x.b += by_x * v.b
        if y is not None:
            y.b += by_y * v.b
    return result.v, [x.b for x in inputs]


def unary(function: Callable[[Any], Any], partial: Callable[[Any, Any], float]) -> Callable[[Any], Any]:
    def overloaded(x: Any) -> Any:
        if not isinstance(x, Var):
            return function(x)
        v = function(x.v)
        return record(v, x, partial(x.v, v))

    return overloaded


PARTIALS = {**UNARY, "log": lambda x, v: 1.0 / x}
MATH = SimpleNamespace(**{**vars(math), **{name: unary(getattr(math, name), by) for name, by in PARTIALS.items()}})
