"""The conformance table: no row is wrong, and the file holds what the tool does today."""

from __future__ import annotations

import fcntl
from functools import partial

import pytest

from tests.casefiles import quiet
from tests.conformance.judge import executed, primal_of, raised
from tests.conformance.rows import heading, rows, topics
from tests.conformance.table import KINDS, PATH, assembled, section, sections, verdicts, written

by_topic = pytest.mark.parametrize("topic", topics())

# what is wrong and known to be; what becomes right or is refused leaves this table
OPEN: dict[str, str] = {
    "arrays_creation.ranges": "an array of constants to the power of an active number",
    "arrays_elementwise.broadcast_scalar": "a parameter that is an array is taken for a constant",
    "arrays_elementwise.logistic": "a parameter that is an array is taken for a constant",
    "exceptions.half_written": "a reverse sweep reads the item that the error is about",
    "exceptions.items_half_done": "the reverse sweep takes the items for not written",
    "lists.loop_copy": "a loop that sums, over a list of its own: the index is not there",
    "lists.largest_item": "`max` of a list in a product",
    "lists.matrix_written": "rows made by a comprehension over `_`",
}


@by_topic
def test_rows(topic: str, request: pytest.FixtureRequest) -> None:
    """Every row is right or refused, and the file says so."""
    found = section(topic)
    differs = sections(written()).get(topic) != found
    if differs and request.config.getoption("--update-golden"):
        rewrite(topic, found)
    for row, by_mode in verdicts(topic).items():
        failed = [f"{mode}: {v.kind}, {v.detail}" for mode, v in by_mode.items() if v.kind in ("wrong", "crashed")]
        is_open = f"{topic}.{row.function}" in OPEN
        assert bool(failed) == is_open, f"{row.function}: {failed or 'no longer open'}\n\n{row.text}"
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
