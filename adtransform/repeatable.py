"""What may be evaluated again in the reverse sweep, and what may not."""

from __future__ import annotations

from adtransform import ir
from adtransform.traverse import walk

PURE = frozenset("abs min max int float bool len round isinstance pow divmod".split())


def passes(context: ir.Expr) -> bool:
    """Whether a context manager lets exceptions through, as far as its name says."""
    match context:
        case ir.Call(ir.Library(_, name) | ir.Name(name) | ir.Attribute(_, name)):
            return name in ("errstate", "catch_warnings", "nullcontext", "localcontext", "open", "printoptions")
        case _:
            return False


def is_repeatable(e: ir.Expr, lists: set[str]) -> bool:
    """Whether a test gives the same answer again, from the same values of its variables."""
    for x in walk(e):
        match x:
            case ir.Name(id) if id in lists:
                return False
            case ir.Attribute(_, "shape" | "size" | "ndim") | ir.Subscript(ir.Attribute(_, "shape")):
                pass
            case ir.Walrus() | ir.Attribute() | ir.Subscript() | ir.Comprehension() | ir.Opaque() | ir.Lambda():
                return False
            case ir.Call(func) if not isinstance(func, ir.Library) or func.home == "builtins" and func.name not in PURE:
                return False
    return True
