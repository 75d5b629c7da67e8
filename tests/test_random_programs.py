"""Random programs: tangents against dual numbers, the complex step and differences; the same values and exceptions.

`ADTRANSFORM_FUZZ=20000` runs that many, other ones each time.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from adtransform.diagnostics import TransformError
from adtransform.pipeline import OPTIMISATIONS, Options, Result, transform
from tests import complex_step
from tests.bench import dual
from tests.corpus.calls import outputs, same
from tests.corpus.differences import slopes
from tests.programs import Program, programs

SHARDS = 4
FUZZ = os.environ.get("ADTRANSFORM_FUZZ")
EXAMPLES = int(FUZZ or 1000) // SHARDS
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]

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
        assert refused <= ALLOWED, str(error)
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
        return [float(getattr(item, "d", 0.0)) for item in (value if isinstance(value, tuple) else (value,))]

    return derivative


def close(found: list[float], expected: list[float], tolerance: float) -> bool:
    return all(
        math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance) or not math.isfinite(b)
        for a, b in zip(found, expected, strict=True)
    )


def differences(primal: Callable[..., Any], program: Program, point: tuple[float, ...]) -> list[float] | None:
    """Slopes along the direction where both sides of the point and two widths agree on them."""

    def curve(shift: float) -> list[float] | None:
        moved = tuple(x + shift * d for x, d in zip(point, program.direction))
        return outputs(run(primal, program.arguments(moved))[0])

    found = [slopes(curve, width, side) for width, side in ((2.0**-7, 0), (2.0**-11.3, 0), (2.0**-9, 1), (2.0**-9, -1))]
    if None in found:
        return None
    first = [slope.value for slope in found[0] or []]
    others = [[slope.value for slope in entry or []] for entry in found[1:]]
    agreed = all(len(entry) == len(first) and close(first, entry, 1e-6) for entry in others)
    return first if agreed else None


def floats_of(value: Any) -> list[float]:
    return [float(item) for item in (value if isinstance(value, tuple) else (value,))]


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
        if (numbers := exact(point)) is not None:
            seen["dual numbers"] += 1
            assert close(floats_of(pair[1]), numbers, 1e-9), f"tangent {pair[1]}, dual numbers {numbers}"


def check_opinions(program: Program, result: Result, seen: Counter[str]) -> None:
    """The tangent at the first point against what knows nothing of calculus."""
    point, primal = program.points[0], compiled(program.source, program.function)
    pair, raised = tangent(program, result)(point)
    stepped = by_overloading(program, complex_step.start, complex_step.MATH)(point)
    if raised:
        return
    found = floats_of(pair[1])
    if stepped is not None and all(map(math.isfinite, stepped)):
        seen["complex step"] += 1
        assert close(found, stepped, 1e-8), f"tangent {found}, complex step {stepped}"
    if 0.0 in point:
        return  # at a kink the conventions hold, of which differences know nothing
    if (slope := differences(primal, program, point)) is not None and len(slope) == len(found):
        seen["differences"] += 1
        assert close(found, slope, 1e-4), f"tangent {found}, differences {slope}"


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


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_programs(shard: int) -> None:
    seen: Counter[str] = Counter()
    failed: list[Program] = []

    def attempt(program: Program, off: str) -> None:
        seen["programs"] += 1
        try:
            check(program, off, seen)
        except Exception as error:
            if not failed:
                print(f"unshrunk: {error}\n{program}\n{program.source}")
            failed.append(program)
            raise

    drawn = given(program=programs(), off=st.sampled_from([*[""] * 4, *OPTIMISATIONS]))(attempt)
    configured = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=QUIET,
    )(drawn)
    (configured if FUZZ else seed(shard)(configured))()
    assert seen["refused"] <= 0.25 * seen["programs"], seen
    for judge in ("dual numbers", "complex step", "differences"):
        assert seen[judge] >= 0.3 * seen["programs"], seen
