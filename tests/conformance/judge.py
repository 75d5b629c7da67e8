"""The verdict on one construct in each mode: right, refused, wrong or crashed.

Tangents are compared with differences along directions; adjoints with differences by each input and, where there is
one, with the tangent; the tangent of the adjoint, which is derived from its text, with differences of the adjoint.
Values must be the same bit by bit; tangents leave arguments as the function leaves them.
"""

from __future__ import annotations

import inspect
import itertools
import linecache
import math
import random
import sys
import types
import unittest.mock
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from adtransform.diagnostics import TransformError
from adtransform.differences import differentiate
from adtransform.pipeline import Derivative, Options, Result, transform
from tests.casefiles import agrees, quiet
from tests.conformance.rows import Point, Row
from tests.conformance.values import bits, close, floats, mirrored, moved

MODES = ("forward", "reverse", "order 2")
EQUAL = 1e-9  # of tangent and adjoint
Curve = Callable[[float], tuple[float, ...]]


class Wrong(Exception):
    """A number is not what it should be."""


@dataclass(frozen=True)
class Verdict:
    """`kind` is right, refused, wrong or crashed; `detail` the codes of a refusal or the finding, `reason` its text."""

    kind: str
    detail: str = ""
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.detail}" if self.kind == "refused" else self.kind


