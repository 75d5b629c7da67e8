"""Timing side by side: contestants take turns in rounds, so that noise of the machine hits all of them alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter_ns

ROUND = 2_000_000  # nanoseconds that one measurement should take at least


def once(run: Callable[[], object], count: int) -> float:
    """Nanoseconds a call."""
    calls = range(count)
    start = perf_counter_ns()
    for _ in calls:
        run()
    return (perf_counter_ns() - start) / count


def measure(runs: Mapping[str, Callable[[], object]], rounds: int, few: int) -> dict[str, list[float]]:
    """Nanoseconds a call of each contestant in each round; slow ones take part in the first `few` rounds only."""
    counts = {name: max(1, int(ROUND / max(1.0, min(once(run, 1) for _ in range(2))))) for name, run in runs.items()}
    found: dict[str, list[float]] = {name: [] for name in runs}
    order = list(runs)
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            for name in order if turn % 2 == 0 else reversed(order):
                if turn < few or counts[name] > 1:
                    repeats = 2 if counts[name] > 1 or turn < 2 else 1
                    found[name].append(min(once(runs[name], counts[name]) for _ in range(repeats)))
    finally:
        gc.enable()
    return found


def ratio(times: Mapping[str, list[float]], name: str, to: str) -> float:
    """Of the least times: what disturbs a busy machine only ever adds."""
    return min(times[name]) / min(times[to])
