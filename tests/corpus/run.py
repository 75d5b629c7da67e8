"""The whole run: find the functions, see where they run, judge them module by module in parallel."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.corpus.adjoints import judge_adjoint
from tests.corpus.classify import classify
from tests.corpus.generated import prepare
from tests.corpus.judge import Verdict, judge
from tests.corpus.overload import SecondOpinion
from tests.corpus.packages import FUNCTIONS, Candidate, functions_of, modules_of
from tests.corpus.points import Calls, record

STATE: dict[str, Calls] = {}  # handed to forked workers: arguments need not be picklable


def judge_all(candidates: list[Candidate], calls: Calls, mode: str) -> Iterator[Verdict]:
    opinion = SecondOpinion()
    for candidate in candidates:
        subject = classify(candidate, calls)
        yield judge(subject, opinion) if mode == "forward" else judge_adjoint(subject, opinion)


def judge_module(package: str, module: str, function: str | None, mode: str) -> list[Verdict]:
    """What a worker does: one module."""
    (home,) = modules_of(package, module)
    if function is None and module not in FUNCTIONS:
        for needed in dict.fromkeys(("forward", mode)):
            prepare(module, needed)
    candidates = [candidate for candidate in functions_of(home) if function in (None, candidate.name)]
    return list(judge_all(candidates, STATE["calls"], mode))


def run(
    package: str, module: str | None = None, function: str | None = None, jobs: int = 2, mode: str = "forward"
) -> list[Verdict]:
    """Verdicts on all functions of an installed package, sorted by module, in source order."""
    modules = list(modules_of(package))
    sizes = {home.__name__: len(list(functions_of(home))) for home in modules}
    STATE["calls"] = record(modules, [candidate for home in modules for candidate in functions_of(home)])
    chosen = [name for name in sizes if sizes[name] and module in (None, name)]
    largest_first = sorted(chosen, key=lambda name: -sizes[name])
    if jobs == 1 or len(chosen) == 1:
        found = {name: judge_module(package, name, function, mode) for name in chosen}
    else:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
            futures = {name: pool.submit(judge_module, package, name, function, mode) for name in largest_first}
            found = {name: future.result() for name, future in futures.items()}
    return [verdict for name in sorted(found) for verdict in found[name]]
