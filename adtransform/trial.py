"""One function and its generated derivative, tried at a point.

A derivative is right where it agrees with the differences within ten times their error estimate, or to seven digits.
Where the error estimate is poor the row is inconclusive, and where the slopes of the two sides differ it is a kink:
neither says anything about the derivative.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from adtransform.applied import Function, Generated, Primal, Raised, Values
from adtransform.differences import NOTHING, Difference, differentiate
from adtransform.nested import Path, leaves, replaced, same, show_path, zeros
from adtransform.points import NoValue, candidates, shown
from adtransform.products import Products, products
from adtransform.report import Check, Row

AGREEMENT = 1e-7
POOR = 1e-3
POINTS = 5  # how many to try where the differences say nothing

Slopes = Mapping[tuple[str, Path], Mapping[Path, float]]  # by input and its item, then by output


class Trial:
    """A function, its generated derivative, and the values that the user gave; unknown names among these are ignored.

    `tangent` is what an adjoint is multiplied with.
    """

    def __init__(self, f: Function, generated: Generated, given: Values, tangent: Generated | None = None) -> None:
        self.derivative, self.signature = generated.derivative, generated.signature
        self.primal, self.generated, self.tangent = Primal(f, self.signature), generated, tangent
        self.given = {name: value for name, value in given.items() if name in self.signature.parameters}

    def check(self) -> Check:
        """Compare with differences, at the first point where these are conclusive."""
        first = None
        try:
            for values, value in self.points():
                found = self.check_at(values, value)
                if found.ok or found.problem or found.wrong:
                    return found
                first = first or found
        except (NoValue, Raised) as error:
            return Check(self.derivative.function, "", (), str(error))
        assert first is not None
        return first

    def points(self) -> Iterator[tuple[Values, object]]:
        """A few points at which the function has a finite value, or else one at which it has any; and these values."""
        fallback: tuple[Values, object] | None = None
        problem, tried, found = "", 0, 0
        wrt, depths = self.derivative.wrt, self.derivative.depths
        for values in candidates(self.signature, wrt, self.given, dict(zip(wrt, depths, strict=False))):
            try:
                tried += 1
                value = self.primal.call(values)
            except Raised as error:
                self.raises_too(values, error)
                problem = problem or f"{error}, at {shown(values)}"
                continue
            numbers = leaves(value).values()
            if numbers and all(math.isfinite(number) for number in numbers):
                yield values, value
                if (found := found + 1) == POINTS:
                    return
            fallback = fallback or (values, value)
        if fallback is not None and not found:
            yield fallback
        if fallback is None:
            raise Raised(problem if tried == 1 else f"{problem} and {tried - 1} more points; give one with --at")

    def check_at(self, values: Values, value: object) -> Check:
        """Compare with differences at one point."""
        defaults = {name: parameter.default for name, parameter in self.signature.parameters.items()}
        own = {name: v for name, v in values.items() if name not in self.given and v is not defaults[name]}
        drawn = tuple(name for name, v in own.items() if not (isinstance(v, tuple) and not v))
        problem, rows = "", list[Row]()
        found: Products | None = None
        try:
            rows += self.rows(values, value)
            found = products(self.generated, self.tangent, values, value) if self.derivative.mode == "reverse" else None
        except Raised as error:
            problem = str(error)
        if not rows and not problem:
            problem = f"the function returns {value!r} here: there is no number to compare"
        return Check(self.derivative.function, shown(values), tuple(rows), problem, drawn, found)

    def raises_too(self, values: Values, error: Raised) -> None:
        """Check that the generated function raises what the function raised."""
        try:
            self.generated.run(values)
            found = "the generated function raises nothing"
        except Raised as other:
            if type(other.__cause__) is type(error.__cause__):
                return
            found = f"{other}"
        raise Raised(f"{error}, but {found}, at {shown(values)}")

    def rows(self, values: Values, value: object) -> Iterator[Row]:
        """The table: every number that goes in by every number that comes out."""
        if not same(value, self.primal.call(values)):
            raise Raised("the function does not return the same value twice")
        slopes = self.by_input(values, value) if self.derivative.mode == "forward" else self.by_output(values, value)
        for (name, path), found in slopes.items():
            number = leaves(values[name])[path]

            def along(t: float, name: str = name, path: Path = path) -> object:
                return self.primal.call({**values, name: replaced(values[name], path, t)})

            differences = differentiate(along, number)
            for output, height in leaves(value).items():
                slope, difference = found.get(output, math.nan), differences.get(output, NOTHING)
                verdict = judge(slope, difference, abs(height) / (abs(number) or 1.0))
                where = name + show_path(path), show_path(output)
                yield Row(*where, slope, difference.value, difference.error, verdict)

    def inputs(self, values: Values) -> list[tuple[str, Path]]:
        """The numbers that are differentiated with respect to."""
        return [(name, path) for name in self.derivative.wrt for path in leaves(values[name])]

    def by_input(self, values: Values, value: object) -> Slopes:
        """The derivatives by a tangent: one run an input."""
        found: dict[tuple[str, Path], Mapping[Path, float]] = {}
        for name, path in self.inputs(values):
            primal, tangent = self.generated.along(values, {name: replaced(zeros(values[name]), path, 1.0)})
            unchanged(primal, value)
            found[name, path] = leaves(tangent)
        return found

    def by_output(self, values: Values, value: object) -> Slopes:
        """The derivatives by an adjoint: one run an output."""
        found: dict[tuple[str, Path], dict[Path, float]] = {where: {} for where in self.inputs(values)}
        for output in leaves(value):
            primal, adjoints = self.generated.against(values, replaced(zeros(value), output, 1.0))
            unchanged(primal, value)
            for (name, path), slopes in found.items():
                slopes[output] = leaves(adjoints[name]).get(path, math.nan)
        return found


def unchanged(primal: object, value: object) -> None:
    """Raise unless the generated function returned the value of the function."""
    if not same(primal, value):
        raise Raised(f"the generated function returns the value {primal!r}, the function itself {value!r}")


def judge(generated: float, difference: Difference, natural: float) -> str:
    """The verdict on one number; `natural` is the size of the value by the size of the input.

    >>> judge(2.0, Difference(2.0 + 1e-9, 1e-9, "central"), 1.0), judge(2.1, Difference(2.0, 1e-9, "central"), 1.0)
    ('ok', 'WRONG')
    >>> judge(2.1, Difference(2.0, 0.05, "central"), 1.0), judge(0.0, Difference(0.0, 1.0, "kink"), 1.0)
    ('inconclusive', 'kink')
    """
    if difference.kind in ("none", "kink"):
        return "kink" if difference.kind == "kink" else "inconclusive"
    size, error = abs(difference.value), difference.error
    poor = error > POOR * max(size, natural)
    if not math.isfinite(generated):
        return "inconclusive" if poor else "WRONG"
    gap = abs(generated - difference.value)
    if gap <= max(10.0 * error, AGREEMENT * max(size, abs(generated))):
        return "inconclusive" if error > POOR * max(size, natural, abs(generated)) else "ok"
    if difference.kind == "stairs":
        return "inconclusive"
    too_fine = abs(generated) > 1e8 * max(size, natural)  # the function changes faster than the smallest step can tell
    return "inconclusive" if poor and (too_fine or gap <= 1e3 * error) else "WRONG"
