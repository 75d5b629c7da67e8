"""The conformance table: no row is wrong, and the file holds what the tool does today."""

from __future__ import annotations

import fcntl
from fnmatch import fnmatch
from functools import partial

import pytest

from tests.casefiles import quiet
from tests.conformance.judge import executed, primal_of, raised
from tests.conformance.rows import heading, rows, topics
from tests.conformance.table import KINDS, PATH, assembled, section, sections, verdicts, written

by_topic = pytest.mark.parametrize("topic", topics())

# what is wrong and known to be, by row and mode; what becomes right or is refused leaves this table
SHARED = "a new array gets the tangent of another one, which is then changed in place"
VIEWS = "the reverse sweep does not see what a view writes to its array"
HALF = "the reverse sweep does not know that the body stopped half-way"
OPEN: dict[str, str] = {
    "arrays_control.carried_rows reverse": VIEWS,
    "arrays_control.result_and_argument order 2": "a tuple of arrays is no input",
    "arrays_control.tried reverse": HALF,
    "arrays_creation.as_type *": "the tangent of integers is not zero",
    "arrays_elementwise.broadcast_scalar order 2": "the condition of a power is not one of arrays",
    "arrays_elementwise.untaken reverse": "not a number in the branch that is not taken",
    "arrays_indexing.loop_pairs reverse": "the index of a loop that sums is not there",
    "arrays_indexing.mixed_index reverse": "a slice beside an array of indices",
    "arrays_linear_algebra.singular_determinant *": "the determinant of a singular matrix has a derivative",
    "arrays_reductions.builtin_sum *": "`max` of Python on an array",
    "arrays_shared.comprehended forward": SHARED,
    "arrays_shared.from_callee *": SHARED,
    "arrays_shared.in_list forward": SHARED,
    "arrays_shared.pair *": SHARED,
    "arrays_shared.times_one *": SHARED,
    "arrays_views.diagonal_written reverse": VIEWS,
    "arrays_views.overlapping_arguments reverse": VIEWS,
    "arrays_views.transposed_view reverse": VIEWS,
    "arrays_views.two_views reverse": VIEWS,
    "arrays_writes.appended_alias forward": SHARED,
    "arrays_writes.rows_not_swapped reverse": VIEWS,
    "arrays_writes.sorted_in_place forward": "the tangents stay where they are",
    "exceptions.half_written reverse": HALF,
    "exceptions.items_half_done reverse": HALF,
    "lists.largest_item reverse": "`max` of a list that is handed in",
    "lists.loop_copy reverse": "the index of a loop that sums over a list of its own is not there",
    "lists.matrix_written *": "rows that a comprehension makes",
}


@by_topic
def test_rows(topic: str, request: pytest.FixtureRequest) -> None:
    """Every row is right or refused, and the file says so."""
    found = section(topic)
    differs = sections(written()).get(topic) != found
    if differs and request.config.getoption("--update-golden"):
        rewrite(topic, found)
    failed = {
        f"{topic}.{row.function} {mode}": f"{verdict.kind}: {verdict.detail}\n{row.text}"
        for row, by_mode in verdicts(topic).items()
        for mode, verdict in by_mode.items()
        if verdict.kind in ("wrong", "crashed") and (mode != "order 2" or by_mode["reverse"].kind == "right")
    }
    for name, text in failed.items():
        assert any(fnmatch(name, key) for key in OPEN), f"{name} is {text}"
    for key in OPEN:
        done = key.startswith(f"{topic}.") and not any(fnmatch(name, key) for name in failed)
        assert not done, f"no longer open, to be taken out of the table of what is: {key}"
    assert not differs, f"run `pytest --update-golden {__file__}` where this is meant:\n{found}"


def rewrite(topic: str, found: str) -> None:
    PATH.touch()
    with PATH.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # topics are tested in parallel
        text = assembled({**sections(file.read()), topic: found})
        file.seek(0)
        file.truncate()
        file.write(text)


def test_head() -> None:
    """The counts are those of the rows, and nothing else is in the file."""
    assert written() == assembled(sections(written()))


@by_topic
def test_constructs(topic: str) -> None:
    """The functions run at their points, or raise there, whether or not they are refused."""
    for row in rows(topic):
        scope = executed(row.text, row.function)
        for point in row.points:
            with quiet():
                error = raised(partial(primal_of, scope, row.function, point))
            assert (error is not None) == (point.kind == "raises"), f"{row.function}, {point}: {error!r}"


def test_there_are_enough() -> None:
    assert sum(len(rows(topic)) for topic in topics()) >= 300
    assert len({heading(topic) for topic in topics()}) == len(topics())
    assert KINDS[0] == "right"
