"""Shapes: which values are numbers, tuples, lists or arrays, and which variables may hold the same list.

Shapes are made equal along every assignment (Steensgaard 1996, Points-to analysis in almost linear time), so that two
variables that may hold the same list have one shape: what is written through one name is read through the other.

    stack = []                  stack: list of (number, number)
    stack.append((s, i))        saved: (number, the same list)
    saved = x, stack
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from adtransform.ir import Record

NUMBERS = count()
UNKNOWN, SEVERAL = 0, -1  # counts of axes
MIXED = "it holds, or is, now this and now that"
ENDLESS = "it is part of itself"


@dataclass(eq=False, slots=True)
class Shape:
    """`kind` is "number", "tuple", "list", "sequence" (what can be indexed), "array", or empty as long as nothing is
    known.

    `items` are those of a tuple, or one for all of a list; those of an array are its "cells", which it shares with its
    views, and its "rank", the number of its axes.  `odd` says why it cannot be followed; `uses` why the lists
    in it are more than stacks; `changed` whether it is written to, `downward` whether it is read from its end, and
    `popped` whether it gets shorter by that.
    """

    kind: str = ""
    items: list[Shape] = field(default_factory=list)
    odd: str = ""
    uses: str = ""
    changed: bool = False
    downward: bool = False
    popped: bool = False
    count: int = UNKNOWN  # of a rank
    stepped: bool = False  # whether a number is changed in place, `x += 1.0`: if it is a row after all, so is its array
    assumed: bool = False  # whether the count of a rank only shows by the indices
    guarded: bool = False  # whether it is that of a parameter, which can be asked when the function is called
    whole: bool = False  # cells of whole numbers
    mask: bool = False  # cells of truth values
    copy: bool = False  # cells that may or may not be those of another array
    of: Shape | None = None  # cells that these may be
    name: str = ""  # of the first variable that holds it
    record: Record | None = None  # of a tuple that stands for an object
    keyed: bool = False  # a list that stands for a dictionary
    number: int = field(default_factory=lambda: next(NUMBERS))
    link: Shape | None = None


def number() -> Shape:
    return Shape("number")


def many(kind: str, item: Shape | None = None) -> Shape:
    """A list or sequence of one shape, or of whatever it will be."""
    return Shape(kind, [item or Shape()])


def array(cells: Shape | None = None, rank: Shape | int = UNKNOWN) -> Shape:
    """An array, a view of others with the same cells."""
    axes = Shape("rank", count=rank) if isinstance(rank, int) else rank
    return Shape("array", [cells or Shape("cells"), axes])


def rank_of(s: Shape) -> Shape:
    return find(find(s).items[1])


def cells_of(s: Shape) -> Shape:
    return find(find(s).items[0])


def keyed(item: Shape | None = None) -> Shape:
    """A dictionary of values of one shape: a list whose indices are its keys."""
    return Shape("list", [item or Shape()], keyed=True)


def find(s: Shape) -> Shape:
    """The shape that stands for all that it was made equal to."""
    while s.link is not None:
        s = s.link
    return s


def escape(s: Shape, why: str) -> None:
    """The lists in a shape are used in a way that cannot be followed."""
    s = find(s)
    if not s.odd:
        s.odd = why
        for i in s.items:
            escape(i, why)


def more(s: Shape, why: str) -> None:
    """The lists in a shape are more than stacks."""
    s = find(s)
    if not s.uses:
        s.uses = why
        for i in s.items:
            more(i, why)


def unify(a: Shape, b: Shape) -> None:
    """Make two shapes equal; where that cannot be, the lists in both are odd.

    The older one stands for both, so that what is asked later changes no answer that was given before.
    """
    a, b = find(a), find(b)
    if a is b:
        return
    if not b.kind or (b.kind == "sequence" and a.kind):
        a, b = b, a  # b says more
    if any(occurs(a, i) for i in b.items) or any(occurs(b, i) for i in a.items):
        escape(a, ENDLESS)
        escape(b, ENDLESS)
        return
    if {a.kind, b.kind} in ARRAYS:
        as_array(a, b)
        return
    alike = a.kind == b.kind and len(a.items) == len(b.items) and a.record == b.record and a.keyed == b.keyed
    if (
        a.kind
        and not alike
        and not (a.kind == "sequence" and b.kind in ("list", "tuple") and not (b.record or b.keyed))
    ):
        escape(a, MIXED)
        escape(b, MIXED)
        return
    old, new = (a, b) if a.number < b.number else (b, a)
    items, others = b.items, a.items
    old.kind, old.items, old.record, old.keyed, new.link = b.kind, items, b.record, b.keyed, old
    old.changed |= new.changed
    old.downward |= new.downward
    old.popped |= new.popped
    old.name = old.name or new.name
    old.count = old.count if new.count in (UNKNOWN, old.count) else SEVERAL if old.count else new.count
    old.assumed |= new.assumed
    old.stepped |= new.stepped
    old.guarded |= new.guarded
    old.whole &= new.whole
    old.mask &= new.mask
    old.copy |= new.copy
    for n, i in enumerate(items if others else ()):
        unify(others[n if alike else 0], i)
    if new.odd:
        escape(old, new.odd)
    if new.uses:
        more(old, new.uses)


ARRAYS = ({"array", "number"}, {"array", "sequence"}, {"array", "list"})


def as_array(a: Shape, b: Shape) -> None:
    """One of two shapes is an array: so is a number, of no axes, and what is only indexed."""
    whole, other = (a, b) if a.kind == "array" else (b, a)
    if other.kind == "list":
        escape(whole, MIXED)
        escape(other, MIXED)
        return
    if other.kind == "number":
        rank = rank_of(whole)
        rank.count = SEVERAL
    item = find(other.items[0]) if other.items else None
    other.items, other.kind, other.link = [], "", whole
    cells_of(whole).changed |= other.changed or other.stepped
    if item is not None and item.kind in ("sequence", "array"):
        row = array(cells_of(whole))
        if item.kind == "array":
            unify(item, row)
        else:
            as_array(row, item)
        rank_of(whole).count = max(rank_of(whole).count, 2)


def occurs(a: Shape, b: Shape) -> bool:
    b = find(b)
    return a is b or any(occurs(a, i) for i in b.items)


def copied(s: Shape, memo: dict[int, Shape]) -> Shape:
    """A shape of its own for one call; what was equal stays equal."""
    s = find(s)
    if id(s) not in memo:
        memo[id(s)] = replace(s, items=[], name="", number=next(NUMBERS))
        memo[id(s)].items = [copied(i, memo) for i in s.items]
    return memo[id(s)]


def is_stack(s: Shape) -> bool:
    """Whether a shape is that of a stack and nothing else; one that is received and read from its end is one, too."""
    return s.kind in ("list", "sequence") and (s.downward or s.popped) and not (s.odd or s.uses or s.keyed)


def is_list(s: Shape) -> bool:
    """Whether a shape is that of a list: of whatever has a second name under which it could be written to."""
    s = find(s)
    return s.kind in ("list", "cells") or (s.kind == "sequence" and s.changed)


def lists_in(s: Shape) -> Iterator[Shape]:
    """The lists somewhere in a shape."""
    s = find(s)
    if is_list(s):
        yield s
    for i in s.items:
        yield from lists_in(i)


# --- leaves -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Many:
    """The leaves of whatever a list holds."""

    item: Tree


Tree = str | Many | tuple["Tree", ...]


def flat(tree: Tree) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case Many(item):
            yield from flat(item)
        case _:
            for t in tree:
                yield from flat(t)


@dataclass(frozen=True)
class Signature:
    """The shapes of the parameters and the result of a function."""

    params: dict[str, Shape]
    result: Shape


@dataclass
class Shapes:
    """The shapes in one unit: of variables by key, of results by path, of arguments by the identity of the call.

    The leaves of a shape are the keys that activity is asked about: `saved.0` for the first item of a tuple, `stack[]`
    for whatever a list holds, under whichever name it is known.
    """

    variables: dict[str, Shape] = field(default_factory=dict)
    results: dict[str, Shape] = field(default_factory=dict)
    arguments: dict[int, list[tuple[str, Shape]]] = field(default_factory=dict)
    trees: dict[str, tuple[Tree, frozenset[str]]] = field(default_factory=dict)

    def known(self, key: str) -> tuple[Tree, frozenset[str]]:
        if key not in self.trees:
            tree = self.tree_of(self.variables[key], key) if key in self.variables else key
            self.trees[key] = tree, frozenset(flat(tree))
        return self.trees[key]

    def add(self, key: str, shape: Shape) -> None:
        """A variable that a pass has introduced."""
        self.variables[key] = shape
        self.trees.pop(key, None)

    def tree(self, key: str) -> Tree:
        """The leaves of a variable, in its structure."""
        return self.known(key)[0]

    def tree_of(self, s: Shape, base: str) -> Tree:
        s = find(s)
        match s.kind:
            case "tuple" if s.items:
                return tuple(self.tree_of(i, f"{base}.{n}") for n, i in enumerate(s.items))
            case "array":
                return self.tree_of(s.items[0], base)
            case "cells":
                s.name = s.name or base
                return s.name
            case "list" | "sequence" if is_list(s):
                s.name = s.name or base
                return Many(self.tree_of(s.items[0], s.name + "[]"))
            case "sequence":
                return Many(self.tree_of(s.items[0], base + "[]"))
            case _:
                return base

    def leaves(self, key: str) -> frozenset[str]:
        return self.known(key)[1]

    def inputs(self, key: str) -> frozenset[str]:
        """The leaves of a variable that carry a derivative: those of the passive fields of objects do not."""
        return self.leaves(key) - self.passive(self.variables[key], key) if key in self.variables else self.leaves(key)

    def passive(self, s: Shape, base: str) -> frozenset[str]:
        s, tree = find(s), self.tree_of(s, base)
        if isinstance(tree, Many):
            return self.passive(s.items[0], f"{s.name}[]" if is_list(s) else f"{base}[]")
        if not isinstance(tree, tuple):
            return frozenset()
        kinds = s.record.passive if s.record is not None else (False,) * len(tree)
        found = (
            frozenset(flat(t)) if is_passive else self.passive(i, f"{base}.{n}")
            for n, (t, i, is_passive) in enumerate(zip(tree, s.items, kinds, strict=True))
        )
        return frozenset[str]().union(*found)

    def all_passive(self) -> frozenset[str]:
        """The leaves of all variables that carry no derivative."""
        return frozenset[str]().union(*(self.passive(s, key) for key, s in self.variables.items()))

    def list_leaves(self, s: Shape) -> frozenset[str]:
        """The leaves of what the lists in a shape hold."""
        return frozenset(k for inner in lists_in(s) for k in flat(self.tree_of(inner, "")))

    def changed_leaves(self, key: str) -> frozenset[str]:
        """The leaves of what those lists in a variable hold that are written to."""
        found = lists_in(self.variables[key]) if key in self.variables else iter(())
        return frozenset(k for inner in found if inner.changed for k in flat(self.tree_of(inner, "")))

    def name_lists(self) -> None:
        """Give each list the name of the first variable that holds it; lists that have no name are numbered."""
        for key in self.variables:
            self.tree(key)
        rest = [*self.results.values(), *(s for pairs in self.arguments.values() for _, s in pairs)]
        for n, s in enumerate(rest):
            self.tree_of(s, f"list {n}")

    def stack(self, key: str) -> Shape | None:
        """The shape of a variable that holds lists which are stacks and nothing else."""
        s = find(self.variables[key]) if key in self.variables else None
        return s if s is not None and is_stack(s) else None
