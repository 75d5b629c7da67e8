"""Lists that are made of others in reverse mode: slices, sorted lists, lists behind one another.

y = x[1:]                   for j, k in enumerate(range(len(x_b))[1:]):
                                x_b[k] += y_b[j]
y = [a] + x                 a_b += y_b[0]
                            for k in range(len(x_b)):
                                x_b[k] += y_b[k + 1]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.operators import SEQUENCES
from adtransform.refusals import Refused
from adtransform.spreads import SEED, Spread, shadow
from adtransform.structure import Shape, find
from adtransform.tables import ROWS, root

if TYPE_CHECKING:
    from adtransform.listwise import Lists, Shares

NONE = ir.Slice(None, None, None)
BACK = ir.Slice(None, None, ir.Unary("-", ir.Const(1, "1")))


def portion(lists: Lists, value: ir.Expr, index: ir.Slice, seed: ir.Expr) -> Shares:
    """`x[a:b:c]`: the adjoint of each item of the slice goes to the item that it was."""
    for bound in (index.lower, index.upper, index.step):
        if bound is not None and not lists.tables.is_repeatable(bound, lists.work.place):
            raise Refused(bound, "N162", "the bound is found in a list that is written to later", BOUND)
    own, inner = place(lists, value)
    if index == NONE:
        return [(lists.whole(value), seed)]
    return taken(lists, value, ir.Subscript(range_of(length(own)), index), seed, own, inner)


def in_order(lists: Lists, value: ir.Expr, rest: tuple[ir.Arg, ...], seed: ir.Expr) -> Shares:
    """`sorted(x)`: where the items come from is found in the forward sweep."""
    if holds_lists(lists, value) or any(a.keyword != "reverse" or not is_literal(a.value) for a in rest):
        raise Refused(value, "N161", "active values are sorted by a key", "Sort a list of numbers.")
    own, inner = place(lists, value)
    order = order_of(lists, value, rest)
    return taken(lists, value, order, seed, own, inner)


def order_of(lists: Lists, value: ir.Expr, rest: tuple[ir.Arg, ...]) -> ir.Name:
    """A variable of the forward sweep that holds the indices of a list in the order of its values."""
    order, i = lists.work.temporary("order", "", False), lists.work.temporary("i", "", False)
    key = ir.Lambda((ir.Param(i.id),), ir.Subscript(value, i))
    by_value = ir.Call(ir.Library("builtins", "sorted"), (ir.Arg(range_of(length(value))), ir.Arg(key, "key"), *rest))
    lists.copies.append(ir.Assign((order,), by_value))
    return order


def taken(lists: Lists, value: ir.Expr, order: ir.Expr, seed: ir.Expr, own: ir.Expr, inner: Shape) -> Shares:
    """The items of a new list are those of another one at the indices `order`."""
    j, k = lists.work.temporary("j", "", False), lists.work.temporary("k", "", False)
    body = lists.onto(ir.Subscript(own, k), ir.Subscript(SEED, j), inner)
    both = ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(order),))
    loop = ir.For(ir.Display("(", (j, k)), both, (body,), ())
    owner = root(lists.resolved(value))
    return [(lists.new(("taken", len(lists.keys)), Spread((loop,), (owner,), lists.temporary())), seed)]


def joined(lists: Lists, e: ir.Binary, seed: ir.Expr) -> Shares:
    """`a + b`: each list gets its stretch of the adjoint."""
    found: Shares = []
    at: ir.Expr = ir.Const(0, "0")
    for part in operands(e):
        match part:
            case ir.Display("[", items) if not any(isinstance(i, ir.Star) for i in items):
                for k, i in enumerate(items):
                    found += lists.value(i, ir.Subscript(seed, behind(at, ir.Const(k, str(k)))))
                count: ir.Expr = ir.Const(len(items), str(len(items)))
            case ir.Binary("*", ir.Display("[", (item,)), times) if not lists.work.is_active(item, ""):
                none = ir.Const(0, "0")
                count = known(lists, ir.Call(ir.Library("builtins", "max"), (ir.Arg(times), ir.Arg(none))))
            case _ if lists.tables.is_reference(part):
                found += stretch(lists, part, at, seed) if lists.work.is_active(part, "") else []
                count = known(lists, length(part))
            case _:
                raise Refused(part, "N161", "a list that is made like this has no adjoint yet", "Fill it item by item.")
        at = behind(at, count)
    return found


def stretch(lists: Lists, value: ir.Expr, at: ir.Expr, seed: ir.Expr) -> Shares:
    """The adjoint from a place on goes to the items of a list."""
    own, inner = place(lists, value)
    k = lists.work.temporary("k", "", False)
    body = lists.onto(ir.Subscript(own, k), ir.Subscript(SEED, behind(at, k)), inner)
    loop = ir.For(k, range_of(length(own)), (body,), ())
    owner = root(lists.resolved(value))
    return [(lists.new(("stretch", len(lists.keys)), Spread((loop,), (owner,), lists.temporary())), seed)]


def known(lists: Lists, count: ir.Expr) -> ir.Expr:
    """A number that the reverse sweep reads, too; with a name if it could not be found again."""
    if lists.tables.is_repeatable(count, lists.work.place):
        return count
    name = lists.work.temporary("n", "", False)
    lists.copies.append(ir.Assign((name,), count))
    return name


def operands(e: ir.Expr) -> Iterator[ir.Expr]:
    if isinstance(e, ir.Binary) and e.op == "+":
        yield from operands(e.left)
        yield from operands(e.right)
    else:
        yield e


def place(lists: Lists, value: ir.Expr) -> tuple[ir.Expr, Shape]:
    """The adjoint of a list of which another one is made, and the shape of an item.

    Raises `Refused` for lists in it that are written to later: the new list holds them, too.
    """
    if not lists.tables.is_reference(value) or lists.tables.shape(value).kind == "array":
        raise Refused(value, "N161", "a list stands here that has no name", "Assign it to a variable.")
    if holds_lists(lists, value) and not lists.tables.is_stable(value, lists.work.place):
        raise Refused(value, "N140", "a list has two names, and is written to later", ROWS)
    own = shadow(lists.resolved(value), lambda n: lists.work.tangent(n))
    return own, find(find(lists.tables.shape(value)).items[0])


def holds_lists(lists: Lists, value: ir.Expr) -> bool:
    inner = find(find(lists.tables.shape(value)).items[0])
    return inner.kind in SEQUENCES


def is_literal(e: ir.Expr) -> bool:
    return isinstance(e, ir.Const)


def behind(at: ir.Expr, k: ir.Expr) -> ir.Expr:
    """`at + k`, for whole numbers."""
    match at, k:
        case ir.Const(int() as a), ir.Const(int() as b):
            return ir.Const(a + b, str(a + b))
        case ir.Const(0), _:
            return k
        case _, ir.Const(0):
            return at
        case ir.Const(), _:
            return ir.Binary("+", k, at)
        case _:
            return ir.Binary("+", at, k)


def range_of(count: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("builtins", "range"), (ir.Arg(count),))


def length(e: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("builtins", "len"), (ir.Arg(e),))


BOUND = "Assign it to a variable first."
