"""Branches that only choose a value, as a conditional expression.

    if x > y:                  a = x * y if x > y else x + y
        a = x * y
    else:
        a = x + y

The sweeps know branches alone; what was an expression in the source is written as one again.
"""

from __future__ import annotations

from adtransform import ir
from adtransform.inlining import cost, is_choice
from adtransform.traverse import map_blocks

SHORT = 4  # operations that fit into a choice that is not the user's


def rejoined(block: ir.Block) -> ir.Block:
    """The block with choices for branches that assign one variable, unless the user wrote them as branches."""
    return tuple(one(map_blocks(s, rejoined)) for s in block)


def one(s: ir.Stmt) -> ir.Stmt:
    match s:
        case ir.If(test, (ir.Assign((ir.Name() as target,), a) as first,), (ir.Assign((other,), b) as second,)) if (
            other == target and not is_users(s) and not any(x.source.lead or x.source.trail for x in (first, second))
        ):
            short = cost(a) + cost(b) <= SHORT and not is_choice(a) and not is_choice(b)
            if s.at is None and not short:
                return s
            source = ir.Source(s.source.lead, s.source.trail)
            return ir.Assign((target,), ir.Choice(test, a, b), at=s.at, source=source)
        case _:
            return s


def is_users(s: ir.If) -> bool:
    """Whether a branch was read from one: others were read from an expression, or are part of a reverse sweep."""
    from libcst import If

    return isinstance(s.at, If)
