"""Under Numba: the adjoint compiled against the primal compiled, generated and by hand.

Every function of the generated module goes through `numba.njit` unchanged.  Calls are timed inside of a compiled loop,
for the step from Python into compiled code costs more than most of the problems; each call depends on the one before,
so that the compiler can neither drop nor merge them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType
from typing import Any

from tests.bench.compare import Wrong, check, flat, number, precise, row
from tests.bench.problem import Function, Problem, execute
from tests.bench.timing import once
from tests.bench.written import Missing, name_of, written

MOST = 100  # inputs: compiling thousands of parameters takes minutes
ENOUGH = 500_000  # nanoseconds of one turn
ROUNDS = 100


def compiled(home: dict[str, Any], name: str) -> Function:
    """A function of a module, with all functions of the module compiled."""
    from numba import njit

    for key, found in list(home.items()):
        if isinstance(found, FunctionType):
            home[key] = njit(found)
    function: Function = home[name]
    return function


def loop(function: Function, problem: Problem, gradient: bool) -> Callable[[int], float]:
    """A compiled function that calls `function` so many times."""
    from numba import njit

    arguments = [f"a{index}" for index in range(len(problem.point))]
    moved = [f"{a} + 1e-300 * total" if index == problem.inputs[0] else a for index, a in enumerate(arguments)]
    adjoints = [f"b{index}" for index in problem.inputs]
    result = f"value, {'(' + ', '.join(adjoints) + ')' if len(adjoints) > 1 else adjoints[0]}" if gradient else "value"
    lines = [
        f"def loop(count, {', '.join(arguments)}):",
        "    total = 0.0",
        "    for _ in range(count):",
        f"        {result} = function({', '.join(moved)})",
        f"        total += {' + '.join(['value', *adjoints] if gradient else ['value'])}",
        "    return total",
    ]
    home = {"function": function}
    exec("\n".join(lines), home)
    repeated: Any = njit(home["loop"])
    return lambda count: float(repeated(count, *problem.point))


def contestants(problem: Problem) -> tuple[dict[str, Callable[[int], float]], dict[str, str]]:
    """The loops, and messages of those that do not compile."""
    runs, said = {}, {}
    expected = flat(problem.adjoint(*problem.point))

    def generated() -> Function:
        result = written(problem.source, problem.path, problem.function, "reverse")
        return compiled(execute(result.text, f"adjoint of {problem.name}"), name_of(result, problem.function))

    makes: dict[str, Callable[[], Function]] = {
        "primal": lambda: compiled(execute(problem.source, problem.path), problem.function),
        "by hand": lambda: compiled(execute(problem.by_hand, problem.path, math=math), f"{problem.function}_adjoint"),
        "generated": generated,
    }
    for name, make in makes.items():
        try:
            function = make()
            check(
                f"{problem.name}: {name} under Numba",
                flat(function(*problem.point)),
                expected[: 1 if name == "primal" else None],
            )
            runs[name] = loop(function, problem, gradient=name != "primal")
            runs[name](1)
        except Wrong as error:
            said[name] = f"wrong: {error}"
        except Missing as error:
            said[name] = str(error)
        except Exception as error:
            said[name] = "does not compile: " + reason(error)
    return runs, said


def reason(error: Exception) -> str:
    """What the compiler says, without its advice."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    noise = ("Failed in nopython mode", "This error may", "For more", "To see", "- Resolution", "During:")
    return f"{type(error).__name__}: " + " / ".join(line for line in lines if not line.startswith(noise))[:400]


def times(runs: dict[str, Callable[[int], float]]) -> dict[str, float]:
    """Nanoseconds a call: the least of many short turns, which a busy machine disturbs less than a mean."""
    counts = {}
    for name, run in runs.items():
        count = 1
        while clock(run, count) < ENOUGH:
            count *= 2
        counts[name] = count
    found = dict.fromkeys(runs, math.inf)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            found[name] = min(found[name], clock(run, counts[name]) / counts[name])
    return found


def clock(run: Callable[[int], float], count: int) -> float:
    return once(lambda: run(count), 1)


def numba_table(problems: Iterable[Problem]) -> Iterator[str]:
    """The table, and below it what does not compile."""
    columns = ["primal", "generated", "by hand", "gen/hand"]
    yield "Compiled by Numba; adjoints as multiples of the compiled primal.\n"
    yield row("problem", columns)
    yield "|".join(["", "-" * 18, *["-" * 13] * len(columns), ""])
    ratios: dict[str, list[float]] = {}
    messages = []
    for problem in problems:
        if len(problem.floats) > MOST or not problem.is_scalar:
            continue
        runs, said = contestants(problem)
        messages += [f"{problem.name}, {name} {text}" for name, text in said.items()]
        measured = times(runs)
        found = {name: measured[name] / measured["primal"] for name in runs if name != "primal" and "primal" in runs}
        if len(runs) == 3:
            found["gen/hand"] = measured["generated"] / measured["by hand"]
        for name, value in found.items():
            ratios.setdefault(name, []).append(value)
        base = f"{measured['primal']:.0f} ns" if "primal" in runs else "-"
        cells = [said[name].split(":")[0] if name in said else number(found.get(name)) for name in columns[1:3]]
        yield row(problem.name, [base, *cells, precise(found.get("gen/hand"))])
    means = {name: math.exp(sum(map(math.log, values)) / len(values)) for name, values in ratios.items()}
    yield row(
        "geometric mean", ["", *[number(means.get(name)) for name in columns[1:3]], precise(means.get("gen/hand"))]
    )
    yield ""
    yield from messages
