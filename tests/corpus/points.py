"""Where a function is run: the arguments of calls seen while the docstring examples of its package run.

Private functions get realistic points that way, from the public functions that call them.  A function that no example
reaches gets its defaults and values from a fixed list.
"""

from __future__ import annotations

import contextlib
import copy
import doctest
import inspect
import io
import itertools
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

from tests.conformance.values import floats, rebuilt
from tests.corpus.packages import Candidate

SEEN = 40  # calls kept for each function
POINTS = 3
WEIGHTS = (1.0, -0.6, 0.8, 0.5, -0.9, 0.7)  # of the numbers in a list or an array that is moved
DRAWN = (0.7, 1.3, 0.4, 2.1, 0.25, 1.7, 0.9, 0.55, 1.1, 0.35, 1.9, 0.65)

Calls = Mapping[CodeType, list[dict[str, object]]]


@dataclass(frozen=True)
class Point:
    """Arguments of one call: every parameter of the signature by its name."""

    arguments: dict[str, object]
    origin: str  # "example", "near" (an example moved a little) or "drawn"

    def floats(self) -> list[str]:
        """The floats, and the lists and arrays that hold some."""
        return [
            name
            for name, value in self.arguments.items()
            if type(value) is float or (is_container(value) and floats(value))
        ]


def record(modules: Iterable[ModuleType], candidates: Iterable[Candidate]) -> Calls:
    """Run the examples of `modules` and keep the arguments of the calls of `candidates`."""
    calls: dict[CodeType, list[dict[str, object]]] = {candidate.call.__code__: [] for candidate in candidates}

    def watch(frame: FrameType, event: str, _: object) -> None:
        seen = calls.get(frame.f_code) if event == "call" else None
        if seen is not None and len(seen) < SEEN:
            with contextlib.suppress(Exception):  # what cannot be copied is no point
                seen.append(copy.deepcopy({name: frame.f_locals[name] for name in parameters(frame.f_code)}))

    finder, sink = doctest.DocTestFinder(), io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        warnings.simplefilter("ignore")
        for module in modules:
            for test in finder.find(module):
                runner = doctest.DocTestRunner(verbose=False)
                sys.setprofile(watch)
                try:
                    runner.run(test, out=sink.write)
                finally:
                    sys.setprofile(None)
    return calls


def parameters(code: CodeType) -> tuple[str, ...]:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_varnames[:count]


def is_container(value: object) -> bool:
    return isinstance(value, (list, np.ndarray))


def annotated_float(parameter: inspect.Parameter) -> bool:
    return "float" in str(parameter.annotation).replace("'", "").split(" | ") or parameter.annotation is float


def inputs(candidate: Candidate, point: Point) -> list[str]:
    """The floats that the signature does not call something else (`T: int`), lists and arrays."""
    parameters = inspect.signature(candidate.call).parameters
    unwritten = inspect.Parameter.empty
    return [
        name
        for name in point.floats()
        if is_container(point.arguments[name])
        or parameters[name].annotation is unwritten
        or annotated_float(parameters[name])
    ]


def size_of(value: object) -> float:
    """The size of a number, or of the largest in a list or an array."""
    return max(map(abs, floats(value)), default=0.0)


def direction(value: object, size: float | None = None) -> Any:
    """Along what a float (1.0), a list or an array is moved: another way for each number, by their sizes."""
    if isinstance(value, float):
        return 1.0
    whole, weights = size or size_of(value) or 1.0, iter(WEIGHTS * 1000)
    return rebuilt(value, lambda x: next(weights) * (abs(float(x)) / whole or 1.0), lambda _: 0.0)


def moved(value: object, step: float) -> Any:
    """The value some steps along its direction."""
    if isinstance(value, float):
        return value + step
    steps = iter(floats(direction(value)))
    return rebuilt(value, lambda x: type(x)(x + step * next(steps)))


def along(adjoint: object, value: object) -> float | None:
    """The product of an adjoint and the direction of a value; None if they have not the same structure."""
    if isinstance(value, float):
        return adjoint if isinstance(adjoint, (int, float)) else None
    found, steps = floats(adjoint), floats(direction(value))
    return float(np.dot(found, steps)) if len(found) == len(steps) else None


def with_floats(value: object) -> object:
    """A list or an array of integers, as floats."""
    if isinstance(value, list) and value and all(isinstance(x, (int, float, list)) for x in value):
        return [float(x) if type(x) is int else with_floats(x) for x in value]
    if isinstance(value, np.ndarray) and value.dtype.kind == "i":
        return value.astype(float)
    return value


