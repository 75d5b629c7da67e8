"""Where the two sweeps meet.

    if x < 0.0:                        if x < 0.0:
        value = 0.0                        return 0.0, 0.0
    else:                              y = math.sqrt(x)
        y = math.sqrt(x)               return y, 0.5 * seed / y
        value = y
    if x < 0.0:
        x_b = 0.0
    else:
        x_b = 0.5 * seed / y
    return value, x_b

A branch that ends the forward sweep and begins the reverse sweep is one branch; what a `return` reads once stands in
it.
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.effects import raises_first
from adtransform.exits import as_elif, behind_else
from adtransform.tidy import assigned_in, cost, mentions
from adtransform.traverse import names, rename, walk

ROOM = 12  # operations that fit into one `return`


def fused(forward: ir.Block, reverse: ir.Block) -> ir.Block | None:
    """Both sweeps with the branch in the middle made one; None if there is none."""
    match last_of(forward), reverse[:1]:
        case (k, ir.If(test, body, orelse) as s), (ir.If(again, back, back_else),) if test == again:
            both = replace(
                s,
                body=joined(body, back),
                orelse=behind_else(joined(orelse, back_else)),
                source=s.source,
            )
            return (*forward[:k], both, *forward[k + 1 :], *reverse[1:])
        case (k, ir.If(test, body, orelse) as s), (ir.If(ir.Unary("not", again), back, ()),) if test == again:
            both = replace(s, orelse=behind_else(joined(orelse, back)))
            return (*forward[:k], both, *forward[k + 1 :], *reverse[1:])
        case _:
            return None


def last_of(block: ir.Block) -> tuple[int, ir.Stmt | None]:
    for k in range(len(block) - 1, -1, -1):
        if not isinstance(block[k], ir.Comment):
            return k, block[k]
    return 0, None


def joined(forward: ir.Block, reverse: ir.Block) -> ir.Block:
    forward = tuple(s for s in forward if not isinstance(s, ir.Keyword) or s.word != "pass") if reverse else forward
    return fused(forward, reverse) or (*forward, *reverse)


def returning(block: ir.Block, value: ir.Expr) -> ir.Block:
    """The block with `return value` at its end, in the branches of the last statement where that reads well."""
    match last_of(block):
        case k, ir.If(_, body, orelse) as s if k == len(block) - 1 and orelse and ends_all(s, value):
            first = returning(body, value)
            rest = returning(orelse, value)
            rest = tuple(as_elif(x, False) if isinstance(x, ir.If) else x for x in rest)
            return (*block[:k], replace(s, body=first, orelse=()), *rest)
        case _:
            return placed(block, value)


def ends_all(s: ir.If, value: ir.Expr) -> bool:
    """Whether each branch assigns something that is returned."""
    read = names(value)
    return all(any(assigned_in(list(b), n) for n in read) for b in (s.body, s.orelse))


def placed(block: ir.Block, value: ir.Expr) -> ir.Block:
    """`return value` behind a block; assignments at its end that only the `return` reads go into it."""
    found = list(block)
    room = ROOM - cost(value)
    for k in range(len(found) - 1, -1, -1):
        s = found[k]
        if isinstance(s, ir.If) and not any(assigned_in([s], n) for n in names(value)):
            break
        match s:
            case ir.Assign((ir.Name(id),), e) if (
                count(value, id) == 1
                and not mentions(found[k + 1 :], id)
                and not any(assigned_in(found[k + 1 :], n) for n in names(e))
                and not (s.source.lead or s.source.trail)
                and not any(isinstance(x, (ir.Choice, ir.Comprehension, ir.Logic)) for x in walk(e))
                and not (raises_first(e) and found[k + 1 :])
                and cost(e) <= room
            ):
                room -= cost(e)
                value = rename(value, lambda n, e=e, id=id: e if n == id else None)  # type: ignore[misc]
                del found[k]
            case ir.Assign() | ir.Augment():
                continue
            case _:
                break
    return (*found, ir.Return(value))


def count(e: ir.Expr, name: str) -> int:
    return sum(x == ir.Name(name) for x in walk(e))
