"""Lists of active values that can be followed: stacks, and what becomes of them."""

from __future__ import annotations

from adtransform import ir
from adtransform.calculus import ZERO
from adtransform.calls import Bound, bind
from adtransform.infer import stack_call
from adtransform.pieces import holds_list
from adtransform.refusals import Refused
from adtransform.scopes import UnitCall
from adtransform.structure import Shape, find, lists_in
from adtransform.tangents import Tangents

LIST_HELP = "Start it with `[]` and push to it."


def stack_operation(work: Tangents, s: ir.Stmt, path: str) -> ir.Expr | None:
    """The call in a statement that does nothing but push to a stack or pop from it."""
    if not isinstance(s, (ir.Effect, ir.Assign)) or (found := stack_call(s.value)) is None:
        return None
    statement = isinstance(s, ir.Effect) or found[1] == "pop"
    return s.value if statement and work.is_stack(found[0], path) else None


def check_lists_in(work: Tangents, shape: Shape, value: ir.Expr, path: str) -> None:
    """The lists in a value become stacks and nothing else, and their tangents are known."""
    if holds_list(value) and work.is_active(value, path) and not followed(shape, value):
        text = "a list of active values is kept in a variable: not supported yet"
        raise Refused(value, "N141", text, "Use a tuple.")
    shapes = work.probe.shapes
    if shapes is not None and not work.active.isdisjoint(shapes.list_leaves(shape)):
        check_known(work, shape, value, path)


def followed(shape: Shape, value: ir.Expr) -> bool:
    """Whether the lists that are written out in a value are stacks."""
    s = find(shape)
    match value:
        case ir.Display("[", items):
            return s.kind == "list" and not s.odd and all(followed(s.items[0], i) for i in items)
        case ir.Binary("*", ir.Display("[") as items_, _):
            return followed(shape, items_)
        case ir.Display("(", items) if s.kind == "tuple" and len(items) == len(s.items):
            return all(followed(i, v) for i, v in zip(s.items, items, strict=True))
        case _:
            return not holds_list(value)


def check_known(work: Tangents, shape: Shape, value: ir.Expr, path: str) -> None:
    """Where a list of active values is wanted stands one that is written out, or a variable: its tangent is known."""
    s = find(shape)
    if not any(lists_in(s)):
        return
    match value:
        case ir.Binary("*", ir.Display("[") as repeated, _):
            check_known(work, shape, repeated, path)
        case ir.Display("[", items) if s.kind == "list":
            for i in items:
                check_known(work, s.items[0], i, path)
        case ir.Display("(", items) if s.kind == "tuple" and len(items) == len(s.items):
            for part, i in zip(s.items, items, strict=True):
                check_known(work, part, i, path)
        case ir.Name(id) if work.unit.scopes.key(path, id) is not None:
            pass
        case ir.Const(None):
            pass
        case _:
            raise Refused(value, "N141", "the tangent of the list in this value is not known", LIST_HELP)


def check_bound(work: Tangents, target: ir.Expr, value: ir.Expr, path: str) -> None:
    """What is assigned to a target: see `check_lists_in`."""
    match target, value:
        case ir.Display(_, ts), ir.Display(_, vs) if len(ts) == len(vs):
            for t, v in zip(ts, vs, strict=True):
                check_bound(work, t, v, path)
        case ir.Name(id), _:
            key = work.unit.scopes.key(path, id)
            shapes = work.probe.shapes
            known = shapes.variables.get(key) if shapes is not None and key is not None else None
            check_lists_in(work, known or Shape(), value, path)
        case _:
            check_lists_in(work, Shape(), value, path)


def check_handed(work: Tangents, e: ir.Call, bound: Bound, wrt: frozenset[str], path: str) -> None:
    """What is handed to a function of the user's: the tangents of the lists in it are known."""
    callee = work.callee(e.func, path)
    signature = work.signature(callee.unit) if isinstance(callee, UnitCall) else None
    for p, a in bound.pairs if signature is not None else ():
        if p.name in wrt and p.role not in ("*", "**"):
            assert signature is not None
            check_known(work, signature.params[p.name], a.value, path)


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
    if isinstance(value, ir.Display) or (isinstance(value, ir.Binary) and isinstance(value.left, ir.Display)):
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
