"""`try` in reverse mode: the path that was taken is reversed.

    try:                           caught = False
        y = math.log(x)            try:
    except ValueError:                 y = math.log(x)
        y = 0.0                    except ValueError:
                                       caught = True
                                       y = 0.0

A body that stops half-way must not leave behind what the path through the handler reads: then there would be no one
sweep to reverse.
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.adjoints import Adjoints
from adtransform.containers import parts
from adtransform.exits import FALSE, TRUE, ends
from adtransform.mentions import added_to, written
from adtransform.refusals import Refused
from adtransform.traverse import blocks, bound_names, expressions, names, own_names, statements, walk

HELP = "Keep one statement in the `try` body, or assign new variables in it."


def flagged(work: Adjoints, s: ir.Try, function: ir.Block) -> list[ir.Stmt]:
    """The statement with a flag for each handler that goes on, so that the reverse sweep knows the path.

    Raises `Refused` where the body may stop half-way with something done that still counts.
    """
    going = [h for h in s.handlers if not ends(h.body)]
    if not going or not touches(work, s):
        return [s]
    check(work, s, function)
    flags: list[ir.Stmt] = []
    handlers = []
    for h in s.handlers:
        if h in going:
            flag = work.temporary("caught" if len(going) == 1 else "caught#", "", False)
            flags.append(ir.Assign((flag,), FALSE))
            handlers.append(replace(h, body=(ir.Assign((flag,), TRUE), *h.body)))
        else:
            handlers.append(h)
    return [*flags, replace(s, handlers=tuple(handlers))]


def flags_of(s: ir.Try) -> dict[int, str]:
    """The flag of each handler that has one."""
    found: dict[int, str] = {}
    for k, h in enumerate(s.handlers):
        match h.body:
            case (ir.Assign((ir.Name(id),), ir.Const(True)), *_) if id.startswith("caught"):
                found[k] = id
    return found


def touches(work: Adjoints, s: ir.Stmt) -> bool:
    """Whether an active variable is assigned inside, or an item of one."""
    return any(n in work.active for b in blocks(s) for n in set_in(b))


def set_in(block: ir.Block) -> set[str]:
    """The names that a block binds, and those of the lists and arrays that it writes to."""
    return bound_names(block) | {n for s in statements(block) for n in items_set(s)}


def items_set(s: ir.Stmt) -> set[str]:
    """The names of the lists and arrays that a statement writes to, or hands to a function that may."""
    found = set(added_to(s))
    match s:
        case ir.Assign(targets):
            found |= {n for t in targets for p in parts(t) for n in written(p)}
        case ir.Augment(target):
            found |= set(written(target))
        case ir.Inert("del"):
            found |= {n for e in expressions(s) for n in written(e)}
        case _:
            pass
    calls = [
        x for e in expressions(s) for x in walk(e) if isinstance(x, ir.Call) and not isinstance(x.func, ir.Library)
    ]
    for c in calls:
        own = (c.func.value,) if isinstance(c.func, ir.Attribute) else ()
        found |= {n for e in (*own, *(a.value for a in c.args)) for n in written(ir.Subscript(e, e))}
    return found


def check(work: Adjoints, s: ir.Try, function: ir.Block) -> None:
    done: set[str] = set()  # what may be assigned when a later statement of the body raises
    body = [x for x in s.body if not isinstance(x, ir.Comment)]
    for k, x in enumerate(body):
        if k < len(body) - 1 or not isinstance(x, (ir.Assign, ir.Augment)):
            done |= own_names(x) | items_set(x) | {n for b in blocks(x) for n in set_in(b)}
    kept = {
        n
        for n in done & work.active
        if not is_private(n, s, function) and not all(resets(h.body, n) for h in s.handlers)
    }
    if kept:
        text = f"`{min(kept)}` may be assigned when the `try` body stops half-way, and is read afterwards"
        raise Refused(s, "N165", text, HELP)
    if work.loops and any(blocks(x) for x in body if touches(work, x)):
        text = "a `try` inside a loop holds more than single statements with active values"
        raise Refused(s, "N165", text, "Move the body into a function.")


def is_private(name: str, s: ir.Try, function: ir.Block) -> bool:
    """Whether a variable occurs nowhere outside the body of a `try` statement."""
    return count(function, name) == count(s.body, name) + count(s.orelse, name)


def count(block: ir.Block, name: str) -> int:
    from adtransform.traverse import walk

    return sum(e == ir.Name(name) for s in statements(block, nested=True) for top in expressions(s) for e in walk(top))


def resets(block: ir.Block, name: str) -> bool:
    """Whether a block certainly assigns a variable before it reads it."""
    for s in block:
        match s:
            case ir.Assign(targets, value) if ir.Name(name) in targets:
                return name not in names(value)
            case _ if any(name in names(e) for x in statements((s,), nested=True) for e in expressions(x)):
                return False
            case _:
                pass
    return False
