"""Functions that change lists of active values that they are given, in reverse mode.

    fill(out, x)                fill_saved = fill_fwd(out, x)

                                out_b, x_b = fill_bwd(fill_saved, out_b)

The adjoint of such a list is handed over and comes back as that of the list before the call.  The caller may write to
the list again: the callee saves what it reads, and relies on nothing that the list holds in the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calculus import ZERO
from adtransform.calls import bind
from adtransform.handback import SAVED, Handback, Protocol, Split, alike
from adtransform.pieces import without_text
from adtransform.plan import instance
from adtransform.refusals import Refused
from adtransform.scopes import UnitCall
from adtransform.structure import Shape, find, is_stack, lists_in
from adtransform.tables import changed_in, root
from adtransform.traverse import blocks, map_blocks, statements

if TYPE_CHECKING:
    from adtransform.adjoints import Adjoints
    from adtransform.transpose import Transposer


def changed_params(work: Adjoints) -> tuple[str, ...]:
    """The parameters of a unit whose lists it changes; stacks are handed on in a way of their own.

    Raises `Refused` for tuples of such lists.
    """
    known = work.inference.shapes.variables if work.inference is not None else {}
    found: list[str] = []
    for p in work.unit.function.params:
        shape = find(known[p.name]) if p.name in known else Shape()
        if is_stack(shape) or not any(s.changed and not is_stack(s) for s in lists_in(shape)):
            continue
        if shape.kind == "tuple" or p.role in ("*", "**"):
            raise Refused(work.unit.function, "N148", f"the tuple `{p.name}` holds lists that are changed", HELP)
        found.append(p.name)
    return tuple(found)


def is_void(f: ir.Function) -> bool:
    """Whether a function returns nothing."""
    return not any(isinstance(s, ir.Return) and s.value is not None for s in statements(f.body))


def returning_zero(f: ir.Function) -> ir.Function:
    """A function that returns nothing as one that returns a number that nobody reads."""

    def written(block: ir.Block) -> ir.Block:
        return tuple(
            ir.Return(ZERO, at=s.at, source=without_text(s.source))
            if isinstance(s, ir.Return)
            else s
            if isinstance(s, ir.Function)
            else map_blocks(s, written)
            for s in block
        )

    return replace(f, body=(*written(f.body), ir.Return(ZERO)))


def without_value(block: ir.Block, value: str) -> ir.Block:
    """Statements without those that set the value that nobody reads."""
    found: list[ir.Stmt] = []
    for s in block:
        if isinstance(s, ir.Assign) and s.targets == (ir.Name(value),):
            continue
        inner = map_blocks(s, lambda b: without_value(b, value) or (ir.Keyword("pass"),) * bool(b)) if blocks(s) else s
        found.append(inner)
    return tuple(found)


def changed_args(tr: Transposer, e: ir.Call) -> dict[str, ir.Expr]:
    """The lists of active values that a call changes, by parameter."""
    callee = tr.work.callee(e.func, "")
    if not isinstance(callee, UnitCall) or callee.unit.directives.partials or callee.unit.directives.passive:
        return {}
    signature, bound = tr.work.signature(callee.unit), bind(callee.unit.function.params, e)
    found: dict[str, ir.Expr] = {}
    for p, a in bound.pairs if bound is not None else ():
        if not tr.tables.is_list(a.value):
            continue
        if signature is None:
            raise Refused(e, "N148", "it does not show whether this function changes the lists that it is given", HELP)
        changed = list(changed_in(signature.params[p.name], tr.tables.shape(a.value)))
        if any(s.kind not in ("list", "sequence") for s in changed):
            raise Refused(e, "N148", CHANGED, HELP)
        if changed:
            found[p.name] = a.value
    return found


def check_apart(tr: Transposer, e: ir.Call, changed: Mapping[str, ir.Expr], received: Mapping[str, ir.Expr]) -> None:
    """Raises `Refused` where a list that is changed may be, or be part of, another argument."""
    for n, value in changed.items():
        if not tr.tables.is_reference(value):
            raise Refused(value, "N148", "a function changes a list that has no name", "Assign it to a variable.")
        own = tr.tables.resolved(value, tr.work.place.loops)
        for m, other in received.items():
            if m == n or not tr.tables.is_list(other) or not tr.tables.is_reference(other):
                continue
            if overlap(own, tr.tables.resolved(other, tr.work.place.loops)):
                text = "a function that changes a list may be given the same list twice"
                raise Refused(e, "N148", text, "Hand it a copy.")


def overlap(a: ir.Expr, b: ir.Expr) -> bool:
    """Whether two lists may be the same, or one a part of the other."""
    if root(a) != root(b):
        return False
    first, second = indices(a), indices(b)
    for i, j in zip(first, second, strict=False):
        if isinstance(i, ir.Const) and isinstance(j, ir.Const) and i.value != j.value:
            return False
    return True


def indices(e: ir.Expr) -> list[ir.Expr]:
    found: list[ir.Expr] = []
    while isinstance(e, ir.Subscript):
        found.insert(0, e.index)
        e = e.value
    return found


def changing(
    tr: Transposer, s: ir.Assign | ir.Effect, target: ir.Expr | None, e: ir.Call, changed: Mapping[str, ir.Expr]
) -> Split:
    """A call that changes lists, in two."""
    calls: Handback = tr.calls
    unit, received, active = calls.resolved(e)
    check_apart(tr, e, changed, received)
    found = instance(unit, active)
    if found not in calls.plan.wrt:
        raise Refused(e, "N151", "which arguments of this call are active cannot be told", "Assign them to variables.")
    protocol = calls.protocol(found)
    if target is not None and tr.work.shapes is not None and not protocol.void:
        if alike(tr.work.shapes.pattern(target)) != alike(protocol.results):
            text = f"the tuple that `{unit.name}` returns is not unpacked as it is made"
            raise Refused(e, "N161", text, "Unpack it.")
    if set(protocol.changed) != {n for n in changed if n in protocol.wrt and tr.work.is_active(changed[n], "")}:
        raise Refused(e, "N148", CHANGED, HELP)
    places = {n: tr.lists.adjoint(changed[n]) for n in protocol.changed}
    seeds: list[ir.Arg] = []
    if not protocol.void:
        seeds.append(ir.Arg(tr.work.structure(target) if target is not None else zeros(protocol)))
    seeds += [ir.Arg(places[n]) for n in protocol.changed]
    targets, arguments = results(tr, unit.name, protocol, received, places)
    tables = tuple(dict.fromkeys(root(tr.lists.resolved(changed[n])) for n in protocol.changed))
    if protocol.forward:
        saved = tr.work.temporary(f"{unit.name}_saved", "", False)
        first = replace(e, func=ir.Name(protocol.forward))
        value = target if target is not None else tr.work.unused()
        both: ir.Expr = saved if protocol.void else ir.Display("(", (value, saved))
        forward: list[ir.Stmt] = [ir.Assign((both,), first, at=s.at, source=without_text(s.source))]
        call = ir.Call(ir.Name(protocol.backward), (ir.Arg(ir.Name(SAVED)), *seeds))
        return Split(forward, (ir.Assign((targets,), call),), arguments, saved.id, {}, tables)
    needed = [n for n in protocol.needs if n in received]
    if isinstance(s, ir.Assign):
        forward, values = calls.kept(s, e, unit, needed, received)
    else:
        kept, values = calls.kept(
            ir.Assign((tr.work.unused(),), e, at=s.at, source=s.source), e, unit, needed, received
        )
        last = kept[-1]
        assert isinstance(last, ir.Assign)
        forward = [*kept[:-1], replace(s, value=last.value, source=last.source)]
    call_ = forward[-1]
    assert isinstance(call_, (ir.Assign, ir.Effect))
    tr.work.followed.add(id(call_.value))
    optional = {p.name for p in unit.function.params if p.default is not None}
    plain = [ir.Arg(v) for n, v in values.items() if n not in optional]
    late = [ir.Arg(v, n) for n, v in values.items() if n in optional]
    call = ir.Call(ir.Name(protocol.backward), (*plain, *seeds, *late))
    return Split(forward, (ir.Assign((targets,), call),), arguments, "", {}, tables)


def zeros(protocol: Protocol) -> ir.Expr:
    """The adjoint of a result that nobody reads."""
    if protocol.results is not None:
        raise Refused(None, "N161", "the result of a call is dropped", "Assign it to a variable.")
    return ZERO


def results(
    tr: Transposer, name: str, protocol: Protocol, received: Mapping[str, ir.Expr], places: Mapping[str, ir.Expr]
) -> tuple[ir.Expr, list[tuple[ir.Expr, ir.Expr]]]:
    """The targets of what the reverse sweep of the callee returns; the adjoints of other arguments."""
    targets: list[ir.Expr] = []
    arguments: list[tuple[ir.Expr, ir.Expr]] = []
    for p in protocol.wrt:
        if p in places:
            targets.append(places[p])
        elif p in received and tr.work.is_active(received[p], ""):
            adjoint = tr.calls.adjoint_of(f"{name}_{p}", tr.work.shape(received[p]))
            targets.append(adjoint)
            arguments.append((received[p], adjoint))
        else:
            targets.append(tr.work.unused())
    return (targets[0] if len(targets) == 1 else ir.Display("(", tuple(targets))), arguments


CHANGED = "a function that changes the lists or arrays that it is given is called"
HELP = "Let it return a new list."
