"""Library functions whose tangents are no single line of the rule table: variadic ones, sums, pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calculus import ZERO, Derivative, choice, number, over, plus, product
from adtransform.calls import bind_names
from adtransform.generators import generated
from adtransform.moments import covariance, of_factors
from adtransform.moments import tangent as moments
from adtransform.refusals import Refused
from adtransform.rules import RULES, Rule
from adtransform.sequences import distance as between
from adtransform.sequences import largest, listed, of_products, ordered

if TYPE_CHECKING:
    from adtransform.tangents import Tangents

Special = Callable[["Tangents", ir.Call, tuple[ir.Expr, ...], str], Derivative]


def extremum(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`max(a, b, c)`: the tangent of the argument that is taken; the first of equals."""
    assert isinstance(e.func, ir.Library)
    if any(a.keyword for a in e.args) or any(isinstance(a, ir.Star) for a in args) or any(a.star for a in e.args):
        raise Refused(e, "N103", f"`{e.func.name}` is called with keyword or starred arguments", "Write a loop.")
    rule = RULES[e.func.name]
    if len(args) == 1:
        if work.shape_of(args[0], path).kind == "array":
            raise Refused(e, "N104", f"`{e.func.name}` of an array has no derivative here", "Use `np.max` or `np.min`.")
        if not isinstance(args[0], ir.Display):
            return largest(work, e, args[0], path)
        args = args[0].items
    if len(args) == 1:
        return work.derivative(args[0], path)
    first: ir.Expr = args[0] if len(args) == 2 else ir.Call(e.func, tuple(ir.Arg(a) for a in args[:-1]))
    return pick(work, rule, first, args[-1], path)


def pick(work: Tangents, rule: Rule, first: ir.Expr, last: ir.Expr, path: str) -> Derivative:
    op = ">" if rule.name == "max" else "<"
    test = ir.Compare(last, ((op, first),))
    if number(last) is not None:
        test = ir.Compare(first, (({">": "<", "<": ">"}[op], last),))
    return choice(test, work.derivative(last, path), work.derivative(first, path))


