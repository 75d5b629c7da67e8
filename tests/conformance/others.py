"""What other tools do with the constructs, where they are installed.

Each gets the function as it is, with its own `numpy` in the place of NumPy and its functions in the place of those of
`math`, and differentiates the weighted sum of all floats that come out by all that go in.  Lists, tuples, dictionaries
and objects are made of its numbers, arrays are its arrays.  *right* agrees with differences, *wrong* does not,
*differs* follows another convention at a kink; everything else is the error that is raised.
"""

from __future__ import annotations

import copy
import importlib.util
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from adtransform.differences import differentiate
from adtransform.pipeline import Derivative
from tests.casefiles import agrees, quiet
from tests.conformance.judge import Function, executed, scale_of, weights
from tests.conformance.rows import Point, Row, heading, rows
from tests.conformance.table import header, line
from tests.conformance.values import floats

Inputs = list[Any]  # numbers and arrays


@dataclass(frozen=True)
class Task:
    """What a tool is given: a module, its function, the arguments, and the same as a scalar function of `inputs`."""

    scope: dict[str, Any]
    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    scalar: Callable[..., Any]
    inputs: Inputs
    weigh: Callable[[Any], float]


def autograd(task: Task) -> Inputs:
    from autograd import grad
    from autograd import numpy as anp

    substitute(task.scope, anp)
    return grad(task.scalar, argnum=tuple(range(len(task.inputs))))(*task.inputs)


def jax(task: Task) -> Inputs:
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    substitute(task.scope, jnp)
    return jax.grad(task.scalar, argnums=tuple(range(len(task.inputs))))(*map(jnp.asarray, task.inputs))


def pyadi(task: Task) -> Inputs:
    import pyadi  # type: ignore[import-not-found]

    slopes, _ = pyadi.DiffFor(task.function, *task.arguments.values(), verbose=0)  # one for each number that goes in
    return [task.weigh(slope) for slope in slopes]


TOOLS: dict[str, Callable[[Task], Inputs]] = {"autograd": autograd, "jax": jax, "pyadi": pyadi}


def substitute(scope: dict[str, Any], library: Any) -> None:
    """Put a library in the place of `numpy` and `math`."""
    names = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "atan2": "arctan2"}
    known = {n: getattr(library, names.get(n, n)) for n in vars(math) if hasattr(library, names.get(n, n))}
    for name, item in list(scope.items()):
        if item is math:
            scope[name] = SimpleNamespace(**{**vars(math), **known})
        elif item is np:
            scope[name] = library
        elif isinstance(item, ModuleType) and item.__name__.startswith("numpy"):
            scope[name] = library


def taken_apart(value: Any, inputs: Inputs) -> Callable[[Iterator[Any]], Any]:
    """The numbers and arrays of a value are put on `inputs`; returns how the value is made of others."""
    match value:
        case float() | np.floating():
            inputs.append(float(value))
            return next
        case np.ndarray() if value.dtype.kind == "f":
            inputs.append(value)
            return next
        case tuple() | list():
            parts = [taken_apart(item, inputs) for item in value]
            make = type(value)._make if hasattr(value, "_make") else type(value)  # type: ignore[attr-defined]
            return lambda rest: make([part(rest) for part in parts])
        case dict():
            items = {key: taken_apart(item, inputs) for key, item in value.items()}
            return lambda rest: {key: part(rest) for key, part in items.items()}
        case _ if hasattr(value, "__dict__") and not callable(value):
            attributes = {name: taken_apart(item, inputs) for name, item in vars(value).items()}

            def made(rest: Iterator[Any]) -> Any:
                twin = copy.copy(value)
                vars(twin).update({name: part(rest) for name, part in attributes.items()})
                return twin

            return made
        case _:
            return lambda rest: value


