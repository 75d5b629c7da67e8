"""Lists of active values: what becomes of them."""

from __future__ import annotations

from adtransform import ir
from adtransform.calculus import ZERO
from adtransform.calls import bind
from adtransform.containers import is_followed, is_written_out, reason
from adtransform.infer import stack_call
from adtransform.pieces import holds_list
from adtransform.refusals import Refused
from adtransform.scopes import UnitCall
from adtransform.structure import lists_in
from adtransform.tangents import Tangents


def stack_operation(work: Tangents, s: ir.Stmt, path: str) -> ir.Expr | None:
    """The call in a statement that does nothing but push to a stack or pop from it."""
    if not isinstance(s, (ir.Effect, ir.Assign)) or (found := stack_call(s.value)) is None:
        return None
    statement = isinstance(s, ir.Effect) or found[1] == "pop"
    return s.value if statement and work.is_stack(found[0], path) else None


def check_value(work: Tangents, target: ir.Expr, value: ir.Expr, path: str) -> None:
    """Lists of active values that are kept in a variable can be followed."""
    match target, value:
        case ir.Display(_, ts), ir.Display(_, vs) if len(ts) == len(vs):
            for t, v in zip(ts, vs, strict=True):
                check_value(work, t, v, path)
        case _ if holds_list(value) and work.is_active(value, path) and not is_followed(work.shape_of(value, path)):
            why = reason(work.shape_of(value, path))
            text = f"a list of active values is kept in a variable, and {why}"
            raise Refused(value, "N141", text, "Use a tuple, or keep the list in the function.")
        case _:
            pass


def changes(work: Tangents, e: ir.Call, path: str) -> bool:
    """Whether a call pushes to active lists that it is given, or pops from them."""
    callee = work.callee(e.func, path)
    if work.probe.shapes is None or not isinstance(callee, UnitCall) or callee.unit.directives.partials:
        return False
    signature, bound = work.signature(callee.unit), bind(callee.unit.function.params, e)
    if signature is None or bound is None:
        return False
    return any(
        any(s.changed for s in lists_in(signature.params[p.name])) and work.is_active(a.value, path)
        for p, a in bound.pairs
    )


def zero_of(work: Tangents, target: ir.Expr, value: ir.Expr, path: str) -> ir.Expr:
    """Zeros of the structure of a target, or of the value if that shows."""
    if is_written_out(value) and not isinstance(value, ir.Const):
        return work.zero(value, path)
    if isinstance(target, ir.Display):
        return ir.Display("(", tuple(zero_of(work, t, ZERO, path) for t in target.items))
    return work.zero(target, path)


def check_params(work: Tangents, f: ir.Function, path: str, wrt: list[str]) -> None:
    """A list that is received and gets active values needs a tangent that is received as well."""
    shapes = work.probe.shapes
    for p in f.params:
        shape = shapes.variables.get(path + p.name) if shapes is not None and p.name not in wrt else None
        if shape is not None and shapes is not None and not work.active.isdisjoint(shapes.list_leaves(shape)):
            text = f"the list `{p.name}` gets active values, and is no input"
            work.refuse(Refused(f, "N141", text, f"Differentiate with respect to `{p.name}` as well."), f)
