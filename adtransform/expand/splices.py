"""Text that is cut and joined, in which every character knows where it comes from.

>>> old = Text.of("y = slope(f)")
>>> new = old[:4] + old.at("f_b", 4) + old[9:]
>>> new.chars, [new.origin[new.chars.index(c)] for c in "y_("]
('y = f_b(f)', [0, 4, 9])
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adtransform.diagnostics import Refusal

Edit = tuple[int, int, "Text"]  # start, end, and what takes its place


@dataclass(frozen=True, slots=True)
class Text:
    """`origin[i]` is the place in the first text that `chars[i]` is taken from, or was written for."""

    chars: str
    origin: tuple[int, ...]

    @staticmethod
    def of(chars: str) -> Text:
        return Text(chars, tuple(range(len(chars))))

    def __getitem__(self, part: slice) -> Text:
        return Text(self.chars[part], self.origin[part])

    def __add__(self, other: Text) -> Text:
        return Text(self.chars + other.chars, self.origin + other.origin)

    def at(self, chars: str, place: int) -> Text:
        """New characters that are written for what stands at a place of this text."""
        return Text(chars, (self.origin[place],) * len(chars))

    def spliced(self, edits: list[Edit]) -> Text:
        """The text with parts replaced, which must not overlap."""
        result, at = Text("", ()), 0
        for start, end, new in sorted(edits, key=lambda e: (e[0], e[1])):
            result += self[at:start] + new
            at = end
        return result + self[at:]

    def located(self, refusal: Refusal, first: str) -> Refusal:
        """A refusal of this text at its place in the first text."""
        if not refusal.line:
            return refusal
        start = offset(self.chars, refusal.line, refusal.column)
        end = max(offset(self.chars, refusal.line, max(refusal.end_column, refusal.column + 1)) - 1, start)
        begin = self.origin[min(start, len(self.origin) - 1)]
        return placed(refusal, first, begin, max(self.origin[min(end, len(self.origin) - 1)], begin) + 1)


def above(parts: list[Text], text: Text, at: int) -> Text:
    """Functions in front of what stands at a place of a text."""
    result = Text("", ())
    for part in parts:
        result += part + text.at("\n\n", at)
    return result


def outermost(edits: list[Edit]) -> list[Edit]:
    """Edits that do not overlap: what stands inside another one waits."""

    def waits(e: Edit) -> bool:
        return any(o is not e and o[0] <= e[0] < e[1] <= o[1] for o in edits)

    return [e for e in edits if not waits(e)]


def offset(chars: str, line: int, column: int) -> int:
    """The index of a place that is counted from one."""
    rows = chars.split("\n")
    return min(sum(len(row) + 1 for row in rows[: line - 1]) + column - 1, len(chars))


def placed(refusal: Refusal, chars: str, start: int, end: int) -> Refusal:
    """The refusal at a part of a text, of which the first line is shown."""
    line = chars.count("\n", 0, start) + 1
    before = chars.rfind("\n", 0, start) + 1
    text = chars[before:].partition("\n")[0]
    last = end - before if end - before <= len(text) else len(text.partition("#")[0].rstrip())
    column = start - before + 1
    return replace(refusal, line=line, column=column, text=text, end_column=max(last, column) + 1)
