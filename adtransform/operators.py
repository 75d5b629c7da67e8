"""What operators give: numbers, lists or tuples, by the shapes of their operands."""

from __future__ import annotations

from dataclasses import dataclass

from adtransform import ir
from adtransform.structure import Shape, escape, find, many, more, number, unify

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


def settled(o: Operation, certain: bool) -> bool:
    """Make the shape of a result what it is by those of the operands; False if that does not show yet.

    With `certain` False what is not known is a number.
    """
    kinds = [find(s).kind for s in o.operands]
    if o.op in ("+", "*") and any(k in SEQUENCES for k in kinds):
        return joined(o) if o.op == "+" else repeated(o)
    unknown = [s for s, k in zip(o.operands, kinds, strict=True) if k != "number"]
    if certain and not all(find(s).odd for s in unknown):
        return False
    for s in (*(s for s in o.operands if not find(s).odd), o.result):
        unify(s, number())
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
