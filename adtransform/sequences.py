"""Functions of whole lists: their tangents run over values and tangents together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calculus import Derivative, choice, over
from adtransform.generators import comprehension
from adtransform.refusals import Refused

if TYPE_CHECKING:
    from adtransform.tangents import Tangents

A, B, A_D, B_D = ir.Name("a"), ir.Name("b"), ir.Name("a_d"), ir.Name("b_d")


def beside(values: ir.Expr, tangents: ir.Expr, *rest: ir.Arg) -> ir.Expr:
    """The tangents in the order of the sorted values.

    >>> from adtransform.printer import show
    >>> show(beside(ir.Name("x"), ir.Name("x_d")))
    '[x_d[i] for i in sorted(range(len(x)), key=lambda i: x[i])]'
    """
    i = ir.Name("i")
    count = ir.Call(ir.Library("builtins", "len"), (ir.Arg(values),))
    indices = ir.Call(ir.Library("builtins", "range"), (ir.Arg(count),))
    key = ir.Lambda((ir.Param("i"),), ir.Subscript(values, i))
    order = ir.Call(ir.Library("builtins", "sorted"), (ir.Arg(indices), ir.Arg(key, "key"), *rest))
    return ir.Comprehension("[", ir.Subscript(tangents, i), (ir.Clause(i, order),))


def listed(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`list(values)` and `tuple(values)`."""
    plain(e, args, 1)
    if isinstance(args[0], ir.Comprehension):
        return ir.Call(e.func, (ir.Arg(comprehension(work, args[0], path)),))
    return ir.Call(e.func, (ir.Arg(work.mirrored(args[0], path)),))


def ordered(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`sorted(values)`, of numbers."""
    rest = tuple(a for a in e.args[1:] if a.keyword == "reverse")
    if len(args) != 1 + len(rest) or e.args[0].star:
        raise Refused(e, "N103", "`sorted` is called with a key", "Sort a list of numbers.")
    return beside(args[0], work.mirrored(args[0], path), *rest)


def largest(work: Tangents, e: ir.Call, a: ir.Expr, path: str) -> Derivative:
    """`max(values)`: the tangent of the first of the largest."""
    assert isinstance(e.func, ir.Library)
    where = ir.Call(ir.Attribute(a, "index"), (ir.Arg(e),))
    return ir.Subscript(work.mirrored(a, path), where)


def distance(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.dist(p, q)` of two lists: the tangents of the differences, weighted by the differences."""
    difference = ir.Binary("-", A, B)
    p, q = args
    if work.is_active(p, path) and work.is_active(q, path):
        change: ir.Expr = ir.Binary("-", A_D, B_D)
    else:
        change = A_D if work.is_active(p, path) else ir.Unary("-", B_D)
    total = together(work, ir.Library("builtins", "sum"), (p, q), ir.Binary("*", difference, change), path)
    return choice(e, over(total, e), None)


def of_products(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.sumprod(p, q)` of two lists: the sum of the tangents of the products."""
    p, q = (work.is_active(a, path) for a in args)
    first, second = ir.Binary("*", A_D, B), ir.Binary("*", A, B_D)
    element = ir.Binary("+", first, second) if p and q else first if p else second
    return together(work, ir.Library("builtins", "sum"), args, element, path)


def together(work: Tangents, func: ir.Library, args: tuple[ir.Expr, ...], element: ir.Expr, path: str) -> ir.Expr:
    """A generator over lists and their tangents; the loop variables are `a` and `b`, with their tangents."""
    from adtransform.traverse import names

    read = names(element)
    columns = [(ir.Name(n), a) for n, a in zip("ab", args, strict=True) if n in read]
    columns += [
        (ir.Name(f"{n}_d"), work.mirrored(a, path)) for n, a in zip("ab", args, strict=True) if f"{n}_d" in read
    ]
    target = ir.Display("(", tuple(t for t, _ in columns))
    zipped = ir.Call(ir.Library("builtins", "zip"), tuple(ir.Arg(a) for _, a in columns))
    return ir.Call(func, (ir.Arg(ir.Comprehension("(", element, (ir.Clause(target, zipped),))),))


def plain(e: ir.Call, args: tuple[ir.Expr, ...], count: int) -> None:
    """Raise `Refused` for starred arguments, keywords, or too many of them."""
    if len(args) != count or any(a.star or a.keyword for a in e.args):
        raise Refused(e, "N103", "it is called with keyword or starred arguments", "Pass the arguments by position.")
