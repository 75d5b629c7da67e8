"""`grad(f)` against the adjoint that it calls, and `hvp` against `grad`, on the functions of the benchmark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import adtransform as ad
from adtransform.live.specialise import parameters, remembered
from tests.bench.compare import FEW, row
from tests.bench.problem import Problem
from tests.bench.timing import measure, ratio


def functional(problems: Iterable[Problem], rounds: int) -> Iterator[str]:
    """The table."""
    yield "The functional interface: nanoseconds that `grad(f)` adds to a call of the adjoint, and `hvp` by `grad`.\n"
    yield row("problem", ["adjoint ns", "grad adds ns", "hvp / grad"])
    yield "|".join(["", "-" * 18, *["-" * 13] * 3, ""])
    added: list[float] = []
    ratios: list[float] = []
    for problem in (p for p in problems if (p.primal.__module__ or "").startswith("tests.")):  # others have no source
        try:
            times = measure(contestants(problem), rounds, FEW)
        except (ad.TransformError, TypeError) as error:
            yield row(problem.name, [str(error).splitlines()[0][:40], "", ""])
            continue
        added.append(min(times["grad"]) - min(times["adjoint"]))
        ratios.append(ratio(times, "hvp", "grad"))
        yield row(problem.name, [f"{min(times['adjoint']):.0f}", f"{added[-1]:.0f}", f"{ratios[-1]:.2f}"])
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    yield f"\nhvp / grad: geometric mean {mean:.2f}, most {max(ratios):.2f}; median of what grad adds: "
    yield f"{sorted(added)[len(added) // 2]:.0f} ns\n"


def contestants(problem: Problem) -> dict[str, Any]:
    """The generated adjoint, `grad` and `hvp`, at the point of the problem."""
    f, point = problem.primal, problem.point
    names = problem.wrt or tuple(parameters(f)[i] for i in problem.inputs)
    special = remembered(f, names, "reverse", point)
    assert special.call is not None
    adjoint, seeds = special.call, () if special.has_seed else (1.0,)
    gradient = ad.grad(f, wrt=names if len(names) > 1 else names[0])
    given = iter(problem.tangents)
    tangents = tuple(next(given) if i in problem.inputs else None for i in range(len(point)))
    return {
        "adjoint": lambda: adjoint(*point, *seeds),
        "grad": lambda: gradient(*point),
        "hvp": lambda: ad.hvp(f, point, tangents),
    }
