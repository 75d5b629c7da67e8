"""Names that nobody reads are not written.

f0, (f0_x, f0_c) = residual_b(x0, c)     f0, (_, f0_c) = residual_b(x0, c)
t_b1 = terms_b.pop()                     terms_b.pop()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adtransform import ir
from adtransform.traverse import expressions, map_blocks, names, statements, target_names


def without_unread(body: ir.Block, own: Callable[[str], bool], nobody: ir.Name) -> ir.Block:
    """The body of a function with `nobody` for the names that it never reads, if they are its `own`."""
    read = frozenset(n for s in statements(body, nested=True) for e in read_by(s) for n in names(e))

    def shown(target: ir.Expr) -> ir.Expr:
        match target:
            case ir.Display(bracket, items):
                new = tuple(shown(i) for i in items)
                return nobody if all(i == nobody for i in new) else ir.Display(bracket, new, record=target.record)
            case ir.Name(id) if own(id) and id not in read:
                return nobody
            case _:
                return target

    def statement(s: ir.Stmt) -> ir.Stmt:
        match s:
            case ir.Assign((target,), value, None) if not isinstance(value, ir.Display) and own_in(target):
                new = shown(target)
                if new == nobody and isinstance(value, ir.Call) and isinstance(value.func, ir.Attribute):
                    return ir.Effect(value, source=s.source)
                return replace(s, targets=(new,)) if new != nobody else s
            case _:
                return map_blocks(s, block)

    def own_in(target: ir.Expr) -> bool:
        return any(own(n) and n not in read for n in target_names(target))

    def block(b: ir.Block) -> ir.Block:
        return tuple(statement(s) for s in b)

    return block(body)


def read_by(s: ir.Stmt) -> tuple[ir.Expr, ...]:
    match s:
        case ir.Assign(targets, value):
            return (value, *(t for t in targets if not isinstance(t, (ir.Name, ir.Display))))
        case ir.For(iterable=iterable):
            return (iterable,)
        case _:
            return expressions(s)
