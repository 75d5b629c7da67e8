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
    both); "stairs" where small steps do not change the function at all, but larger ones do: a rounding, or rounding
    errors; "none" where no difference could be taken (`value` is NaN, `error` infinite).
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

    def point(self, rung: int, side: int) -> float:
        """The point one step of a rung below (-1) or above (1)."""
        return self.x + side * math.ldexp(self.first, -rung)

    def is_stairs(self, path: Path, middle: float) -> bool:
        """Whether the smallest steps do not change the value at all, although larger ones do."""
        nearest, *others = (x for x in sorted(self.known, key=lambda x: abs(x - self.x)) if x != self.x)
        return self.value(nearest, path) == middle and any(self.value(x, path) != middle for x in others)


def component(ladder: Ladder, path: Path, middle: float) -> Difference:
    """The derivative of one component, whose value at the point is `middle`."""
    if not math.isfinite(middle):
        return NOTHING
    central, central_error = Slopes(ladder, path, middle, -1, 1).extrapolate()
    forward, forward_error = Slopes(ladder, path, middle, 0, 1).extrapolate()
    backward, backward_error = Slopes(ladder, path, middle, -1, 0).extrapolate()
    if math.isinf(forward_error) and math.isinf(backward_error):
        return NOTHING
    if math.isinf(backward_error):
        return Difference(forward, forward_error, "forward")
    if math.isinf(forward_error):
        return Difference(backward, backward_error, "backward")
    gap = abs(forward - backward)
    if gap > 4.0 * (forward_error + backward_error):
        return Difference(0.5 * (forward + backward), 0.5 * gap + forward_error + backward_error, "kink")
    # One-sided estimates that say nothing are no witnesses: the central slope of sqrt(abs(x)) at 0 is exactly 0.
    doubtful = forward_error + backward_error > 0.1 * (abs(forward) + abs(backward)) and gap > 1e3 * central_error
    error = max(central_error, gap) if doubtful else central_error
    return Difference(central, error, "stairs" if central == 0.0 and ladder.is_stairs(path, middle) else "central")


class Slopes:
    """The difference quotients of one component between two of the points below, at, and above (-1, 0, 1)."""

    def __init__(self, ladder: Ladder, path: Path, middle: float, low: int, high: int) -> None:
        self.ladder, self.path, self.middle = ladder, path, middle
        self.low, self.high = low, high
        self.order = high - low  # of the leading error term, by the step
        self.known: dict[int, float] = {}

    def on(self, rung: int) -> tuple[float, float]:
        """The quotient on a rung of the ladder, NaN where it does not exist, and its rounding error."""
        a, b = (self.ladder.point(rung, side) for side in (self.low, self.high))
        if a == b:
            return math.nan, math.inf
        y_a, y_b = (self.ladder.value(x, self.path) if x != self.ladder.x else self.middle for x in (a, b))
        self.known[rung] = (y_b - y_a) / (b - a)
        return self.known[rung], ROUNDING * max(abs(y_a), abs(y_b), sys.float_info.min) / (b - a)

    def extrapolate(self) -> tuple[float, float]:
        """Extrapolate to step zero from large, middle and small steps, and reconcile the results.

        Returns:
            The value and its error estimate; NaN and infinity where fewer than three neighbouring rungs exist.
        """
        value, error, rung = math.nan, math.inf, 0
        for start in STARTS:
            near, near_error, near_rung = self.extrapolate_from(start)
            gap = abs(near - value)
            if math.isinf(error) or math.isinf(near_error) or gap <= 10.0 * (error + near_error):
                if near_error < error:
                    value, error, rung = near, near_error, near_rung
            elif gap > 0.01 * max(abs(value), abs(near)) and near_error < 1e-4 * gap:
                value, error, rung = (
                    near,
                    near_error,
                    near_rung,
                )  # stairs have one slope from afar, another at the point
            else:
                error = max(error, gap)
        return value, max(error, self.noise(value, rung))

    def extrapolate_from(self, start: int) -> tuple[float, float, int]:
        """The same from one rung downwards, to where the rounding errors take over; also the rung that was best."""
        estimates: list[tuple[float, float]] = []
        previous: list[float] = []
        best = (math.nan, math.inf, start)
        for rung in range(start, RUNGS):
            quotient, rounding = self.on(rung)
            if rounding > best[1]:
                break  # nothing better can come
            row = [quotient]
            for step, above in enumerate(previous[: ORDERS - 1], 1):
                row.append(row[-1] + (row[-1] - above) / (2.0 ** (self.order * step) - 1.0))
            estimates.append(best_of_row(row, previous, rounding))
            previous = row
            if len(estimates) >= 3:
                best = min(best, (*agreement(estimates[-3:]), rung - 1), key=lambda estimate: estimate[1])
        return best

    def noise(self, value: float, rung: int) -> float:
        """What the scatter of the quotients below a rung, beyond their truncation error, makes of the one on it."""
        worst = 0.0
        for below, quotient in self.known.items():
            if below > rung and math.isfinite(quotient):
                shrunk = 0.5 ** (below - rung)
                truncation = 4.0 * abs(self.known[rung] - value) * shrunk**self.order
                worst = max(worst, (abs(quotient - value) - truncation) * shrunk)
        return worst


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
