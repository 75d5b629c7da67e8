"""Generated tangents: written, compiled and run."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from adtransform.pipeline import Derivative, Options, transform
from tests.corpus.calls import Function, call, outputs, quiet
from tests.corpus.differences import slopes
from tests.corpus.packages import Candidate, source_of
from tests.corpus.points import Point


@dataclass(frozen=True)
class Generated:
    """A compiled tangent and the names it takes."""

    candidate: Candidate
    call: Function
    derivative: Derivative

    def run(self, point: Point, name: str) -> tuple[object, list[float] | None]:
        """The value and the tangents of its floats along one input."""
        wrt, arguments = self.derivative.wrt, point.arguments
        seeds: dict[str, object] = {
            tangent: 1.0 if input_ == name else zero(arguments[input_])
            for input_, tangent in zip(wrt, self.derivative.tangents, strict=True)
        }
        floats = {key: float(item) if key in wrt and type(item) is int else item for key, item in arguments.items()}
        result = call(self.call, inspect.signature(self.candidate.call), floats, **seeds)
        assert isinstance(result, tuple) and len(result) == 2, f"returned {result!r}"
        return result[0], tangents(*result)


def write(candidate: Candidate) -> Generated:
    """Write the tangent and execute the module it stands in, in the place of the original."""
    text, path = source_of(candidate.module)
    result = transform(text, path, Options(functions=(candidate.name,)))
    derivative = next(entry for entry in result.derivatives if entry.function == candidate.name)
    home = ModuleType(f"{candidate.module}_tangent")
    home.__package__, home.__file__ = sys.modules[candidate.module].__package__, path
    with quiet():
        exec(compile(result.text, f"<tangent of {candidate.label}>", "exec"), vars(home))
    return Generated(candidate, getattr(home, derivative.name), derivative)


def zero(argument: object) -> object:
    """The tangent of an argument that does not move; it mirrors the argument."""
    if isinstance(argument, (list, tuple)):
        return type(argument)(map(zero, argument))
    return tangent_of(argument) if callable(argument) else 0.0


def tangent_of(function: Callable[..., object]) -> Function:
    """The tangent of an argument that is itself a function of floats, by differences."""

    def tangent(*arguments: object, **more: object) -> tuple[object, float]:
        count = len(arguments) // 2
        moves = list(zip(arguments[:count], arguments[count:], strict=True))

        def curve(shift: float) -> list[float] | None:
            moved = [x + shift * d if isinstance(x, float) and isinstance(d, float) else x for x, d in moves]
            return outputs(function(*moved, **more))

        sizes = [abs(x / d) for x, d in moves if isinstance(x, float) and isinstance(d, float) and d]
        found = slopes(curve, (max(sizes) or 0.25) * 2.0**-8) if sizes else None
        return function(*arguments[:count], **more), found[0].value if found else 0.0

    return tangent


def tangents(value: object, tangent: object) -> list[float] | None:
    """The tangents of the floats of the value; those of its ints are left out."""
    if isinstance(value, tuple) and isinstance(tangent, tuple) and len(value) == len(tangent):
        parts = [tangents(a, b) for a, b in zip(value, tangent, strict=True) if not isinstance(a, int)]
        return None if None in parts else [item for part in parts for item in part or []]
    if isinstance(value, float) and isinstance(tangent, (int, float)):
        return [float(tangent)]
    return None
