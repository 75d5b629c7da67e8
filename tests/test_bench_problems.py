"""The derivatives of the benchmark that are written by hand, against differences."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from adtransform.differences import differentiate
from tests.bench.problem import Problem, loaded, names, numbers

SHORT = {"logistic": 20}  # steps: it is chaotic, and differences say nothing of many
PROBLEMS = [
    replace(p, point=(*p.point[:-1], SHORT[p.name])) if p.name in SHORT else p for name in names() for p in loaded(name)
]
MOST = 60  # inputs that are looked at one by one

every = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)


def along(problem: Problem, direction: list[float]) -> tuple[float, float]:
    """The slope along a direction and its error, by differences."""
    move = np.array(direction)
    point = np.array(problem.floats)
    found = differentiate(lambda t: float(problem.primal(*problem.arguments((point + t * move).tolist()))), 0.0, 0.5)
    return found[()].value, found[()].error


@every
def test_tangent(problem: Problem) -> None:
    assert problem.tangent
    value, slope = problem.tangent(*problem.point, *problem.tangents)
    assert value == pytest.approx(problem.primal(*problem.point), rel=1e-13)
    expected, error = along(problem, list(problem.direction))
    assert abs(slope - expected) <= 10.0 * error + 1e-6 * abs(expected)


@every
def test_adjoint(problem: Problem) -> None:
    value, adjoints = problem.adjoint(*problem.point)
    assert value == problem.primal(*problem.point)
    found = [float(x) for x in numbers([adjoints])]
    assert len(found) == len(problem.floats) == len(problem.direction)
    assert problem.tangent
    _, slope = problem.tangent(*problem.point, *problem.tangents)
    terms = [x * d for x, d in zip(found, problem.direction)]
    assert math.fsum(terms) == pytest.approx(slope, rel=1e-9, abs=1e-12 * max(map(abs, terms)))
    for index in range(0, len(found), max(1, len(found) // MOST)):
        expected, error = along(problem, [float(k == index) for k in range(len(found))])
        assert abs(found[index] - expected) <= 10.0 * error + 1e-6 * abs(expected), index


@every
def test_nothing_is_changed(problem: Problem) -> None:
    """The arguments stay as they are: the contestants get the same again and again."""
    before = [float(x) for x in numbers(problem.point)]
    problem.primal(*problem.point)
    problem.adjoint(*problem.point)
    assert [float(x) for x in numbers(problem.point)] == before
