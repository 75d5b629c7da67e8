"""Stacks in reverse mode: the adjoint of a stack is a stack, and pushing and popping change places."""

from __future__ import annotations

from collections.abc import Callable

from adtransform import ir
from adtransform.adjoints import Adjoints, Shares
from adtransform.calculus import ZERO
from adtransform.exits import Leaves, breaks
from adtransform.infer import backward as downward
from adtransform.shapes import STACK, index_of, record_of
from adtransform.structure import Shape as Structure
from adtransform.structure import find
from adtransform.tables import aligned
from adtransform.traverse import blocks, expressions, names, statements

Gathered = Callable[[ir.Expr, ir.Expr], Shares]


def popped(work: Adjoints, value: ir.Expr, gathered: Gathered) -> tuple[ir.Expr, list[tuple[str, str, ir.Expr]]]:
    """A target for the adjoint of what was pushed, and where its numbers flow."""
    if not work.is_active(value, ""):
        return work.unused(), []
    if items := numbered(work, value):
        parts_ = [popped(work, i, gathered) for i in items]
        shown = ir.Display("(", tuple(t for t, _ in parts_), record=record_in(work, value))
        return shown, [f for _, fs in parts_ for f in fs]
    base = value.id if isinstance(value, ir.Name) else "t"
    adjoint = work.temporary(f"{base}{work.supply.suffix}#", "", False)
    return adjoint, [("", n, e) for n, e in gathered(value, adjoint)]


def numbered(work: Adjoints, value: ir.Expr) -> tuple[ir.Expr, ...]:
    """The items of a tuple that is written out, or of a tuple variable."""
    if isinstance(value, ir.Display):
        return value.items
    shape = work.shape(value)
    count = len(shape) if isinstance(shape, tuple) else 0
    return tuple(ir.Subscript(value, index_of(shape, k)) for k in range(count))


def record_in(work: Adjoints, value: ir.Expr) -> ir.Record | None:
    return value.record if isinstance(value, ir.Display) else record_of(work.shape(value))


def entry(work: Adjoints, target: ir.Expr) -> ir.Expr:
    """The adjoints of what is popped, as they are pushed."""
    match target:
        case ir.Display(_, items):
            return ir.Display("(", tuple(entry(work, i) for i in items), record=target.record)
        case ir.Name(id) if work.is_active(target, ""):
            return work.of_shape(id, work.shape(target))
        case _:
            return ZERO


def zeros_of(e: ir.Expr) -> ir.Expr:
    if not isinstance(e, ir.Display):
        return ZERO
    return ir.Display("(", tuple(zeros_of(i) for i in e.items), record=e.record)


def zeros_of_shape(shape: Structure) -> ir.Expr | None:
    """The adjoint of what is popped and dropped; None if there are lists in it."""
    s = find(shape)
    if s.kind == "tuple":
        items = [zeros_of_shape(i) for i in s.items]
        return ir.Display("(", tuple(i for i in items if i is not None), record=s.record) if None not in items else None
    return ZERO if s.kind in ("number", "") else None


def over_stacks(work: Adjoints, target: ir.Expr, iterable: ir.Expr) -> list[tuple[ir.Expr, ir.Name]]:
    """The loop variables that run over active stacks from their ends, each with its stack; empty if some do not."""
    found: list[tuple[ir.Expr, ir.Name]] = []
    for t, e in aligned(target, iterable):
        if not work.is_active(e, ""):
            continue
        stack = downward(e)
        if not isinstance(stack, ir.Name) or not work.is_stack(stack, "") or work.shape(stack) != STACK:
            return []
        found.append((t, stack))
    return found


def is_last(block: ir.Block, loop: ir.Stmt, name: str) -> bool:
    """Whether a loop over a stack is the last that happens to it.

    Inside another loop the stack has to be made anew each time, and is read to its end.
    """
    around = [s for s in statements(block) if isinstance(s, (ir.For, ir.While)) and s is not loop and holds(s, loop)]
    order = [s for s in statements(block) if any(name in names(e) for e in expressions(s))]
    if not around:
        return order[-1] is loop
    outer = around[0]
    fresh = any(
        isinstance(s, ir.Assign) and s.targets == (ir.Name(name),) and is_empty(s.value)
        for b in blocks(outer)
        for s in b
    )
    inside = all(holds(outer, s) for s in order)
    whole = not any(breaks(s) is not Leaves.NEVER for b in blocks(loop) for s in b)
    return fresh and inside and whole and any(is_last(b, loop, name) for b in blocks(outer) if b)


def holds(outer: ir.Stmt, s: ir.Stmt) -> bool:
    return any(x is s for b in blocks(outer) for x in statements(b))


def is_empty(e: ir.Expr) -> bool:
    return isinstance(e, ir.Display) and e.bracket == "[" and not e.items
