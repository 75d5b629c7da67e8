"""Where active values may be stored: in variables, tuples, and lists that can be followed."""

from __future__ import annotations

from adtransform import ir
from adtransform.arrays import METHODS
from adtransform.containers import check_followed, is_followed, list_call, parts
from adtransform.operators import SEQUENCES
from adtransform.pieces import STORE_HELP
from adtransform.refusals import Refused
from adtransform.sinks import is_harmless
from adtransform.tangents import Tangents
from adtransform.traverse import expressions, own_names, statements, target_names, walk

STORED = "an active value is stored in a container or an object"


def tangent_target(work: Tangents, target: ir.Expr, path: str) -> ir.Expr:
    """The target of the tangent: the mirror image of the primal's."""
    match target:
        case ir.Name(id):
            return work.tangent(id) if work.is_active(target, path) else work.unused()
        case ir.Display(bracket, items):
            parts = tuple(tangent_target(work, i, path) for i in items)
            unused = all(p == work.nobody for p in parts)  # there may be no tuple to unpack
            return work.unused() if unused and parts else ir.Display(bracket, parts, record=target.record)
        case ir.Star(value):
            return ir.Star(tangent_target(work, value, path))
        case ir.Subscript(value, index) if work.is_active(value, path):
            check_followed(work, value, path, STORED, target)
            return ir.Subscript(work.mirrored(value, path), index)
        case ir.Subscript() if not work.is_active(target, path):
            return work.unused()
        case _:
            raise Refused(target, "N140", "an active value is stored in a container or an object", STORE_HELP)


def check_store(work: Tangents, target: ir.Expr, value: ir.Expr, path: str) -> None:
    """Active values do not go into objects, globals, and lists that somebody else may hold."""
    for t in parts(target):
        if isinstance(t, ir.Attribute) and (work.is_varied(value, path) or work.is_varied(t, path)):
            raise Refused(t, "N140", STORED, STORE_HELP)
        if isinstance(t, ir.Subscript) and (work.is_varied(value, path) or work.is_varied(t, path)):
            check_followed(work, t.value, path, STORED, t)
            if not is_followed(work.shape_of(value, path)):
                check_followed(work, value, path, STORED)
        for n in target_names(t):
            if work.unit.scopes.key(path, n) is None and work.is_varied(value, path):
                raise Refused(t, "N147", f"an active value is stored in the global `{n}`", "Return it instead.")


def check_target(work: Tangents, target: ir.Expr, path: str) -> None:
    for n in target_names(target):
        if work.is_active(ir.Name(n), path):
            raise Refused(target, "N146", f"the loop variable `{n}` is active elsewhere", "Use another name.")


def check_effect(work: Tangents, value: ir.Expr, path: str) -> None:
    """A call for its effect may print and complain, and must not keep an active value, but on a stack nobody uses."""
    if isinstance(value, ir.Call) and list_call(work, value, path) is not None:
        return
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


IN_PLACE = frozenset({"sort", "fill"})  # methods that change an array
CHECKED = frozenset({"is_integer", "hex", "as_integer_ratio", "conjugate", "index", "count", "format", "join"})


def check_lists(work: Tangents, s: ir.Stmt, path: str) -> None:
    """Lists of active values are not changed, and are not kept where they could be."""
    match s:
        case ir.Inert("del", deleted):
            for p in deleted:
                if isinstance(p, ir.Subscript) and work.is_varied(p.value, path):
                    check_followed(work, p.value, path, "an item of a list of active values is deleted", p)
                elif isinstance(p, ir.Attribute) and work.is_varied(p, path):
                    raise Refused(p, "N140", "an attribute with an active value is deleted", STORE_HELP)
        case ir.For(target):
            for x in walk(target):
                if isinstance(x, (ir.Subscript, ir.Attribute)) and work.is_varied(x, path):
                    raise Refused(target, "N140", "a loop assigns items of a list of active values", STORE_HELP)
        case ir.Augment(target, _, value) if work.is_varied(value, path) and work.is_sequence(value, path):
            known = work.shape_of(target, path)
            if is_followed(known) and known.kind in SEQUENCES:
                return
            if not (isinstance(target, ir.Name) and always_tuple(work, target.id, path)):
                raise Refused(value, "N140", "what is extended may be a list that has another name", STORE_HELP)
        case _:
            pass
    for top in expressions(s):
        for e in walk(top):
            match e:
                case ir.Call() if list_call(work, e, path) is not None:
                    pass
                case ir.Call(ir.Attribute(value, attr)) if (
                    attr in METHODS - IN_PLACE and work.shape_of(value, path).kind == "array"
                ):
                    pass
                case ir.Call(ir.Attribute(value, attr) as func) if attr not in CHECKED and work.is_varied(value, path):
                    raise Refused(func, "N148", f"the method `{attr}` may change or keep active values", STORE_HELP)
                case _:
                    pass


def always_tuple(work: Tangents, name: str, path: str) -> bool:
    """Whether a variable is only ever set to tuples that are written out."""
    scopes = work.unit.scopes
    key = scopes.key(path, name)
    for p, functions in scopes.functions.items():
        for f in functions:
            if any(p + q.name == key and q.role != "*" for q in f.params):
                return False
            for s in statements(f.body):
                match s:
                    case ir.Assign((ir.Name(id),), value) if scopes.key(p, id) == key:
                        if not is_tuple(value, name):
                            return False
                    case ir.Augment(ir.Name(id), "+", ir.Display("(")) if scopes.key(p, id) == key:
                        pass
                    case _ if any(scopes.key(p, n) == key for n in own_names(s)):
                        return False
                    case _:
                        pass
    return True


def is_tuple(e: ir.Expr, name: str) -> bool:
    match e:
        case ir.Display("("):
            return True
        case ir.Name(id):
            return id == name
        case ir.Binary("+" | "*", left, right):
            return is_tuple(left, name) or is_tuple(right, name)
        case _:
            return False
