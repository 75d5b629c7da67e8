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
OPEN: dict[str, str] = {
    "arrays_linear_algebra.singular_determinant order 2": "the second derivative at a singular matrix",
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
