"""Random programs: tangents against dual numbers, the complex step and differences; the same values and exceptions.

`ADTRANSFORM_FUZZ=20000` runs that many, other ones each time.
"""

from __future__ import annotations

from collections import Counter

import pytest

from adtransform.pipeline import OPTIMISATIONS
from tests.program_checks import check, check_again, compiled, run
from tests.program_scope import Chooser
from tests.program_search import EXAMPLES, explore
from tests.programs import Program

SHARDS = 3
OFF = ("",) * 4 + OPTIMISATIONS


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_programs(shard: int) -> None:
    seen: Counter[str] = Counter()

    def attempt(program: Program, pick: Chooser) -> None:
        seen["programs"] += 1
        check(program, pick.one(OFF), seen)

    explore(attempt, EXAMPLES // SHARDS, f"first order {shard}")
    assert seen["refused"] <= 0.25 * seen["programs"], seen
    for judge in ("dual numbers", "complex step", "differences"):
        assert seen[judge] >= 0.3 * seen["programs"], seen


def test_second_order() -> None:
    seen: Counter[str] = Counter()
    explore(lambda program, _: check_again(program, seen), EXAMPLES // 16, "second order")
    assert seen["second order"] >= EXAMPLES // 32, seen


CONSTRUCTS = (
    "for", "while", "break", "continue", "else:", "elif", "try:", "raise", "except", "finally:", "lambda", "nonlocal",
    "del ", "assert", "print", ":=", "+=", "/=", "**", "//", "%", "divmod", "enumerate", "zip", "reversed", " if ",
    "and", "or", "not", "max", "sum", "math.atan2", "depth - 1", ": float = ", "=0.", "math.pow", "return",
)  # fmt: skip


def test_programs_run_and_vary() -> None:
    texts, raised = [], 0

    def attempt(program: Program, _: Chooser) -> None:
        nonlocal raised
        texts.append(program.source)
        outcome = run(compiled(program.source, program.function), program.arguments(program.points[0]))
        assert outcome[1] in ("", "ValueError", "KeyError", "ArithmeticError"), outcome
        raised += bool(outcome[1])

    explore(attempt, 1000, "run and vary")
    assert raised <= 0.1 * len(texts)
    assert not [construct for construct in CONSTRUCTS if sum(construct in text for text in texts) < 5]