def summed(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`sum` and `math.fsum`: of a tuple or list that is written out, of a tuple variable, of a generator."""
    starts = [a.value for a in e.args if a.keyword == "start"]
    if any(a.star or a.keyword not in ("", "start") for a in e.args):
        raise Refused(e, "N103", "`sum` is called with starred arguments", "Write a loop.")
    positional = [a.value for a in e.args if not a.keyword]
    total: Derivative = None
    for start in [*positional[1:], *starts]:
        total = plus(total, work.derivative(start, path))
    items = positional[0]
    if isinstance(items, ir.Display) and items.bracket in "([" and not any(isinstance(i, ir.Star) for i in items.items):
        for i in items.items:
            total = plus(total, work.derivative(i, path))
        return total
    if isinstance(items, ir.Comprehension):
        return plus(total, generated(work, e, items, path))
    if not work.is_active(items, path):
        return total
    return plus(total, ir.Call(e.func, (ir.Arg(work.mirrored(items, path)),)))


def multiplied(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.prod` of a tuple or list that is written out, or of a list of numbers."""
    if len(e.args) == 1 and work.shape_of(args[0], path).kind in ("list", "sequence"):
        return of_factors(args[0], work.mirrored(args[0], path))
    items = args[0].items if args and isinstance(args[0], ir.Display) else None
    if items is None or any(isinstance(i, ir.Star) for i in items) or any(a.keyword == "start" for a in e.args[1:]):
        raise Refused(e, "N125", "`math.prod` of an active sequence is not supported yet", "Write a loop.")
    chain = items[0]
    for i in items[1:]:
        chain = ir.Binary("*", chain, i)
    return work.derivative(chain, path)


def distance(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.hypot` of any number of arguments, and `math.dist` of two tuples that are written out."""
    if any(a.star or a.keyword for a in e.args):
        raise Refused(e, "N103", "the arguments are starred", "Pass them one by one.")
    assert isinstance(e.func, ir.Library)
    terms: list[ir.Expr] = list(args)
    if e.func.name == "dist":
        match args:
            case (ir.Display(_, ps), ir.Display(_, qs)) if len(ps) == len(qs):
                terms = [ir.Binary("-", p, q) for p, q in zip(ps, qs, strict=True)]
            case (_, _):
                return between(work, e, args, path)
            case _:
                raise Refused(e, "N103", "`math.dist` takes two points", "Pass two points.")
    total: Derivative = None
    for t in terms:
        d = work.derivative(t, path)
        total = plus(total, None if d is None else product(t, d))
    return None if total is None else choice(e, over(total, e), None)


def sum_of_products(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    match args:
        case (ir.Display(_, ps), ir.Display(_, qs)) if len(ps) == len(qs):
            total: Derivative = None
            for p, q in zip(ps, qs, strict=True):
                total = plus(total, work.derivative(ir.Binary("*", p, q), path))
            return total
        case _:
            return of_products(work, e, args, path)


def logarithm(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.log` with one or two arguments."""
    home = e.func.home if isinstance(e.func, ir.Library) else "math"
    if len(args) == 2 and home == "math":
        return work.apply(("x", "b"), ("1 / (x * log(b))", "-v / (b * log(b))"), args, e, home, path)
    rule = RULES["log"]
    if len(args) != 1 or e.args[0].star or e.args[0].keyword:
        raise Refused(e, "N103", "`log` is called with starred arguments", "Pass them one by one.")
    return work.apply(rule.params, rule.partials, args, e, home, path)


def in_parts(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`divmod`, `math.modf` and `math.frexp`: pairs of which one half is piecewise constant."""
    assert isinstance(e.func, ir.Library)
    match e.func.name:
        case "divmod":
            return ir.Display("(", (ZERO, work.derivative(ir.Binary("%", *args), path) or ZERO))
        case "modf":
            return ir.Display("(", (work.mirrored(args[0], path), ZERO))
        case _:
            exponent = ir.Unary("-", ir.Subscript(e, ir.Const(1, "1")))
            scaled = ir.Call(ir.Library("math", "ldexp"), (ir.Arg(work.mirrored(args[0], path)), ir.Arg(exponent)))
            return ir.Display("(", (scaled, ZERO))


def where(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    if len(args) != 3:
        raise Refused(e, "N104", "`where` with one argument gives indices", "")
    a, b = work.mirrored(args[1], path), work.mirrored(args[2], path)
    if work.backward and work.shape_of(e, path).kind == "number":
        return choice(args[0], a, b)  # `where` makes an array of no axes, which `*=` would change in place
    return ir.Call(e.func, (ir.Arg(args[0]), ir.Arg(a), ir.Arg(b)))


def clipped(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`np.clip(x, low, high)`; without one of the bounds that of `maximum` or `minimum`."""
    given = bind_names(("x", "low", "high"), e)
    known = {KEYWORDS.get(n, n): a for n, a in given.items() if a != ir.Const(None, "None")}
    low, high = known.get("low"), known.get("high")
    if not known.keys() <= {"x", "low", "high"} or any(a.star for a in e.args):
        raise Refused(e, "N103", "`numpy.clip` is called with arguments that are not known", "Pass the two bounds.")
    if low is not None and high is not None:
        rule = RULES["np.clip"]
        return work.apply(rule.params, rule.partials, (known["x"], low, high), e, "numpy", path)
    if low is None and high is None:
        return work.derivative(known["x"], path)
    rule = RULES["max" if high is None else "min"]
    return work.apply(rule.params, rule.partials, (known["x"], low or high or ZERO), e, "numpy", path)


KEYWORDS = {"a": "x", "a_min": "low", "min": "low", "a_max": "high", "max": "high"}


def rounded(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    return None


SPECIAL: dict[str, Special] = {
    "max": extremum,
    "min": extremum,
    "sum": summed,
    "fsum": summed,
    "prod": multiplied,
    "hypot": distance,
    "dist": distance,
    "sumprod": sum_of_products,
    "log": logarithm,
    "divmod": in_parts,
    "modf": in_parts,
    "frexp": in_parts,
    "where": where,
    "clip": clipped,
    "round": rounded,
    "around": rounded,
    "covariance": covariance,
    "mean": moments,
    "fmean": moments,
    "variance": moments,
    "stdev": moments,
    "pvariance": moments,
    "pstdev": moments,
    "tuple": listed,
    "list": listed,
    "reversed": listed,
    "sorted": ordered,
}

NUMPY_SPECIAL = frozenset({"log", "where", "round", "around", "clip"})
