"""What operators give: numbers, lists, tuples or arrays, by the shapes of their operands."""

from __future__ import annotations

from dataclasses import dataclass

from adtransform import ir
from adtransform.structure import (
    SEVERAL,
    UNKNOWN,
    Shape,
    array,
    cells_of,
    escape,
    find,
    many,
    more,
    number,
    rank_of,
    unify,
)

MIXED = "it is now a number and now a list"
JOINED = "lists are joined"
SEQUENCES = ("list", "sequence", "tuple")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with the shapes of its operands and of its result; `in_place` if it changes the first operand."""

    op: str
    result: Shape
    operands: tuple[Shape, ...]
    e: ir.Expr | None = None
    in_place: bool = False
    depth: int = 0  # of an item: how many indices
    compared: bool = False  # which says nothing of the operands

    @property
    def chooses(self) -> bool:
        """Whether it is an `np.where` that chooses between arrays."""
        return self.op == "numpy where" and any(find(s).kind == "array" for s in self.operands)

    @property
    def meets_array(self) -> bool:
        return any(find(s).kind == "array" for s in self.operands)


def settled(o: Operation, certain: bool) -> bool:
    """Make the shape of a result what it is by those of the operands; False if that does not show yet.

    With `certain` False what is not known is a number.
    """
    kinds = [find(s).kind for s in o.operands]
    if o.op == "item":
        return taken(o, certain)
    if o.op == "slice":
        return sliced(o, certain)
    if o.op == "stacked":
        return stacked(o, certain)
    if "sequence" in kinds and (o.op in ("-", "/", "**", "@") or (o.op == "+" and "number" in kinds)):
        for s in (s for s, k in zip(o.operands, kinds, strict=True) if k == "sequence"):
            unify(s, array())  # a list does not do that
        kinds = [find(s).kind for s in o.operands]
    if "array" in kinds and not (o.in_place and kinds[0] in SEQUENCES):
        return vectorised(o, certain)
    unknown = [s for s in o.operands if not find(s).kind and not find(s).odd]
    if find(o.result).kind == "array" and not o.in_place and (len(unknown) == 1 or not certain):
        for s in unknown:
            unify(s, array(rank=rank_of(o.result) if len(unknown) == 1 else SEVERAL))
        if unknown:
            return vectorised(o, certain)
    if o.op in ("+", "*") and any(k in SEQUENCES for k in kinds):
        return joined(o) if o.op == "+" else repeated(o)
    if o.compared:
        if certain and any(k != "number" for k in kinds):
            return False
        unify(o.result, number())
        return True
    unknown = [s for s, k in zip(o.operands, kinds, strict=True) if k != "number"]
    if certain and not all(find(s).odd for s in unknown):
        return False
    for s in (*(s for s in o.operands if not find(s).odd), o.result):
        unify(s, number())
    find(o.operands[0]).stepped |= o.in_place
    return True


def taken(o: Operation, certain: bool) -> bool:
    """`a[i]`: a number, or a row, which has the cells of the array; the use of either side shows which."""
    (base,) = map(find, o.operands)
    if base.kind != "array":
        return not certain or base.kind in ("list", "tuple") or bool(base.odd)
    rank, known = rank_of(base), find(o.result)
    undecided = rank.count == SEVERAL and known.kind not in ("number", "array", "sequence")
    if certain and (rank.count == UNKNOWN or undecided):
        return False
    if rank.count == UNKNOWN and not rank.guarded:
        rank.count = SEVERAL
    elif rank.count == UNKNOWN and known.kind not in ("array", "sequence"):
        rank.count, rank.assumed = o.depth, True
    elif rank.count == UNKNOWN:
        own = 1 if known.kind == "sequence" else max(rank_of(known).count, 1) if rank_of(known).count >= 0 else SEVERAL
        if own > 0:
            rank.count, rank.assumed = o.depth + own, True
    if rank.count == o.depth and known.kind not in ("array", "sequence"):
        unify(o.result, number())
        return True
    left = rank.count - o.depth
    unify(o.result, array(cells_of(base), left if rank.count > 0 and left > 0 else SEVERAL))
    return True


def stacked(o: Operation, certain: bool) -> bool:
    """`np.array([a, b])`: one axis more than the values have."""
    inner, rank = find(o.operands[0]), rank_of(o.result)
    if not inner.kind and not inner.odd and certain:
        return False
    if not inner.kind and not inner.odd:
        unify(inner, number())
    known = rank_of(inner).count if inner.kind == "array" else 0
    rank.count = o.depth + known if known >= 0 and inner.kind in ("array", "number") else SEVERAL
    if inner.kind == "array" and known == UNKNOWN:
        rank.count = SEVERAL
    return True


def sliced(o: Operation, certain: bool) -> bool:
    """`a[1:]` of what was only known to be indexed: a copy of a list, a view of an array."""
    (base,) = map(find, o.operands)
    if base.odd:
        escape(o.result, base.odd)
    elif base.kind == "array":
        unify(o.result, array(cells_of(base), rank_of(base)))
    elif base.items and (base.kind == "list" or not certain):
        unify(o.result, many("list" if base.kind == "list" else "sequence", base.items[0]))
    else:
        return False
    return True


def vectorised(o: Operation, certain: bool) -> bool:
    """An operator between arrays, or arrays and numbers: a new array, unless it writes to the first."""
    unknown = [s for s in o.operands if not find(s).kind and not find(s).odd]
    if certain and unknown:
        return False
    for s in unknown:
        unify(s, array(rank=SEVERAL))  # it may have any number of axes, none as well
    if o.in_place:
        if find(o.operands[0]).kind == "array":
            cells_of(o.operands[0]).changed = True
        else:
            unify(o.operands[0], array(rank=SEVERAL))
        return True
    arrays = [s for s in map(find, o.operands) if s.kind == "array"]
    whole = all(cells_of(s).whole for s in arrays) and o.op in ("+", "-", "*", "//", "%") or o.op == "compare"
    cells = Shape("cells", whole=whole, mask=o.op == "compare" or all(cells_of(s).mask for s in arrays))
    if find(o.result).kind == "array" and o.op != "@":
        own = rank_of(o.result)
        arrays = [s for s in arrays if rank_of(s) is not own]  # of itself: `u = u + d`
        if not arrays or (own.count == UNKNOWN and all(rank_of(s).count > 0 for s in arrays)):
            unify(o.result, array(cells, own))
            return True
    if o.op == "@":
        ranks = [rank_of(s).count for s in arrays]
        if ranks == [1, 1]:
            unify(o.result, number())
        else:
            plain = len(ranks) == 2 and min(ranks) > 0 and max(ranks) <= 2
            unify(o.result, array(cells, sum(ranks) - 2 if plain else SEVERAL))
    elif len(arrays) == 1 and len(o.operands) > len(unknown):
        unify(o.result, array(cells, rank_of(arrays[0])))
    else:
        counts = [rank_of(s).count for s in arrays]
        unify(o.result, array(cells, max(counts) if min(counts) > 0 else SEVERAL))
    return True


def joined(o: Operation) -> bool:
    """`a + b` of lists or tuples; `a += b` extends the list `a`."""
    a, b = map(find, o.operands)
    if a.kind == "tuple" and b.kind == "tuple":
        unify(o.result, Shape("tuple", [*a.items, *b.items]))
        return True
    if "number" in (a.kind, b.kind):
        for s in (a, b, o.result):
            escape(s, MIXED)
        return True
    item = Shape()
    for s in (a, b):
        if s.kind == "tuple":
            for i in s.items:
                unify(item, i)
        else:
            unify(s, many("sequence", item))
        more(s, JOINED)
    if o.in_place:
        find(a).changed = True
        return True
    unify(o.result, many("list" if "list" in (a.kind, b.kind) else "sequence", item))
    more(o.result, JOINED)
    return True


def repeated(o: Operation) -> bool:
    """`[0.0] * n`: a new list of the same items; `(0.0,) * 3` a tuple if the number is written out."""
    many_, times = o.operands
    if find(times).kind in SEQUENCES:
        many_, times = times, many_
    if find(times).kind in SEQUENCES or o.in_place:
        for s in (many_, times, o.result):
            escape(s, MIXED)
        return True
    unify(times, number())
    s = find(many_)
    if s.kind == "tuple":
        k = o.e.right.value if isinstance(o.e, ir.Binary) and isinstance(o.e.right, ir.Const) else None
        if isinstance(k, int):
            unify(o.result, Shape("tuple", s.items * k))
            return True
        item = Shape()
        for i in s.items:
            unify(item, i)
        unify(o.result, many("sequence", item))
        return True
    written = isinstance(o.e, ir.Binary) and any(isinstance(x, ir.Display) for x in (o.e.left, o.e.right))
    made = many("list" if s.kind == "list" else "sequence", s.items[0])
    unify(o.result, made)
    if not written:
        more(o.result, JOINED)
    return True
