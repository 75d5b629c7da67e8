"""How the cost of a gradient grows: with the inputs, with the depth of calls, with the steps of a loop."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter

from tests.bench.compare import Wrong, check, flat, number, precise, row
from tests.bench.families import family
from tests.bench.problem import Function, Problem, load, numbers
from tests.bench.timing import measure, ratio
from tests.bench.written import Missing, function

ROUNDS = 10
INPUTS = (10, 100, 1_000, 10_000)
DEPTHS = (1, 10, 100, 500)
STEPS = (1_000, 10_000, 100_000, 1_000_000)
LOOPS = {  # points at which long loops neither overflow nor vanish
    "logistic": (0.3, 3.2),
    "lorenz": (1.0, 1.2, 0.9, 28.0),
    "branchy_loop": (1.0, 0.3, 0.8),
}
STENCILS = {"burgers": (100, 1_000), "burgers_array": (100, 1_000)}  # what is written in place in each step
COLUMNS = ["primal", "writing", "generated", "by hand", "gen/hand"]


def growth() -> Iterator[str]:
    """The tables, line by line.

    Raises:
        Wrong: at the end, if a gradient is wrong.
    """
    wrong: list[str] = []
    yield "Adjoints as multiples of the primal; bytes that the adjoint holds at its peak, over those of the primal;"
    yield "for stencils, by how many bytes the peak rises with a step.\n"
    yield from head("inputs", COLUMNS)
    for kind in ("speelpenning", "rosenbrock"):
        for n in INPUTS:
            yield row(f"{kind} {n}", cells(family(kind, n), wrong)[0])
    yield from head("depth of calls", COLUMNS)
    for kind in ("chain", "climb"):
        for n in DEPTHS:
            yield row(f"{kind} {n}", cells(family(kind, n), wrong)[0])
    yield from head("steps", [*COLUMNS, "bytes/step", "by hand"])
    for name, floats in LOOPS.items():
        for steps in STEPS if name == "logistic" else STEPS[:2]:
            problem = replace(load(name), point=(*floats, steps))
            found, generated = cells(problem, wrong)
            held = peak(problem.primal, problem.point)
            peaks = [peak(run, problem.point) - held if run else None for run in (generated, problem.adjoint)]
            bytes_ = ["-" if found is None else f"{found / steps:.0f}" for found in peaks]
            yield row(f"{name} {steps}", [*found, *bytes_])
    yield from head("stencil, steps", ["values/step", *COLUMNS[2:4], COLUMNS[4]])
    for name, counts in STENCILS.items():
        for steps in counts:
            yield row(f"{name} {steps}", step_cells(load(name), steps, wrong))
    if wrong:
        raise Wrong("\n".join(wrong))


def step_cells(problem: Problem, steps: int, wrong: list[str]) -> list[str]:
    """Bytes that adjoints hold for one step, and those of the values that a step overwrites."""
    short, long = (replace(problem, point=(*problem.point[:-1], count)) for count in (steps, 2 * steps))
    generated, said = None, "-"
    try:
        generated = function(problem, "reverse")
        check("generated", flat(generated(*short.point)), flat(problem.adjoint(*short.point)))
    except Missing as error:
        generated, said = None, str(error)
    except Exception as error:
        wrong.append(f"{problem.name}: {error!r}")
        generated, said = None, type(error).__name__
    both = (generated, problem.adjoint)
    held = [(peak(run, long.point) - peak(run, short.point)) / steps if run else None for run in both]
    of_both = held[0] / held[1] if held[0] and held[1] else None
    values = 8 * len(numbers(problem.point[:1]))
    return [str(values), said if held[0] is None else f"{held[0]:.0f}", f"{held[1]:.0f}", precise(of_both)]


def head(title: str, columns: list[str]) -> list[str]:
    return ["", row(title, columns), "|".join(["", "-" * 18, *["-" * 13] * len(columns), ""])]


def cells(problem: Problem, wrong: list[str]) -> tuple[list[str], Function | None]:
    """The numbers of one line, and the generated adjoint."""
    point, primal, by_hand = problem.point, problem.primal, problem.adjoint
    runs: dict[str, Callable[[], object]] = {"primal": lambda: primal(*point), "by hand": lambda: by_hand(*point)}
    generated, start, said = None, perf_counter(), ""
    try:
        generated = adjoint = function(problem, "reverse")
        said = f"{perf_counter() - start:.2f} s"
        check("generated", flat(adjoint(*point)), flat(by_hand(*point)))
        runs["generated"] = lambda: adjoint(*point)
    except Missing as error:
        said = str(error)
    except Exception as error:
        wrong.append(f"{problem.name}: {error!r}")
        said = type(error).__name__
    times = measure(runs, ROUNDS, ROUNDS)
    ratios = [ratio(times, name, "primal") if name in runs else None for name in ("generated", "by hand")]
    of_both = ratio(times, "generated", "by hand") if "generated" in runs else None
    base = f"{min(times['primal']) / 1000.0:.2f} us"
    return [base, said, *map(number, ratios), precise(of_both)], generated if "generated" in runs else None


def peak(run: Function, point: tuple[object, ...]) -> int:
    """Bytes that one call holds at most."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        run(*point)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
