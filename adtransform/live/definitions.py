"""The statement, or the lambda, that a live function was made by."""

from __future__ import annotations
import __future__

import ast
import functools
import inspect
import linecache
import os
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType

from adtransform.diagnostics import Refusal, TransformError
from adtransform.live.fingerprints import all_codes

FUTURE = functools.reduce(int.__or__, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names))


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a function is defined: the whole text of its file or cell, and the node in its tree."""

    text: str
    filename: str
    node: ast.FunctionDef | ast.Lambda
    is_global: bool  # whether it is a `def` at the top level


def definition(f: FunctionType) -> Definition:
    """Find the definition of a function in the source as it is now.

    Raises:
        TransformError: there is no source, or it is no longer what was executed.
    """
    if f.__code__.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        help_ = "Differentiate a function that awaits nothing."
        raise refusal(f, "N132", f"`{f.__name__}` is an `async` function", help_)
    text = text_of(f)
    if not text:
        raise refusal(f, "U006", f"the source of `{f.__name__}` cannot be found", advice(f.__code__.co_filename))
    changed = refusal(f, "U007", f"the source of `{f.__name__}` is no longer what was imported", "Reload the module.")
    try:
        tree, codes, nodes = read(text, f.__code__.co_flags & FUTURE)
    except (SyntaxError, ValueError):
        raise changed from None
    found = [node for node in nodes if is_made_by(node, f.__code__)]
    if len(found) > 1:
        found = [node for node in found if surrounds(node, f.__code__)]
        found = sorted(found, key=width)[:1]  # a lambda in a lambda
    if len(found) != 1:
        raise changed
    (node,) = found
    if f.__code__ not in codes and not has_assertions(node):
        raise changed
    return Definition(text, f.__code__.co_filename, node, node in tree.body)


def advice(filename: str) -> str:
    """What to do about a function whose text nobody has kept."""
    match filename:
        case "<timed exec>" | "<magic-timeit>":
            return "Define it in a cell of its own: `%%time` and `%%timeit` keep no source."
        case "<stdin>":
            why = "Python does not keep what is typed in; IPython does. "
        case "<string>":
            why = "`exec`, `eval` and `python -c` keep no source. "
        case _:
            why = ""
    return f"{why}Save it in a file and import it, or hand its text to `adtransform.derive`."


def text_of(f: FunctionType) -> str:
    """The text of the file or cell that a function stands in; empty if there is none."""
    filename = f.__code__.co_filename
    linecache.checkcache(filename)
    return "".join(linecache.getlines(filename, f.__globals__))


def is_cell(filename: str) -> bool:
    """Whether a text is the cell of a notebook, or of something like it, and no file that can be imported."""
    known = linecache.cache.get(filename)
    return not os.path.isfile(filename) or known is not None and len(known) == 4 and known[1] is None


@functools.lru_cache(maxsize=64)
def read(text: str, flags: int = 0) -> tuple[ast.Module, frozenset[CodeType], tuple[ast.FunctionDef | ast.Lambda, ...]]:
    """The tree of a text, all code that it compiles to, and all functions in it.

    `flags` are those of `from __future__` imports that hold outside: cells of a notebook inherit them.
    """
    tree = ast.parse(text)
    codes = frozenset(all_codes(compile(tree, "<text>", "exec", flags, dont_inherit=True)))
    return tree, codes, tuple(n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.Lambda)))


def is_made_by(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> bool:
    """Whether a node stands in the line that a code begins in, and has its name."""
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return (node.name, first) == (code.co_name, code.co_firstlineno)


def surrounds(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> bool:
    """Whether the instructions of a code stem from the body of a node; for lambdas that share a line."""
    if isinstance(node, ast.FunctionDef):
        return True
    body = node.body
    start, end = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
    for line, end_line, column, end_column in code.co_positions():
        if None in (line, end_line, column, end_column) or (line, column) == (end_line, end_column):
            continue
        if (line, column) < start or (end_line, end_column) > end:
            return False
    return True


def width(node: ast.FunctionDef | ast.Lambda) -> tuple[int, int]:
    """How much text a node takes."""
    return (node.end_lineno or 0) - node.lineno, (node.end_col_offset or 0) - node.col_offset


def has_assertions(node: ast.AST) -> bool:
    """Whether a function has assertions: pytest compiles these in its own way."""
    return any(isinstance(inner, ast.Assert) for inner in ast.walk(node))


def refusal(f: object, code: str, message: str, help_: str) -> TransformError:
    """A refusal at the place of a function."""
    found = getattr(f, "__code__", None)
    if found is None:
        return TransformError([Refusal("<function>", 0, 0, code, message, help_)])
    filename, line = found.co_filename, found.co_firstlineno
    text = linecache.getline(filename, line).rstrip()
    column = len(text) - len(text.lstrip()) + 1
    return TransformError([Refusal(filename, line, column, code, message, help_, text, len(text) + 1)])


INSIDE = ("__func__", "func", "__wrapped__", "py_func")  # of methods, partials, decorated and compiled functions


def function_in(f: object) -> FunctionType | None:
    """The function in whatever can be called."""
    while not isinstance(f, FunctionType) or hasattr(f, "__wrapped__"):
        f = next((getattr(f, name) for name in INSIDE if hasattr(f, name)), None)
        if f is None:
            return None
    return f


def contents(cell: CellType) -> object:
    """The value of a variable of a function around; None if it has none yet."""
    try:
        return cell.cell_contents
    except ValueError:  # not yet set
        return None
