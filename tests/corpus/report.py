"""Tables of verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.corpus.judge import Verdict

COLUMNS = ("right", "refused", "wrong", "crashed", "singular", "disputed", "inconclusive")
SKIPPED = ("not a float function", "no point")


def table(verdicts: list[Verdict]) -> list[str]:
    """One line a module, then all of them."""
    names = sorted({verdict.module for verdict in verdicts})
    width = max(map(len, [*names, "module"]))
    rows = [f"{'module':{width}}  floats  {'  '.join(f'{column:>12}' for column in COLUMNS)}  skipped"]
    rows += [row(name, [verdict for verdict in verdicts if verdict.module == name], width) for name in names]
    return [*rows, row("all", verdicts, width)]


def row(title: str, verdicts: list[Verdict], width: int) -> str:
    counts = Counter(verdict.verdict for verdict in verdicts)
    floats = sum(counts[column] for column in COLUMNS)
    cells = [f"{counts[column]:5} {share(counts[column], floats):>6}" for column in COLUMNS]
    return f"{title:{width}}  {floats:6}  {'  '.join(cells)}  {sum(counts[name] for name in SKIPPED):7}"


def share(part: int, whole: int) -> str:
    return f"{100.0 * part / whole:.1f}%" if part else ""


def codes(verdicts: Iterable[Verdict]) -> list[str]:
    """How often each code refused a float function, most frequent first."""
    counts = Counter(verdict.code for verdict in verdicts if verdict.verdict == "refused")
    return [f"{count:6}  {code}" for code, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))]


def listing(verdicts: Iterable[Verdict], kind: str, details: int = 3) -> list[str]:
    """The functions with a verdict, each with its first findings."""
    wanted = SKIPPED if kind == "skipped" else (kind,)
    rows: list[str] = []
    for verdict in verdicts:
        if verdict.verdict in wanted:
            note = verdict.code or (verdict.verdict if kind == "skipped" else "")
            rows.append(f"{verdict.module}.{verdict.function} {note}".rstrip())
            rows += [f"    {line[:400]}" for line in verdict.detail[:details]]
    return rows


def lost(verdicts: Iterable[Verdict]) -> list[str]:
    """What is right in forward mode and not right in reverse mode, by code."""
    found = [verdict for verdict in verdicts if verdict.forward == "right" and verdict.verdict != "right"]
    found.sort(key=lambda verdict: verdict.code or verdict.verdict)
    return [f"{verdict.code or verdict.verdict:12}  {verdict.module}.{verdict.function}" for verdict in found]
