"""Checks of one random program in reverse mode: its adjoint against its tangent, dual numbers and differences."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from typing import Any

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Options, Result, transform
from tests.bench import dual
from tests.corpus.calls import same
from tests.program_checks import ALLOWED, Outcome, close, compiled, leaves, mirrors, overloaded, run, tangent
from tests.program_scope import Chooser
from tests.program_text import check_text
from tests.programs import Program

# what the generator writes and reverse mode may refuse, besides what forward mode may
REFUSED = {
    "N161",  # a tuple as a value
    "N162",  # a loop over active values
    "N163",  # a nested function of active values
    "N165",  # active values assigned in `try`
    "N166",  # an end without `return`
}

SEEDS = (1.0, -0.5, 2.0, 0.75)
Point = tuple[float, ...]


def write(program: Program, mode: str, seen: Counter[str], **more: Any) -> Result | None:
    """The generated module, or None where refusing is allowed."""
    try:
        options = Options(mode=mode, functions=(program.function,), **more)
        return transform(program.source, "program.py", options)
    except TransformError as error:
        refused = {refusal.code for refusal in error.refusals}
        assert refused <= ALLOWED | (REFUSED if mode == "reverse" else set()), f"refused {error}"
        seen.update(refused)
        return None


def seed_like(value: Any, pick: Chooser) -> Any:
    """A seed for a value: a float, or a tuple that mirrors it."""
    return tuple(seed_like(item, pick) for item in value) if isinstance(value, tuple) else pick.one(SEEDS)


def ones_like(value: Any) -> Any:
    return tuple(map(ones_like, value)) if isinstance(value, tuple) else 1.0


def dot(first: Any, second: Any) -> float:
    return math.fsum(a * b for a, b in zip(leaves(first), leaves(second), strict=True))


class Adjoint:
    """The generated adjoint of a program."""

    def __init__(self, program: Program, result: Result) -> None:
        self.program, self.result = program, result
        (self.derivative,) = result.derivatives
        self.function = compiled(result.text, self.derivative.name)
        self.seed = list(inspect.signature(self.function).parameters)[-1]
        self.inputs = self.derivative.wrt

    def __call__(self, point: Point, seed: Any = None) -> Outcome:
        """The value and the tuple of adjoints."""
        seeds = {} if seed is None else {self.seed: seed}
        pair, raised = run(self.function, {**self.program.arguments(point), **seeds})
        if raised:
            return None, raised
        value, adjoints = pair
        if len(self.inputs) == 1:
            adjoints = (adjoints,)
        assert isinstance(adjoints, tuple) and len(adjoints) == len(self.inputs), f"adjoints {adjoints}"
        assert mirrors(adjoints, (0.0,) * len(self.inputs)), f"adjoints {adjoints}"
        return (value, adjoints), ""


def gradient(program: Program, inputs: tuple[str, ...], point: Point, seed: Any) -> list[float] | None:
    """The adjoints by dual numbers, one input at a time."""
    function, found = overloaded(program, dual.MATH), []
    for name in inputs:
        floats = tuple(dual.Dual(x, float(name == input_)) for input_, x in zip(program.inputs, point))
        value, raised = run(function, program.arguments(floats))
        if raised:
            return None
        found.append(dot(tuple(getattr(leaf, "d", 0.0) for leaf in leaves(value)), seed))
    return found


def check_adjoint(adjoint: Adjoint, expected: list[Outcome], pick: Chooser, seen: Counter[str]) -> None:
    """Values, exceptions, and adjoints against dual numbers and the tangent."""
    program = adjoint.program
    check_text(program.source, adjoint.result.text)
    forward = write(program, "forward", seen, wrt=adjoint.inputs)
    along = dict(zip(program.inputs, program.direction))
    direction = tuple(along[name] for name in adjoint.inputs)
    for point, (value, raised) in zip(program.points, expected):
        seed = seed_like(value, pick)
        for given, used in ((seed, seed), (None, ones_like(value))):
            pair, found = adjoint(point, None if raised else given)
            assert found == raised, f"raised {found or 'nothing'} instead of {raised or 'nothing'}"
            if raised:
                seen["raised"] += 1
                break
            assert same(pair[0], value), f"value {pair[0]!r} instead of {value!r}"
            if (exact := gradient(program, adjoint.inputs, point, used)) is not None:
                seen["dual numbers"] += 1
                assert close(list(pair[1]), exact, 1e-9), (
                    f"adjoints {pair[1]}, dual numbers {exact} at {point}, seed {used}"
                )
        if forward is not None and not raised:
            slopes, found = tangent(program, forward)(point)
            if found:
                continue
            seen["tangent"] += 1
            sides = dot(slopes[1], used), dot(pair[1], direction)
            assert close([sides[1]], [sides[0]], 1e-9), f"dot products {sides} at {point}"


def check(program: Program, off: str, pick: Chooser, seen: Counter[str]) -> None:
    """The adjoint of one program, with all optimisations and without one, of all inputs or of some."""
    inputs = tuple(name for name in program.inputs if pick.chance(60)) if pick.chance(25) else ()
    more: dict[str, Any] = {"wrt": inputs} if inputs else {}
    result = write(program, "reverse", seen, **more)
    if result is None:
        seen["refused"] += 1
        return
    primal = compiled(program.source, program.function)
    expected = [run(primal, program.arguments(point)) for point in program.points]
    check_adjoint(Adjoint(program, result), expected, pick, seen)
    if off:
        without = write(program, "reverse", seen, disabled=frozenset({off}), **more)
        if without is not None:
            try:
                check_adjoint(Adjoint(program, without), expected, pick, seen)
            except Exception as error:
                error.add_note(f"without {off}")
                raise
