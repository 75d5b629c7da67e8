"""Refusals: what the tool cannot prove it handles, where, why, and what to write instead.

A refusal has a stable code.  Codes that start with `N` mean *not supported yet*, `D` *not differentiable*, `E` *the
input cannot be read*, `U` *wrong use* (a name that does not exist).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One place that is refused.

    `line`, `column` and `end_column` count from one, as editors do; zero means that there is no position.
    """

    filename: str
    line: int
    column: int
    code: str
    message: str
    help: str = ""
    text: str = ""
    end_column: int = 0
    function: str = ""

    def frame(self) -> str:
        """The refusal as text: place, code, message, the line with carets, and the help."""
        place = self.filename if not self.line else f"{self.filename}:{self.line}:{self.column}"
        rows = [f"{place}: {self.code} {self.message}"]
        if self.line and self.text.strip():
            gutter = " " * len(str(self.line))
            shown = self.text.expandtabs(4)
            offset = len(self.text[: self.column - 1].expandtabs(4))
            width = max(1, min(self.end_column or self.column + 1, len(self.text) + 1) - self.column)
            rows += [f" {gutter} |", f" {self.line} | {shown}", f" {gutter} | {' ' * offset}{'^' * width}"]
        if self.help:
            rows.append(f" = help: {self.help}")
        return "\n".join(rows)


class TransformError(SyntaxError):
    """Raised when the input, or a part of it that was asked for, is refused.

    It is a `SyntaxError` with the position of the first refusal; `refusals` holds all of them, sorted by place.
    """

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(sorted(refusals))
        first = self.refusals[0]
        position = (first.filename, first.line or None, first.column or None, first.text or None)
        super().__init__(f"{first.code} {first.message}", position)
        if first.line:  # a traceback shows the line itself, and nothing of the rest
            for note in [f" = help: {first.help}"] * bool(first.help) + [r.frame() for r in self.refusals[1:]]:
                self.add_note(note)

    def __str__(self) -> str:
        return "\n".join(refusal.frame() for refusal in self.refusals)
