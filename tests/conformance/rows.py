"""The constructs: each is a small function in a file of `constructs/`, with the calls at which it is tried above it.

    # at: total([1.2, 0.7])            compared with differences
    # slope: total([0.0]) -> 1.0       the derivative along all ones, where there are no differences
    # raises: total([])                raises what the function raises
    def total(x: list[float]) -> float:
        '''What the row is called.'''
        ...

What else the function needs of its file belongs to the construct, too.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "constructs"
WORD, FUNCTION = re.compile(r"\w+"), re.compile(r"^def (\w+)", re.MULTILINE)
POINT = re.compile(r"^# (at|slope|raises): (\w+)\((.*?)\)(?: -> (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Point:
    """A call: its kind, the text of its arguments, and the slope that is expected."""

    kind: str
    arguments: str
    slope: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.arguments})"


@dataclass(frozen=True)
class Row:
    """One construct; `text` is a module of its own."""

    topic: str
    function: str
    title: str
    text: str
    points: tuple[Point, ...]
    handed_over: tuple[str, ...] = ()  # functions among the arguments


def topics() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py"))


@cache
def heading(topic: str) -> str:
    """What the topic is called: the docstring of its file."""
    return (ast.get_docstring(ast.parse(text_of(topic))) or topic).rstrip(".")


def text_of(topic: str) -> str:
    return (FOLDER / f"{topic}.py").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Part:
    """A statement of a file with the comments above it: what it defines and what it mentions."""

    text: str
    defines: frozenset[str]
    mentions: frozenset[str]
    points: tuple[Point, ...]
    title: str


@cache
def rows(topic: str) -> tuple[Row, ...]:
    """The constructs of a file, in its order."""
    found = []
    for part in parts(topic):
        if part.points:
            (name,) = part.defines
            words = {word for point in part.points for word in WORD.findall(point.arguments)}
            handed = tuple(sorted(words & {*FUNCTION.findall(text_of(topic))}))
            found.append(Row(topic, name, part.title, module(part, parts(topic)), part.points, handed))
    assert len({row.function for row in found}) == len(found), f"a function of {topic} is defined twice"
    return tuple(found)


@cache
def parts(topic: str) -> tuple[Part, ...]:
    text, found, after = text_of(topic), list[Part](), 0
    for node in ast.parse(text).body:
        above = "\n".join(text.splitlines()[after : node.end_lineno])
        names = frozenset(n.id for n in ast.walk(ast.parse(above)) if isinstance(n, ast.Name))
        points, title, defines = POINT.findall(above), "", frozenset[str]()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defines = frozenset({node.name})
            title = (ast.get_docstring(node) or node.name).splitlines()[0].rstrip(".")
        elif isinstance(node, ast.Assign):
            defines = frozenset(n.id for n in node.targets if isinstance(n, ast.Name))
        assert {name for _, name, _, _ in points} <= defines, f"calls of another function above {defines} in {topic}"
        for _, _, arguments, _ in points:
            names |= frozenset(n.id for n in ast.walk(ast.parse(f"f({arguments})")) if isinstance(n, ast.Name))
        calls = tuple(Point(kind, arguments, slope or "") for kind, _, arguments, slope in points)
        found.append(Part(POINT.sub("", above).strip("\n"), defines, names, calls, title))
        after = node.end_lineno or 0
    return tuple(found)


def module(part: Part, others: tuple[Part, ...]) -> str:
    """The construct, what it needs, directly or not, and what defines no name: docstring and imports."""
    needed = [part]
    for known in needed:  # grows meanwhile
        needed += [p for p in others if p.defines & known.mentions and p not in needed]
    chosen = [p for p in others if p in needed or not p.defines]
    plain = [p.text for p in chosen if not p.defines]
    return "\n\n\n".join(["\n".join(plain), *(p.text for p in chosen if p.defines)]) + "\n"
