"""Adjoint liveness: what a reverse sweep computes and nobody reads is not written.

A backward walk over structured statements (Aho and others, Compilers, section 9.2.5; for adjoints Hascoet and
Araya-Polo 2005).  Every statement of a reverse sweep only computes values, so that an unread one may go.
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.exits import as_elif
from adtransform.mentions import written
from adtransform.traverse import expressions, names, statements, target_names

Live = frozenset[str]


def needed(block: ir.Block, live: Live) -> tuple[ir.Block, Live]:
    """As `without_dead`, without the lists of which nobody reads what is popped: the block is all that uses them."""
    kept: Live = frozenset()
    while True:
        found, before = without_dead(block, live, kept)
        popped = frozenset(n for s in statements(found) if isinstance(s, ir.Assign) for n in popped_from(s.value))
        if popped <= kept:
            return found, before
        kept |= popped


def without_dead(block: ir.Block, live: Live, lists: Live | None = None) -> tuple[ir.Block, Live]:
    """The statements that `live`, the names read behind them, depend on; and the names that these read.

    What is popped and not read goes as well, unless it keeps one of `lists` (None for all) in step.
    """
    found: list[ir.Stmt] = []
    for s in reversed(block):
        new, live = one(s, live, lists)
        if new is not None:
            found.append(new)
    return tuple(reversed(found)), live


def popped_from(e: ir.Expr) -> set[str]:
    return names(e) if isinstance(e, ir.Call) and isinstance(e.func, ir.Attribute) and e.func.attr == "pop" else set()


def one(s: ir.Stmt, live: Live, lists: Live | None) -> tuple[ir.Stmt | None, Live]:
    match s:
        case ir.Assign(targets, value):
            bound = {n for t in targets for n in target_names(t)}
            items = {n for t in targets for n in written(t)}
            if items:
                read = names(value).union(*(names(t) for t in targets))
                return (s, live | read) if (items | bound) & live else (None, live)
            popped = popped_from(value)
            kept = bool(popped) and (lists is None or bool(popped & (lists | live)))
            if not bound & live and bound and not kept:
                return None, live
            return s, (live - bound) | names(value)
        case ir.Augment(ir.Name(id), _, value):
            return (s, live | names(value) | {id}) if id in live else (None, live)
        case ir.Augment(ir.Subscript() as target, _, value):
            return (s, live | names(value) | names(target)) if set(written(target)) & live else (None, live)
        case ir.Effect(ir.Call(ir.Attribute(ir.Name(id), "append"), _)) if lists is not None and id not in live:
            return None, live
        case ir.If(test, body, orelse):
            new_body, first = without_dead(body, live, lists)
            new_orelse, second = without_dead(orelse, live, lists)
            if is_empty(new_body) and is_empty(new_orelse):
                return None, live
            if is_empty(new_body):
                from adtransform.conditions import negated

                body = tuple(as_elif(x, False) if isinstance(x, ir.If) else x for x in new_orelse)
                new = replace(s, test=negated(test), body=body, orelse=(), source=ir.Source(s.source.lead))
                return new, first | second | names(test)
            kept_ = () if is_empty(new_orelse) else new_orelse
            return replace(s, body=new_body, orelse=kept_), first | second | names(test)
        case (ir.For(body=body) | ir.While(body=body)) as loop:
            return repeated(loop, body, live, lists)
        case ir.Unread():
            return s, live
        case _:
            return s, live | frozenset[str]().union(*(names(e) for e in expressions(s)))


def repeated(s: ir.For | ir.While, body: ir.Block, live: Live, lists: Live | None) -> tuple[ir.Stmt | None, Live]:
    own = frozenset[str]().union(*(names(e) for e in expressions(s)))
    around = live
    while True:
        new, inside = without_dead(body, around, lists)
        if inside <= around:
            break
        around |= inside
    if is_empty(new):
        return None, live
    return replace(s, body=new), around | own


def is_empty(block: ir.Block) -> bool:
    """Whether a block only holds places for values that nobody reads."""
    return all(isinstance(s, (ir.Unread, ir.Comment)) for s in block)
