"""The decorator `adtransform.differentiable` is taken off what is read: it changes nothing, and output never has it."""

from __future__ import annotations

import ast

import libcst as cst

from adtransform.live.asked import names_of_decorator

NAME = "differentiable"


def undecorated(tree: cst.Module, text: str) -> cst.Module:
    """A module without the decorator; what stands inside of its functions stays the same, as objects.

    >>> source = "import adtransform as ad\\n@ad.differentiable\\ndef f(x): return x\\n"
    >>> print(undecorated(cst.parse_module(source), source).code)
    import adtransform as ad
    def f(x): return x
    <BLANKLINE>
    """
    names = names_of_decorator(ast.parse(text)) if NAME in text else set()
    if not names:
        return tree
    found = tree.visit(Remover(names))
    assert isinstance(found, cst.Module)
    return found


class Remover(cst.CSTTransformer):
    """Takes decorators off functions, by their names."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        kept = tuple(d for d in updated_node.decorators if spelled(d.decorator) not in self.names)
        return updated_node if len(kept) == len(updated_node.decorators) else updated_node.with_changes(decorators=kept)


def spelled(decorator: cst.BaseExpression) -> str:
    """A decorator as it is written, without its arguments."""
    target = decorator.func if isinstance(decorator, cst.Call) else decorator
    return cst.Module([]).code_for_node(target)
