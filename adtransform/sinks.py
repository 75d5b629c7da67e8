"""Calls for their effect: which of them cannot keep an active value."""

from __future__ import annotations

from adtransform import ir
from adtransform.scopes import LibraryCall, NestedCall, UnitCall
from adtransform.tangents import Tangents
from adtransform.traverse import statements

REPORTS = frozenset("print warn debug info warning error exception critical log write".split())


def is_harmless(work: Tangents, e: ir.Call, path: str) -> bool:
    """Whether a call statement only reports or checks: it prints, logs, warns, or runs a function that stores
    nothing.
    """
    match work.callee(e.func, path):
        case LibraryCall("builtins", name):
            return name in REPORTS
        case UnitCall(unit):
            return stores_nothing(unit.function)
        case NestedCall(_, functions):
            return all(stores_nothing(f) for f in functions)
        case _:
            return (
                isinstance(e.func, ir.Attribute)
                and e.func.attr in REPORTS
                or isinstance(e.func, ir.Name)
                and e.func.id == "warn"
            )


def stores_nothing(f: ir.Function) -> bool:
    """Whether a function assigns local names only and calls nothing for its effect."""
    for s in statements(f.body, nested=True):
        match s:
            case ir.Outer() | ir.Unread():
                return False
            case ir.Assign(targets) if any(isinstance(t, (ir.Subscript, ir.Attribute)) for t in targets):
                return False
            case ir.Augment(ir.Subscript() | ir.Attribute()):
                return False
            case ir.Effect(ir.Call(func)):
                name = (
                    func.attr if isinstance(func, ir.Attribute) else func.name if isinstance(func, ir.Library) else ""
                )
                if name not in REPORTS:
                    return False
            case _:
                pass
    return True
