"""Central differences with an error estimate, independent of what they judge.

Steps are halved from a wide one; Richardson's table extrapolates them to zero (C. Ridders, Adv. Eng. Softw. 4, 1982).
Of all entries the one that agrees best with its neighbours is taken, and its error is never put below what rounding and
the next best row say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Curve = Callable[[float], list[float] | None]  # outputs at a shift of the input, None where they do not exist

LEVELS = 9
EPSILON = 2.0**-52


@dataclass(frozen=True)
class Slope:
    """A derivative and a bound on its error that holds with high probability."""

    value: float
    error: float

    def conclusive(self, scale: float) -> bool:
        """Accurate enough to judge a derivative; `scale` is a slope that counts as nothing."""
        return self.error <= max(1e-5 * abs(self.value), scale)


def slopes(curve: Curve, width: float, side: int = 0) -> list[Slope] | None:
    """The derivative of each output at zero; `side` is +1 or -1 for one-sided differences."""
    rows: list[list[list[float]]] = []  # rows[level][order][output]
    steps: list[float] = []
    middle = curve(0.0)
    if middle is None:
        return None
    for level in range(LEVELS):
        step = width * 0.5**level
        quotient = difference(curve, middle, step, side)
        if quotient is None:
            rows, steps = [], []  # a gap in the domain: start again closer to the point
            continue
        steps.append(step)
        rows.append(extrapolated(quotient, rows[-1] if rows else [], 2.0 if side else 4.0, 2.0 if side else 4.0))
    if len(rows) < 3:
        return None
    return [best(rows, steps, output, abs(middle[output])) for output in range(len(middle))]


def difference(curve: Curve, middle: list[float], step: float, side: int) -> list[float] | None:
    right = curve(step) if side >= 0 else middle
    left = curve(-step) if side <= 0 else middle
    if right is None or left is None or not len(right) == len(left) == len(middle):
        return None
    span = step if side else 2.0 * step
    return [(b - a) / span for a, b in zip(left, right, strict=True)]


def extrapolated(quotient: list[float], above: list[list[float]], ratio: float, growth: float) -> list[list[float]]:
    """The next row of the table: `quotient`, then one order more for each column of the row above."""
    row, factor = [quotient], ratio
    for column in above[:4]:
        row.append([new + (new - old) / (factor - 1.0) for new, old in zip(row[-1], column, strict=True)])
        factor *= growth
    return row


def best(rows: list[list[list[float]]], steps: list[float], output: int, size: float) -> Slope:
    """The entry with the smallest estimated error, checked against the best entry of another row."""
    found: list[tuple[float, float, int]] = []
    for level in range(1, len(rows)):
        noise = 4.0 * EPSILON * size / steps[level]
        for order in range(1, len(rows[level])):
            value = rows[level][order][output]
            spread = max(abs(value - rows[level][order - 1][output]), abs(value - rows[level - 1][order - 1][output]))
            if math.isfinite(spread):
                found.append((spread + noise, value, level))
    if not found:
        return Slope(math.nan, math.inf)
    error, value, level = min(found)
    others = [entry for entry in found if entry[2] != level]
    if not others:
        return Slope(value, math.inf)
    return Slope(value, max(error, abs(value - min(others)[1])))
