"""A reverse sweep as a person would write it.

    t_b = s * s_b                      s_b = t * s_b + math.cos(s) * s * s_b
    s_b *= t
    s_b += math.cos(s) * t_b

Contributions that follow each other are gathered, and what is read once goes where it is read.  The order of the
floating-point operations of an adjoint may change by this; the primal is not touched.
"""

from __future__ import annotations

from collections.abc import Callable

from adtransform import ir
from adtransform.calculus import ZERO, neg, number, plus, positive_part, product
from adtransform.inlining import ROOM, absorbed, called_alike, cost, is_choice, placed
from adtransform.liveness import Live, without_dead
from adtransform.mentions import Mentions
from adtransform.terms import collected
from adtransform.traverse import expressions, map_blocks, names


def tidied(block: ir.Block, live: Live, own: Callable[[str], bool]) -> ir.Block:
    """The block with its adjoints gathered.  `live` are the names that are read behind it; `own` says which names may
    be replaced.
    """
    found = inside(block, live, own)
    while True:
        new = gathered(found)
        while (alike := called_alike(new, live, own)) is not new:
            new = alike
        new = placed(new, live, own)
        new = absorbed(new, live, own)
        if new == found:
            return tuple(map(signed, found))
        found = new


def signed(s: ir.Stmt) -> ir.Stmt:
    """`x_b += -a` as `x_b -= a`."""
    match s:
        case ir.Augment(target, "+", value) if (minus := positive_part(value)) is not None:
            return ir.Augment(target, "-", minus)
        case _:
            return s


def inside(block: ir.Block, live: Live, own: Callable[[str], bool]) -> list[ir.Stmt]:
    """The statements of a block with what is in them gathered."""
    if not any(isinstance(s, (ir.If, ir.For, ir.While)) for s in block):
        return list(block)
    found: list[ir.Stmt] = []
    for s in reversed(block):
        found.append(inner(s, live, own))
        _, live = without_dead((s,), live)
    return found[::-1]


def inner(s: ir.Stmt, live: Live, own: Callable[[str], bool]) -> ir.Stmt:
    match s:
        case ir.For(body=body) | ir.While(body=body):
            around = live
            while True:
                _, more = without_dead(body, around)
                if more <= around:
                    break
                around |= more
            around |= frozenset[str]().union(*(names(e) for e in expressions(s)))
            return map_blocks(s, lambda b: tidied(b, around, own))
        case ir.If():
            return map_blocks(s, lambda b: tidied(b, live, own))
        case _:
            return s


def gathered(block: list[ir.Stmt]) -> list[ir.Stmt]:
    """`x_b = a`, `x_b += b` as `x_b = a + b`."""
    found = Mentions(())
    for s in block:
        at = found.last(s.target.id) if isinstance(s, ir.Augment) and isinstance(s.target, ir.Name) else None
        first = found.block[at] if at is not None else None
        both = joined(first, s) if first is not None else None
        if both is None or at is None:
            found.append(s)
        elif isinstance(s, ir.Augment) and not found.changes(names(s.value), at):
            found.put(at, both)
        elif isinstance(first, (ir.Assign, ir.Augment)) and not found.changes(names(first.value), at):
            found.put(at, None)
            found.append(both)
        else:
            found.append(s)
    return found.left()


def joined(first: ir.Stmt, second: ir.Stmt) -> ir.Stmt | None:
    """Two statements as one; None where that would change a value or be hard to read."""
    if not isinstance(first, (ir.Assign, ir.Augment)) or not isinstance(second, ir.Augment):
        return None
    a, b, x, op = first.value, second.value, second.target, second.op
    if op not in "+-" or names(x) & names(b) or is_choice(a) or is_choice(b) or cost(a) + cost(b) > ROOM:
        return None
    match first:
        case ir.Assign((target,)) if target == x:
            return ir.Assign((x,), with_sign(a, op, b))
        case ir.Augment(target, "*") if target == x:
            return ir.Assign((x,), with_sign(product(a, x), op, b))
        case ir.Augment(target, "+") if target == x:
            return ir.Augment(x, "+", with_sign(a, op, b))
        case ir.Augment(target, "-") if target == x:
            return ir.Augment(x, "-", plus(a, b) or a) if op == "-" else ir.Augment(x, "+", ir.Binary("-", b, a))
        case _:
            return None


def with_sign(a: ir.Expr, op: str, b: ir.Expr) -> ir.Expr:
    if number(a) == 0.0:
        return b if op == "+" else ir.Unary("-", b)
    return collected(plus(a, b if op == "+" else neg(b)) or ZERO)
