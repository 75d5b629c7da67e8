"""The table as Markdown: one section a topic, one row a construct."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.conformance.judge import MODES, Verdict, judge
from tests.conformance.rows import Row, heading, rows, topics

PATH = Path(__file__).parent / "TABLE.md"
HEAD = """# Conformance

One row a construct: a small function, differentiated and executed. *right*: the value is the same bit by bit, and the
derivative agrees with differences; in reverse mode also with the tangent. *order 2* is the tangent of the adjoint.
*refused*: located, with a code and a reason, and nothing is written. The functions are in `constructs/`; the test suite
generates this table, and fails where it changes. `python -m tests.conformance --others` shows what other tools do.
"""
KINDS = ("right", "refused", "wrong", "crashed")


@cache
def verdicts(topic: str) -> Mapping[Row, Mapping[str, Verdict]]:
    """Every construct of a topic in every mode."""
    return {row: judge(row) for row in rows(topic)}


def section(topic: str) -> str:
    """The rows of a topic."""
    lines = [f"## {heading(topic)}", "", *header(["construct", "function", *MODES, "reason"])]
    for row, found in verdicts(topic).items():
        reason = next((verdict.reason for verdict in found.values() if verdict.reason), "")
        lines.append(line([row.title, f"`{row.function}`", *map(str, found.values()), reason]))
    return "\n".join(lines) + "\n"


def header(titles: list[str]) -> list[str]:
    return [line(titles), "|" + "---|" * len(titles)]


def line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def sections(text: str) -> dict[str, str]:
    """The sections of a table by topic."""
    by_title = {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in re.split(r"^## ", text, flags=re.M)[1:]}
    return {topic: by_title[heading(topic)] for topic in topics() if heading(topic) in by_title}


def assembled(found: Mapping[str, str]) -> str:
    """The whole table of its sections, with the counts at its head."""
    parts = [found[topic] for topic in topics() if topic in found]
    cells = [re.split(r"(?<!\\) \| ", row) for part in parts for row in part.splitlines()[4:]]
    lines = [*header(["", *KINDS])]
    for column, mode in enumerate(MODES, 2):
        counts = Counter(cell[column].split()[0] for cell in cells)
        lines.append(line([mode, *(str(counts[kind]) for kind in KINDS)]))
    return "\n".join([HEAD, f"{len(cells)} constructs:", "", *lines, "", *parts])


def written() -> str:
    return PATH.read_text(encoding="utf-8") if PATH.exists() else ""
