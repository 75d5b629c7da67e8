"""Random programs of arrays: tangents and adjoints against differences, each optimisation off in turn, and now and
then the derivatives of the derivatives.

`ADTRANSFORM_FUZZ=20000` runs that many, other ones each time.
"""

from __future__ import annotations

import inspect
import os
import random
from collections import Counter

import numpy as np
import pytest

from adtransform.pipeline import OPTIMISATIONS, REVERSE
from tests import array_found
from tests.array_checks import check, check_program
from tests.program_arrays import program

PROGRAMS = int(os.environ.get("ADTRANSFORM_FUZZ", "100"))
FIRST = random.randrange(10**9) if "ADTRANSFORM_FUZZ" in os.environ else 0
SHARDS = 5
OFF = ("",) * 4 + OPTIMISATIONS + REVERSE


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_arrays(shard: int) -> None:
    """Half of the programs leave out what reverse mode refuses most of the time."""
    seen: Counter[str] = Counter()
    with np.errstate(all="ignore"):
        for seed in range(FIRST + shard, FIRST + PROGRAMS, SHARDS):
            text = program(seed, tame=bool(seed // SHARDS % 2))
            off = OFF[seed % len(OFF)]
            try:
                check_program(text, seed, seen, frozenset({off} - {""}))
            except Exception as error:
                error.add_note(f"program {seed}, without {off or 'nothing'}:\n{text}")
                raise
    assert seen["forward right"] >= 0.4 * PROGRAMS / SHARDS, seen
    assert seen["reverse right"] >= 0.15 * PROGRAMS / SHARDS, seen


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", array_found.POINTS)
def test_found(name: str) -> None:
    """What once was wrong is right now, or is refused; not both modes refuse it."""
    text = inspect.getsource(array_found)
    outcomes = [check(text, name, array_found.POINTS[name], mode)[0] for mode in ("forward", "reverse")]
    assert "right" in outcomes and set(outcomes) <= {"right", "refused", "rough"}, outcomes
