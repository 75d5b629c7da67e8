"""Means, variances and standard deviations of the standard library's `statistics`; products of lists.

    m = statistics.mean(x)             m_d = statistics.mean(x_d)
    s = statistics.stdev(x)            s_d = statistics.covariance(x, x_d) / s

A deviation from the mean adds to the variance by itself: that the mean moves as well cancels, as deviations sum to
zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calculus import ZERO, Derivative, choice, over, plus, product
from adtransform.refusals import Refused
from adtransform.spreads import SEED, Spread, shadow
from adtransform.tables import root
from adtransform.templates import template
from adtransform.traverse import names, rename

if TYPE_CHECKING:
    from adtransform.listwise import Lists
    from adtransform.tangents import Tangents

MEANS = frozenset({"mean", "fmean"})


def of_statistics(name: str, *args: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("statistics", name), tuple(map(ir.Arg, args)))


def count(e: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("builtins", "len"), (ir.Arg(e),))


def values_of(e: ir.Call) -> ir.Expr:
    if len(e.args) != 1 or e.args[0].keyword or e.args[0].star:
        raise Refused(e, "N103", "it is called with more than the values", "Pass the values alone.")
    return e.args[0].value


def tangent(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """The tangent of a mean, a variance or a standard deviation."""
    assert isinstance(e.func, ir.Library)
    name, values = e.func.name, values_of(e)
    d = work.mirrored(values, path)
    if name in MEANS:
        return ir.Call(e.func, (ir.Arg(d),))
    slope: Derivative = of_statistics("covariance", values, d)
    if name.startswith("p"):  # divided by n: of one value it is zero
        n = count(values)
        share = ir.Binary("/", ir.Binary("-", n, ir.Const(1, "1")), n)
        slope = choice(ir.Compare(n, ((">", ir.Const(1, "1")),)), product(share, slope or ZERO), None)
    if name.endswith("variance"):
        return product(template("2.0"), slope or ZERO)
    return choice(e, over(slope, e), None)


def covariance(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """The tangent of a covariance, which is linear in both lists."""
    if len(args) != 2 or any(a.keyword or a.star for a in e.args):
        raise Refused(e, "N103", "it is called with more than the values", "Pass the values alone.")
    x, y = args
    found = None
    if work.is_active(x, path):
        found = plus(found, of_statistics("covariance", work.mirrored(x, path), y))
    if work.is_active(y, path):
        found = plus(found, of_statistics("covariance", x, work.mirrored(y, path)))
    return found


def adjoint(lists: Lists, e: ir.Call, seed: ir.Expr) -> tuple[str, ir.Expr]:
    """Where the adjoint of a mean, a variance or a standard deviation of a list goes."""
    assert isinstance(e.func, ir.Library)
    name, values = e.func.name, values_of(e)
    n = count(values)
    if name in MEANS:
        return lists.each(values), ir.Binary("/", seed, n)
    free = n if name.startswith("p") else ir.Binary("-", n, ir.Const(1, "1"))
    if name.endswith("variance"):
        return deviations(lists, values), ir.Binary("/", product(template("2.0"), seed), free)
    share = ir.Choice(e, ir.Binary("/", seed, ir.Binary("*", free, e)), ZERO)
    return deviations(lists, values), share


def of_factors(values: ir.Expr, tangents: ir.Expr) -> ir.Expr:
    """The tangent of `math.prod(values)`: each tangent times all other values, some of which may be zero."""
    k = ir.Name(next(n for n in "kjinm" if n not in names(values) | names(tangents)))
    term = ir.Binary("*", ir.Subscript(tangents, k), others(values, k))
    each = ir.Call(ir.Library("builtins", "range"), (ir.Arg(count(values)),))
    terms = ir.Comprehension("(", term, (ir.Clause(k, each),))
    return ir.Call(ir.Library("builtins", "sum"), (ir.Arg(terms),))


def others(values: ir.Expr, k: ir.Expr) -> ir.Expr:
    """The product of all values but one."""
    behind = ir.Slice(ir.Binary("+", k, ir.Const(1, "1")), None, None)
    parts = (ir.Subscript(values, ir.Slice(None, k, None)), ir.Subscript(values, behind))
    first, second = (ir.Call(ir.Library("math", "prod"), (ir.Arg(p),)) for p in parts)
    return ir.Binary("*", first, second)


def factors(lists: Lists, values: ir.Expr) -> str:
    """The key of all items of a list, each times the product of the others."""
    found = lists.resolved(values)
    k = lists.work.temporary("k", "", False)
    source = rename(found, lists.held(values).get)
    own = shadow(found, lambda n: lists.work.tangent(n))
    item = shadow(ir.Subscript(found, k), lambda n: lists.work.tangent(n))
    each = ir.Call(ir.Library("builtins", "range"), (ir.Arg(count(own)),))
    loop = ir.For(k, each, (ir.Augment(item, "+", ir.Binary("*", others(source, k), SEED)),), ())
    return lists.new(("factors", found), Spread((loop,), (root(found),), lists.temporary()))


def deviations(lists: Lists, values: ir.Expr) -> str:
    """The key of all items of a list, each times its deviation from the mean."""
    found = lists.resolved(values)
    k, mean = lists.work.temporary("k", "", False), lists.work.temporary("mean", "", False)
    source = rename(found, lists.held(values).get)
    lists.copies.append(ir.Assign((mean,), of_statistics("mean", values)))
    own = shadow(found, lambda n: lists.work.tangent(n))
    item = shadow(ir.Subscript(found, k), lambda n: lists.work.tangent(n))
    share = ir.Binary("*", ir.Binary("-", ir.Subscript(source, k), mean), SEED)
    each = ir.Call(ir.Library("builtins", "range"), (ir.Arg(count(own)),))
    loop = ir.For(k, each, (ir.Augment(item, "+", share),), ())
    return lists.new(("deviations", found, mean.id), Spread((loop,), (root(found),), lists.temporary()))
