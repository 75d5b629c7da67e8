"""The text that a live class was made by, in a module or in a cell of a notebook."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from types import FunctionType

from adtransform.live.definitions import is_cell, text_of
from adtransform.live.lines import Piece, dedented, indent_of, lines_of


def class_source(cls: type) -> Piece | None:
    """The text of a class: what stands around one of its methods, as `inspect` does not know cells of notebooks."""
    own = [v for v in vars(cls).values() if isinstance(v, FunctionType)]
    for method in (m for m in own if m.__qualname__ == f"{cls.__qualname__}.{m.__name__}"):
        text = text_of(method)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
                start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                if start <= method.__code__.co_firstlineno <= (node.end_lineno or 0):
                    lines = lines_of(text)[start - 1 : node.end_lineno]
                    filename = method.__code__.co_filename
                    return Piece(dedented(lines, start, node), filename, start, indent_of(lines[0]))
    try:
        lines, start = inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return class_of_fields(cls)
    return Piece(textwrap.dedent("".join(lines)), inspect.getsourcefile(cls) or "", start, indent_of(lines[0]))


def class_of_fields(cls: type) -> Piece | None:
    """The text of a class without methods, from the latest cell that defines one with the same fields."""
    for filename in reversed([name for name in linecache.cache if is_cell(name)]):
        lines = linecache.getlines(filename)
        try:
            tree = ast.parse("".join(lines))
        except (SyntaxError, ValueError):
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__ and has_fields(node, cls):
                start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                return Piece("".join(lines[start - 1 : node.end_lineno]).rstrip("\n") + "\n", filename, start)
    return None


def has_fields(node: ast.ClassDef, cls: type) -> bool:
    """Whether a class has the fields that a text says, and nothing else stands in the text."""
    said = {}
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                said[name] = ast.unparse(annotation)
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                pass
            case _:
                return False
    live = {name: inspect.formatannotation(kind, cls.__module__) for name, kind in cls.__annotations__.items()}
    return list(said) == list(live) and all(
        kind.strip("'").rpartition(".")[2] == said[name].rpartition(".")[2] for name, kind in live.items()
    )
