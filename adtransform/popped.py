"""Stacks in reverse mode: the adjoint of a stack is a stack, and pushing and popping change places."""

from __future__ import annotations

from collections.abc import Callable

from adtransform import ir
from adtransform.adjoints import Adjoints, Shares
from adtransform.calculus import ZERO
from adtransform.shapes import STACK

Gathered = Callable[[ir.Expr, ir.Expr], Shares]


def popped(work: Adjoints, value: ir.Expr, gathered: Gathered) -> tuple[ir.Expr, list[tuple[str, str, ir.Expr]]]:
    """A target for the adjoint of what was pushed, and where its numbers flow."""
    if not work.is_active(value, ""):
        return work.unused(), []
    if isinstance(value, ir.Display):
        parts_ = [popped(work, i, gathered) for i in value.items]
        return ir.Display("(", tuple(t for t, _ in parts_)), [f for _, fs in parts_ for f in fs]
    base = value.id if isinstance(value, ir.Name) else "t"
    adjoint = work.temporary(f"{base}{work.supply.suffix}#", "", False)
    pairs = [(value, adjoint)] if work.shape(value) in (None, STACK) else structured(work, value, adjoint)
    return adjoint, [("", n, e) for v, a in pairs for n, e in gathered(v, a)]


def structured(work: Adjoints, value: ir.Expr, adjoint: ir.Expr) -> list[tuple[ir.Expr, ir.Expr]]:
    """The numbers of a tuple variable, each with its part of an adjoint."""
    shape = work.shape(value)
    if not isinstance(shape, tuple):
        return [(value, adjoint)]
    items = [ir.Const(k, str(k)) for k in range(len(shape))]
    return [p for k in items for p in structured(work, ir.Subscript(value, k), ir.Subscript(adjoint, k))]


def entry(work: Adjoints, target: ir.Expr) -> ir.Expr:
    """The adjoints of what is popped, as they are pushed."""
    match target:
        case ir.Display(_, items):
            return ir.Display("(", tuple(entry(work, i) for i in items))
        case ir.Name(id) if work.is_active(target, ""):
            return work.of_shape(id, work.shape(target))
        case _:
            return ZERO


def zeros_of(e: ir.Expr) -> ir.Expr:
    return ir.Display("(", tuple(zeros_of(i) for i in e.items)) if isinstance(e, ir.Display) else ZERO
