"""Which candidates are float functions, decided by running them, and what their derivatives are at points."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.corpus.calls import Function, OutOfTime, call, finite, outputs, quiet, time_limit
from tests.corpus.differences import Slope, slopes
from tests.corpus.packages import Candidate
from tests.corpus.points import POINTS, Calls, Point, inputs, moved, points_of, size_of

TRIED = 24  # points, at most
SECONDS = 20.0  # for all differences of one function
WIDTHS = (2.0**-5, 2.0**-12)  # of the input: the second is for functions that change quickly


@dataclass(frozen=True)
class Measured:
    """A point, the value there and its derivatives by differences: one list of outputs for each float input."""

    point: Point
    value: object
    slopes: dict[str, list[Slope]]

    def nothing(self, name: str) -> float:
        """A slope that is no change of the value worth the name."""
        return nothing(self.point.arguments[name], outputs(self.value) or [])

    def depends_on(self, name: str) -> bool:
        """Whether an output changes with this input."""
        return any(abs(slope.value) > max(4.0 * slope.error, self.nothing(name)) for slope in self.slopes[name])


@dataclass
class Subject:
    """A float function and its points, or the reason why it is none."""

    candidate: Candidate
    reason: str = ""  # "no point", "not a float function"
    points: list[Measured] = field(default_factory=list)


def nothing(argument: object, values: list[float]) -> float:
    width = size_of(argument) or 1.0
    return 1e-10 * max(map(abs, values), default=0.0) / width


def value_at(function: Function, signature: inspect.Signature, arguments: dict[str, object]) -> object:
    """The value, or None where the function raises."""
    try:
        return call(function, signature, arguments)
    except Exception:
        return None


def slopes_at(
    candidate: Candidate, point: Point, name: str, side: int = 0, widths: Sequence[float] = WIDTHS
) -> list[Slope] | None:
    """Derivatives of all outputs with respect to one float input."""
    signature, middle = inspect.signature(candidate.call), point.arguments[name]

    def curve(shift: float) -> list[float] | None:
        found = outputs(value_at(candidate.call, signature, {**point.arguments, name: moved(middle, shift)}))
        return found if finite(found) else None

    taken: list[Slope] | None = None
    for width in widths:
        found = slopes(curve, (size_of(middle) or 0.25) * width, side)
        if taken is None or found is None:
            taken = taken or found
        else:
            taken = [min(pair, key=lambda slope: slope.error) for pair in zip(taken, found, strict=True)]
        if taken and all(slope.conclusive(0.0) for slope in taken):
            break
    return taken


def measure(candidate: Candidate, point: Point) -> Measured | None:
    value = value_at(candidate.call, inspect.signature(candidate.call), point.arguments)
    if not finite(outputs(value)):
        return None
    found = {name: slopes_at(candidate, point, name) for name in inputs(candidate, point)}
    return Measured(point, value, {name: entry for name, entry in found.items() if entry})


def depends(measured: Measured) -> bool:
    """Whether an output changes with a float input."""
    return any(measured.depends_on(name) for name in measured.slopes)


def classify(candidate: Candidate, calls: Calls) -> Subject:
    """Try points until enough of them show floats that depend on floats."""
    subject, ran = Subject(candidate), False
    signature = inspect.signature(candidate.call)
    try:
        with quiet(), time_limit(SECONDS):
            for tried, point in enumerate(points_of(candidate, calls)):
                if tried == TRIED or len(subject.points) == POINTS:
                    break
                value = value_at(candidate.call, signature, point.arguments)
                ran = ran or value is not None
                if inputs(candidate, point) and finite(outputs(value)):
                    measured = measure(candidate, point)
                    if measured and (subject.points or depends(measured)):
                        subject.points.append(measured)
    except OutOfTime:
        pass
    if not subject.points:
        subject.reason = "not a float function" if ran else "no point"
    return subject
