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
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType, ModuleType

from tests.corpus.packages import Candidate

SEEN = 40  # calls kept for each function
POINTS = 3
DRAWN = (0.7, 1.3, 0.4, 2.1, 0.25, 1.7, 0.9, 0.55, 1.1, 0.35, 1.9, 0.65)

Calls = Mapping[CodeType, list[dict[str, object]]]


@dataclass(frozen=True)
class Point:
    """Arguments of one call: every parameter of the signature by its name."""

    arguments: dict[str, object]
    origin: str  # "example", "near" (an example moved a little) or "drawn"

    def floats(self) -> list[str]:
        return [name for name, value in self.arguments.items() if type(value) is float]


def record(modules: Iterable[ModuleType], candidates: Iterable[Candidate]) -> Calls:
    """Run the examples of `modules` and keep the arguments of the calls of `candidates`."""
    calls: dict[CodeType, list[dict[str, object]]] = {candidate.call.__code__: [] for candidate in candidates}

    def watch(frame: FrameType, event: str, _: object) -> None:
        seen = calls.get(frame.f_code) if event == "call" else None
        if seen is not None and len(seen) < SEEN:
            with contextlib.suppress(Exception):  # what cannot be copied is no point
                seen.append(copy.deepcopy(frame.f_locals))

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


def annotated_float(parameter: inspect.Parameter) -> bool:
    return "float" in str(parameter.annotation).replace("'", "").split(" | ") or parameter.annotation is float


def inputs(candidate: Candidate, point: Point) -> list[str]:
    """The floats that the signature does not call something else (`T: int`)."""
    parameters = inspect.signature(candidate.call).parameters
    unwritten = inspect.Parameter.empty
    return [
        name for name in point.floats() if parameters[name].annotation is unwritten or annotated_float(parameters[name])
    ]


def as_floats(candidate: Candidate, arguments: dict[str, object]) -> dict[str, object]:
    """An int where the signature says float (`Blasius(10000)`) becomes a float."""
    parameters = inspect.signature(candidate.call).parameters
    return {
        name: float(value)
        if type(value) is int and (annotated_float(parameters[name]) or type(parameters[name].default) is float)
        else value
        for name, value in arguments.items()
    }


def shape(arguments: dict[str, object]) -> str:
    """Calls that differ only in their floats have the same shape."""
    plain = (int, str, bool, type(None))
    return repr([(name, value if type(value) in plain else type(value).__name__) for name, value in arguments.items()])


def drawn(candidate: Candidate) -> Iterator[Point]:
    """Defaults, and values from a fixed list for what has none."""
    parameters = inspect.signature(candidate.call).parameters.values()
    for scale in (1.0, 10.0, 100.0, 0.1, 1000.0):
        with contextlib.suppress(LookupError):
            values = [draw(parameter, index, scale) for index, parameter in enumerate(parameters)]
            names = [parameter.name for parameter in parameters]
            yield Point(as_floats(candidate, dict(zip(names, values, strict=True))), "drawn")


def draw(parameter: inspect.Parameter, index: int, scale: float) -> object:
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        return ()
    if parameter.kind is inspect.Parameter.VAR_KEYWORD:
        return {}
    if parameter.default is not inspect.Parameter.empty:
        return parameter.default
    if annotated_float(parameter) or parameter.annotation is inspect.Parameter.empty:
        return scale * DRAWN[index % len(DRAWN)]
    if str(parameter.annotation) == "int":
        return 2 + index % 3
    raise LookupError(parameter.name)


def near(point: Point, step: float = 0.003) -> Point:
    """The same point moved a little: an example may stand at a kink."""
    floats = [(index, name, point.arguments[name]) for index, name in enumerate(point.floats())]
    moves = {name: value * (1.0 + step * (1 + index % 5)) for index, name, value in floats if isinstance(value, float)}
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
    yield from drawn(candidate)
