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

from collections import Counter
from dataclasses import replace

from adtransform import ir
from adtransform.effects import raises_first
from adtransform.exits import as_elif, behind_else
from adtransform.inlining import cost
from adtransform.mentions import Mentions, assigned
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
    return all(any(assigned(x) & read for x in b) for b in (s.body, s.orelse))


def placed(block: ir.Block, value: ir.Expr) -> ir.Block:
    """`return value` behind a block; assignments at its end that only the `return` reads go into it."""
    found = Mentions(block)
    room = ROOM - cost(value)
    read = Counter(x.id for x in walk(value) if isinstance(x, ir.Name))
    behind = 0  # statements that stay
    for k in range(len(block) - 1, -1, -1):
        s = block[k]
        if room < 0 or (isinstance(s, ir.If) and not assigned(s) & read.keys()):
            break
        match s:
            case ir.Assign((ir.Name(id),), e) if (
                read[id] == 1
                and found.next(id, k) is None
                and not found.changes(names(e), k)
                and not (s.source.lead or s.source.trail)
                and not any(isinstance(x, (ir.Choice, ir.Comprehension, ir.Logic)) for x in walk(e))
                and not (raises_first(e) and behind)
                and cost(e) <= room
            ):
                room -= cost(e)
                value = rename(value, lambda n, e=e, id=id: e if n == id else None)  # type: ignore[misc]
                read.update(x.id for x in walk(e) if isinstance(x, ir.Name))
                read[id] -= 1
                found.put(k, None)
            case ir.Assign() | ir.Augment():
                behind += 1
            case _:
                break
    return (*found.left(), ir.Return(value))
