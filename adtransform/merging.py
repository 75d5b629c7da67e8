"""Loops that only add independent terms: the adjoint of an iteration follows it at once.

    for i in range(n):                 s_b = seed
        t = math.sin(i * x)            x_b = 0.0
        s += t * t                     for i in range(n):
                                           t = math.sin(i * x)
                                           s += t * t
                                           t_b = 2.0 * t * s_b
                                           x_b += math.cos(i * x) * i * t_b

Nothing is saved, and there is no second loop.  The sum of the contributions is the same in another order (Griewank and
Walther, Evaluating Derivatives, section 5.1 on joint sweeps of independent parts).
"""

from __future__ import annotations

from dataclasses import dataclass

from adtransform import ir
from adtransform.exits import Leaves, leave_loop, leaves
from adtransform.infer import stack_call
from adtransform.liveness import Live, without_dead
from adtransform.mentions import CHANGING, added_to, written
from adtransform.mirror import INDEX, Mirror
from adtransform.traverse import expressions, names, statements, target_names, walk
from adtransform.versions import Item, Lines, Timeline


@dataclass(frozen=True)
class Merged:
    """The loop, what comes before it, what is added to its body, and what is left of the reverse sweep."""

    loop: Item
    before: ir.Block
    body: ir.Block
    rest: ir.Block


def merged(timeline: Timeline, mirror: Mirror, reverse: ir.Block, live: Live, last: Item | None) -> Merged | None:
    """The last loop of the forward sweep with the first one of the reverse sweep; None if they are to stay apart.

    `live` are the names that are read behind the reverse sweep; `last` is an item that goes into the `return`.
    """
    items = [i for i in timeline.lines.items if i is not last and not isinstance(i.stmt, ir.Comment)]
    at = next((k for k, s in enumerate(reverse) if isinstance(s, (ir.For, ir.If))), len(reverse))
    loop = reverse[at] if at < len(reverse) else None
    if not items or not isinstance(loop, ir.For) or not isinstance(loop.target, ir.Name):
        return None
    words = loop.target.id.split()
    if words[0] != INDEX or len(words) != 2 or mirror.loops[int(words[1])] is not items[-1]:
        return None
    item = items[-1]
    columns = timeline.columns.get(id(item.stmt))
    if columns is not None and isinstance(item.stmt, ir.For) and columns.counter not in target_names(item.stmt.target):
        return None  # the forward sweep does not count
    before = tuple(s for s in reverse[:at] if not isinstance(s, ir.Unread))
    columns = timeline.columns.get(id(item.stmt))
    if columns is not None and columns.counter not in target_names(item.stmt.target):  # type: ignore[union-attr]
        return None
    if may_leave(item.parts[0]) or not all(is_early(s, timeline, item) for s in before):
        return None
    _, behind = without_dead(reverse[at + 1 :], live)
    if not is_independent(loop.body, behind):
        return None
    return Merged(item, before, loop.body, reverse[at + 1 :])


def may_leave(lines: Lines) -> bool:
    return any(leaves(i.stmt, leave_loop) is not Leaves.NEVER for i in lines.items)


def is_early(s: ir.Stmt, timeline: Timeline, loop: Item) -> bool:
    """Whether a statement of the reverse sweep can stand before the loop: its values are there by then."""
    if not isinstance(s, ir.Assign):
        return False
    known = {v.tag for v in loop.before.values() if v.lines is timeline.lines}
    return all(n in known for n in names(s.value) if "@" in n)


def is_independent(body: ir.Block, behind: Live) -> bool:
    """Whether an iteration of the reverse sweep reads nothing that another one computes, from no stack either."""
    if any(stack_call(e) for s in statements(body) for x in expressions(s) for e in walk(x)):
        return False
    if any(isinstance(s, ir.Inert) or moves(s) for s in statements(body)):
        return False
    written = {n for s in statements(body) for n in assigned(s)}
    read = {n for s in statements(body) for n in others(s)}
    sums = {n for n in written if n not in read and all(adds(s, n) for s in statements(body) if n in assigned(s))}
    _, needed = without_dead(body, behind | frozenset(sums))
    return not ((needed | behind) & (written - sums))


def moves(s: ir.Stmt) -> bool:
    """Whether a statement moves the items of a list."""
    calls = (x for e in expressions(s) for x in walk(e) if isinstance(x, ir.Call))
    return any(isinstance(x.func, ir.Attribute) and x.func.attr in CHANGING for x in calls)


def assigned(s: ir.Stmt) -> set[str]:
    match s:
        case ir.Assign(targets):
            return {n for t in targets for n in (*target_names(t), *written(t))}
        case ir.Augment(target):
            return {*target_names(target), *written(target)}
        case _:
            return set(added_to(s))


def others(s: ir.Stmt) -> set[str]:
    """The names that a statement reads beside what it adds to."""
    if isinstance(s, (ir.Assign, ir.Augment)):
        targets = s.targets if isinstance(s, ir.Assign) else (s.target,)
        indices = {n for t in targets if isinstance(t, ir.Subscript) for n in names(t)}
        return names(s.value) | indices - {n for t in targets for n in written(t)}
    return set().union(*(names(e) for e in expressions(s)))


def adds(s: ir.Stmt, name: str) -> bool:
    return isinstance(s, ir.Augment) and s.op in "+-" and (s.target == ir.Name(name) or name in written(s.target))
