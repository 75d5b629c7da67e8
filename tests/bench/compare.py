"""The table of ratios: every contestant on every problem, checked before it is timed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from statistics import median

from tests.bench.contestants import OTHERS, OURS, Run, primal
from tests.bench.problem import Problem
from tests.bench.timing import measure, ratio

ROUNDS, FEW = 15, 3


class Wrong(Exception):
    """A contestant disagrees with the derivative written by hand."""


def check(problem: Problem, name: str, run: Run, expected: tuple[float, float]) -> None:
    found = run()
    for got, want in zip(found, expected, strict=True):
        if not math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-12):
            raise Wrong(f"{problem.name}: {name} gives {found}, by hand {expected}")


def contestants(problem: Problem) -> dict[str, Run]:
    """Those that can run the problem; only other tools may fail to."""
    runs = {name: make(problem) for name, make in OURS.items()}
    expected = runs["by hand"]()
    for name, run in runs.items():
        check(problem, name, run, expected)
    for name, make in OTHERS.items():
        try:
            runs[name] = make(problem)
            found = runs[name]()
        except Exception:  # branches on traced values, missing rules
            runs.pop(name, None)
            continue
        check(problem, name, lambda found=found: found, expected)  # type: ignore[misc]
    return {"primal": primal(problem), **runs}


def compare(problems: Iterable[Problem], rounds: int = ROUNDS) -> Iterator[str]:
    """The table, line by line as the problems are done."""
    columns = [*OURS, *OTHERS]
    yield "Times as multiples of the primal's; median of rounds in which all take turns.\n"
    yield row("problem", ["primal", *columns, "gen/hand"])
    yield "|".join(["", "-" * 16, *["-" * 12] * (len(columns) + 2), ""])
    ratios: dict[str, list[float]] = {}
    for problem in problems:
        times = measure(contestants(problem), rounds, FEW)
        found = {name: ratio(times, name, "primal") for name in columns if name in times}
        found["gen/hand"] = ratio(times, "generated", "by hand")
        for name, value in found.items():
            ratios.setdefault(name, []).append(value)
        cells = [number(found.get(name)) for name in columns]
        yield row(problem.name, [f"{median(times['primal']) / 1000.0:.2f} us", *cells, f"{found['gen/hand']:.3f}"])
    means = {name: math.exp(sum(map(math.log, numbers)) / len(numbers)) for name, numbers in ratios.items()}
    yield row("geometric mean", ["", *[number(means.get(name)) for name in columns], f"{means['gen/hand']:.3f}"])


def row(title: str, cells: Iterable[str]) -> str:
    return "|".join(["", f" {title:15}", *[f" {cell:>10} " for cell in cells], ""])


def number(found: float | None) -> str:
    return "-" if found is None else f"{found:.2f}" if found < 100.0 else f"{found:.0f}"
