"""Where the statements of a block mention which names: kept up to date while the block is rewritten."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable

from adtransform import ir
from adtransform.methods import METHODS
from adtransform.traverse import expressions, names, statements, target_names

CHANGING = METHODS - {"index", "count", "copy"}
RESTORED = "@"  # stands for all values that are read back at a place of their own


class Mentions:
    """A list of statements that can be replaced and taken out, and questions about it.

    Statements keep their positions; what is taken out leaves None.
    """

    def __init__(self, block: Iterable[ir.Stmt]) -> None:
        self.block: list[ir.Stmt | None] = []
        self.at: dict[str, list[int]] = {}
        self.sets: dict[str, list[int]] = {}
        self.moves: dict[str, list[int]] = {}
        for s in block:
            self.append(s)

    def append(self, s: ir.Stmt) -> None:
        self.block.append(None)
        self.put(len(self.block) - 1, s)

    def put(self, k: int, s: ir.Stmt | None) -> None:
        """Another statement at a position; None for nothing."""
        old = self.block[k]
        before, after = facts(old), facts(s)
        for table, gone, new in zip((self.at, self.sets, self.moves), before, after, strict=True):
            for n in gone - new:
                table[n].remove(k)
            for n in new - gone:
                insort(table.setdefault(n, []), k)
        self.block[k] = s

    def left(self) -> list[ir.Stmt]:
        return [s for s in self.block if s is not None]

    def next(self, name: str, k: int) -> int | None:
        """The first position behind one at which a name is mentioned."""
        return following(self.at.get(name, ()), k)

    def last(self, name: str) -> int | None:
        places = self.at.get(name)
        return places[-1] if places else None

    def changes(self, read: Iterable[str], k: int, stop: int | None = None) -> bool:
        """Whether one of some names gets another value behind a position (and before another one)."""
        for n in read:
            found = following(self.sets.get(RESTORED if "@" in n else n, ()), k)
            also = following(self.sets.get(n, ()), k)
            moved = following(self.moves.get(n, ()), k)
            if any(p is not None and (stop is None or p < stop) for p in (found, also, moved)):
                return True
        return False


def facts(s: ir.Stmt | None) -> tuple[set[str], set[str], set[str]]:
    """The names that a statement mentions, those that it assigns, the lists whose items it moves."""
    return (mentioned(s), assigned(s), moved(s)) if s is not None else (set(), set(), set())


def moved(s: ir.Stmt) -> set[str]:
    """The lists of which items are put in, taken out or moved."""
    found: set[str] = set()
    for x in statements((s,)):
        if isinstance(x, (ir.Assign, ir.Effect)) and isinstance(x.value, ir.Call):
            func = x.value.func
            found |= names(func.value) if isinstance(func, ir.Attribute) and func.attr in CHANGING else set()
        if isinstance(x, ir.Inert) and x.kind == "del":
            found.update(n for p in x.parts if not isinstance(p, str) for n in names(p))
    return found


def written(target: ir.Expr) -> tuple[str, ...]:
    """The lists that an assignment to items writes to."""
    if isinstance(target, ir.Display):
        return tuple(n for i in target.items for n in written(i))
    if not isinstance(target, ir.Subscript):
        return ()
    while isinstance(target, (ir.Subscript, ir.Attribute)):
        target = target.value
    return target_names(target)


def added_to(s: ir.Stmt) -> tuple[str, ...]:
    """The array that `np.add.at(x, index, v)` writes to."""
    match s:
        case ir.Effect(ir.Call(ir.Library("numpy", "add.at"), (ir.Arg(target), *_))):
            return written(ir.Subscript(target, target))
        case _:
            return ()


def following(places: list[int] | tuple[()], k: int) -> int | None:
    at = bisect_right(places, k)
    return places[at] if at < len(places) else None


def mentioned(s: ir.Stmt) -> set[str]:
    return {n for x in statements((s,)) for e in expressions(x) for n in names(e)}


def assigned(s: ir.Stmt) -> set[str]:
    found: set[str] = set()
    for x in statements((s,)):
        match x:
            case ir.Assign(targets):
                found.update(n for t in targets for n in (*target_names(t), *written(t)))
            case ir.Augment(target) | ir.For(target):
                found.update((*target_names(target), *written(target)))
            case ir.Unread():
                found.add(RESTORED)
            case _:
                found.update(added_to(x))
    return found
