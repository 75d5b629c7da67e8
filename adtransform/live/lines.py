"""Pieces of source texts: the lines that the trees of `ast` count, and definitions without the indentation around."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Piece:
    """A definition: its lines, and where the first of them stands in its file."""

    text: str
    filename: str = ""
    line: int = 0
    indent: int = 0


def lines_of(text: str) -> list[str]:
    r"""The lines of a text with their ends; form feeds and the like end none, as they may stand in strings.

    >>> lines_of("a = '\x0c'\nb")
    ["a = '\x0c'\n", 'b']
    """
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())


def dedented(lines: list[str], first: int, node: ast.AST) -> str:
    r"""The text of a definition as it would stand at the top level.

    Arguments:
        lines: from its first comment, decorator or `def` to its end.
        first: the number of the first of them in its file.
        node: the definition.

    What stands inside of strings is left as it is; lines that go on with others, and comments, may stand anywhere.

    >>> text = "  def f(x):\n    s = '''a\n    b'''\n # note\n    return x\n"
    >>> dedented(lines_of(text), 2, ast.parse("if x:\n" + text).body[0].body[0])
    "def f(x):\n  s = '''a\n    b'''\n# note\n  return x\n"
    """
    start = lines[getattr(node, "lineno", first) - first]
    margin = start[: indent_of(start)]
    kept = {row for part in ast.walk(node) for row in inside_string(part)} - set(docstrings(node))
    found = []
    for row, line in enumerate(lines, first):
        if row in kept:
            found.append(line)
        elif line.startswith(margin):
            found.append(line[len(margin) :])
        else:
            found.append(line.lstrip(" \t\f"))
    return "".join(found)


def renamed(text: str, node: ast.FunctionDef, name: str, first: int) -> str:
    """The text of a function, which begins in line `first`, under another name."""
    if name == node.name:
        return text
    rows = lines_of(text)
    at = node.lineno - first
    rows[at] = re.sub(rf"\bdef\s+{re.escape(node.name)}\b", f"def {name}", rows[at], count=1)
    return "".join(rows)


def fresh(name: str, text: str) -> str:
    """A name that does not occur in a text."""
    taken, n, found = set(re.findall(r"\w+", text)), 2, name
    while found in taken:
        found, n = f"{name}_{n}", n + 1
    return found


def inside_string(node: ast.AST) -> Iterator[int]:
    """The lines that begin inside of a string."""
    if isinstance(node, ast.JoinedStr) or isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        yield from range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)


def docstrings(node: ast.AST) -> Iterator[int]:
    """The lines of docstrings, which nothing is computed from."""
    for part in ast.walk(node):
        if isinstance(part, FUNCTIONS) and ast.get_docstring(part) is not None:
            assert isinstance(part.body[0], ast.Expr)
            yield from inside_string(part.body[0].value)
