"""Statements about lists with what their adjoints do: items that are written, lists that are made, filled, run over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir, moves
from adtransform.adjoints import TUPLES, Shares
from adtransform.array_adjoints import call, fitted, is_array
from adtransform.array_tangents import shares_cells
from adtransform.calculus import ZERO
from adtransform.calls import bind
from adtransform.containers import check_parts, parts
from adtransform.exits import Leaves, breaks
from adtransform.listwise import counted
from adtransform.names import temporary
from adtransform.pieces import with_lead, without_text
from adtransform.popped import popped
from adtransform.pushes import on
from adtransform.refusals import Refused
from adtransform.scopes import UnitCall
from adtransform.shapes import LIST
from adtransform.structure import Shape, find, lists_in
from adtransform.tables import Columns, Place, aligned, root, swapped
from adtransform.transpose_arrays import check_places, check_view, held, register
from adtransform.transposed import VALUE, Transposed
from adtransform.traverse import (
    map_blocks,
    map_expressions,
    names,
    own_names,
    rebuild,
    statements,
    walk,
)

if TYPE_CHECKING:
    from adtransform.transpose import Transposer


def copied(tr: Transposer, e: ir.Call, changed: tuple[ir.Expr, ...]) -> dict[ir.Expr, ir.Name]:
    """Names for the lists that a function is given and that are written to later: it gets copies of them."""
    found: dict[ir.Expr, ir.Name] = {}
    for a in e.args:
        if any(a.value is c for c in changed):
            continue
        if tr.tables.is_reference(a.value) and not tr.tables.is_repeatable(a.value, tr.work.place):
            if gives_back(tr, e, a):
                text = "a function may return the list that it is given, which is written to later"
                raise Refused(a.value, "N148", text, CHANGES)
            name = tr.work.temporary(f"{root(a.value)}_0", "", tr.work.is_active(a.value, ""))
            shape = tr.tables.shape(a.value)
            assert tr.work.inference is not None
            items = [Shape("cells"), shape.items[1]] if shape.kind == "array" else shape.items
            tr.work.inference.shapes.add(name.id, Shape(shape.kind, items, keyed=shape.keyed))
            if name.id in tr.work.active:
                tr.work.active |= tr.work.inference.shapes.leaves(name.id)
                tr.work.varied |= tr.work.inference.shapes.leaves(name.id)
            assert tr.work.shapes is not None
            tr.work.shapes.of[name.id] = LIST
            found[a.value] = name
    return found


def gives_back(tr: Transposer, e: ir.Call, given: ir.Arg) -> bool:
    """Whether the result of a function may hold a list that it is given: a copy would be another one."""
    callee = tr.work.callee(e.func, "")
    if not isinstance(callee, UnitCall) or callee.unit.directives.partials:
        return False
    signature, bound = tr.work.signature(callee.unit), bind(callee.unit.function.params, e)
    if signature is None or bound is None:
        return True
    own = {id(find(s)) for s in lists_in(signature.result)}
    return any(id(find(s)) in own for p, a in bound.pairs if a is given for s in lists_in(signature.params[p.name]))


def copy(tr: Transposer, name: ir.Name, e: ir.Expr) -> list[ir.Stmt]:
    comment = f"# {root(e)} is written to below, and the reverse sweep reads it"
    value: ir.Expr = call("array", e) if is_array(tr.work, e) else ir.Subscript(e, ir.Slice(None, None, None))
    if tr.tables.shape(e).keyed:
        value = ir.Call(ir.Attribute(e, "copy"), ())
    return tr.assign(ir.Assign((name,), value, source=ir.Source(trail=comment)), (name,), value)


def with_indices(tr: Transposer, s: ir.Stmt) -> tuple[list[ir.Stmt], ir.Stmt]:
    """A statement with names for the indices that could not be found again: `c[len(d) - 1]` if `d` grows later."""
    found: list[ir.Stmt] = []

    def visit(e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Subscript(value, index) if not isinstance(index, ir.Slice) and tr.tables.is_list(value):
                inner = visit(value)
                if tr.tables.is_repeatable(index, tr.work.place):
                    return e if inner is value else ir.Subscript(inner, index)
                name = tr.work.temporary("k", "", False)
                register(tr, name, index)
                found.append(ir.Assign((name,), index))
                return ir.Subscript(inner, name)
            case ir.Comprehension() | ir.Lambda() | ir.Choice() | ir.Logic() | ir.Name() | ir.Const() | ir.Library():
                return e
            case _:
                return rebuild(e, visit)

    if not isinstance(s, (ir.Assign, ir.Augment, ir.Effect)):
        return [], s
    new = map_expressions(s, visit)
    if not found:
        return [], s
    *pre, last = with_lead(found, replace(new, source=without_text(new.source)))
    return pre, last


def items_assigned(tr: Transposer, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr) -> list[ir.Stmt]:
    """`x[i] = e`, `x[i], x[j] = x[j], x[i]`: one item after the other, the values first."""
    if len(targets) == 1 and isinstance(targets[0], ir.Subscript):
        return item_assigned(tr, s, targets[0], value)
    several = [p for t in targets for p in parts(t)]
    if len(targets) > 1:
        values = [value] * len(several)
    elif isinstance(value, ir.Display) and isinstance(targets[0], ir.Display) and len(value.items) == len(several):
        values = list(value.items)
    else:
        raise Refused(s, "N161", "items of lists are set to a tuple that is not written out", TUPLES)
    found: list[ir.Stmt] = []
    held: dict[int, ir.Expr] = {}
    for k, v in enumerate(values):
        if isinstance(v, ir.Const) or (k and len(targets) > 1):
            continue
        name = tr.work.temporary("t#", "", tr.work.is_active(v, ""))
        register(tr, name, v)
        found += tr.assign(ir.Assign((name,), v, at=s.at), (name,), v)
        held[k] = name
    for k, (t, v) in enumerate(zip(several, values, strict=True)):
        new = held.get(0 if len(targets) > 1 else k, v)
        found += tr.assign(ir.Assign((t,), new, at=s.at), (t,), new)
    first = replace(found[0], source=replace(found[0].source, lead=s.source.lead))
    if id(found[0]) in tr.adjoints:
        tr.note(first, tr.adjoints[id(found[0])])
    return [first, *found[1:]]


def item_assigned(tr: Transposer, s: ir.Assign, target: ir.Subscript, value: ir.Expr) -> list[ir.Stmt]:
    """`x[i] = e`: the adjoint of the item goes to `e` and is zero before."""
    work = tr.work
    in_array = is_array(work, target.value)
    if not in_array and isinstance(target.index, ir.Slice):
        return moves.slice_assigned(tr, s, target, value)
    if not in_array and tr.tables.is_list(target):
        text = "a list or a slice is put into a list of active values"
        raise Refused(target, "N140", text, "Assign the items one by one.")
    if in_array:
        check_places(tr, target)
    place = tr.lists.adjoint(target)
    clear = ir.Assign((place,), ZERO)
    table = root(tr.lists.resolved(target))
    if not work.is_active(value, ""):
        return [tr.note(s, Transposed(before=(clear,), table=table))]
    if isinstance(value, ir.Choice):
        return tr.branches(s, target, value.test, value.body, value.orelse)
    if isinstance(value, ir.Call) and (tr.calls.is_call(value) or is_largest(tr, value) or is_pop(value)):
        return through_name(tr, s, target, value)
    seed = work.temporary(f"t{work.supply.suffix}#", "", False)
    if in_array:
        work.extents.of_variable[seed.id] = work.extents.of(target)
    flows = tr.gathered(value, fitted(work, seed, value) if in_array else seed)
    pre, primal, flows = tr.recorded(value, flows, "" if isinstance(value, ir.Name) else VALUE)
    if any(VALUE in names(e) for _, e in flows):
        return through_name(tr, s, target, value)
    before, flows = tr.shared(flows)
    new = replace(s, value=primal, source=s.source if primal == value else without_text(s.source))
    found = with_lead(pre, new)
    flat = tuple(("", n, tr.work.finished(n, e)) for n, e in flows)
    kept = held_place(tr, target, place)
    tr.note(found[-1], Transposed((), flat, (ir.Assign((seed,), kept), clear, *before), table=table))
    return found


def held_place(tr: Transposer, target: ir.Expr, place: ir.Expr) -> ir.Expr:
    """The adjoint of an item that is about to be set to zero; that of a slice is a view, and has to be copied."""
    return call("array", place) if is_array(tr.work, target) else place


def through_name(tr: Transposer, s: ir.Assign, target: ir.Expr, value: ir.Expr) -> list[ir.Stmt]:
    """`t = e` and `x[i] = t`."""
    name = tr.work.temporary(temporary(value), "", True)
    register(tr, name, value)
    value = held(tr, value)
    first = tr.assign(ir.Assign((name,), value, at=s.at, source=ir.Source(s.source.lead)), (name,), value)
    new = replace(s, value=name, source=ir.Source((), s.source.trail))
    return [*first, *tr.assign(new, (target,), name)]


def item_augmented(tr: Transposer, s: ir.Augment, target: ir.Subscript, op: str, value: ir.Expr) -> list[ir.Stmt]:
    """`x[i] += e` leaves the adjoint of the item as it is; any other operator makes it anew."""
    check_parts(tr.work, (target,), "")
    in_array = is_array(tr.work, target.value)
    if op not in "+-" or (isinstance(target.index, ir.Slice) and not in_array):
        whole = ir.Binary(op, target, value, at=s.at)
        return item_assigned(tr, ir.Assign((target,), whole, at=s.at, source=without_text(s.source)), target, whole)
    if not tr.work.is_active(value, ""):
        return [s]
    if in_array:
        check_places(tr, target)
    seed = tr.work.temporary(f"t{tr.work.supply.suffix}#", "", False)
    place, table = tr.lists.adjoint(target), root(tr.lists.resolved(target))
    if in_array:
        tr.work.extents.of_variable[seed.id] = tr.work.extents.of(target)
    shared = in_array and shares_cells(tr.work, target.value, value, "")
    place = held_place(tr, target, place) if shared else place
    source = place if in_array and not shared else seed
    given = fitted(tr.work, source, value) if in_array else seed
    flows = tr.gathered(value, given if op == "+" else ir.Unary("-", given))
    pre, primal, flows = tr.recorded(value, flows, "" if isinstance(value, ir.Name) else VALUE)
    if any(VALUE in names(e) for _, e in flows):
        name = tr.work.temporary(temporary(value), "", True)
        register(tr, name, value)
        value = held(tr, value)
        first = tr.assign(ir.Assign((name,), value, at=s.at, source=ir.Source(s.source.lead)), (name,), value)
        new = replace(s, value=name, source=ir.Source((), s.source.trail))
        return [*first, *item_augmented(tr, new, target, op, name)]
    before, flows = tr.shared(flows)
    new = replace(s, value=primal, source=s.source if primal == value else without_text(s.source))
    found = with_lead(pre, new)
    flat = tuple(("", n, tr.work.finished(n, e)) for n, e in flows)
    taken = () if source is place else (ir.Assign((seed,), place),)
    tr.note(found[-1], Transposed((), flat, (*taken, *before), table=table))
    return found


def list_assigned(tr: Transposer, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr) -> list[ir.Stmt]:
    """A list is made from active values, or gets a second name."""
    if len(targets) > 1 or not isinstance(targets[0], ir.Name):
        raise Refused(s, "N161", "several variables get a list at once", "Assign one by one.")
    target = targets[0]
    if tr.tables.alias(target.id):
        return [s]
    seed = tr.work.tangent(target.id)
    before: tuple[ir.Stmt, ...] = ()
    found_ = of_list(tr, value, seed)
    if any(target.id in tr.lists.spreads[n].touched for n, _ in found_ if n in tr.lists.spreads):
        own = tr.work.temporary(f"t{tr.work.supply.suffix}#", "", False)
        before = (ir.Assign((own,), seed),)  # the adjoint of the old list begins
        found_ = of_list(tr, value, own)
    pre, primal, flows = tr.recorded(value, found_, "")
    new = replace(s, value=primal, source=s.source if primal == value else without_text(s.source))
    found = with_lead(pre, new)
    flat = tuple((target.id, n, tr.work.finished(n, e)) for n, e in flows)
    if len(flows) == 1 and target.id not in tr.tables.results:
        tr.lists.fresh.add(seed.id)  # nobody reads it any more
    tr.note(found[-1], Transposed((target.id,), flat, before))
    return found


def swapped_lists(tr: Transposer, targets: tuple[ir.Expr, ...], value: ir.Expr) -> tuple[str, ...]:
    """The names in `a, b = b, a` for lists that have no other names; empty for anything else.

    Each list has one name before and one behind: nothing is written through another one.
    """
    names_ = swapped(targets, value)
    lists = [ir.Name(n) for n in names_]
    own = all(tr.tables.is_list(n) and not is_array(tr.work, n) and tr.work.is_active(n, "") for n in lists)
    return names_ if own and not any(tr.tables.alias(n) for n in names_) else ()


def appended(tr: Transposer, s: ir.Effect, base: ir.Expr, value: ir.Expr) -> list[ir.Stmt]:
    """`y.append(e)`: the adjoint of `e` is the last item of the adjoint of `y`."""
    work = tr.work
    place, table = tr.lists.adjoint(base), root(tr.lists.resolved(base))
    pop = ir.Call(ir.Attribute(place, "pop"), ())
    if not work.is_active(value, ""):
        return [tr.note(s, Transposed((table,), (), (ir.Effect(pop),), keeps=True, table=table))]
    if isinstance(value, ir.Call) and is_largest(tr, value):
        return through_append(tr, s, base, value)
    if tr.tables.is_list(value):
        seed: ir.Expr = work.temporary(f"t{work.supply.suffix}#", "", False)
        tr.lists.fresh |= names(seed)
        flows = of_list(tr, value, seed)
    else:
        seed, each = popped(work, value, tr.gathered)
        flows = [(n, e) for _, n, e in each]
    pre, primal, shares = tr.recorded(value, flows, "")
    if isinstance(value, ir.Call) and any(value in walk(e) for _, e in shares):
        return through_append(tr, s, base, value)
    if primal != value:
        s = replace(s, value=on(base, "append", primal), source=without_text(s.source))
    before, shares = tr.shared(shares)
    found = with_lead(pre, s)
    flat = tuple(("", n, tr.work.finished(n, e)) for n, e in shares)
    first = ir.Assign((seed,), pop)
    tr.note(found[-1], Transposed((table,), flat, (first, *before), keeps=True, table=table))
    return found


def through_append(tr: Transposer, s: ir.Effect, base: ir.Expr, value: ir.Expr) -> list[ir.Stmt]:
    """`t = e` and `y.append(t)`."""
    name = tr.work.temporary(temporary(value), "", True)
    first = tr.assign(ir.Assign((name,), value, at=s.at, source=ir.Source(s.source.lead)), (name,), value)
    new = replace(s, value=on(base, "append", name), source=ir.Source((), s.source.trail))
    return [*first, *appended(tr, new, base, name)]


def of_list(tr: Transposer, value: ir.Expr, seed: ir.Expr) -> Shares:
    """Where the adjoint of a list goes, one share a place."""
    return tr.work.spread(tr.work.joined(tr.lists.shares(value, seed)))


def is_pop(e: ir.Call) -> bool:
    return isinstance(e.func, ir.Attribute) and e.func.attr == "pop"


def is_largest(tr: Transposer, e: ir.Expr) -> bool:
    """Whether an expression is the largest or smallest of a list."""
    match e:
        case ir.Call(ir.Library("builtins", "max" | "min"), (ir.Arg(value),)):
            return tr.tables.is_list(value)
        case _:
            return False


def over_lists(tr: Transposer, s: ir.For, target: ir.Expr, iterable: ir.Expr) -> list[ir.Stmt] | None:
    """A loop over lists of active values, as one that counts; None if it is over something else."""
    pairs = aligned(target, iterable)
    over = [(t, e) for t, e in pairs if is_named(tr, e) and tr.work.is_active(e, "")]
    if not over or any(tr.work.is_active(e, "") for _, e in pairs if not is_named(tr, e)):
        return None
    lengths = [e for _, e in pairs if tr.tables.is_list(e)]
    if len(lengths) < len(pairs) or any(not isinstance(t, ir.Name) for t, _ in over):
        raise Refused(iterable, "N162", "a loop over active values in a form that is not supported yet", LOOP)
    if any(id(find(tr.tables.shape(e))) in tr.tables.moved and not tr.tables.holds_numbers(e) for e in lengths):
        raise Refused(iterable, "N162", "a loop over a list whose items are moved about", LOOP)
    inner = Place(tr.work.place.order, (*tr.work.place.loops, id(s)))
    grows = any(not tr.tables.is_stable(e, inner, tr.tables.writes) for e in lengths)
    grows |= any(isinstance(x, ir.Slice) for e in lengths for x in walk(e))  # its length is no plain count
    match target, iterable:
        case ir.Display(_, (ir.Name() as k, _)), ir.Call(ir.Library("builtins", "enumerate"), (_,)):
            counter, new = k, s
        case _:
            counter = tr.work.temporary("k", "", False)
            new = s
            if grows or leaves_early(s):
                both = ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(iterable),))
                paired = ir.Display("(", (counter, target))
                new = replace(s, target=paired, iterable=both, source=without_text(s.source))
    items: dict[str, ir.Expr] = {t.id: ir.Subscript(e, counter) for t, e in pairs if isinstance(t, ir.Name)}
    assigned = {n for x in statements(s.body) for n in own_names(x)}
    if assigned & {counter.id}.union(*(names(e) for _, e in pairs)):
        text = "the list or the counter of a loop over active values is assigned in it"
        raise Refused(s, "N162", text, LOOP)
    for t, e in over:
        if isinstance(t, ir.Name) and tr.tables.is_list(t) and t.id not in assigned:
            tr.tables.rows[id(s), t.id] = ir.Subscript(e, counter)
    here, tr.work.place = tr.work.place, inner
    flows = []
    for t, e in over:
        if tr.tables.is_view(e):
            check_view(tr, ir.Subscript(e, counter))
        if not isinstance(t, ir.Name) or not tr.work.is_active(t, "") or (id(s), t.id) in tr.tables.rows:
            continue
        item = ir.Subscript(e, counter)
        if tr.tables.is_list(t) and not tr.tables.is_stable(t, inner):
            raise Refused(t, "N162", f"`{t.id}` stands for several lists, and is written to", LOOP)
        flows.append((t.id, tr.lists.whole(item) if tr.tables.is_list(t) else tr.lists.item(item)))
    tr.work.place = here
    made = map_blocks(new, tr.block)
    length = lengths[0]
    count = counted(length)
    if len(lengths) > 1:
        each = tuple(ir.Arg(ir.Call(ir.Library("builtins", "len"), (ir.Arg(e),))) for e in lengths)
        count = ir.Call(ir.Library("builtins", "range"), (ir.Arg(ir.Call(ir.Library("builtins", "min"), each)),))
    columns = Columns(counter.id, items, ir.For(counter, count, (), ()), tuple(flows))
    columns.ranged = not (grows or leaves_early(s))
    tr.columns[id(made)] = columns
    tr.kept.append(made)
    return [made]


def is_named(tr: Transposer, e: ir.Expr) -> bool:
    """Whether a loop runs over a list or an array that has a name."""
    return tr.tables.is_reference(e) or tr.tables.is_view(e)


def leaves_early(s: ir.For) -> bool:
    """Whether a loop may be left by `break`."""
    return any(breaks(x) is not Leaves.NEVER for x in s.body)


LOOP = "Loop over `range(len(…))` and index the list."
CHANGES = "Let it return a new list."
