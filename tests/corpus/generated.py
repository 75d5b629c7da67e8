"""Generated derivatives: written, compiled and run."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, ModuleType

import numpy as np

from adtransform.diagnostics import Refusal, TransformError
from adtransform.pipeline import Derivative, Options, transform
from tests.corpus.calls import Function, OutOfTime, call, outputs, quiet, time_limit
from tests.corpus.differences import slopes
from tests.corpus.packages import Candidate, source_of
from tests.corpus.points import Point, direction


@dataclass(frozen=True)
class Generated:
    """A compiled derivative and the names it takes."""

    candidate: Candidate
    call: Function
    derivative: Derivative

    @property
    def has_seed(self) -> bool:
        """Whether the seed may be left out: that of a list or an array may not."""
        seed = inspect.signature(self.call).parameters.get(self.derivative.seed)
        return seed is None or seed.default not in (None, inspect.Parameter.empty)

    @property
    def is_singular(self) -> bool:
        """Whether a partial may be infinite, somewhere in the generated module."""
        functions = [f for f in self.call.__globals__.values() if isinstance(f, FunctionType)]
        return any("inf" in f.__code__.co_names for f in functions)

    def run(self, point: Point, name: str) -> tuple[object, list[float] | None]:
        """The value and the tangents of its floats along one input."""
        wrt, arguments = self.derivative.wrt, point.arguments
        seeds: dict[str, object] = {
            tangent: direction(arguments[input_]) if input_ == name else zero(arguments[input_])
            for input_, tangent in zip(wrt, self.derivative.tangents, strict=True)
        }
        result = self.result(point, seeds)
        return result[0], tangents(*result)

    def gradient(self, point: Point, seed: object | None) -> tuple[object, dict[str, object]]:
        """The value and the adjoint of each input; None is the default seed."""
        wrt = self.derivative.wrt
        value, adjoints = self.result(point, {} if seed is None else {self.derivative.seed: seed})
        each = (adjoints,) if len(wrt) == 1 else adjoints
        assert isinstance(each, tuple) and len(each) == len(wrt), f"returned the adjoints {adjoints!r}"
        return value, dict(zip(wrt, each, strict=True))

    def result(self, point: Point, more: dict[str, object]) -> tuple[object, object]:
        wrt = self.derivative.wrt
        floats = {name: float(x) if name in wrt and type(x) is int else x for name, x in point.arguments.items()}
        result = call(self.call, inspect.signature(self.candidate.call), floats, **more)
        assert isinstance(result, tuple) and len(result) == 2, f"returned {result!r}"
        return result


@dataclass(frozen=True)
class Written:
    """A generated module, executed in the place of the original."""

    names: dict[str, object]
    derivatives: dict[str, Derivative]
    refusals: tuple[Refusal, ...] = field(default=())


WHOLE: dict[tuple[str, str], Written | None] = {}  # by module and mode


def prepare(module: str, mode: str, seconds: float = 600.0) -> None:
    """Write the derivatives of all functions of a module at once; if that fails, each is written alone later."""
    try:
        with time_limit(seconds):
            WHOLE[module, mode] = execute(module, Options(mode=mode, keep_going=True))
    except (Exception, OutOfTime):
        WHOLE[module, mode] = None


def execute(module: str, options: Options) -> Written:
    text, path = source_of(module)
    result = transform(text, path, options)
    home = ModuleType(f"{module}_{options.mode}")
    home.__package__, home.__file__ = sys.modules[module].__package__, path
    with quiet():
        exec(compile(result.text, f"<{options.mode} of {module}>", "exec"), vars(home))
    return Written(vars(home), {d.function: d for d in result.derivatives}, result.refusals)


def write(candidate: Candidate, mode: str = "forward") -> Generated:
    """The derivative of one function: out of the module that was prepared, or written alone."""
    written = WHOLE.get((candidate.module, mode))
    if written is None or candidate.name not in written.derivatives:
        own = [] if written is None else [r for r in written.refusals if r.function == candidate.name]
        if own:
            raise TransformError(own)
        written = execute(candidate.module, Options(mode=mode, functions=(candidate.name,)))
    derivative = written.derivatives[candidate.name]
    function = written.names[derivative.name]
    assert callable(function)
    return Generated(candidate, function, derivative)


def zero(argument: object) -> object:
    """The tangent of an argument that does not move; it mirrors the argument."""
    if isinstance(argument, np.ndarray):
        return np.zeros(argument.shape)
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
    if isinstance(value, np.ndarray):
        whole = np.zeros(value.shape) if isinstance(tangent, float) and tangent == 0.0 else tangent
        return [float(x) for x in np.ravel(whole)] if np.shape(whole) == value.shape else None  # type: ignore[arg-type]
    if isinstance(value, (tuple, list)) and type(tangent) is type(value) and len(value) == len(tangent):
        parts = [tangents(a, b) for a, b in zip(value, tangent, strict=True) if not isinstance(a, int)]
        return None if None in parts else [item for part in parts for item in part or []]
    if isinstance(value, float) and np.ndim(tangent) == 0:  # type: ignore[arg-type]
        return [float(tangent)]  # type: ignore[arg-type]
    return None