@dataclass(frozen=True)
class Function:
    """A function beside its derivative; `text` is the module of the derivative."""

    call: Callable[..., Any]
    derived: Callable[..., Any]
    derivative: Derivative
    text: str
    scope: Mapping[str, Any]

    def arguments(self, point: Point) -> dict[str, Any]:
        """The arguments by name, made anew."""
        args, kwargs = eval(code_of(point.arguments), dict(self.scope))
        return bound(self.call, args, kwargs)

    def primal(self, arguments: dict[str, Any]) -> Any:
        """The value and the arguments as the function leaves them."""
        return placed(self.call, arguments), arguments

    def varying(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {name: arguments[name] for name in self.derivative.wrt}

    def along(self, value: Any, numbers: Iterator[float]) -> Any:
        """The tangent of an argument; that of a function is the generated one."""
        if callable(value):
            return self.scope[value.__name__ + self.derivative.name.removeprefix(self.derivative.function)]
        return mirrored(value, numbers)

    def shifted(self, point: Point, step: Callable[[float], list[float]]) -> Curve:
        """The floats that come out, as a function of one number; `step` makes the change of each float that goes in."""

        def curve(t: float) -> tuple[float, ...]:
            arguments, changes = self.arguments(point), iter(step(t))
            for name in self.derivative.wrt:
                arguments[name] = moved(arguments[name], changes)
            return tuple(floats(self.primal(arguments)))

        return curve


@cache
def code_of(arguments: str) -> types.CodeType:
    return compile(f"(lambda *a, **k: (a, k))({arguments})", "<arguments>", "eval")


def bound(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    found = inspect.signature(function).bind(*args, **kwargs)
    found.apply_defaults()
    return dict(found.arguments)


def placed(function: Callable[..., Any], arguments: Mapping[str, Any], **more: Any) -> Any:
    """Call a function with arguments by name, those of `*args` and `**kwargs` as well."""
    args, kwargs = [], dict(more)
    for name, value in arguments.items():
        parameter = inspect.signature(function).parameters.get(name)
        match parameter and parameter.kind:
            case inspect.Parameter.VAR_POSITIONAL:
                args += value
            case inspect.Parameter.VAR_KEYWORD:
                kwargs |= value
            case inspect.Parameter.POSITIONAL_ONLY:
                args.append(value)
            case inspect.Parameter.POSITIONAL_OR_KEYWORD if not kwargs or more:
                args.append(value)
            case _:
                kwargs[name] = value
    return function(*args, **kwargs)


def executed(text: str, name: str) -> dict[str, Any]:
    """The names of a module given as text."""
    module = types.ModuleType(f"conformance {name}")
    with unittest.mock.patch.dict(sys.modules, {module.__name__: module}):  # dataclasses look there
        linecache.cache[f"<{name}>"] = (len(text), None, text.splitlines(keepends=True), f"<{name}>")
        exec(compile(text, f"<{name}>", "exec"), vars(module))
    return vars(module)


def primal_of(scope: Mapping[str, Any], function: str, point: Point) -> Any:
    """The value of a function of a module at a point."""
    plain = Function(scope[function], scope[function], Derivative(function, function, ()), "", scope)
    return plain.primal(plain.arguments(point))


@cache
def derived(text: str, function: str, mode: str, more: tuple[str, ...] = ()) -> Function:
    """The derivative of a function of a module, compiled; `more` are other functions to differentiate."""
    result: Result = transform(text, f"{function}.py", Options(mode=mode, functions=(function, *more)))
    (derivative,) = [d for d in result.derivatives if d.function == function]
    own = executed(text, function)
    names = executed(result.text, f"{mode} of {function}")
    return Function(own[function], names[derivative.name], derivative, result.text, {**names, **own})


def judged(check: Callable[[], None]) -> Verdict:
    """What a check finds."""
    try:
        with quiet():
            check()
    except TransformError as error:
        codes = " ".join(dict.fromkeys(refusal.code for refusal in error.refusals))
        return Verdict("refused", codes, error.refusals[0].message)
    except Wrong as error:
        return Verdict("wrong", str(error))
    except Exception as error:
        if isinstance(error, ValueError) and "is expected" in str(error):  # the number of axes is asked for
            return Verdict("refused", "when it is called", str(error))
        return Verdict("crashed", f"{type(error).__name__}: {error}")
    return Verdict("right")


def judge(row: Row) -> dict[str, Verdict]:
    """The verdicts by mode; what order 2 starts from must be right."""
    found = {mode: judged(lambda mode=mode: CHECKS[mode](row)) for mode in MODES}  # type: ignore[misc]
    if found["reverse"].kind != "right":
        found["order 2"] = found["reverse"]
    return found


def check_forward(row: Row) -> None:
    tangent = derived(row.text, row.function, "forward", row.handed_over)
    for point in row.points:
        check_tangent(tangent, point)


def check_reverse(row: Row) -> None:
    adjoint = derived(row.text, row.function, "reverse")
    try:
        tangent = derived(row.text, row.function, "forward", row.handed_over)
    except TransformError:
        tangent = None
    for point in row.points:
        check_adjoint(adjoint, tangent, point)


def check_second(row: Row) -> None:
    adjoint = derived(row.text, row.function, "reverse")
    again = derived(adjoint.text, adjoint.derivative.name, "forward")
    for point in row.points:
        if point.kind == "at":
            scope = {**again.scope, **adjoint.scope, "weighted": lambda p=point: seed_of(adjoint, p)}
            seeded = Point("at", f"{point.arguments}, {adjoint.derivative.seed}=weighted()", "")
            second = Function(adjoint.derived, again.derived, again.derivative, again.text, scope)
            check_tangent(second, seeded, strict=False)


CHECKS = {"forward": check_forward, "reverse": check_reverse, "order 2": check_second}


# --- tangents ---------------------------------------------------------------------------------------------------------


def pushed(tangent: Function, point: Point, direction: list[float]) -> tuple[Any, Any]:
    """The value with the arguments as they are left, and the tangents of both."""
    arguments, numbers = tangent.arguments(point), iter(direction)
    given = {name: tangent.along(value, numbers) for name, value in tangent.varying(arguments).items()}
    tangents = {t: given[name] for name, t in zip(tangent.derivative.wrt, tangent.derivative.tangents)}
    found = placed(tangent.derived, arguments, **tangents)
    if not isinstance(found, tuple) or len(found) != 2:
        raise Wrong(f"returns {found!r}, not a pair")
    value, slope = found
    left = {name: given.get(name, mirrored(v, itertools.repeat(0.0))) for name, v in arguments.items()}
    return (value, arguments), (slope, left)


def directions(count: int) -> list[list[float]]:
    """All ones, and two that are drawn."""
    rng = random.Random(count)
    return [[1.0] * count] + [[rng.uniform(-1.0, 1.0) for _ in range(count)] for _ in range(2)]


def check_tangent(tangent: Function, point: Point, strict: bool = True) -> None:
    """Values, and slopes along directions."""
    if point.kind == "raises":
        return check_raises(tangent, lambda: pushed(tangent, point, [1.0] * count_of(tangent, point)), point)
    check_inputs(tangent, point)
    expected = tangent.primal(tangent.arguments(point))
    for direction in directions(count_of(tangent, point)):
        value, slope = pushed(tangent, point, direction)
        if bits(value) != bits(expected):
            raise Wrong(f"{point}: value {value!r}, not {expected!r}")
        if len(floats(slope)) < len(floats(expected)):
            raise Wrong(f"{point}: the tangent {slope!r} has not the structure of {expected!r}")
        if point.kind == "slope":
            return check_slope(slope[0], point)
        found = floats(tuple(aligned(a, b) for a, b in zip(expected, slope)))
        curve = tangent.shifted(point, lambda t, d=direction: [t * x for x in d])  # type: ignore[misc]
        for path, difference in differentiate(curve, 0.0, scale_of(tangent, point)).items():
            if not agrees(found[path[0]], difference, strict):
                raise Wrong(f"{point} along {direction}: slope {found[path[0]]!r}, differences {difference}")


def aligned(value: Any, slope: Any) -> Any:
    """The numbers of a slope where the value has floats: what stands at integers is left out."""
    if isinstance(value, (tuple, list)):
        return [aligned(a, b) for a, b in zip(value, slope)]
    if isinstance(value, np.ndarray) and np.shape(slope) != value.shape:
        raise Wrong(f"the derivative has the shape {np.shape(slope)}, not {value.shape}")
    if isinstance(value, dict):
        return [aligned(item, slope[key]) for key, item in value.items()]
    if hasattr(value, "__dict__") and not callable(value):
        return aligned(vars(value), vars(slope))
    return [float(x) for x in floats(slope)] if floats(value) else []


def count_of(function: Function, point: Point) -> int:
    return len(floats(function.varying(function.arguments(point))))


def scale_of(function: Function, point: Point) -> float:
    """The changes that matter: the smallest of the numbers that go in, but not too small."""
    return min([abs(x) for x in floats(function.varying(function.arguments(point))) if abs(x) > 0.1], default=1.0)


def check_slope(slope: Any, point: Point) -> None:
    """The derivative along all ones is what the point says."""
    found = floats(slope)
    want = floats(eval(point.slope, {"inf": math.inf, "nan": math.nan}))
    if len(found) != len(want) or not all(close(a, b, 1e-12 * abs(b)) for a, b in zip(found, want)):
        raise Wrong(f"{point}: slope {slope!r}, not {want}")


def check_inputs(function: Function, point: Point) -> None:
    """Numbers, lists, tuples and arrays that move the value are differentiated."""
    arguments = function.arguments(point)
    expected = bits(function.primal(function.arguments(point))[0])
    for name in arguments.keys() - {*function.derivative.wrt}:
        if floats(arguments[name]) and isinstance(arguments[name], (float, list, tuple, np.ndarray)):
            changed = function.arguments(point)
            changed[name] = moved(changed[name], itertools.repeat(1e-4))
            if bits(function.primal(changed)[0]) != expected:
                raise Wrong(f"{point}: not differentiated with respect to {name}")


def check_raises(function: Function, run: Callable[[], object], point: Point) -> None:
    """The derivative raises what the function raises."""
    said = [raised(lambda: function.primal(function.arguments(point))), raised(run)]
    if said[0] is None or repr(said[0]) != repr(said[1]):
        raise Wrong(f"{point}: raises {said[1]!r}, not {said[0]!r}")


def raised(run: Callable[[], object]) -> Exception | None:
    try:
        run()
    except Exception as error:
        return error
    return None


# --- adjoints ---------------------------------------------------------------------------------------------------------


def weights(count: int) -> list[float]:
    return list(itertools.islice(itertools.cycle([0.9, -0.7, 0.4, 1.1, 0.6, -0.3, 0.8, 0.5]), count))


def seed_of(adjoint: Function, point: Point, numbers: list[float] | None = None) -> Any:
    """A seed for the value at a point; it is not one unless the numbers say so."""
    value = adjoint.primal(adjoint.arguments(point))[0]
    return mirrored(value, iter(numbers or weights(len(floats(value)))))


def pulled(adjoint: Function, point: Point, seed: Any) -> tuple[Any, list[float]]:
    """The value, and the adjoints of all floats that go in."""
    arguments, before = adjoint.arguments(point), bits(seed)
    found = placed(adjoint.derived, arguments, **{adjoint.derivative.seed: seed})
    if bits(seed) != before:
        raise Wrong(f"{point}: the seed is changed")
    if bits(arguments) != bits(adjoint.primal(adjoint.arguments(point))[1]):
        raise Wrong(f"{point}: the arguments are left as {arguments!r}")
    if not isinstance(found, tuple) or len(found) != 2:
        raise Wrong(f"returns {found!r}, not a pair")
    value, each = found
    each = (each,) if len(adjoint.derivative.wrt) == 1 else each
    inputs = adjoint.varying(adjoint.arguments(point))
    numbers = [x for name, a in zip(adjoint.derivative.wrt, each) for x in floats(aligned(inputs[name], a))]
    if len(numbers) != len(floats(inputs)):
        raise Wrong(f"{point}: the adjoints {each!r} have not the structure of {inputs!r}")
    return value, numbers


def check_adjoint(adjoint: Function, tangent: Function | None, point: Point) -> None:
    """Values, the gradient by each input, and the products with the tangent along directions."""
    if point.kind == "raises":
        seed = {adjoint.derivative.seed: 1.0}  # that of a list or an array has no default
        return check_raises(adjoint, lambda: placed(adjoint.derived, adjoint.arguments(point), **seed), point)
    check_inputs(adjoint, point)
    expected = adjoint.primal(adjoint.arguments(point))[0]
    outs = len(floats(expected))
    numbers = [1.0] * outs if point.kind == "slope" else weights(outs)
    value, gradient = pulled(adjoint, point, seed_of(adjoint, point, numbers))
    if bits(value) != bits(expected):
        raise Wrong(f"{point}: value {value!r}, not {expected!r}")
    if point.kind == "slope":
        want = floats(eval(point.slope, {"inf": math.inf, "nan": math.nan}))
        if not close(sum(gradient), sum(want), 1e-12 * sum(map(abs, gradient))):
            raise Wrong(f"{point}: adjoints {gradient}, their sum should be {sum(want)}")
        return
    if tangent and tangent.derivative.wrt == adjoint.derivative.wrt:
        for direction in directions(len(gradient)):
            slope = floats(aligned(expected, pushed(tangent, point, direction)[1][0]))
            left, right = [s * w for s, w in zip(slope, numbers)], [g * d for g, d in zip(gradient, direction)]
            if not close(math.fsum(left), math.fsum(right), EQUAL * (sum(map(abs, left + right)) + 1e-300)):
                raise Wrong(f"{point}: adjoint times direction {math.fsum(right)!r}, seed times tangent {left!r}")
    for index, found in enumerate(gradient):
        unit = [float(index == k) for k in range(len(gradient))]
        curve = adjoint.shifted(point, lambda t, unit=unit: [t * x for x in unit])  # type: ignore[misc]
        weighed = lambda t, curve=curve: math.fsum(w * y for w, y in zip(numbers, curve(t)))  # noqa: E731
        difference = differentiate(weighed, 0.0, scale_of(adjoint, point))[()]
        if not agrees(found, difference, strict=True):
            raise Wrong(f"{point}: adjoint {found!r} of input {index}, differences {difference}")
