"""Where active values may be stored: in variables and tuples, and nowhere else."""

from __future__ import annotations

from adtransform import ir
from adtransform.pieces import STORE_HELP
from adtransform.refusals import Refused
from adtransform.sinks import is_harmless
from adtransform.tangents import Tangents
from adtransform.traverse import expressions, statements, target_names, walk


def tangent_target(work: Tangents, target: ir.Expr, path: str) -> ir.Expr:
    """The target of the tangent: the mirror image of the primal's."""
    match target:
        case ir.Name(id):
            return work.tangent(id) if work.is_active(target, path) else work.unused()
        case ir.Display(bracket, items):
            return ir.Display(bracket, tuple(tangent_target(work, i, path) for i in items))
        case ir.Star(value):
            return ir.Star(tangent_target(work, value, path))
        case _:
            raise Refused(target, "N140", "an active value is stored in a container or an object", STORE_HELP)


def check_store(work: Tangents, target: ir.Expr, value: ir.Expr, path: str) -> None:
    """Active values do not go into containers, objects or globals: aliases could not be followed."""
    for t in target.items if isinstance(target, ir.Display) else (target,):
        if isinstance(t, (ir.Subscript, ir.Attribute)) and work.is_varied(value, path):
            raise Refused(t, "N140", "an active value is stored in a container or an object", STORE_HELP)
        for n in target_names(t):
            if work.unit.scopes.key(path, n) is None and work.is_varied(value, path):
                raise Refused(t, "N147", f"an active value is stored in the global `{n}`", "Return it instead.")


def check_target(work: Tangents, target: ir.Expr, path: str) -> None:
    for n in target_names(target):
        if work.is_active(ir.Name(n), path):
            raise Refused(target, "N146", f"the loop variable `{n}` is active elsewhere", "Use another name.")


def check_effect(work: Tangents, value: ir.Expr, path: str) -> None:
    """A call for its effect may print and complain, and must not keep an active value."""
    if isinstance(value, ir.Call) and work.is_varied(ir.Display("(", tuple(a.value for a in value.args)), path):
        if not is_harmless(work, value, path):
            raise Refused(value, "N148", "an active value is handed to a call that may keep it", STORE_HELP)


def check_effects(work: Tangents, body: list[ir.Stmt], path: str) -> None:
    """No primal call is left of a nested function that assigns active variables of an outer one."""
    if not work.effectful:
        return
    for s in statements(tuple(body)):
        for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Name)):
            nested = work.unit.scopes.nested(path, e.id)
            if nested is not None and nested.path in work.effectful:
                work.refuse(
                    Refused(
                        e,
                        "N149",
                        f"`{e.id}` assigns active variables of an outer function, and is called "
                        "where that cannot be followed",
                        "Call it on a line of its own.",
                    ),
                    s,
                )
