"""Where generated functions come from, for tracebacks, debuggers and profilers.

The code of each generated function is filed under a name that says what it was generated from:

    File "<adgen drag.py 9e26bf36 from ratio, drag.py:29>", line 6, in ratio_d
      return value / (y - y)

All these names stand for one text, in which `linecache` finds the line.  It costs nothing when a function is called,
and leaves its code as it is: a handler around the body would be one that Numba cannot compile, and a wrapper a call.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
from types import CodeType

HEADLINE = re.compile(r"(?:Tangent|Adjoint|Forward sweep|Reverse sweep) of `([^`]+)`")
SUFFIX = re.compile(r"_(?:[db]\d*|fwd|bwd)$")


def labelled(code: CodeType, origin: ast.Module, text: ast.Module, name: str, file: str) -> CodeType:
    """The code of a graft, with each generated function under a file name of its own.

    Arguments:
        code: defines the functions.
        origin: the tree of the module that they were generated from.
        text: the tree of the generated module.
        name: the name under which the generated text is registered, `<adgen drag.py 9e26bf36>`.
        file: the file that the origin is the text of; empty if it is that of none.
    """
    lines = defined_in(origin)
    sources = {node.name: source_of(node, lines) for node in text.body if isinstance(node, ast.FunctionDef)}
    base = os.path.basename(file)

    def label(function: str) -> str:
        source = sources.get(function, "")
        if not source:
            return name
        line = lines.get(source.replace(".", "_"), 0) if file else 0
        return f"{name.removesuffix('>')} from {source}{f', {base}:{line}' if line else ''}>"

    constants = (filed(c, label(c.co_name)) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_consts=tuple(constants))


def filed(code: CodeType, filename: str) -> CodeType:
    """A code and all code in it, under another file name."""
    constants = tuple(filed(c, filename) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=filename, co_consts=constants)


def defined_in(tree: ast.Module) -> dict[str, int]:
    """The functions and methods that a user wrote, with their lines; `Point.area` is `Point_area` as in derivatives."""
    found = {}
    for node in tree.body:
        owner = f"{node.name.strip('_')}_" if isinstance(node, ast.ClassDef) else ""
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef):
                name = owner + (inner.name.strip("_") if owner else inner.name)
                found[name] = 0 if HEADLINE.match(ast.get_docstring(inner) or "") else inner.lineno
    return found


def source_of(node: ast.FunctionDef, lines: dict[str, int]) -> str:
    """What a function was generated from; empty for one that was copied."""
    if (said := HEADLINE.match(ast.get_docstring(node) or "")) is not None:
        return said[1]
    stem = SUFFIX.sub("", node.name)
    return stem if stem != node.name and stem in lines else ""


def show(code: CodeType, name: str) -> None:
    """Let `linecache` find the registered text under all file names of a graft."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            linecache.cache[constant.co_filename] = linecache.cache[name]