def weighed(value: Any, factors: Iterator[float], expected: Any) -> Any:
    """The sum of all numbers that come out where the function gives floats, weighted."""
    match expected:
        case float() | np.floating():
            return value * next(factors)
        case np.ndarray() if expected.dtype.kind == "f":
            chosen = np.array([next(factors) for _ in range(expected.size)]).reshape(expected.shape)
            return (value * chosen).sum()
        case tuple() | list():
            return sum(weighed(v, factors, e) for v, e in zip(value, expected))
        case dict():
            return sum(weighed(value[key], factors, e) for key, e in expected.items())
        case _ if hasattr(expected, "__dict__") and not callable(expected):
            return weighed(vars(value), factors, vars(expected))
        case _:
            return 0.0


def verdict(tool: str, row: Row) -> str:
    """What a tool does with one construct: the worst of its points."""
    found = []
    for point in row.points:
        if point.kind != "raises":
            try:
                with quiet():
                    right = compare(tool, row, point)
                found.append("right" if right else "differs" if point.kind == "slope" else "wrong")
            except Exception as error:
                found.append(type(error).__name__)
    plain = ("differs", "right")
    return max(found, key=lambda kind: (kind == "wrong", kind not in plain, kind == "differs"), default="-")


def compare(tool: str, row: Row, point: Point) -> bool:
    """Whether the gradient at a point is right."""
    own = executed(row.text, row.function)
    plain = Function(own[row.function], own[row.function], Derivative(row.function, "", ()), "", own)
    arguments = plain.arguments(point)
    names = tuple(name for name, value in arguments.items() if floats(value))
    plain = Function(plain.call, plain.call, Derivative(row.function, "", names), "", own)
    inputs: Inputs = []
    made = {name: taken_apart(value, inputs) for name, value in arguments.items()}
    expected = plain.primal(plain.arguments(point))[0]
    factors = [1.0] * len(floats(expected)) if point.kind == "slope" else weights(len(floats(expected)))

    scope = executed(row.text, row.function)
    theirs = Function(scope[row.function], plain.call, plain.derivative, "", scope)

    def scalar(*numbers: Any) -> Any:
        rest = iter(numbers)
        value = theirs.primal({name: part(rest) for name, part in made.items()})[0]
        return weigh(value)

    def weigh(value: Any) -> Any:
        return weighed(value, iter(factors), expected)

    task = Task(scope, theirs.call, arguments, scalar, copy.deepcopy(inputs), weigh)
    found = [x for part in TOOLS[tool](task) for x in np.ravel(part).tolist()]
    if point.kind == "slope":
        want = sum(floats(eval(point.slope, {"inf": math.inf, "nan": math.nan})))
        return sum(found) == want or abs(sum(found) - want) <= 1e-9 * abs(want)
    return all(agrees(x, difference, False) for x, difference in zip(found, differences(plain, point, factors)))


def differences(plain: Function, point: Point, factors: list[float]) -> Iterator[Any]:
    count = len(floats(plain.varying(plain.arguments(point))))
    outs = len(factors)
    for index in range(count):
        curve = plain.shifted(point, lambda t, index=index: [t * (k == index) for k in range(count)])  # type: ignore[misc]

        def total(t: float, curve: Callable[[float], tuple[float, ...]] = curve) -> float:
            return math.fsum(w * y for w, y in zip(factors, curve(t)[:outs]))

        yield differentiate(total, 0.0, scale_of(plain, point))[()]


def table(topics: Iterable[str]) -> Iterator[str]:
    """A table of the verdicts of the tools that are installed, and their counts."""
    tools = [tool for tool in TOOLS if importlib.util.find_spec(tool)]
    yield from header(["construct", *tools])
    counts: Mapping[str, Counter[str]] = {tool: Counter() for tool in tools}
    for topic in topics:
        yield line([f"**{heading(topic)}**", *[""] * len(tools)])
        for row in rows(topic):
            found = [verdict(tool, row) for tool in tools]
            for tool, kind in zip(tools, found):
                counts[tool][kind if kind in ("right", "wrong", "differs", "-") else "raises"] += 1
            yield line([row.title, *found])
    yield ""
    for tool in tools:
        yield f"{tool}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counts[tool].items()) if kind != "-")
