"""Checks of one random program: its tangent against dual numbers, the complex step and differences."""

from __future__ import annotations

import contextlib
import io
import math
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Options, Result, transform
from tests import complex_step
from tests.bench import dual
from tests.corpus.calls import outputs, same
from tests.corpus.differences import slopes
from tests.programs import Program

# what the generator writes and the tool may refuse
ALLOWED = {
    "D002",  # the value does not depend on its parameters
    "N102",  # a call in one arm of a conditional expression
    "N106",  # a call on the right of `+=` that may rebind the variable
    "N126",  # a variable that is a tuple in one place and a number in another
    "N143",  # a function that is chosen at run time
    "N148",  # a function that may keep an active value
    "N141",  # the result of a call assigned to several targets
    "N146",  # a loop variable that is active in one loop and passive in another
    "N149",  # a closure that assigns its surroundings, called inside an expression
    "N151",  # calls inside the arguments of a call
}

SHIFTS = (0.0137, -0.0211, 0.0173, -0.0149)  # away from the round numbers where kinks are

Outcome = tuple[Any, str]  # the value, or the name of the exception's type


def run(function: Callable[..., Any], arguments: dict[str, Any]) -> Outcome:
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return function(**arguments), ""
        except Exception as error:
            return None, type(error).__name__


def compiled(source: str, name: str, **more: Any) -> Callable[..., Any]:
    """A function of a module; `more` replaces names of the module."""
    home: dict[str, Any] = {}
    exec(compile(source, "<program>", "exec"), home)
    home.update(more)
    function: Callable[..., Any] = home[name]
    return function


def overloaded(program: Program, math_: SimpleNamespace) -> Callable[..., Any]:
    return compiled(program.source, program.function, math=math_, sin=math_.sin, float=lambda x: x)


def write(program: Program, disabled: frozenset[str] = frozenset()) -> Result | None:
    """The generated module, or None where refusing is allowed."""
    try:
        options = Options(functions=(program.function,), disabled=disabled)
        return transform(program.source, "program.py", options)
    except TransformError as error:
        refused = {refusal.code for refusal in error.refusals}
        assert refused <= ALLOWED, f"refused {error}"
        return None


def tangent(program: Program, result: Result) -> Callable[[tuple[float, ...]], Outcome]:
    """The generated tangent along the program's direction."""
    (derivative,) = result.derivatives
    function = compiled(result.text, derivative.name)
    along = dict(zip(program.inputs, program.direction))
    seeds = {name: along[input_] for input_, name in zip(derivative.wrt, derivative.tangents)}
    return lambda point: run(function, {**program.arguments(point), **seeds})


def by_overloading(program: Program, number: Callable[[float, float], Any], math_: SimpleNamespace) -> Any:
    function = overloaded(program, math_)

    def derivative(point: tuple[float, ...]) -> list[float] | None:
        floats = tuple(number(x, d) for x, d in zip(point, program.direction))
        value, raised = run(function, program.arguments(floats))
        if raised:
            return None
        return [float(getattr(item, "d", 0.0)) for item in leaves(value)]

    return derivative


def close(found: list[float], expected: list[float], tolerance: float) -> bool:
    return all(
        math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance) or not math.isfinite(b)
        for a, b in zip(found, expected, strict=True)
    )


def differences(primal: Callable[..., Any], program: Program, point: tuple[float, ...]) -> list[float] | None:
    """Slopes of the results along the direction."""

    def curve(shift: float) -> list[float] | None:
        moved = tuple(x + shift * d for x, d in zip(point, program.direction))
        value, raised = run(primal, program.arguments(moved))
        return None if raised or any(isinstance(leaf, int) for leaf in leaves(value)) else outputs(value)

    return agreed(curve)


def agreed(curve: Callable[[float], list[float] | None]) -> list[float] | None:
    """Slopes at zero where both sides of it and two widths agree on them."""
    found = [slopes(curve, width, side) for width, side in ((2.0**-7, 0), (2.0**-11.3, 0), (2.0**-9, 1), (2.0**-9, -1))]
    if None in found:
        return None
    first = [slope.value for slope in found[0] or []]
    others = [[slope.value for slope in entry or []] for entry in found[1:]]
    return first if all(len(entry) == len(first) and close(first, entry, 1e-6) for entry in others) else None


