"""Checks of one random program at second order: the tangent of its adjoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Options, Result, transform
from tests.bench import dual
from tests.corpus.calls import same
from tests.program_checks import Outcome, agreed, close, compiled, leaves, mirrors, run
from tests.program_reverse import Adjoint, Point, dot, seed_like, write
from tests.program_scope import Chooser
from tests.program_text import check_text
from tests.programs import Program


def hessian_product(adjoint: Adjoint, result: Result) -> Callable[[Point, Any, Point], Outcome]:
    """The generated tangent of an adjoint along a direction: the value, the adjoints, and the tangents of both."""
    (derivative,) = result.derivatives
    function = compiled(result.text, derivative.name)
    assert derivative.wrt == adjoint.inputs, f"inputs {derivative.wrt}"

    def product(point: Point, seed: Any, direction: Point) -> Outcome:
        along = dict(zip(derivative.tangents, direction, strict=True))
        given = {adjoint.seed: seed} if seed is not None else {}
        return run(function, {**adjoint.program.arguments(point), **given, **along})

    return product


def check_again(program: Program, pick: Chooser, seen: Counter[str]) -> None:
    """The tangent of the adjoint: what the adjoint returns, and the product of the Hessian with directions."""
    first, forward = write(program, "reverse", seen), write(program, "forward", seen)
    if first is None or forward is None:
        seen["refused"] += 1
        return
    adjoint = Adjoint(program, first)
    options = Options(mode="forward", functions=(adjoint.derivative.name,), wrt=adjoint.inputs)
    try:
        second = transform(first.text, "program.py", options)
    except TransformError as error:
        codes = {refusal.code for refusal in error.refusals}
        if codes == {"D002"}:  # all of it has turned out to be constant
            return
        raise AssertionError(f"refused again {codes}: {error}\n{first.text}") from error
    check_text(program.source, second.text)
    product, primal = hessian_product(adjoint, second), compiled(program.source, program.function)
    turned = adjoint_of_tangent(adjoint, forward, seen)
    units = [tuple(float(name == other) for other in adjoint.inputs) for name in adjoint.inputs]
    for point in program.points:
        value, raised = run(primal, program.arguments(point))
        seed = seed_like(value, pick) if not raised else None
        pair, found = product(point, seed, units[0])
        assert found == raised, f"raised {found or 'nothing'} instead of {raised or 'nothing'}"
        if raised:
            continue
        expected = adjoint(point, seed)[0]
        adjoints = expected[1] if len(adjoint.inputs) > 1 else expected[1][0]
        assert same(pair[0], (value, adjoints)), f"primal {pair[0]} instead of {(value, adjoints)}"
        assert mirrors(pair[1], pair[0]), f"structure {pair[1]} of {pair[0]}"
        columns = [leaves(product(point, seed, unit)[0][1][1]) for unit in units]
        found = check_columns(adjoint, columns, point, seed, seen)
        seen["second order"] += 1
        if turned is not None:
            seen["adjoint of tangent"] += 1
            other = turned(point, seed)
            assert close(found, other, 1e-9), f"product {found}, adjoint of tangent {other} at {point}, seed {seed}"


def adjoint_of_tangent(
    adjoint: Adjoint, first: Result, seen: Counter[str]
) -> Callable[[Point, Any], list[float]] | None:
    """The product of the Hessian and the direction the other way around: reverse mode on the tangent."""
    program = adjoint.program
    (tangent,) = first.derivatives
    along = dict(zip(program.inputs, program.direction))
    slopes = tuple(along[name] for name in tangent.wrt)
    inputs, points = (*program.inputs, *tangent.tangents), tuple((*point, *slopes) for point in program.points)
    doubled = Program(first.text, tangent.name, inputs, points, program.direction, program.count)
    second = write(doubled, "reverse", seen, wrt=adjoint.inputs)
    if second is None:
        seen["adjoint of tangent refused"] += 1
        return None
    check_text(program.source, second.text)
    turned = Adjoint(doubled, second)

    def product(point: Point, seed: Any) -> list[float]:
        pair, raised = turned((*point, *slopes), (zeros_like(seed), seed))
        assert not raised, f"raised {raised} in the adjoint of the tangent\n{first.text}\n{second.text}"
        return list(pair[1])

    return product


def zeros_like(value: Any) -> Any:
    return tuple(map(zeros_like, value)) if isinstance(value, tuple) else 0.0


def check_columns(
    adjoint: Adjoint, columns: list[list[float]], point: Point, seed: Any, seen: Counter[str]
) -> list[float]:
    """The Hessian against its transpose, the adjoint run on dual numbers, and differences of the adjoint.

    Returns the product with the direction.
    """
    rows = [list(row) for row in zip(*columns, strict=True)]
    for column, row in zip(columns, rows, strict=True):
        assert close(column, row, 1e-8), f"asymmetric {columns} at {point}, seed {seed}"
    along = dict(zip(adjoint.program.inputs, adjoint.program.direction))
    direction = tuple(along[name] for name in adjoint.inputs)
    found = [dot(tuple(row), direction) for row in rows]
    if (exact := by_dual_numbers(adjoint, point, seed)) is not None:
        seen["dual numbers"] += 1
        assert close(found, exact, 1e-9), f"product {found}, dual numbers {exact} at {point}, seed {seed}"
    if 0.0 in point:
        return found

    def gradient_at(shift: float) -> list[float] | None:
        moved = dict(zip(adjoint.program.inputs, point)) | {
            name: x + shift * along[name] for name, x in zip(adjoint.program.inputs, point) if name in adjoint.inputs
        }
        pair = adjoint(tuple(moved.values()), seed)[0]
        return None if pair is None else [float(x) for x in pair[1]]

    if (differences := agreed(gradient_at)) is not None:
        seen["differences"] += 1
        assert close(found, differences, 1e-4), f"product {found}, differences {differences} at {point}, seed {seed}"
    return found


def by_dual_numbers(adjoint: Adjoint, point: Point, seed: Any) -> list[float] | None:
    """The product of the Hessian and the direction: the text of the adjoint, run on dual numbers."""
    program = adjoint.program
    text, name = adjoint.result.text, adjoint.derivative.name
    function = compiled(text, name, math=dual.MATH, sin=dual.MATH.sin, float=lambda x: x)
    slopes = [d * (name in adjoint.inputs) for name, d in zip(program.inputs, program.direction)]
    floats = tuple(dual.Dual(x, d) for x, d in zip(point, slopes))
    pair, raised = run(function, {**program.arguments(floats), adjoint.seed: seed})
    return None if raised else [float(getattr(leaf, "d", 0.0)) for leaf in leaves(pair[1])]
