"""The decorator `adtransform.differentiable` is taken off what is read: it changes nothing, and output never has it."""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from adtransform.live.asked import names_of_decorator

NAME = "differentiable"


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
