"""Lists used as stacks: beside a list of active values stands the list of their tangents.

    stack.append((s, i))        stack_d.append((s_d, 0.0))
                                stack.append((s, i))
    s, i = stack.pop()          s_d, _ = stack_d.pop()
                                s, i = stack.pop()

Both lists always have the same length: each operation on the one is an operation on the other, whatever name the list
has.  Which lists are stacks and nothing else, `infer` finds out.
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.activity import passive_line
from adtransform.calculus import ZERO, finished
from adtransform.effects import divisors, may_raise, raises_first
from adtransform.handover import Handover
from adtransform.infer import stack_call
from adtransform.pieces import untold, with_lead
from adtransform.stacks import check_lists_in, stack_operation, zero_of
from adtransform.stores import check_store, tangent_target
from adtransform.traverse import names


def mirrored(handover: Handover, s: ir.Stmt, path: str, in_try: bool) -> list[ir.Stmt] | None:
    """An operation on a stack beside the same operation on its tangent; None for any other statement."""
    work = handover.work
    call = stack_operation(work, s, path)
    found = stack_call(call) if call is not None else None
    if found is None or not work.is_active(found[0], path):
        return None
    name, what, pushed = found
    match s:
        case ir.Effect() if pushed is not None:
            return push(handover, s, name, pushed, path, in_try)
        case ir.Assign(targets) if not passive_line(s):
            for t in targets:
                check_store(work, t, name, path)
            mirror = tuple(tangent_target(work, t, path) for t in targets)
            popped = on(work.tangent(name.id), what)
            unused = all(names(t) <= {work.unused().id} for t in mirror)
            return with_lead([ir.Effect(popped) if unused else ir.Assign(mirror, popped)], s)
        case ir.Assign(targets):
            zeros = tuple(tangent_target(work, t, path) for t in targets if work.is_active(t, path))
            zero = [ir.Assign(zeros, zero_of(work, targets[0], ZERO, path))] if zeros else []
            return with_lead([ir.Effect(on(work.tangent(name.id), what)), *zero], s)
        case _:
            return with_lead([ir.Effect(on(work.tangent(name.id), what))], s)


def push(handover: Handover, s: ir.Effect, name: ir.Name, value: ir.Expr, path: str, in_try: bool) -> list[ir.Stmt]:
    """`stack.append(v)`; if `v` can raise, nothing is pushed before."""
    work = handover.work
    shape = work.stack(name, path)
    assert shape is not None
    check_lists_in(work, shape.items[0], value, path)
    work.nonzero = divisors(value) if work.signs else []
    d = finished(work.derivative(value, path)) or work.zero(value, path)
    shared = handover.shared(value, (d,), path, None)
    pre: list[ir.Stmt] = [ir.Assign((n,), e) for n, e in shared.temporaries]
    primal = replace(s, value=on(name, "append", shared.primal), source=untold(s.source, shared.primal == value))
    tangent = ir.Effect(on(work.tangent(name.id), "append", shared.tangents[0]))
    if raises_first(shared.primal) and (in_try or may_raise(shared.tangents[0])):
        return [*with_lead(pre, primal), tangent]
    return with_lead([*pre, tangent], primal)


def on(name: ir.Name, what: str, *args: ir.Expr) -> ir.Call:
    return ir.Call(ir.Attribute(name, what), tuple(ir.Arg(a) for a in args))
