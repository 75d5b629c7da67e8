"""Long lines: where a formatter would break them.

A line that fits stays.  A call, a subscript or a display is broken inside its brackets; a chain of operators is set in
parentheses, one operand a line.  This follows the rules that black and ruff share, as far as generated code needs them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Bracketed:
    """Text that may be broken.

    `splits`: opening bracket, items, closing bracket, and the text before it; `parts`: operands or items as text that
    may be broken in turn; `kind`: "call", "tuple", "operators", "parentheses" or "" for what cannot be broken.
    """

    text: str
    splits: list[tuple[str, list[str], str, str]]
    parts: list[Bracketed] = field(default_factory=list)
    kind: str = ""
    prefix: str = ""
    is_definition: bool = False

    def behind(self, prefix: str) -> Bracketed:
        return replace(self, text=prefix + self.text, prefix=prefix + self.prefix)


def lay_out(head: str, body: Bracketed, tail: str, margin: str, indent: str, width: int) -> list[str]:
    """The lines of `head body tail` at a margin."""
    if body.is_definition:
        return definition(head, body, tail, margin, indent, width)
    one = f"{margin}{head}{body.text}{tail}"
    if len(one) <= width:
        return [one]
    rows = split(head, body, tail, margin, indent, width)
    return rows if bare(" ".join(rows)) == bare(one) else [one]  # no layout is worth a lost sign


def bare(text: str) -> str:
    """Text without what a layout may add."""
    return text.translate(str.maketrans("", "", " ,()\n\t"))


def split(head: str, body: Bracketed, tail: str, margin: str, indent: str, width: int) -> list[str]:
    """The lines of what does not fit on one."""
    one = f"{margin}{head}{body.text}{tail}"
    if body.kind in ("call", "parentheses"):
        return broken(replace(body, text=head + body.text, prefix=head + body.prefix), tail, margin, indent, width)
    if body.kind == "":
        return [one]
    if body.kind == "operators" and (rows := hugged(head, body, tail, margin, indent, width)):
        return rows
    inner = operator_lines(body, margin + indent, indent, width, body.kind == "tuple")
    return [f"{margin}{head}(", *inner, f"{margin}){tail}"]


def definition(head: str, body: Bracketed, tail: str, margin: str, indent: str, width: int) -> list[str]:
    _, items, _, _ = body.splits[0]
    flat = ", ".join(items)
    if len(margin) + len(head) + len(flat) + 2 + len(tail) <= width or not items:
        return [f"{margin}{head}({flat}){tail}"]
    inner = margin + indent
    comma = "" if items[-1].startswith("**") and False else ","
    if len(inner) + len(flat) <= width:
        return [f"{margin}{head}(", inner + flat, f"{margin}){tail}"]
    rows = [f"{inner}{i}," for i in items[:-1]] + [f"{inner}{items[-1]}{comma}"]
    return [f"{margin}{head}(", *rows, f"{margin}){tail}"]


def hugged(head: str, body: Bracketed, tail: str, margin: str, indent: str, width: int) -> list[str]:
    """One operator with brackets at an end is broken inside them, as in `a * f(` …; nothing if that does not fit."""
    if len(body.parts) != 2:
        return []
    first, last = body.parts
    lead = f"{head}{first.text} "
    if can_open(last) and len(f"{margin}{lead}{opening(last)}") <= width:
        return broken(replace(last, text=lead + last.text, prefix=lead + last.prefix), tail, margin, indent, width)
    rest = f" {last.text}{tail}"
    if can_open(first) and len(f"{margin}{head}{opening(first)}") <= width and len(f"{margin}){rest}") <= width:
        return broken(replace(first, text=head + first.text, prefix=head + first.prefix), rest, margin, indent, width)
    return []


def can_open(part: Bracketed) -> bool:
    """Whether an operand is in brackets that can be broken."""
    return part.kind in ("call", "parentheses") and bool(part.parts)


def opening(part: Bracketed) -> str:
    """The text of an operand up to its opening bracket."""
    if part.kind == "parentheses":
        return part.prefix + "("
    return part.prefix + part.splits[0][3] + part.splits[0][0]


def operator_lines(body: Bracketed, margin: str, indent: str, width: int, is_tuple: bool = False) -> list[str]:
    """The inside of parentheses: on one line if it fits, else an operand a line."""
    if len(margin) + len(body.text) <= width and not is_tuple:
        return [margin + body.text]
    rows: list[str] = []
    for part in body.parts:
        rows += broken(part, "," if is_tuple else "", margin, indent, width)
    return rows


def broken(body: Bracketed, tail: str, margin: str, indent: str, width: int) -> list[str]:
    """One operand or item, broken further if it does not fit."""
    one = f"{margin}{body.text}{tail}"
    if len(one) <= width or not body.parts:
        return [one]
    if body.kind == "parentheses":
        inner = operator_lines(body.parts[0], margin + indent, indent, width)
        return [f"{margin}{body.prefix}(", *inner, f"{margin}){tail}"]
    if body.kind == "call":
        opening, items, closing, before = body.splits[0]
        inner_margin = margin + indent
        flat = ", ".join(items)
        if len(inner_margin) + len(flat) <= width:
            rows = [inner_margin + flat]
        else:
            comma = "," if len(items) > 1 or " for " not in items[0] else ""
            rows = [row for p in body.parts for row in broken(p, comma, inner_margin, indent, width)]
        return [f"{margin}{body.prefix}{before}{opening}", *rows, f"{margin}{closing}{tail}"]
    if body.prefix and body.kind == "operators" and tail:
        inner = operator_lines(body, margin + indent, indent, width)
        return [f"{margin}{body.prefix}(", *inner, f"{margin}){tail}"]
    rows = []
    for i, part in enumerate(body.parts):
        named = part.behind(body.prefix) if i == 0 and body.prefix else part
        rows += broken(named, tail if i == len(body.parts) - 1 else "", margin, indent, width)
    return rows
