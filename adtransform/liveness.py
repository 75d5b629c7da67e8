"""Adjoint liveness: what a reverse sweep computes and nobody reads is not written.

A backward walk over structured statements (Aho and others, Compilers, section 9.2.5; for adjoints Hascoet and
Araya-Polo 2005).  Every statement of a reverse sweep only computes values, so that an unread one may go.
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.exits import as_elif
from adtransform.traverse import expressions, names, target_names

Live = frozenset[str]


def without_dead(block: ir.Block, live: Live) -> tuple[ir.Block, Live]:
    """The statements that `live`, the names read behind them, depend on; and the names that these read."""
    found: list[ir.Stmt] = []
    for s in reversed(block):
        new, live = one(s, live)
        if new is not None:
            found.append(new)
    return tuple(reversed(found)), live


def one(s: ir.Stmt, live: Live) -> tuple[ir.Stmt | None, Live]:
    match s:
        case ir.Assign(targets, ir.Call(ir.Attribute(_, "pop")) as value):
            return s, (live - {n for t in targets for n in target_names(t)}) | names(value)
        case ir.Assign(targets, value):
            bound = {n for t in targets for n in target_names(t)}
            if not bound & live and bound:
                return None, live
            return s, (live - bound) | names(value)
        case ir.Augment(ir.Name(id), _, value):
            return (s, live | names(value) | {id}) if id in live else (None, live)
        case ir.If(test, body, orelse):
            new_body, first = without_dead(body, live)
            new_orelse, second = without_dead(orelse, live)
            if is_empty(new_body) and is_empty(new_orelse):
                return None, live
            if is_empty(new_body):
                from adtransform.conditions import negated

                body = tuple(as_elif(x, False) if isinstance(x, ir.If) else x for x in new_orelse)
                new = replace(s, test=negated(test), body=body, orelse=(), source=ir.Source(s.source.lead))
                return new, first | second | names(test)
            kept = () if is_empty(new_orelse) else new_orelse
            return replace(s, body=new_body, orelse=kept), first | second | names(test)
        case (ir.For(body=body) | ir.While(body=body)) as loop:
            return repeated(loop, body, live)
        case ir.Unread():
            return s, live
        case _:
            return s, live | frozenset[str]().union(*(names(e) for e in expressions(s)))


def repeated(s: ir.For | ir.While, body: ir.Block, live: Live) -> tuple[ir.Stmt | None, Live]:
    own = frozenset[str]().union(*(names(e) for e in expressions(s)))
    around = live
    while True:
        new, inside = without_dead(body, around)
        if inside <= around:
            break
        around |= inside
    if is_empty(new):
        return None, live
    return replace(s, body=new), around | own


def is_empty(block: ir.Block) -> bool:
    """Whether a block only holds places for values that nobody reads."""
    return all(isinstance(s, (ir.Unread, ir.Comment)) for s in block)
