"""Tests of the reverse sweep: negated, chained, and dropped where the forward sweep has shown the answer."""

from __future__ import annotations

from adtransform import ir
from adtransform.effects import divisors, factors, uses_numpy
from adtransform.exits import Leaves, breaks, leave_loop, leaves
from adtransform.traverse import names, rebuild, walk
from adtransform.versions import Lines, Timeline

Facts = dict[int, frozenset[str]]


def divided(lines: Lines, timeline: Timeline, around: frozenset[str] = frozenset()) -> Facts:
    """For each item, the versions that are not zero in its reverse sweep: its block, or one around it, divides by them.

    What stands behind a statement that may leave the block does not count.
    """
    waiting: list[ir.Expr] = []
    for item in lines.items:
        if leaves(item.stmt, leave_loop) is not Leaves.NEVER:
            break
        match item.stmt:
            case ir.Assign(_, value):
                waiting += divisors(timeline.renamed(value, item.before))
            case ir.Augment(target, op, value):
                waiting += divisors(timeline.renamed(ir.Binary(op, target, value), item.before))
            case _:
                pass
    here = set(around)
    while waiting:
        d = waiting.pop()
        v = timeline.versions.get(d.id) if isinstance(d, ir.Name) else None
        if v is not None and v.tag not in here:
            here.add(v.tag)
            waiting += factors(v.value) if v.value is not None and not uses_numpy(v.value) else []
    found = {id(item): frozenset(here) for item in lines.items}
    for item in lines.items:
        for part in item.parts:
            found |= divided(part, timeline, frozenset(here) if not isinstance(item.stmt, ir.Try) else frozenset())
    return found


def pruned(e: ir.Expr, nonzero: frozenset[str]) -> ir.Expr:
    """An expression without the branches for a value that is not zero."""
    match e:
        case ir.Choice(ir.Name(id), body, _) if id in nonzero:
            return pruned(body, nonzero)
        case ir.Choice(ir.Compare(ir.Name(id), (("==", ir.Const(0.0)),)), _, orelse) if id in nonzero:
            return pruned(orelse, nonzero)
        case _ if any(isinstance(x, ir.Choice) for x in walk(e)):
            return rebuild(e, lambda x: pruned(x, nonzero))
        case _:
            return e


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