def as_floats(candidate: Candidate, arguments: dict[str, object]) -> dict[str, object]:
    """An int where the signature says float (`Blasius(10000)`) becomes a float, and so do those in lists and arrays."""
    parameters = inspect.signature(candidate.call).parameters
    return {
        name: float(value)
        if type(value) is int and (annotated_float(parameters[name]) or type(parameters[name].default) is float)
        else with_floats(value)
        for name, value in arguments.items()
    }


def shape(arguments: dict[str, object]) -> str:
    """Calls that differ only in their floats have the same shape."""
    plain = (int, str, bool, type(None))
    return repr([(name, value if type(value) in plain else type(value).__name__) for name, value in arguments.items()])


def numbers(index: int, scale: float = 1.0) -> Iterator[float]:
    """From the fixed list, each parameter from another place."""
    return (scale * x for x in itertools.islice(itertools.cycle(DRAWN), 5 * index, None))


MAKE: dict[str, Callable[[Iterator[float]], object]] = {
    "float": next,
    "list": lambda rest: [next(rest) for _ in range(3)],
    "rows": lambda rest: [[next(rest) + 3.0 * (i == j) for j in range(3)] for i in range(3)],
    "array": lambda rest: np.array([next(rest) for _ in range(3)]),
    "matrix": lambda rest: np.array([[next(rest) + 3.0 * (i == j) for j in range(3)] for i in range(3)]),
}
# what is drawn for parameters without annotation; the last one for all that follow
KINDS = (
    ("float",),
    ("list",),
    ("array",),
    ("matrix",),
    ("rows", "list"),
    ("matrix", "array"),
    ("array", "float"),
    ("list", "float"),
    ("matrix", "float"),
    ("rows",),
)


def drawn(candidate: Candidate, chosen: tuple[tuple[str, ...], ...] = KINDS) -> Iterator[Point]:
    """Defaults, and values from a fixed list for what has none: floats, lists, arrays."""
    parameters = inspect.signature(candidate.call).parameters.values()
    names = [parameter.name for parameter in parameters]
    for kinds in chosen:
        for scale in (1.0, 10.0, 100.0, 0.1, 1000.0) if kinds == ("float",) else (1.0,):
            with contextlib.suppress(LookupError):
                kind = itertools.chain(kinds, itertools.repeat(kinds[-1]))
                values = [draw(parameter, index, scale, next(kind)) for index, parameter in enumerate(parameters)]
                yield Point(as_floats(candidate, dict(zip(names, values, strict=True))), "drawn")


def annotated(parameter: inspect.Parameter) -> str:
    """What an annotation asks for, if it says a list or an array."""
    text = str(parameter.annotation)
    if "list[list[float]]" in text:
        return "rows"
    if "list[float]" in text:
        return "list"
    return "array" if "ndarray" in text or "NDArray" in text else ""


def draw(parameter: inspect.Parameter, index: int, scale: float, kind: str) -> object:
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        return ()
    if parameter.kind is inspect.Parameter.VAR_KEYWORD:
        return {}
    if parameter.default is not inspect.Parameter.empty:
        return parameter.default
    if wanted := annotated(parameter):
        return MAKE["matrix" if wanted == "array" and kind == "matrix" else wanted](numbers(index, scale))
    if parameter.annotation is inspect.Parameter.empty and kind != "float":
        return MAKE[kind](numbers(index, scale))
    if annotated_float(parameter) or parameter.annotation is inspect.Parameter.empty:
        return scale * DRAWN[index % len(DRAWN)]
    if str(parameter.annotation) == "int":
        return 2 + index % 3
    raise LookupError(parameter.name)


def near(point: Point, step: float = 0.003) -> Point:
    """The same point moved a little: an example may stand at a kink."""
    named = [(index, name, point.arguments[name]) for index, name in enumerate(point.floats())]
    moves = {
        name: rebuilt(value, lambda x, factor=1.0 + step * (1 + index % 5): x * factor) for index, name, value in named
    }
    return Point({**point.arguments, **moves}, "near")


def points_of(candidate: Candidate, calls: Calls) -> Iterator[Point]:
    """Points to try, the best ones first: calls of different shapes, then the rest, then drawn ones."""
    groups: dict[str, list[Point]] = defaultdict(list)
    for arguments in calls.get(candidate.call.__code__, []):
        arguments = as_floats(candidate, arguments)
        groups[shape(arguments)].append(Point(arguments, "example"))
    examples = [group[0] for group in groups.values()]
    examples += [group[-1] for group in groups.values() if len(group) > 1]
    yield from examples[: POINTS - 1]
    yield from (near(point) for point in examples[:1])
    yield from examples[POINTS - 1 :]
    yield from drawn(candidate, KINDS[:1] if examples else KINDS)