def leaves(value: Any) -> list[Any]:
    """The items of a tuple of tuples, in order."""
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, tuple) else [value]


def mirrors(derivative: Any, value: Any) -> bool:
    """Whether a derivative has the structure of a value."""
    if not isinstance(value, tuple):
        return isinstance(derivative, (int, float))
    return isinstance(derivative, tuple) and len(derivative) == len(value) and all(map(mirrors, derivative, value))


def check_generated(program: Program, result: Result, expected: list[Outcome], seen: Counter[str]) -> None:
    """Values, exceptions, and tangents against dual numbers."""
    derivative, exact = tangent(program, result), by_overloading(program, dual.Dual, dual.MATH)
    for point, (value, raised) in zip(program.points, expected):
        pair, found = derivative(point)
        assert found == raised, f"raised {found or 'nothing'} instead of {raised or 'nothing'}"
        if raised:
            seen["raised"] += 1
            continue
        assert same(pair[0], value), f"value {pair[0]!r} instead of {value!r}"
        assert mirrors(pair[1], value), f"tangent {pair[1]} of {value}"
        if (numbers := exact(point)) is not None:
            seen["dual numbers"] += 1
            assert close(leaves(pair[1]), numbers, 1e-9), f"tangent {pair[1]}, dual numbers {numbers}"


def check_opinions(program: Program, result: Result, seen: Counter[str]) -> None:
    """The tangent against what knows nothing of calculus: at the first point, or beside it if that is at a kink.

    At a kink the conventions hold, which only the dual numbers know.
    """
    primal, derivative = compiled(program.source, program.function), tangent(program, result)
    stepped = by_overloading(program, complex_step.start, complex_step.MATH)
    judges: dict[str, tuple[Callable[[tuple[float, ...]], list[float] | None], float]] = {
        "complex step": (stepped, 1e-8),
        "differences": (lambda point: differences(primal, program, point), 1e-4),
    }
    first = program.points[0]
    beside = tuple(x + shift for x, shift in zip(first, SHIFTS))
    for judge, (judged, tolerance) in judges.items():
        for point in (first, beside) if judge == "complex step" or 0.0 not in first else (beside,):
            pair, raised = derivative(point)
            opinion = None if raised else judged(point)
            if opinion is not None and all(map(math.isfinite, opinion)):
                seen[judge] += 1
                assert close(leaves(pair[1]), opinion, tolerance), f"tangent {pair[1]}, {judge} {opinion} at {point}"
                break


def check(program: Program, off: str, seen: Counter[str]) -> None:
    """The tangent of one program, with all optimisations and without one."""
    result = write(program)
    if result is None:
        seen["refused"] += 1
        return
    primal = compiled(program.source, program.function)
    expected = [run(primal, program.arguments(point)) for point in program.points]
    check_generated(program, result, expected, seen)
    check_opinions(program, result, seen)
    if off:
        without = write(program, frozenset({off}))
        if without is not None:
            check_generated(program, without, expected, seen)


def check_again(program: Program, seen: Counter[str]) -> None:
    """The tangent of the tangent against the tangent run on dual numbers."""
    first = write(program)
    if first is None:
        return
    (tangent_,) = first.derivatives
    names = [*program.inputs, *tangent_.tangents]
    along = dict(zip(program.inputs, program.direction))
    slopes_ = tuple(along[input_] for input_ in tangent_.wrt)
    second = Program(
        first.text,
        tangent_.name,
        tuple(names),
        tuple((*point, *slopes_) for point in program.points),
        (*program.direction, *(0.0 for _ in slopes_)),
        program.count,
    )
    result = write(second)
    if result is None:
        return
    primal = compiled(second.source, second.function)
    expected = [run(primal, second.arguments(point)) for point in second.points]
    check_generated(second, result, expected, seen)
    seen["second order"] += 1
