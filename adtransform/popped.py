"""Stacks in reverse mode: the adjoint of a stack is a stack, and pushing and popping change places."""

from __future__ import annotations

from collections.abc import Callable

from adtransform import ir
from adtransform.adjoints import Adjoints, Shares
from adtransform.calculus import ZERO

Gathered = Callable[[ir.Expr, ir.Expr], Shares]


def popped(work: Adjoints, value: ir.Expr, gathered: Gathered) -> tuple[ir.Expr, list[tuple[str, str, ir.Expr]]]:
    """A target for the adjoint of what was pushed, and where its numbers flow."""
    if not work.is_active(value, ""):
        return work.unused(), []
    if items := numbered(work, value):
        parts_ = [popped(work, i, gathered) for i in items]
        return ir.Display("(", tuple(t for t, _ in parts_)), [f for _, fs in parts_ for f in fs]
    base = value.id if isinstance(value, ir.Name) else "t"
    adjoint = work.temporary(f"{base}{work.supply.suffix}#", "", False)
    return adjoint, [("", n, e) for n, e in gathered(value, adjoint)]


def numbered(work: Adjoints, value: ir.Expr) -> tuple[ir.Expr, ...]:
    """The items of a tuple that is written out, or of a tuple variable."""
    if isinstance(value, ir.Display):
        return value.items
    shape = work.shape(value)
    count = len(shape) if isinstance(shape, tuple) else 0
    return tuple(ir.Subscript(value, ir.Const(k, str(k))) for k in range(count))


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
