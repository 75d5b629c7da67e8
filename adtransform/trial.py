"""One function and its generated derivative, tried at a point.

A derivative is right where it agrees with the differences within ten times their error estimate, or to seven digits.
Where the error estimate is poor the row is inconclusive, and where the slopes of the two sides differ it is a kink:
neither says anything about the derivative.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from adtransform.differences import NOTHING, Difference, differentiate
from adtransform.nested import Path, leaves, replaced, same, show_path, zeros
from adtransform.points import NoValue, candidates, shown
from adtransform.report import Check, Row

if TYPE_CHECKING:
    from adtransform.pipeline import Derivative

AGREEMENT = 1e-7
POOR = 1e-3
POINTS = 5  # how many to try where the differences say nothing

Values = Mapping[str, object]
T = TypeVar("T")


class Raised(Exception):
    """What the user's code raised, or returned and should not, as a message."""


def guarded(run: Callable[[], T], what: str) -> T:
    """The result of user code; whatever it raises becomes `Raised` with a message."""
    try:
        return run()
    except (Exception, SystemExit) as error:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise Raised(f"{what} raises {text}") from error


class Trial:
    """A function, its tangent, and the values that the user gave; unknown names among these are ignored."""

    def __init__(
        self, derivative: Derivative, f: Callable[..., object], f_d: Callable[..., object], given: Values
    ) -> None:
        self.derivative = derivative
        self.f, self.f_d = f, f_d
        self.signature = inspect.signature(f)
        self.given = {name: value for name, value in given.items() if name in self.signature.parameters}

    def check(self) -> Check:
        """Compare with differences, at the first point where these are conclusive."""
        first = None
        try:
            for values, value in self.points():
                found = self.check_at(values, value)
                if found.ok or found.problem or any(row.verdict == "WRONG" for row in found.rows):
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
        for values in candidates(self.signature, self.derivative.wrt, self.given):
            try:
                tried += 1
                value = self.call(self.f, values)
            except Raised as error:
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
        drawn = tuple(name for name, v in own.items() if v != ())
        problem, rows = "", list[Row]()
        try:
            rows += self.rows(values, value)
        except Raised as error:
            problem = str(error)
        if not rows and not problem:
            problem = f"the function returns {value!r} here: there is no number to compare"
        return Check(self.derivative.function, shown(values), tuple(rows), problem, drawn)

    def rows(self, values: Values, value: object) -> Iterator[Row]:
        """The table: every number that goes in by every number that comes out."""
        if not same(value, self.call(self.f, values)):
            raise Raised("the function does not return the same value twice")
        for name in self.derivative.wrt:
            for path, number in leaves(values[name]).items():
                primal, tangent = self.tangent(values, name, path)
                if not same(primal, value):
                    raise Raised(f"the generated function returns the value {primal!r}, the function itself {value!r}")

                def along(t: float, name: str = name, path: Path = path) -> object:
                    return self.call(self.f, {**values, name: replaced(values[name], path, t)})

                differences, slopes = differentiate(along, number), leaves(tangent)
                for output, height in leaves(value).items():
                    slope, difference = slopes.get(output, math.nan), differences.get(output, NOTHING)
                    verdict = judge(slope, difference, abs(height) / (abs(number) or 1.0))
                    where = name + show_path(path), show_path(output)
                    yield Row(*where, slope, difference.value, difference.error, verdict)

    def tangent(self, values: Values, name: str, path: Path) -> tuple[object, object]:
        """What the generated function returns for the direction of one input: the value and the derivative."""
        directions: dict[str, object] = {}
        for other, parameter in zip(self.derivative.wrt, self.derivative.tangents, strict=True):
            zero = zeros(values[other])
            directions[parameter] = replaced(zero, path, 1.0) if other == name else zero
        pair = self.call(self.f_d, values, directions, "the generated function")
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise Raised(f"the generated function returns {pair!r}, not a pair of value and derivative")
        return pair

    def call(
        self, f: Callable[..., object], values: Values, directions: Values | None = None, what: str = "the function"
    ) -> object:
        """Call by position as far as possible; lists are copied, so that a function may change its arguments."""
        positional: list[object] = []
        named = dict(directions or {})
        for name, value in values.items():
            own = copy.deepcopy(value) if isinstance(value, (list, dict, tuple)) else value
            match self.signature.parameters[name].kind:
                case inspect.Parameter.VAR_POSITIONAL:
                    positional += own if isinstance(own, (list, tuple)) else [own]
                case inspect.Parameter.KEYWORD_ONLY:
                    named[name] = own
                case _:
                    positional.append(own)
        return guarded(lambda: f(*positional, **named), what)


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
