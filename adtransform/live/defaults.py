"""Defaults of functions that are written into another text: their values are the ones that the function has now.

for k in (1.0, 2.0):
    def f(x, k=k): ...        def f(x, k=k_default): ...        k_default: float, with the value that f has

Literals stay as they are.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from types import FunctionType

from adtransform.live.lines import lines_of
from adtransform.nested import same

Function = ast.FunctionDef | ast.Lambda


def computed(f: FunctionType, node: Function) -> dict[str, object]:
    """The defaults, by parameter, that are no literals, or not those that stand in the text."""
    values = defaults_of(f)
    return {n: values[n] for n, text in texts(node).items() if n in values and not says(text, values[n])}


def defaults_of(f: FunctionType) -> dict[str, object]:
    """The values of the defaults, by parameter."""
    ordinary = f.__code__.co_varnames[: f.__code__.co_argcount][::-1]
    return dict(zip(ordinary, (f.__defaults__ or ())[::-1])) | (f.__kwdefaults__ or {})


def texts(node: Function) -> dict[str, ast.expr]:
    """The expressions of the defaults, by parameter."""
    args = node.args
    found = dict(zip([a.arg for a in (*args.posonlyargs, *args.args)][::-1], args.defaults[::-1]))
    return found | {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults) if d is not None}


def says(text: ast.expr, value: object) -> bool:
    """Whether an expression is a literal of a value that nothing can change."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError):
        return False
    return isinstance(found, (int, float, str, tuple, type(None))) and same(found, value)


def with_names(text: str, node: Function, name: Callable[[str], str | None]) -> str:
    """A text with names in place of the defaults of a function in it; its lines stay where they are."""
    rows = lines_of(text)
    for parameter, default in sorted(texts(node).items(), key=lambda item: (item[1].lineno, item[1].col_offset))[::-1]:
        if (new := name(parameter)) is None:
            continue
        first, last = default.lineno - 1, (default.end_lineno or default.lineno) - 1
        start = rows[first].encode()[: default.col_offset].decode()
        end = rows[last].encode()[default.end_col_offset :].decode()
        whole = f"{start}{new}" + "\n" * (last - first) + end
        rows[first : last + 1] = lines_of(whole)
    return "".join(rows)


def arguments(node: Function, name: Callable[[str], str | None]) -> ast.arguments:
    """The parameters with names in place of the defaults."""
    args = copy.deepcopy(node.args)
    ordinary = [*args.posonlyargs, *args.args]
    for i, a in enumerate(ordinary[len(ordinary) - len(args.defaults) :]):
        if (new := name(a.arg)) is not None:
            args.defaults[i] = ast.Name(new, ast.Load())
    for i, a in enumerate(args.kwonlyargs):
        if (new := name(a.arg)) is not None and args.kw_defaults[i] is not None:
            args.kw_defaults[i] = ast.Name(new, ast.Load())
    return args
