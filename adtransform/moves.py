"""What moves the items of lists in reverse mode: the list of adjoints goes through the inverse, backward.

x.insert(0, a)              a_b += x_b.pop(0)
v = x.pop(k)                x_b.insert(k, v_b)
x.reverse()                 x_b.reverse()
x[a:b] = y                  the slice of the adjoint goes to y, and is zeros as long as the slice was
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calculus import ZERO
from adtransform.pieces import with_lead, without_text
from adtransform.popped import entry
from adtransform.portions import NONE, length, order_of, portion, range_of
from adtransform.pushes import on
from adtransform.refusals import Refused
from adtransform.tables import root
from adtransform.transposed import Transposed
from adtransform.traverse import walk

if TYPE_CHECKING:
    from adtransform.adjoints import Shares
    from adtransform.transpose import Transposer


def moved(tr: Transposer, s: ir.Effect, base: ir.Expr, what: str, args: tuple[ir.Expr, ...]) -> list[ir.Stmt]:
    """A method that changes a list of active values, as a statement of its own."""
    check_numbers(tr, s, base)
    place, table = tr.lists.adjoint(base), root(tr.lists.resolved(base))
    match what, args:
        case "insert", (at, value):
            return inserted(tr, s, base, at, value)
        case "extend", (values,):
            return extended(tr, s, base, values)
        case "reverse", ():
            return [tr.note(s, Transposed(before=(ir.Effect(on(place, "reverse")),), table=table))]
        case "sort", ():
            seed, k = temporary(tr), tr.work.temporary("k", "", False)
            order = order_of(tr.lists, base, ())
            pairs = ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(order),))
            j = tr.work.temporary("j", "", False)
            put = ir.Assign((ir.Subscript(place, k),), ir.Subscript(seed, j))
            loop = ir.For(ir.Display("(", (j, k)), pairs, (put,), ())
            both = (ir.Assign((seed,), ir.Subscript(place, NONE)), loop)
            return [tr.note(s, Transposed(before=both, table=table))]
        case "clear", ():
            pre, count = held(tr, "n", length(base))
            zeros = ir.Binary("*", ir.Display("[", (ZERO,)), count)
            put_back = ir.Effect(on(place, "extend", zeros))
            return done(tr, s, pre, Transposed((table,), (), (put_back,), keeps=True, table=table))
        case "pop", _ if len(args) < 2:
            pre, at_ = index(tr, args[0]) if args else ([], LAST)
            back = ir.Effect(given_back(place, at_, ZERO))
            return done(tr, with_index(s, at_, args), pre, Transposed((table,), (), (back,), keeps=True, table=table))
        case _:
            raise Refused(s, "N140", f"`{what}` changes a list of active values", "Write the items one by one.")


def inserted(tr: Transposer, s: ir.Effect, base: ir.Expr, at: ir.Expr, value: ir.Expr) -> list[ir.Stmt]:
    """`x.insert(k, e)`: the adjoint of `e` is taken out where the value was put in."""
    place, table = tr.lists.adjoint(base), root(tr.lists.resolved(base))
    pre, k = index(tr, at)
    seed = temporary(tr)
    out = ir.Assign((seed,), on(place, "pop", inserted_at(place, k)))
    if any(isinstance(x, ir.Call) for x in walk(value)) and tr.work.is_active(value, ""):
        name = tr.work.temporary("t#", "", True)
        assign = ir.Assign((name,), value, at=s.at, source=ir.Source(s.source.lead))
        first = tr.assign(assign, (name,), value)
        new = replace(s, value=on(base, "insert", at, name), source=ir.Source((), s.source.trail))
        return [*first, *inserted(tr, new, base, at, name)]
    new = replace(s, value=on(base, "insert", k, value), source=without_text(s.source))
    flows = tr.gathered(value, seed) if tr.work.is_active(value, "") else []
    return flowing(tr, new, pre, value, flows, (out,), table)


def extended(tr: Transposer, s: ir.Effect | ir.Augment, base: ir.Expr, values: ir.Expr) -> list[ir.Stmt]:
    """`x.extend(y)`: what stands behind the old end goes to `y`."""
    check_numbers(tr, s, base)
    place, table = tr.lists.adjoint(base), root(tr.lists.resolved(base))
    pre, count = held(tr, "n", length(base))
    seed = temporary(tr)
    tail = ir.Subscript(place, ir.Slice(count, None, None))
    before = (ir.Assign((seed,), tail), ir.Inert("del", ("del ", tail)))
    return flowing(tr, s, pre, values, of_values(tr, values, seed), before, table)


def slice_assigned(tr: Transposer, s: ir.Assign, target: ir.Subscript, value: ir.Expr) -> list[ir.Stmt]:
    """`x[a:b] = y`, `x[a:b:c] = y`."""
    assert isinstance(target.index, ir.Slice)
    base, index = target.value, target.index
    check_numbers(tr, s, base)
    place, table = tr.lists.adjoint(base), root(tr.lists.resolved(base))
    seed = temporary(tr)
    pre: list[ir.Stmt] = []
    if index.step is not None and index.step != ir.Const(1, "1"):
        bounds: list[ir.Expr | None] = []
        for b in (index.lower, index.upper, index.step):
            more, kept = bound(tr, b)
            pre, bounds = [*pre, *more], [*bounds, kept]
        here = ir.Slice(*bounds)
        k = tr.work.temporary("k", "", False)
        clear = ir.For(
            k, ir.Subscript(range_of(length(place)), here), (ir.Assign((ir.Subscript(place, k),), ZERO),), ()
        )
        before: tuple[ir.Stmt, ...] = (ir.Assign((seed,), ir.Subscript(place, here)), clear)
        new = replace(s, targets=(ir.Subscript(base, here),), source=without_text(s.source) if pre else s.source)
        return flowing(tr, new, pre, value, of_values(tr, value, seed), before, table)
    pre, before = cut(tr, base, index, place, seed)
    return flowing(tr, s, pre, value, of_values(tr, value, seed), before, table)


def cut(
    tr: Transposer, base: ir.Expr, index: ir.Slice, place: ir.Expr, seed: ir.Name | None
) -> tuple[list[ir.Stmt], tuple[ir.Stmt, ...]]:
    """What a slice is replaced by has a new length: where it begins, how long it was, and how many items follow."""
    removed = length(ir.Subscript(base, replace(index, step=None)))
    pre, count = held(tr, "n", removed)
    start: ir.Expr | None = None
    stop: ir.Expr | None = None
    if index.lower is not None and index.lower != ir.Const(0, "0"):
        more, start = held(tr, "k", length(ir.Subscript(base, ir.Slice(None, index.lower, None))))
        pre += more
    if index.upper is not None:
        behind = ir.Binary("-", length(base), count)
        more, rest = held(tr, "rest", behind if start is None else ir.Binary("-", behind, start))
        pre += more
        stop = ir.Binary("-", length(place), rest)
    part = ir.Subscript(place, ir.Slice(start, stop, None))
    zeros = ir.Binary("*", ir.Display("[", (ZERO,)), count)
    first = (ir.Assign((seed,), part),) if seed is not None else ()
    return pre, (*first, ir.Assign((part,), zeros))


def deleted(tr: Transposer, s: ir.Inert, target: ir.Subscript) -> list[ir.Stmt]:
    """`del x[k]`, `del x[a:b]`: zeros come back."""
    check_numbers(tr, s, target.value)
    place, table = tr.lists.adjoint(target.value), root(tr.lists.resolved(target.value))
    if isinstance(target.index, ir.Slice):
        if target.index.step is not None:
            raise Refused(target, "N140", "items at several places of a list are deleted", "Delete them one by one.")
        pre, before = cut(tr, target.value, target.index, place, None)
        return done(tr, s, pre, Transposed((table,), (), before, keeps=True, table=table))
    pre, k = index(tr, target.index)
    back = ir.Effect(given_back(place, k, ZERO))
    new = replace(s, parts=("del ", ir.Subscript(target.value, k)), source=without_text(s.source) if pre else s.source)
    return done(tr, new, pre, Transposed((table,), (), (back,), keeps=True, table=table))


def taken_out(tr: Transposer, s: ir.Assign, target: ir.Expr, base: ir.Expr, args: tuple[ir.Expr, ...]) -> list[ir.Stmt]:
    """`v = x.pop(k)`: the adjoint of `v` is put back."""
    check_numbers(tr, s, base)
    place, table = tr.lists.adjoint(base), root(tr.lists.resolved(base))
    pre, k = index(tr, args[0]) if args else ([], LAST)
    back = ir.Effect(given_back(place, k, entry(tr.work, target)))
    new = replace(s, value=on(base, "pop", *([k] if args else [])), source=without_text(s.source) if pre else s.source)
    keys = tuple(tr.work.keys(target))
    return done(tr, new, pre, Transposed(keys, before=(back,), push=((table, None),)))


# --- pieces -----------------------------------------------------------------------------------------------------------


def flowing(
    tr: Transposer,
    s: ir.Stmt,
    pre: list[ir.Stmt],
    value: ir.Expr,
    flows: Shares,
    before: tuple[ir.Stmt, ...],
    table: str,
) -> list[ir.Stmt]:
    """A statement that puts values into a list, with what the reverse sweep does before they get their adjoints."""
    found, primal, flows = tr.recorded(value, flows, "")
    if primal != value:
        s = with_value(s, value, primal)
    more, flows = tr.shared(flows)
    flat = tuple(("", n, tr.work.finished(n, e)) for n, e in flows)
    t = Transposed((table,), flat, (*before, *more), keeps=True, table=table)
    return done(tr, s, [*pre, *found], t)


def with_value(s: ir.Stmt, value: ir.Expr, new: ir.Expr) -> ir.Stmt:
    match s:
        case ir.Assign():
            return replace(s, value=new, source=without_text(s.source))
        case ir.Augment():
            return replace(s, value=new, source=without_text(s.source))
        case ir.Effect(ir.Call(_, args) as call):
            args = tuple(replace(a, value=new) if a.value is value else a for a in args)
            return replace(s, value=replace(call, args=args), source=without_text(s.source))
        case _:
            raise AssertionError(s)


def done(tr: Transposer, s: ir.Stmt, pre: list[ir.Stmt], t: Transposed) -> list[ir.Stmt]:
    found = with_lead(pre, s)
    tr.note(found[-1], t)
    return found


def of_values(tr: Transposer, values: ir.Expr, seed: ir.Name) -> Shares:
    """Where the adjoint of new items goes: those of a list, whoever else holds that."""
    if not tr.work.is_active(values, ""):
        return []
    tr.lists.fresh.add(seed.id)
    if isinstance(values, ir.Display) and values.bracket == "(":
        values = replace(values, bracket="[")
    if tr.tables.is_reference(values):
        return tr.work.spread(tr.work.joined(portion(tr.lists, values, NONE, seed)))
    return tr.work.spread(tr.work.joined(tr.lists.shares(values, seed)))


def check_numbers(tr: Transposer, s: ir.Node, base: ir.Expr) -> None:
    if tr.tables.shape(base).keyed:
        raise Refused(s, "N140", "entries of a dictionary come and go", "Write a zero instead.")
    if not tr.tables.holds_numbers(base):
        raise Refused(s, "N140", "lists are moved about in a list", "Write the items one by one.")


def temporary(tr: Transposer) -> ir.Name:
    return tr.work.temporary(f"t{tr.work.supply.suffix}#", "", False)


def held(tr: Transposer, base: str, value: ir.Expr) -> tuple[list[ir.Stmt], ir.Expr]:
    """A number of the forward sweep under a name that the reverse sweep reads."""
    name = tr.work.temporary(base, "", False)
    return [ir.Assign((name,), value)], name


def bound(tr: Transposer, e: ir.Expr | None) -> tuple[list[ir.Stmt], ir.Expr | None]:
    return ([], None) if e is None else index(tr, e)


def index(tr: Transposer, e: ir.Expr) -> tuple[list[ir.Stmt], ir.Expr]:
    """An index that both sweeps read: a literal or a variable."""
    literal = e.operand if isinstance(e, ir.Unary) and e.op == "-" else e
    if isinstance(literal, ir.Const) or isinstance(e, ir.Name):
        return [], e
    return held(tr, "k", e)


def with_index(s: ir.Effect, k: ir.Expr, args: tuple[ir.Expr, ...]) -> ir.Effect:
    if not args or args == (k,) or not isinstance(s.value, ir.Call):
        return s
    return replace(s, value=replace(s.value, args=(ir.Arg(k),)), source=without_text(s.source))


def sign(k: ir.Expr) -> int | None:
    """-1 or 1 for the sign of a literal; None if it does not show."""
    match k:
        case ir.Const(int() as v):
            return 1 if v >= 0 else -1
        case ir.Unary("-", ir.Const(int() as v)):
            return -1 if v > 0 else 1
        case _:
            return None


def inserted_at(place: ir.Expr, k: ir.Expr) -> ir.Expr:
    """Where an item stands that was inserted at `k`: at the end if `k` is too large, in front if it is too small."""
    one = ir.Const(1, "1")
    last = ir.Binary("-", length(place), one)
    if k == ir.Const(0, "0"):
        return k
    from_start = ir.Call(ir.Library("builtins", "min"), (ir.Arg(k), ir.Arg(last)))
    negative = ir.Unary("-", length(place))
    from_end = ir.Call(ir.Library("builtins", "max"), (ir.Arg(ir.Binary("-", k, one)), ir.Arg(negative)))
    known = sign(k)
    if known is not None:
        return from_start if known > 0 else from_end
    return ir.Choice(ir.Compare(k, ((">=", ir.Const(0, "0")),)), from_start, from_end)


def given_back(place: ir.Expr, k: ir.Expr, e: ir.Expr) -> ir.Call:
    """The adjoint of an item that was taken from `k`, put back there; the list is one shorter now."""
    if k == LAST:
        return on(place, "append", e)
    known = sign(k)
    from_end = ir.Binary("+", ir.Binary("+", length(place), ir.Const(1, "1")), k)
    if known is not None:
        return on(place, "insert", k if known > 0 else from_end, e)
    return on(place, "insert", ir.Choice(ir.Compare(k, ((">=", ir.Const(0, "0")),)), k, from_end), e)


LAST = ir.Unary("-", ir.Const(1, "1"))
