"""A reverse sweep as a person would write it.

    t_b = s * s_b                      s_b = t * s_b + math.cos(s) * s * s_b
    s_b *= t
    s_b += math.cos(s) * t_b

Contributions that follow each other are gathered, and what is read once goes where it is read.  The order of the
floating-point operations of an adjoint may change by this; the primal is not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adtransform import ir
from adtransform.adjoints import flat
from adtransform.calculus import ZERO, neg, number, plus, product
from adtransform.liveness import Live, is_empty, without_dead
from adtransform.terms import chain, collected
from adtransform.traverse import (
    expressions,
    map_blocks,
    map_expressions,
    names,
    rebuild,
    rename,
    statements,
    target_names,
    walk,
)

ROOM = 9  # operations that a reader can still follow in one expression


def tidied(block: ir.Block, live: Live, own: Callable[[str], bool]) -> ir.Block:
    """The block with its adjoints gathered.  `live` are the names that are read behind it; `own` says which names may
    be replaced.
    """
    lives = live_behind(block, live)
    found = [inner(s, after, own) for s, after in zip(block, lives, strict=True)]
    while True:
        new = gathered(found)
        new = called_alike(new, live, own)
        new = placed(new, live, own)
        new = absorbed(new, live, own)
        if new == found:
            return tuple(found)
        found = new


def live_behind(block: ir.Block, live: Live) -> list[Live]:
    """The names that are read behind each statement."""
    found: list[Live] = []
    for s in reversed(block):
        found.append(live)
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


# --- contributions to one adjoint -------------------------------------------------------------------------------------


def gathered(block: list[ir.Stmt]) -> list[ir.Stmt]:
    """`x_b = a`, `x_b += b` as `x_b = a + b`."""
    found: list[ir.Stmt] = []
    for s in block:
        at = earlier(found, s)
        both = joined(found[at], s) if at >= 0 else None
        if both is None:
            found.append(s)
        elif isinstance(s, ir.Augment) and can_move(found[at + 1 :], s.value):
            found[at] = both
        elif isinstance(first := found[at], (ir.Assign, ir.Augment)) and can_move(found[at + 1 :], first.value):
            del found[at]
            found.append(both)
        else:
            found.append(s)
    return found


def earlier(found: list[ir.Stmt], s: ir.Stmt) -> int:
    """The last statement before one that mentions the adjoint that it adds to; -1 if there is none."""
    if not (isinstance(s, ir.Augment) and isinstance(s.target, ir.Name)):
        return -1
    for k in range(len(found) - 1, -1, -1):
        if any(s.target.id in names(e) for x in statements((found[k],)) for e in expressions(x)):
            return k
    return -1


def joined(first: ir.Stmt, second: ir.Stmt) -> ir.Stmt | None:
    """Two statements as one; None where that would change a value or be hard to read."""
    match first, second:
        case ir.Assign((ir.Name(id) as x,), a), ir.Augment(ir.Name(other), "+" | "-" as op, b) if id == other:
            if id in names(b) or is_choice(a) or is_choice(b) or cost(a) + cost(b) > ROOM:
                return None
            return ir.Assign((x,), with_sign(a, op, b))
        case ir.Augment(ir.Name(id) as x, "*", a), ir.Augment(ir.Name(other), "+" | "-" as op, b) if id == other:
            if id in names(b) or is_choice(a) or is_choice(b) or cost(a) + cost(b) > ROOM:
                return None
            return ir.Assign((x,), with_sign(product(a, x), op, b))
        case (
            ir.Augment(ir.Name(id) as x, "+" | "-" as sign, a),
            ir.Augment(ir.Name(other), "+" | "-" as op, b),
        ) if id == other:
            if id in names(b) or is_choice(a) or is_choice(b) or cost(a) + cost(b) > ROOM:
                return None
            if sign == "+":
                return ir.Augment(x, "+", with_sign(a, op, b))
            return ir.Augment(x, "-", plus(a, b) or a) if op == "-" else ir.Augment(x, "+", ir.Binary("-", b, a))
        case _:
            return None


def with_sign(a: ir.Expr, op: str, b: ir.Expr) -> ir.Expr:
    if number(a) == 0.0:
        return b if op == "+" else ir.Unary("-", b)
    return collected(plus(a, b if op == "+" else neg(b)) or ZERO)


# --- second names -----------------------------------------------------------------------------------------------------


def called_alike(block: list[ir.Stmt], live: Live, own: Callable[[str], bool]) -> list[ir.Stmt]:
    """`t = e` … `x_b = t` as `x_b = e`, with `x_b` for `t` everywhere."""
    for j, s in enumerate(block):
        match s:
            case ir.Assign((ir.Name(new),), ir.Name(old)) if own(new) and new != old and new not in live:
                rest = block[j + 1 :]
                if mentions(rest, new) and not assigned_in(rest, new) and not assigned_in(rest, old):
                    return [*block[:j], *(renamed(x, new, old) for x in rest)]
        match s:
            case ir.Assign((ir.Name(new),), ir.Name(old)) if own(new) and own(old) and new != old and old not in live:
                places = [i for i in range(j) if assigns(block[i], old)]
                if len(places) != 1 or not isinstance(block[places[0]], ir.Assign):
                    continue
                (i,) = places
                outside = [*block[:i], *block[j + 1 :]]
                if mentions(outside, new) and mentions(block[j + 1 :], old):
                    continue  # both go on
                if mentions(block[i:j], new) or mentions(block[:i], old) or assigned_in(block[j + 1 :], old):
                    continue
                if assigned_in(block[j + 1 :], new) and mentions(block[j + 1 :], old):
                    continue
                if any(assigned_in([x], old) for x in block[i + 1 : j]):
                    continue
                rest = [*block[:j], *block[j + 1 :]]
                return [*rest[:i], *(renamed(x, old, new) for x in rest[i:])]
            case _:
                pass
    return block


def mentions(block: list[ir.Stmt], name: str) -> bool:
    return any(name in names(e) for s in statements(tuple(block)) for e in expressions(s))


def assigned_in(block: list[ir.Stmt], name: str) -> bool:
    return any(assigns(s, name) for s in statements(tuple(block)))


def renamed(s: ir.Stmt, old: str, new: str) -> ir.Stmt:
    inner = map_blocks(s, lambda b: tuple(renamed(x, old, new) for x in b))
    return map_expressions(inner, lambda e: rename(e, lambda n: ir.Name(new) if n == old else None))


# --- literals ---------------------------------------------------------------------------------------------------------


def absorbed(block: list[ir.Stmt], live: Live, own: Callable[[str], bool]) -> list[ir.Stmt]:
    """`t = 0.5 * seed` where it is read in `6.0 * x * t` alone, which is `3.0 * x * seed`."""
    for i, s in enumerate(block):
        match s:
            case ir.Assign((ir.Name(id),), ir.Binary("*", ir.Const(), ir.Name(other)) as value) if own(id):
                rest = block[i + 1 :]
                fixed = id not in live and not assigned_in(rest, id) and not assigned_in(rest, other)
                if fixed and mentions(rest, id) and all(is_scaled(s, id) for s in rest):
                    return [*block[:i], *(with_value(s, id, value) for s in rest)]
            case _:
                pass
    return block


def is_scaled(s: ir.Stmt, name: str) -> bool:
    """Whether a statement reads a name in products with a literal alone."""
    if not isinstance(s, (ir.Assign, ir.Augment, ir.Return)):
        return not mentions([s], name)
    products = sum(list(chain(e)).count(("*", ir.Name(name))) for top in reads(s) for e in walk(top) if is_led(e))
    return products == sum(e == ir.Name(name) for top in reads(s) for e in walk(top))


def is_led(e: ir.Expr) -> bool:
    """Whether an expression is a whole product with a literal in front."""
    terms = chain(e)
    return len(terms) > 1 and isinstance(terms[0][1], ir.Const)


# --- what is read once ------------------------------------------------------------------------------------------------


def placed(block: list[ir.Stmt], live: Live, own: Callable[[str], bool]) -> list[ir.Stmt]:
    """Values that are read once, where they are read."""
    lives = live_behind(tuple(block), live)
    for i, s in enumerate(block):
        match s:
            case ir.Assign((ir.Name(id),), value) if own(id) and not is_choice(value) and not takes(value):
                j = single_use(block, i, id, lives, isinstance(value, (ir.Name, ir.Const)))
                if j and fits(block[j], id, value):
                    between = postponed(block[i + 1 : j], block[j], value)
                    if between is not None:
                        first, later = between
                        return [*block[:i], *first, with_value(block[j], id, value), *later, *block[j + 1 :]]
            case _:
                pass
    return block


def postponed(between: list[ir.Stmt], reader: ir.Stmt, value: ir.Expr) -> tuple[list[ir.Stmt], list[ir.Stmt]] | None:
    """Statements on the way to a reader, with those that would change a value behind it; None if they cannot wait."""
    first: list[ir.Stmt] = []
    later: list[ir.Stmt] = []
    for s in between:
        if can_move([s], value) and all(independent(s, x) for x in later):
            first.append(s)
        elif isinstance(s, (ir.Assign, ir.Augment)) and not takes(s.value):
            later.append(s)
        else:
            return None
    return (first, later) if all(independent(reader, x) for x in later) else None


def independent(a: ir.Stmt, b: ir.Stmt) -> bool:
    """Whether two statements may change places."""
    if not isinstance(a, (ir.Assign, ir.Augment)) or not isinstance(b, (ir.Assign, ir.Augment)):
        return False
    return not (written(a) & (touched(b)) or written(b) & touched(a)) and not (takes(a.value) and takes(b.value))


def written(s: ir.Assign | ir.Augment) -> set[str]:
    return {n for t in (s.targets if isinstance(s, ir.Assign) else (s.target,)) for n in names(t)}


def touched(s: ir.Assign | ir.Augment) -> set[str]:
    return written(s) | names(s.value)


def with_value(s: ir.Stmt, name: str, value: ir.Expr) -> ir.Stmt:
    """A statement that reads a value instead of a name."""
    match s:
        case ir.Assign() | ir.Augment():
            return replace(s, value=put(s.value, name, value))
        case _:
            return map_expressions(s, lambda e: put(e, name, value))


def single_use(block: list[ir.Stmt], i: int, name: str, lives: list[Live], often: bool) -> int:
    """Where the value of an assignment is read, if that is one statement, once or `often`; 0 otherwise."""
    for j in range(i + 1, len(block)):
        s = block[j]
        count = sum(e == ir.Name(name) for top in reads(s) for e in walk(top))
        if count:
            simple = isinstance(s, (ir.Assign, ir.Return)) or (isinstance(s, ir.Augment) and s.target != ir.Name(name))
            dead = name not in lives[j] or assigns(s, name)
            return j if (count == 1 or often) and simple and dead else 0
        if assigns(s, name) or any(name in names(e) for x in statements((s,)) for e in expressions(x)):
            return 0
    return 0


def reads(s: ir.Stmt) -> tuple[ir.Expr, ...]:
    match s:
        case ir.Assign(_, value):
            return (value,)
        case ir.Augment(target, _, value):
            return (target, value)
        case _:
            return expressions(s)


def assigns(s: ir.Stmt, name: str) -> bool:
    match s:
        case ir.Assign(targets):
            return any(name in target_names(t) for t in targets)
        case ir.Augment(target):
            return name in target_names(target)
        case _:
            return False


def can_move(between: list[ir.Stmt], value: ir.Expr) -> bool:
    """Whether nothing that a value reads changes on the way."""
    read = names(value)
    for s in statements(tuple(between)):
        if any(assigns(s, n) for n in read):
            return False
        if isinstance(s, ir.For) and set(target_names(s.target)) & read:
            return False
        if isinstance(s, ir.Unread) and any("@" in n for n in read):
            return False
    return True


def fits(s: ir.Stmt, name: str, value: ir.Expr) -> bool:
    """Whether an expression stays readable with a value in it, and is still evaluated once."""
    tops = reads(s)
    if isinstance(value, (ir.Name, ir.Const)):
        return True
    if any(is_lazy(top, name) for top in tops):
        return False
    if isinstance(s, ir.Assign) and isinstance(s.value, ir.Name):
        return True
    return sum(cost(t) for t in tops) + cost(value) <= ROOM


def is_lazy(e: ir.Expr, name: str) -> bool:
    """Whether a name stands in a part that may not be evaluated, or several times."""
    return any(isinstance(x, (ir.Choice, ir.Logic, ir.Comprehension, ir.Lambda)) and name in names(x) for x in walk(e))


def put(e: ir.Expr, name: str, value: ir.Expr) -> ir.Expr:
    """The expression with a value for a name; products stay flat."""
    if e == ir.Name(name):
        return value
    new = rebuild(e, lambda x: put(x, name, value))
    if new is e:
        return e
    return flat(new)


def cost(e: ir.Expr) -> int:
    """How many operations an expression shows."""
    return sum(isinstance(x, (ir.Binary, ir.Call, ir.Subscript)) for x in walk(e))


def takes(e: ir.Expr) -> bool:
    """Whether an expression pops from a list: it stays where it is."""
    return any(isinstance(x, ir.Call) and isinstance(x.func, ir.Attribute) for x in walk(e))


def is_choice(e: ir.Expr) -> bool:
    return any(isinstance(x, (ir.Choice, ir.Comprehension)) for x in walk(e))


__all__ = ["is_empty", "tidied"]
