"""Hessian times vector: the tangent of the generated adjoint, against the adjoint.

It is checked against dual numbers that run through the adjoint written by hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from tests.bench import adjoints
from tests.bench.compare import FEW, Wrong, check, flat, number, row
from tests.bench.contestants import Run, primal
from tests.bench.dual import MATH, Dual, slope
from tests.bench.problem import Problem, execute, numbers
from tests.bench.timing import measure, ratio
from tests.bench.written import Missing, name_of, written


def product(problem: Problem) -> Run:
    """The tangent of the generated adjoint along the direction of the problem."""
    adjoint = written(problem.source, problem.path, problem.function, "reverse", problem.wrt or None)
    name = name_of(adjoint, problem.function)
    (inputs,) = [entry.wrt for entry in adjoint.derivatives if entry.name == name]
    result = written(adjoint.text, problem.path, name, "forward", inputs)
    derivative = execute(result.text, f"Hessian of {problem.name}")[name_of(result, name)]
    arguments = (*problem.point, 1.0, *problem.tangents)
    return lambda: derivative(*arguments)


def expected(problem: Problem) -> list[float]:
    """The gradient and the product, by dual numbers."""
    if problem.has_arrays:
        raise Missing("-")
    along = execute(f"{problem.source}\n\n{problem.by_hand}", problem.path)
    along["math"] = MATH
    found = along[problem.adjoint.__name__](*problem.arguments(map(Dual, problem.floats, problem.direction)))
    results = numbers(found)
    return [getattr(x, "v", x) for x in results] + [slope(x) for x in results]


def hessian(problems: Iterable[Problem], rounds: int) -> Iterator[str]:
    """The table.

    Raises:
        Wrong: at the end, if a product is wrong.
    """
    yield "Hessian times vector: the tangent of the generated adjoint.\n"
    yield row("problem", ["primal", "/ adjoint", "/ primal"])
    yield "|".join(["", "-" * 18, *["-" * 13] * 3, ""])
    ratios: list[float] = []
    failures: list[str] = []
    for problem in problems:
        said = ""
        try:
            runs = {"primal": primal(problem), "adjoint": adjoints.generated(problem), "hessian": product(problem)}
            check("the generated product", flat(runs["hessian"]()), expected(problem))
        except Missing as error:
            said = str(error)
        except Exception as error:
            said = type(error).__name__
            failures.append(f"{problem.name}, Hessian: {error!r}")
        if said:
            yield row(problem.name, ["-", said, "-"])
            continue
        times = measure(runs, rounds, FEW)
        found = [ratio(times, "hessian", name) for name in ("adjoint", "primal")]
        ratios.append(found[0])
        yield row(problem.name, [f"{min(times['primal']) / 1000.0:.2f} us", *map(number, found)])
    if ratios:
        yield row("geometric mean", ["", number(math.exp(sum(map(math.log, ratios)) / len(ratios))), ""])
    if failures:
        raise Wrong("\n".join(failures))
