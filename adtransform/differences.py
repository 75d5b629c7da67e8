"""Derivatives by differences, with an error estimate that can be believed.

The steps form a ladder, each half of the one before.  On it central differences are extrapolated to step zero as
C. J. F. Ridders does, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982) 75-76
(see also Press et al., Numerical Recipes, section 5.7).  An estimate counts only as far as the estimates that start one
step higher and one step lower agree with it, so that noise cannot pass for accuracy by one coincidence, and never for
better than the rounding error of the function allows.  One-sided differences from the same values tell kinks, and
stand in where the function exists on one side only.

>>> difference = differentiate(lambda x: x * x * x, 2.0)[()]
>>> abs(difference.value - 12.0) <= difference.error < 1e-9
True
>>> differentiate(abs, 0.0)[()].kind
'kink'
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adtransform.nested import Path, leaves

RUNGS = 28
STARTS = (0, 9, 18)
ORDERS = 6
ROUNDING = 4.0 * sys.float_info.epsilon


@dataclass(frozen=True, slots=True)
class Difference:
    """A derivative by differences.

    `error` estimates the absolute error of `value`.  `kind` is "central"; "forward" or "backward" where the function
    exists on one side only; "kink" where the slopes of the two sides differ (`value` is their mean, `error` reaches to
    both); "none" where no difference could be taken (`value` is NaN, `error` infinite).
    """

    value: float
    error: float
    kind: str


NOTHING = Difference(math.nan, math.inf, "none")


def differentiate(f: Callable[[float], object], x: float, scale: float | None = None) -> Mapping[Path, Difference]:
    """Derivative of each component of `f` at `x`.

    Arguments:
        f: function of one real variable; its value is a number or a nested tuple or list with numbers among its items.
            Where it raises, or a component is complex, NaN, infinite or None, that component does not exist.
        x: the point.
        scale: size of the changes of x that matter; the largest step is an eighth of it.  Default: |x|, or 1.0 at 0.

    Returns:
        The differences by the position of the component: `{(): ...}` for a number, `{(0,): ..., (1,): ...}` for a pair.

    Raises:
        Exception: whatever `f(x)` raises at the point itself.
    """
    middle = leaves(f(x))
    ladder = Ladder(f, x, (abs(x) or 1.0) if scale is None else abs(scale))
    return {path: component(ladder, path, value) for path, value in middle.items()}


class Ladder:
    """The values of a function at `x + step` and `x - step`; each is computed once, when first asked for."""

    def __init__(self, f: Callable[[float], object], x: float, scale: float) -> None:
        self.f, self.x = f, x
        # A power of two: x + step is then mostly exact.
        self.first = math.ldexp(1.0, math.frexp(scale)[1] - 4)
        self.known: dict[float, Mapping[Path, float]] = {}

    def value(self, point: float, path: Path) -> float:
        """One component at a point, NaN where it does not exist."""
        if point not in self.known:
            try:
                self.known[point] = leaves(self.f(point))
            except Exception:  # whatever user code raises: there is no value here
                self.known[point] = {}
        value = self.known[point].get(path, math.nan)
        return value if math.isfinite(value) else math.nan

    def points(self, rung: int) -> tuple[float, float]:
        """The two points that are one step of this rung away."""
        step = math.ldexp(self.first, -rung)
        return self.x - step, self.x + step


def component(ladder: Ladder, path: Path, middle: float) -> Difference:
    """The derivative of one component, whose value at the point is `middle`."""
    if not math.isfinite(middle):
        return NOTHING
    x = ladder.x

    def slope_between(left: int | None, right: int | None) -> Callable[[int], tuple[float, float]]:
        def slope(rung: int) -> tuple[float, float]:
            points = ladder.points(rung)
            a, b = x if left is None else points[left], x if right is None else points[right]
            if a == b:
                return math.nan, math.inf
            y_a = middle if left is None else ladder.value(a, path)
            y_b = middle if right is None else ladder.value(b, path)
            return (y_b - y_a) / (b - a), ROUNDING * max(abs(y_a), abs(y_b), sys.float_info.min) / (b - a)

        return slope

    central, central_error = extrapolate(slope_between(0, 1), 4.0, 4.0)
    forward, forward_error = extrapolate(slope_between(None, 1), 2.0, 2.0)
    backward, backward_error = extrapolate(slope_between(0, None), 2.0, 2.0)
    if math.isinf(forward_error) and math.isinf(backward_error):
        return NOTHING
    if math.isinf(backward_error):
        return Difference(forward, forward_error, "forward")
    if math.isinf(forward_error):
        return Difference(backward, backward_error, "backward")
    gap = abs(forward - backward)
    if gap <= 4.0 * (forward_error + backward_error):
        # One-sided estimates that say nothing are no witnesses: the central slope of sqrt(abs(x)) at 0 is exactly 0.
        doubtful = forward_error + backward_error > 0.1 * (abs(forward) + abs(backward)) and gap > 1e3 * central_error
        return Difference(central, max(central_error, gap) if doubtful else central_error, "central")
    return Difference(0.5 * (forward + backward), 0.5 * gap + forward_error + backward_error, "kink")


def extrapolate(slope: Callable[[int], tuple[float, float]], factor: float, growth: float) -> tuple[float, float]:
    """Extrapolate slopes to step zero, from large, middle and small steps, and reconcile the results.

    Arguments:
        slope: the difference quotient on a rung of the ladder and its rounding error; NaN where it does not exist.
        factor: what halving the step divides the leading error term by.
        growth: what `factor` is multiplied by from one error term to the next.

    Returns:
        The value and its error estimate; NaN and infinity where fewer than three neighbouring rungs exist.
    """
    value, error = math.nan, math.inf
    for start in STARTS:
        near, near_error = extrapolate_from(start, slope, factor, growth)
        gap = abs(near - value)
        if math.isinf(error) or math.isinf(near_error) or gap <= 10.0 * (error + near_error):
            value, error = min((value, error), (near, near_error), key=lambda estimate: estimate[1])
        elif gap > 0.01 * max(abs(value), abs(near)) and near_error < 1e-4 * gap:
            value, error = near, near_error  # a staircase: it has one slope from afar and another one at the point
        else:
            error = max(error, gap)
    return value, error


def extrapolate_from(
    start: int, slope: Callable[[int], tuple[float, float]], factor: float, growth: float
) -> tuple[float, float]:
    """The same from one rung downwards, to where the rounding errors take over."""
    estimates: list[tuple[float, float]] = []
    previous: list[float] = []
    best = (math.nan, math.inf)
    for rung in range(start, RUNGS):
        quotient, rounding = slope(rung)
        if rounding > best[1]:
            break  # nothing better can come
        row, weight = [quotient], factor
        for above in previous[: ORDERS - 1]:
            row.append(row[-1] + (row[-1] - above) / (weight - 1.0))
            weight *= growth
        estimates.append(best_of_row(row, previous, rounding))
        previous = row
        if len(estimates) >= 3:
            best = min(best, agreement(estimates[-3:]), key=lambda estimate: estimate[1])
    return best


def best_of_row(row: list[float], previous: list[float], rounding: float) -> tuple[float, float]:
    """The entry of an extrapolation row that differs least from its two ancestors, and that difference."""
    best = (math.nan, math.inf)
    for order in range(1, len(row)):
        error = max(abs(row[order] - row[order - 1]), abs(row[order] - previous[order - 1]), rounding)
        if error < best[1]:
            best = (row[order], error)
    return best


def agreement(three: list[tuple[float, float]]) -> tuple[float, float]:
    """The middle one of three neighbouring estimates; its error covers the other two."""
    (above, _), (value, error), (below, below_error) = three
    error = max(error, below_error, abs(value - above), abs(value - below))
    return (value, error) if math.isfinite(error) else (math.nan, math.inf)
