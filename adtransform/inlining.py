"""Names that a person would not have given: second names, values that are read once, literals on their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adtransform import ir
from adtransform.adjoints import flat
from adtransform.liveness import Live
from adtransform.mentions import Mentions, assigned, mentioned, written
from adtransform.terms import chain
from adtransform.traverse import expressions, map_blocks, map_expressions, names, rebuild, rename, target_names, walk

ROOM = 9  # operations that a reader can still follow in one expression
Own = Callable[[str], bool]


# --- second names -----------------------------------------------------------------------------------------------------


def called_alike(block: list[ir.Stmt], live: Live, own: Own) -> list[ir.Stmt]:
    """`t = e` … `x_b = t` as `x_b = e`, with `x_b` for `t` everywhere."""
    if not any(isinstance(s, ir.Assign) and isinstance(s.value, ir.Name) for s in block):
        return block
    found = Mentions(block)
    for j, s in enumerate(block):
        match s:
            case ir.Assign((ir.Name(new),), ir.Name(old)) if own(new) and new != old and new not in live:
                if found.next(new, j) is not None and not found.changes({new, old}, j):
                    return [*block[:j], *(renamed(x, new, old) for x in block[j + 1 :])]
        match s:
            case ir.Assign((ir.Name(new),), ir.Name(old)) if own(new) and own(old) and new != old and old not in live:
                if (i := origin(found, j, new, old)) is not None:
                    rest = [*block[:j], *block[j + 1 :]]
                    return [*rest[:i], *(renamed(x, old, new) for x in rest[i:])]
            case _:
                pass
    return block


def origin(found: Mentions, j: int, new: str, old: str) -> int | None:
    """Where the value gets its first name, if `new` can take its place there."""
    places = [i for i in found.sets.get(old, ()) if i < j]
    if len(places) != 1 or not isinstance(found.block[places[0]], ir.Assign) or found.at[old][0] < places[0]:
        return None
    (i,) = places
    goes_on = found.next(old, j) is not None
    if goes_on and any(k < i or k > j for k in found.at[new]):
        return None  # both go on
    if any(i <= k < j for k in found.at[new]) or found.changes({old}, j) or (goes_on and found.changes({new}, j)):
        return None
    return i


def renamed(s: ir.Stmt, old: str, new: str) -> ir.Stmt:
    inner = map_blocks(s, lambda b: tuple(renamed(x, old, new) for x in b))
    return map_expressions(inner, lambda e: rename(e, lambda n: ir.Name(new) if n == old else None))


# --- literals ---------------------------------------------------------------------------------------------------------


def absorbed(block: list[ir.Stmt], live: Live, own: Own) -> list[ir.Stmt]:
    """`t = 0.5 * seed` where it is read in `6.0 * x * t` alone, which is `3.0 * x * seed`."""
    found = Mentions(block)
    for i, s in enumerate(block):
        match s:
            case ir.Assign((ir.Name(id),), ir.Binary("*", ir.Const(), ir.Name(other)) as value) if own(id):
                readers = [k for k in found.at[id] if k > i]
                if id in live or not readers or found.at[id][0] < i or found.changes({id, other}, i):
                    continue
                if all(is_scaled(found.block[k], id) for k in readers):
                    for k in readers:
                        reader = found.block[k]
                        assert reader is not None
                        found.put(k, with_value(reader, id, value))
                    found.put(i, None)
            case _:
                pass
    return found.left()


def is_scaled(s: ir.Stmt | None, name: str) -> bool:
    """Whether a statement reads a name in products with a literal alone."""
    if not isinstance(s, (ir.Assign, ir.Augment, ir.Return)):
        return False
    products = sum(chain(e).count(("*", ir.Name(name))) for top in reads(s) for e in walk(top) if is_led(e))
    return products == sum(e == ir.Name(name) for top in reads(s) for e in walk(top))


def is_led(e: ir.Expr) -> bool:
    """Whether an expression is a product with a literal in front."""
    terms = chain(e)
    return len(terms) > 1 and isinstance(terms[0][1], ir.Const)


# --- what is read once ------------------------------------------------------------------------------------------------


def placed(block: list[ir.Stmt], live: Live, own: Own) -> list[ir.Stmt]:
    """Values that are read once, where they are read."""
    found = Mentions(block)
    for i in range(len(block)):
        match found.block[i]:
            case ir.Assign((ir.Name(id),), value) if own(id) and not is_choice(value) and not takes(value):
                j = single_use(found, i, id, live, isinstance(value, (ir.Name, ir.Const)))
                reader = found.block[j] if j else None
                if reader is None or not fits(reader, id, value):
                    continue
                if not found.changes(names(value), i, j):
                    found.put(i, None)
                    found.put(j, with_value(reader, id, value))
                    continue
                between = postponed([s for s in found.block[i + 1 : j] if s is not None], reader, value)
                if between is not None:
                    first, later = between
                    found.block[i : j + 1] = [*first, with_value(reader, id, value), *later]
                    return found.left()
            case _:
                pass
    return found.left()


def single_use(found: Mentions, i: int, name: str, live: Live, often: bool) -> int:
    """Where the value of an assignment is read, if that is one statement, once or `often`; 0 otherwise."""
    j = found.next(name, i)
    s = found.block[j] if j is not None else None
    if s is None or j is None:
        return 0
    if not isinstance(s, (ir.Assign, ir.Return)) and not (isinstance(s, ir.Augment) and s.target != ir.Name(name)):
        return 0
    targets = s.targets if isinstance(s, ir.Assign) else (s.target,) if isinstance(s, ir.Augment) else ()
    if any(name in written(t) for t in targets):
        return 0
    count = sum(e == ir.Name(name) for top in reads(s) for e in walk(top))
    return j if (count == 1 or (often and count)) and is_dead(found, name, j, live) else 0


def is_dead(found: Mentions, name: str, j: int, live: Live) -> bool:
    """Whether nobody reads the value of a name behind a statement."""
    s = found.block[j]
    if s is not None and name in assigned(s):
        return True
    k = found.next(name, j)
    if k is None:
        return name not in live
    after = found.block[k]
    bound = {n for t in after.targets for n in target_names(t)} if isinstance(after, ir.Assign) else set()
    return isinstance(after, ir.Assign) and name in bound and name not in names(after.value)


def postponed(between: list[ir.Stmt], reader: ir.Stmt, value: ir.Expr) -> tuple[list[ir.Stmt], list[ir.Stmt]] | None:
    """Statements on the way to a reader, with those that would change a value behind it; None if they cannot wait."""
    first: list[ir.Stmt] = []
    later: list[ir.Stmt] = []
    for s in between:
        if not Mentions((s,)).changes(names(value), -1) and all(independent(s, x) for x in later):
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
    return not (assigned(a) & mentioned(b) or assigned(b) & mentioned(a)) and not (takes(a.value) and takes(b.value))


def with_value(s: ir.Stmt, name: str, value: ir.Expr) -> ir.Stmt:
    """A statement that reads a value instead of a name."""
    match s:
        case ir.Assign(targets):
            new = tuple(put(t, name, value) if isinstance(t, ir.Subscript) else t for t in targets)
            return replace(s, targets=new, value=put(s.value, name, value))
        case ir.Augment(target):
            new_target = put(target, name, value) if isinstance(target, ir.Subscript) else target
            return replace(s, target=new_target, value=put(s.value, name, value))
        case _:
            return map_expressions(s, lambda e: put(e, name, value))


def reads(s: ir.Stmt) -> tuple[ir.Expr, ...]:
    match s:
        case ir.Assign(targets, value):
            return (value, *(t for t in targets if isinstance(t, ir.Subscript)))
        case ir.Augment(target, _, value):
            return (target, value)
        case _:
            return expressions(s)


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
    if isinstance(e, ir.Subscript):  # indices are whole numbers: their terms stay as they are
        index = rename(e.index, lambda n: value if n == name else None)
        return e if name not in names(e) else ir.Subscript(put(e.value, name, value), index)
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
