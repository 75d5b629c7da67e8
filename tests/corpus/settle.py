"""One derivative against differences and dual numbers: right, wrong, or nothing can be said.

A derivative is disputed if dual numbers agree with it and differences do not: then the steps were differentiated that
the function takes, and those of a bisection, or rounding, do not follow what they compute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.corpus.classify import Measured, slopes_at
from tests.corpus.differences import Slope
from tests.corpus.generated import Generated
from tests.corpus.points import near

WIDTHS = (2.0**-4.3, 2.0**-8.6, 2.0**-13.1)  # of the input, for derivatives in dispute


@dataclass(frozen=True)
class Case:
    """An output and an input at a point."""

    generated: Generated
    measured: Measured
    name: str
    output: int

    @property
    def tiny(self) -> float:
        return self.measured.nothing(self.name)


def settle(case: Case, slope: float, overloaded: float | None) -> str:
    """Differences first; dual numbers where they are too noisy."""
    known = case.measured.slopes[case.name][case.output]
    seconded = overloaded is not None and agree(slope, Slope(overloaded, 2e-11 * abs(overloaded)), 1e-3 * case.tiny)
    if known.conclusive(case.tiny):
        if agree(slope, known, case.tiny):
            return "right"
        return "inconclusive" if excused(case, slope) else "disputed" if seconded else "wrong"
    if seconded:
        return "overloading"
    if overloaded is None:
        return "inconclusive"
    return "inconclusive" if agree(slope, Slope(overloaded, 0.02 * abs(overloaded)), case.tiny) else "wrong"


def agree(slope: float, known: Slope, tiny: float) -> bool:
    return abs(slope - known.value) <= 1e-6 * abs(known.value) + 50.0 * known.error + tiny


def excused(case: Case, slope: float) -> bool:
    """Whether the differences are to blame: a kink, a singular point, or noise that looks like a slope."""
    return at_kink(case, slope) or noisy(case) or isolated(case)


def at_kink(case: Case, slope: float) -> bool:
    """Whether the slope is that of one side of the point, or one side has none."""
    for side in (1, -1):
        found = slopes_at(case.generated.candidate, case.measured.point, case.name, side)
        if found is None or not found[case.output].conclusive(0.0) or agree(slope, found[case.output], case.tiny):
            return True
    return False


def noisy(case: Case) -> bool:
    """Whether steps of other widths give another slope."""
    found = [slopes_at(case.generated.candidate, case.measured.point, case.name, 0, (width,)) for width in WIDTHS]
    known = case.measured.slopes[case.name][case.output]
    values = [known.value, *(math.nan if entry is None else entry[case.output].value for entry in found)]
    return not max(values) - min(values) <= 1e-4 * max(map(abs, values))


def isolated(case: Case) -> bool:
    """Whether the derivative is right at a point close by: the branch taken (`if a == b`) holds at this one only."""
    point = near(case.measured.point, 1e-5)
    found = slopes_at(case.generated.candidate, point, case.name)
    _, slopes = case.generated.run(point, case.name)
    if found is None or slopes is None or len(slopes) != len(found):
        return False
    return agree(slopes[case.output], found[case.output], case.tiny)
