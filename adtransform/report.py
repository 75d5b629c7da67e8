"""The report of `adgen verify`, as data and as plain text."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from adtransform.products import Products

VERDICTS = ("ok", "WRONG", "kink", "inconclusive")
HEADINGS = ("input", "output", "generated", "difference", "relative error", "verdict")


@dataclass(frozen=True, slots=True)
class Row:
    """One derivative beside its difference.

    `output` is the position in the result where that is a tuple (`"[1]"`), empty otherwise; `error` is the estimated
    error of `difference`; `verdict` is one of `VERDICTS`.
    """

    input: str
    output: str
    generated: float
    difference: float
    error: float
    verdict: str

    @property
    def relative_error(self) -> float:
        """The distance between the two by the larger of them."""
        gap = abs(self.generated - self.difference)
        return gap / max(abs(self.generated), abs(self.difference)) if gap and math.isfinite(gap) else gap

    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of `HEADINGS`."""
        numbers = f"{self.generated:.12g}", f"{self.difference:.12g}", f"{self.relative_error:.1e}"
        return (self.input, self.output, *numbers, self.verdict)


@dataclass(frozen=True, slots=True)
class Check:
    """One function at one point.

    `drawn` are the inputs whose values were drawn; `problem` is what stopped the check, empty where nothing did;
    `products` is the dot-product test of an adjoint.
    """

    function: str
    point: str
    rows: tuple[Row, ...]
    problem: str = ""
    drawn: tuple[str, ...] = ()
    products: Products | None = None

    @property
    def ok(self) -> bool:
        """Nothing is wrong, and something is right."""
        return not self.problem and not self.wrong and any(row.verdict == "ok" for row in self.rows)

    @property
    def wrong(self) -> int:
        """How many comparisons failed."""
        failed = self.products is not None and self.products.verdict == "WRONG"
        return failed + sum(row.verdict == "WRONG" for row in self.rows)

    def text(self) -> str:
        """Title and table."""
        drawn = f"  (drawn: {', '.join(self.drawn)})" if self.drawn else ""
        title = f"{self.function} at {self.point}{drawn}" if self.point else self.function
        if self.problem:
            return f"{title}\n  not verified: {self.problem}"
        rows = [HEADINGS, *(row.cells() for row in self.rows)]
        columns = [column for column in zip(*rows, strict=True) if column[0] != "output" or any(column[1:])]
        widths = [max(map(len, column)) for column in columns]
        lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in zip(*columns, strict=True)]
        if self.products is not None:
            lines.append(f"  {self.products.text()}")
        if not self.ok and not self.wrong:
            lines.append("  not verified: the differences are conclusive for none of them; try another point with --at")
        return "\n".join([title, *lines])


@dataclass(frozen=True, slots=True)
class Report:
    """The checks of one run."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every function passed."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all functions."""
        return tuple(row for check in self.checks for row in check.rows)

    def text(self) -> str:
        """The tables as plain text, and a line that counts."""
        counts = Counter(row.verdict for row in self.rows)
        counts["WRONG"] = sum(check.wrong for check in self.checks)
        parts = [f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]]
        failed = sum(bool(check.problem) for check in self.checks)
        parts += [f"{failed} not verified"] if failed else []
        return "\n\n".join([*(check.text() for check in self.checks), ", ".join(parts) or "nothing to verify"]) + "\n"
