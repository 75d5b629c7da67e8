"""Random programs with lists: tangents and adjoints against dual numbers, each optimisation off in turn.

`ADTRANSFORM_FUZZ=20000` runs that many, other ones each time.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from adtransform.pipeline import OPTIMISATIONS, REVERSE
from tests.list_checks import check
from tests.program_lists import program

PROGRAMS = int(os.environ.get("ADTRANSFORM_FUZZ", "300"))
FIRST = random.randrange(10**9) if "ADTRANSFORM_FUZZ" in os.environ else 0
SHARDS = 5
OFF = ("",) * 4 + OPTIMISATIONS + REVERSE


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_lists(shard: int) -> None:
    """Half of the programs leave out what reverse mode refuses most of the time."""
    seen: Counter[str] = Counter()
    for seed in range(FIRST + shard, FIRST + PROGRAMS, SHARDS):
        text = program(seed, tame=bool(seed // SHARDS % 2))
        off = OFF[seed % len(OFF)]
        try:
            check(text, seed, seen, frozenset({off} - {""}))
        except Exception as error:
            error.add_note(f"program {seed}, without {off or 'nothing'}:\n{text}")
            raise
    assert seen["forward"] >= 0.9 * PROGRAMS / SHARDS, seen
    assert seen["reverse"] >= 0.15 * PROGRAMS / SHARDS, seen
