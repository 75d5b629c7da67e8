"""Tests of the reverse sweep: negated, chained, and dropped where the forward sweep has shown the answer."""

from __future__ import annotations

from adtransform import ir
from adtransform.effects import divisors
from adtransform.exits import Leaves, breaks, leave_loop, leaves
from adtransform.traverse import names, rebuild, walk
from adtransform.versions import Lines


def divided(lines: Lines) -> frozenset[str]:
    """The versions that their own block certainly divides by: they are not zero in its reverse sweep."""
    found: set[str] = set()
    for item in lines.items:
        for part in item.parts:
            found |= divided(part)
        if isinstance(item.stmt, (ir.Assign, ir.Augment)):
            s = item.stmt
            value = s.value if isinstance(s, ir.Assign) else ir.Binary(s.op, s.target, s.value)
            for d in divisors(value):
                v = item.before.get(d.id) if isinstance(d, ir.Name) else None
                if (
                    v is not None
                    and v.lines is lines
                    and not any(leaves(i.stmt, leave_loop) is not Leaves.NEVER for i in lines.items)
                ):
                    found.add(v.tag)
    return frozenset(found)


def pruned(e: ir.Expr, nonzero: frozenset[str]) -> ir.Expr:
    """An expression without the branches for a value that is not zero."""
    if isinstance(e, ir.Choice) and isinstance(e.test, ir.Name) and e.test.id in nonzero:
        return pruned(e.body, nonzero)
    return rebuild(e, lambda x: pruned(x, nonzero)) if any(isinstance(x, ir.Choice) for x in walk(e)) else e


def elif_(s: ir.Stmt) -> ir.Stmt:
    return ir.If(s.test, s.body, s.orelse, True) if isinstance(s, ir.If) else s


def reads(e: ir.Expr, target: ir.Expr) -> bool:
    return bool(names(e) & names(target))


def may_break(lines: Lines) -> bool:
    """Whether a loop may be left by `break`."""
    return any(breaks(i.stmt) is not Leaves.NEVER for i in lines.items)


OPPOSITE = {"==": "!=", "!=": "==", "is": "is not", "is not": "is", "in": "not in", "not in": "in"}


def negated(test: ir.Expr) -> ir.Expr:
    """`not test`, as it is written; comparisons by size stay, since they are false for what is no number."""
    match test:
        case ir.Unary("not", operand):
            return operand
        case ir.Compare(left, ((op, right),)) if op in OPPOSITE:
            return ir.Compare(left, ((OPPOSITE[op], right),))
        case _:
            return ir.Unary("not", test)
