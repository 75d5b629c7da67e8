"""Makes the source of a failing program smaller, a statement or an expression at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[ast.AST, str, int | None]


def shrunk(source: str, fails: Callable[[str], bool], patient: Callable[[], bool]) -> str:
    """The smallest source found that still fails."""
    improved = True
    while improved:
        improved = False
        place = 0
        while place < len(places(ast.parse(source))):
            for smaller in simpler(source, place):
                if not patient():
                    return source
                if len(smaller) < len(source) and fails(smaller):
                    source, improved = smaller, True
                    break
            else:
                place += 1
    return source


def places(tree: ast.AST) -> list[Place]:
    """Where statements and expressions stand: parent, field, and the index if that is a list; outer ones first."""
    found: list[Place] = []
    for node in walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and not (isinstance(node, ast.While) and name == "test"):
                found.append((node, name, None))
            elif isinstance(value, list) and not isinstance(node, ast.BoolOp | ast.Compare):
                counts = isinstance(node, ast.While) and name == "body"
                found += [(node, name, index) for index in range(counts, len(value))]
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is in it, but for what bounds a `while` loop: its test and the first statement, which counts."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.While) and (child is node.test or child is node.body[0])):
            yield from walk(child)


def simpler(source: str, place: int) -> Iterator[str]:
    """Texts in which one place holds something smaller, or nothing."""
    parent, name, index = places(ast.parse(source))[place]
    there = getattr(parent, name) if index is None else getattr(parent, name)[index]
    for smaller in replacements(there, name, index):
        tree = ast.parse(source)
        parent, name, index = places(tree)[place]
        if index is None:
            setattr(parent, name, smaller[0])
        else:
            getattr(parent, name)[index : index + 1] = smaller
        if name == "body" and not getattr(parent, name):
            parent.body = [ast.Pass()]  # type: ignore[attr-defined]
        try:
            text = ast.unparse(ast.fix_missing_locations(tree))
            compile(text, "<smaller>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, AttributeError, TypeError):
            continue
        yield text


def replacements(node: Any, name: str, index: int | None) -> Iterator[list[Any]]:
    if isinstance(node, ast.stmt):
        yield []
        for field in ("body", "orelse", "handlers", "finalbody"):
            inner = getattr(node, field, [])
            if inner and not isinstance(node, ast.FunctionDef):
                yield copy.deepcopy(inner[0].body if field == "handlers" else inner)
            if inner and field in ("orelse", "finalbody"):
                changed = copy.deepcopy(node)
                setattr(changed, field, [])
                yield [changed]
    elif isinstance(node, ast.expr):
        if index is not None:
            yield []
        if name in ("annotation", "returns"):
            yield [None]
        yield [ast.Constant(1.0)]
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                yield [copy.deepcopy(inner)]
