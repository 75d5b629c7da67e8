"""Methods of lists: beside a list of active values stands the list of their tangents.

    stack.append((s, i))        stack_d.append((s_d, 0.0))
                                stack.append((s, i))
    v = values.pop(0)           v_d = values_d.pop(0)
                                v = values.pop(0)

Both lists always have the same length: each operation on the one is an operation on the other, whatever name the list
has.  Which lists can be followed, `inference` finds out.
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.activity import passive_line
from adtransform.array_tangents import owned
from adtransform.calculus import ZERO, finished
from adtransform.containers import check_index, list_call, mates
from adtransform.effects import divisors, index_first, index_only, may_raise, raises_first
from adtransform.handover import Handover
from adtransform.names import temporary
from adtransform.pieces import untold, with_lead, without_text
from adtransform.sequences import beside
from adtransform.stacks import zero_of
from adtransform.stores import check_store, tangent_target
from adtransform.traverse import names

GIVEN = {"append": 0, "insert": 1, "extend": 0}  # which argument goes into the list


def mirrored(handover: Handover, s: ir.Stmt, path: str, in_try: bool) -> list[ir.Stmt] | None:
    """An operation on a list beside the same operation on its tangent; None for any other statement."""
    work = handover.work
    if not isinstance(s, (ir.Effect, ir.Assign)) or not isinstance(s.value, ir.Call):
        return None
    found = list_call(work, s.value, path)
    if found is None or not work.is_active(found[0], path):
        return None
    base, what, args = found
    match s:
        case ir.Effect() if what in GIVEN:
            return put_in(handover, s, base, what, args, path, in_try)
        case ir.Effect() if what == "remove":
            where = ir.Call(ir.Attribute(base, "index"), (ir.Arg(args[0]),))
            out = ir.Effect(on(work.mirrored(base, path), "pop", where))
            test = ir.Compare(args[0], (("in", base),))
            return with_lead([ir.If(test, (out,), ())], s)  # `remove` complains in its own words
        case ir.Effect() if what == "sort":
            whole = ir.Slice(None, None, None)
            own = work.mirrored(base, path)
            return with_lead([ir.Assign((ir.Subscript(own, whole),), beside(base, own))], s)
        case ir.Effect() if what in ("pop", "clear", "reverse"):
            return with_lead([ir.Effect(on(work.mirrored(base, path), what, *args))], s)
        case ir.Assign(targets) if what == "pop":
            return popped(handover, s, targets, base, args, path)
        case _:
            return None


def popped(
    handover: Handover, s: ir.Assign, targets: tuple[ir.Expr, ...], base: ir.Expr, args: list[ir.Expr], path: str
) -> list[ir.Stmt]:
    """`v = values.pop(k)`: the tangent is popped, too, whoever wants it."""
    work = handover.work
    for a in args:
        check_index(work, a, path)
    popped = on(work.mirrored(base, path), "pop", *args)
    if passive_line(s):
        zeros = tuple(tangent_target(work, t, path) for t in targets if work.is_active(t, path))
        zero = [ir.Assign(zeros, zero_of(work, targets[0], ZERO, path))] if zeros else []
        return with_lead([ir.Effect(popped), *zero], s)
    for t in targets:
        check_store(work, t, base, path)
    mirror = tuple(tangent_target(work, t, path) for t in targets)
    unused = all(names(t) <= {work.unused().id} for t in mirror)
    return with_lead([ir.Effect(popped) if unused else ir.Assign(mirror, popped)], s)


def put_in(
    handover: Handover, s: ir.Effect, base: ir.Expr, what: str, args: list[ir.Expr], path: str, in_try: bool
) -> list[ir.Stmt]:
    """`values.append(v)`; if `v` can raise, nothing is put in before."""
    work = handover.work
    *where, value = args
    for a in where:
        check_index(work, a, path)
    work.nonzero = divisors(value) if work.signs else []
    d = owned(work, value, finished(work.derivative(value, path)) or work.zero(value, path), path)
    shared = handover.shared(value, (d,), path, None)
    pre: list[ir.Stmt] = [ir.Assign((n,), e) for n, e in shared.temporaries]
    primal = replace(s, value=on(base, what, *where, shared.primal), source=untold(s.source, shared.primal == value))
    tangent = ir.Effect(on(work.mirrored(base, path), what, *where, shared.tangents[0]))
    alike = index_only(shared.tangents[0]) and index_first(shared.primal)
    if not raises_first(shared.primal) or not (in_try or (may_raise(shared.tangents[0]) and not alike)):
        return with_lead([*pre, tangent], primal)
    if not mates(work, ir.Subscript(base, ZERO), path) & set[str]().union(*map(names, (*where, shared.tangents[0]))):
        return [*with_lead(pre, primal), tangent]
    held = work.temporary(temporary(value), path, False)  # the tangent reads the list as it was
    last = replace(primal, value=on(base, what, *where, held), source=without_text(s.source))
    return with_lead([*pre, ir.Assign((held,), shared.primal), tangent], last)


def on(base: ir.Expr, what: str, *args: ir.Expr) -> ir.Call:
    return ir.Call(ir.Attribute(base, what), tuple(ir.Arg(a) for a in args))
