"""What a module says of derivatives that are made of it while it lives.

The decorator `adtransform.differentiable` is taken off what is read: it changes nothing, and output never has it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import libcst as cst

from adtransform import ir
from adtransform.live.asked import names_of_decorator

NAME = "differentiable"
DERIVATIVES = ("tangent", "adjoint")
CACHES = frozenset({"lru_cache", "cache"})
COMPILERS = frozenset({"njit", "jit"})
CALLED = re.compile(r"\b(?:tangent|adjoint)\b[^\n]*\(")


def undecorated(tree: cst.Module, text: str) -> cst.Module:
    """A module without the decorator.

    Nodes that no decorator stands in stay the same objects: their positions are known by identity.

    >>> source = "import adtransform as ad\\n@ad.differentiable\\ndef f(x): return x\\n"
    >>> print(undecorated(cst.parse_module(source), source).code)
    import adtransform as ad
    def f(x): return x
    <BLANKLINE>
    """
    names = names_of_decorator(ast.parse(text)) if NAME in text else set()
    found = without(tree, names) if names else tree
    assert isinstance(found, cst.Module)
    return found


def without(node: cst.CSTNode, names: set[str]) -> cst.CSTNode:
    """A statement or a block, without decorators of these names."""
    changes: dict[str, Any] = {}
    for part in ("body", "orelse", "handlers", "finalbody"):
        child = getattr(node, part, None)
        if isinstance(child, cst.CSTNode):
            changes[part] = without(child, names)
        elif isinstance(child, (list, tuple)):
            changes[part] = tuple(without(c, names) for c in child)
            if all(new is old for new, old in zip(changes[part], child)):
                changes[part] = child
    if isinstance(node, cst.FunctionDef) and any(spelled(d.decorator) in names for d in node.decorators):
        changes["decorators"] = tuple(d for d in node.decorators if spelled(d.decorator) not in names)
    changes = {part: new for part, new in changes.items() if new is not getattr(node, part)}
    return node.with_changes(**changes) if changes else node


def spelled(decorator: cst.BaseExpression) -> str:
    """A decorator as it is written, without its arguments."""
    target = decorator.func if isinstance(decorator, cst.Call) else decorator
    return cst.Module([]).code_for_node(target)


def keywords_of_derivatives(text: str, words: Counter[str]) -> set[str]:
    """Names that a module uses only as keywords where it calls derivatives: `x_d` in `f.tangent(x, x_d=1.0)`.

    They are no names of the module; the parameter that they mean must not be called otherwise for their sake.

    Arguments:
        text: the module.
        words: how often each word occurs in its code.

    >>> keywords_of_derivatives("f.tangent(2.0, x_d=1.0)", Counter(["f", "tangent", "x_d"]))
    {'x_d'}
    """
    if not CALLED.search(text):
        return set()
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and is_derivative(node.func))
    found = Counter(keyword.arg for call in calls for keyword in call.keywords if keyword.arg)
    return {name for name, times in found.items() if times == words[name]}


def is_derivative(called: ast.expr) -> bool:
    """Whether an expression is `f.tangent`, `ad.tangent(f)` or the like."""
    if isinstance(called, ast.Call):
        return is_derivative(called.func) or (isinstance(called.func, ast.Name) and called.func.id in DERIVATIVES)
    return isinstance(called, ast.Attribute) and called.attr in DERIVATIVES


def of_derivative(f: ir.Function, seed: str | None = None) -> ir.Function:
    """A derivative with the decorators that fit it.

    Numba's loses the signature, which was that of another function; adjoints are not compiled for running in parallel
    either, as the turns of a loop may add to one number.  A cache stays only where all arguments can be looked up in
    it: seeds may be lists, and so may what a forward sweep keeps.

    Arguments:
        f: the derivative, with the decorators of what it is the derivative of.
        seed: the parameter for the seed in reverse mode, None in forward mode.
    """
    is_cached = seed is None or any(p.name == seed and p.default is not None for p in f.params)
    kept = (d for d in f.decorators if is_cached or word_of(d) not in CACHES)
    return replace(f, decorators=tuple(for_numba(d) if word_of(d) in COMPILERS else d for d in kept))


def word_of(decorator: ir.Expr) -> str:
    """The last word of a decorator: `njit` of `@numba.njit(cache=True)`."""
    match decorator:
        case ir.Call(func):
            return word_of(func)
        case ir.Name(word) | ir.Attribute(_, word):
            return word
        case _:
            return ""


def for_numba(decorator: ir.Expr) -> ir.Expr:
    """Numba's decorator as it stands at a derivative."""
    if not isinstance(decorator, ir.Call):
        return decorator
    kept = tuple(a for a in decorator.args if a.keyword and a.keyword not in ("parallel", "signature"))
    return replace(decorator, args=kept) if kept else decorator.func
