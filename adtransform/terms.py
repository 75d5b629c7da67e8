"""Sums without like terms, products without what cancels.

    x * seed + 0.5 * seed * x      1.5 * x * seed
    x_b - n * x_b / n + y_b        y_b

Terms are alike if they have the same factors and divisors in any order; literals in front are added.  Derivatives
may round differently by this; the primal is never touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from adtransform.calculus import ZERO, constant, neg, number, plus, positive_part, product
from adtransform.ir import Binary, Choice, Const, Expr, Name, Unary
from adtransform.traverse import rebuild

Key = tuple[frozenset[tuple[Expr, int]], frozenset[tuple[Expr, int]]]
NOTHING: Mapping[str, Expr] = MappingProxyType({})
LARGE = 1e9  # literals from here on stay as they are
DIGITS = 6  # a sum of literals with more characters would be no easier to read


def collected(e: Expr, parts: Mapping[str, Expr] = NOTHING, whole: bool = False) -> Expr:
    """A sum with its like terms joined; `parts` are the expressions that names stand for.

    With `whole` no term is left out: it may be an array that others are broadcast to.

    >>> from adtransform.printer import show
    >>> from adtransform.templates import template
    >>> show(collected(template("a * (x * y) + z - y * x * a - z")))
    '0.0'
    >>> show(collected(template("0.5 * x * y / n + z + x * (y / n)")))
    '1.5 * x * y / n + z'
    """
    if isinstance(e, Choice):
        return e
    terms = summands(e)
    if len(terms) < 2:
        return e
    total: dict[Key, float] = {}
    first: dict[Key, tuple[Expr, float]] = {}
    for sign, term in terms:
        key, coefficient = monomial(term, parts)
        if not coefficient:
            continue
        total[key] = total.get(key, 0.0) + sign * coefficient
        first.setdefault(key, (term, coefficient))
    if (len(total) == len(terms) and all(total.values())) or any(len(repr(c)) > DIGITS for c in total.values()):
        return e
    if whole and not all(total.values()):
        return e
    found: Expr | None = None
    for key, c in total.items():
        term, before = first[key]
        if c:
            found = plus(found, term if c == before else scaled(term, c / before))
    return found or ZERO


def scaled(term: Expr, factor: float) -> Expr:
    return neg(product(constant(-factor), term)) or ZERO if factor < 0.0 else product(constant(factor), term)


def summands(e: Expr) -> list[tuple[float, Expr]]:
    """The terms of a sum with their signs."""
    match e:
        case Binary("+", left, right):
            return [*summands(left), *summands(right)]
        case Binary("-", left, right):
            return [*summands(left), *((-s, t) for s, t in summands(right))]
        case Unary("-", operand):
            return [(-s, t) for s, t in summands(operand)]
        case _ if (minus := positive_part(e)) is not None:
            return [(-1.0, minus)]
        case _:
            return [(1.0, e)]


def monomial(e: Expr, parts: Mapping[str, Expr]) -> tuple[Key, float]:
    """The factors and divisors of a product with how often they occur, and its literal coefficient."""
    above: Counter[Expr] = Counter()
    below: Counter[Expr] = Counter()
    coefficient = 1.0
    waiting = [(e, True)]
    while waiting:
        top, over = waiting.pop()
        match top:
            case Name(id) if over and id in parts:
                waiting.append((parts[id], True))
            case Binary("*", left, right) if over:
                waiting += [(left, True), (right, True)]
            case Binary("/", left, right) if over:
                waiting += [(left, True), (right, False)]
            case Unary("-", operand) if over:
                coefficient = -coefficient
                waiting.append((operand, True))
            case _ if over and (value := number(top)) is not None and abs(value) < LARGE:
                coefficient *= value
            case _:
                (above if over else below)[top] += 1
    return (frozenset(above.items()), frozenset(below.items())), coefficient


def flattened(e: Expr, whole: bool = False) -> Expr:
    """An expression with its products written without inner parentheses, and without what cancels in them.

    With `whole` nothing cancels: it may be an array that others are broadcast to.

    >>> from adtransform.printer import show
    >>> from adtransform.templates import template
    >>> show(flattened(template("0.9 * v * (-(5.7 / v) * y_b / v) / x")))
    '-5.13 / v * y_b / x'
    """
    new = rebuild(e, lambda x: flattened(x, whole))
    match new:
        case Binary("*", left, Binary("*" | "/") as right):
            return cancelled(product(left, right), whole)
        case Binary("*" | "/"):
            return cancelled(new, whole)
        case Binary("+" | "-"):
            return collected(new, whole=whole)
        case _:
            return new


def cancelled(e: Expr, intact: bool = False) -> Expr:
    """A product without variables that are both a factor and a divisor, its literals in one."""
    minus = positive_part(e)
    terms = chain(minus or e)
    literals = [t for t in terms[1:] if t[0] == "*" and (value := number(t[1])) is not None and abs(value) < LARGE]
    if literals and isinstance(terms[0][1], Const):
        whole = product(terms[0][1], joined([t for t in terms[1:] if t not in literals]))
        for _, f in literals:
            whole = product(f, whole)
        lead = number(chain(whole)[0][1])
        if lead is None or len(repr(lead)) <= DIGITS:
            return (neg(whole) or ZERO) if minus is not None else whole
    for op, f in () if intact else terms:
        if op == "*" and isinstance(f, Name) and ("/", f) in terms:
            terms.remove(("*", f))
            terms.remove(("/", f))
            whole = cancelled(joined(terms))
            return (neg(whole) or ZERO) if minus is not None else whole
    return e


def joined(terms: list[tuple[str, Expr]]) -> Expr:
    whole: Expr = constant(1.0)
    for k, (op, f) in enumerate(terms):
        whole = f if k == 0 and op == "*" else product(whole, f) if op == "*" else Binary("/", whole, f)
    return whole


def chain(e: Expr) -> list[tuple[str, Expr]]:
    """The factors and divisors of a product, from left to right."""
    match e:
        case Binary("*" | "/" as op, left, right):
            return [*chain(left), (op, right)]
        case _:
            return [("*", e)]
