"""Random programs in reverse mode: adjoints against tangents and dual numbers, Hessians against differences.

`ADTRANSFORM_FUZZ=20000` runs that many, other ones each time.
"""

from __future__ import annotations

from collections import Counter

import pytest

from adtransform.pipeline import OPTIMISATIONS, REVERSE
from tests.program_hessians import check_again
from tests.program_reverse import check
from tests.program_scope import Chooser
from tests.program_search import EXAMPLES, explore
from tests.programs import Program

SHARDS = 3
OFF = ("",) * 4 + OPTIMISATIONS + REVERSE


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_adjoints(shard: int) -> None:
    seen: Counter[str] = Counter()

    def attempt(program: Program, pick: Chooser) -> None:
        seen["programs"] += 1
        check(program, pick.one(OFF), pick, seen)

    explore(attempt, EXAMPLES // SHARDS, f"adjoints {shard}")
    assert seen["refused"] <= 0.35 * seen["programs"], seen
    for judge in ("dual numbers", "tangent"):
        assert seen[judge] >= seen["programs"], seen


def test_random_hessians() -> None:
    seen: Counter[str] = Counter()

    def attempt(program: Program, pick: Chooser) -> None:
        seen["programs"] += 1
        check_again(program, pick, seen)

    explore(attempt, EXAMPLES // 8, "hessians")
    assert seen["refused"] <= 0.35 * seen["programs"], seen
    for judge in ("second order", "dual numbers", "differences", "adjoint of tangent"):
        assert seen[judge] >= 0.5 * seen["programs"], seen
