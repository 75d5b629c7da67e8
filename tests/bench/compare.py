"""The table of ratios: every contestant on every problem, checked before it is timed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench import adjoints, contestants
from tests.bench.contestants import Make, Run, primal
from tests.bench.problem import Problem, numbers
from tests.bench.timing import measure, ratio
from tests.bench.written import Missing

ROUNDS, FEW = 15, 3
UNCHECKED = ("differences",)  # never exact, and far off where a problem is chaotic


class Wrong(Exception):
    """A contestant disagrees with the derivative written by hand."""


@dataclass(frozen=True)
class Contest:
    """One mode: our contestants, which must be right, and other tools, which may be unable to run a problem."""

    ours: Mapping[str, Make]
    others: Mapping[str, Make]


FORWARD = Contest(contestants.OURS, contestants.OTHERS)
REVERSE = Contest(adjoints.OURS, adjoints.OTHERS)


def flat(found: object) -> list[float]:
    return [float(number) for number in numbers([found])]


def check(name: str, found: Sequence[float], expected: Sequence[float]) -> None:
    """Raises Wrong unless all numbers agree to nine digits, or to twelve of the largest one."""
    scale = 1e-12 * max(1.0, *map(abs, expected))
    if len(found) != len(expected):
        raise Wrong(f"{name} gives {len(found)} numbers, by hand there are {len(expected)}")
    for index, (got, want) in enumerate(zip(found, expected)):
        if not math.isclose(got, want, rel_tol=1e-9, abs_tol=scale):
            raise Wrong(f"{name} gives {got!r} as number {index}, by hand it is {want!r}")


def check_adjoint(problem: Problem) -> None:
    """The adjoint by hand against the tape, and along one direction against the tangent by hand or dual numbers."""
    value, *slopes = flat(problem.adjoint(*problem.point))
    if not problem.has_arrays:
        check("the tape", flat(adjoints.tape(problem)()), [value, *slopes])
    make = contestants.by_hand if problem.tangent else contestants.dual
    along = math.fsum(slope * d for slope, d in zip(slopes, problem.direction))
    size = max(1.0, *(abs(slope * d) for slope, d in zip(slopes, problem.direction)))
    check("the tangent", [x / size for x in flat(make(problem)())], [value / size, along / size])


def prepared(problem: Problem, contest: Contest) -> tuple[dict[str, Run], dict[str, str], list[str]]:
    """Those that can run the problem, what to print for the others, and what is wrong."""
    runs: dict[str, Run] = {}
    said: dict[str, str] = {}
    wrong: list[str] = []
    if contest is REVERSE:
        check_adjoint(problem)
    exact, expected = problem.primal(*problem.point), flat(contest.ours["by hand"](problem)())
    for name, make in {**contest.ours, **contest.others}.items():
        try:
            run = make(problem)
            found = flat(run())
            if name not in UNCHECKED:
                check(name, found, expected)
            if name == "generated" and found[0] != exact:
                raise Wrong(f"the value of the derivative is {found[0]!r}, of the primal {exact!r}")
            runs[name] = run
        except Wrong as error:
            said[name] = "wrong"
            wrong += [f"{problem.name}: {error}"] if name in contest.ours else []
        except Missing as error:
            said[name] = str(error)
        except Exception as error:  # branches on traced values, missing rules
            if name in contest.ours:
                said[name] = type(error).__name__
                wrong.append(f"{problem.name}: {name} raises {error!r}")
    return runs, said, wrong


def compare(problems: Iterable[Problem], contest: Contest, rounds: int = ROUNDS) -> Iterator[str]:
    """The table, line by line as the problems are done.

    Raises:
        Wrong: at the end, if one of ours is wrong.
    """
    columns = [*contest.ours, *contest.others]
    yield "Times as multiples of the primal's; least of rounds in which all take turns.\n"
    yield row("problem", ["primal", *columns, "gen/hand"])
    yield "|".join(["", "-" * 18, *["-" * 13] * (len(columns) + 2), ""])
    ratios: dict[str, list[float]] = {}
    failures: list[str] = []
    for problem in problems:
        runs, said, wrong = prepared(problem, contest)
        failures += wrong
        times = measure({"primal": primal(problem), **runs}, rounds, FEW)
        found = {name: ratio(times, name, "primal") for name in runs}
        if "generated" in runs:
            found["gen/hand"] = ratio(times, "generated", "by hand")
        for name, value in found.items():
            ratios.setdefault(name, []).append(value)
        cells = [said.get(name) or number(found.get(name)) for name in columns]
        cells = [f"{min(times['primal']) / 1000.0:.2f} us", *cells, precise(found.get("gen/hand"))]
        yield row(problem.name, cells)
    means = {name: math.exp(sum(map(math.log, values)) / len(values)) for name, values in ratios.items()}
    yield row("geometric mean", ["", *[number(means.get(name)) for name in columns], precise(means.get("gen/hand"))])
    if failures:
        raise Wrong("\n".join(failures))


def row(title: str, cells: Iterable[str]) -> str:
    return "|".join(["", f" {title:17}", *[f" {cell:>11} " for cell in cells], ""])


def number(found: float | None) -> str:
    return "-" if found is None else f"{found:.2f}" if found < 100.0 else f"{found:.0f}"


def precise(found: float | None) -> str:
    return "-" if found is None else f"{found:.3f}"
