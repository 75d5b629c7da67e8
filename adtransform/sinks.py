"""Calls for their effect: which of them cannot keep an active value."""

from __future__ import annotations

from adtransform import ir
from adtransform.refusals import Refused
from adtransform.scopes import LibraryCall, NestedCall, Unit, UnitCall
from adtransform.structure import Signature, lists_in
from adtransform.tangents import Tangents
from adtransform.traverse import expressions, own_names, statements, walk

MUTATORS = frozenset(
    "append extend insert update setdefault add pop popitem remove discard clear sort reverse put fill resize".split()
)
REPORTS = frozenset("print warn debug info warning error exception critical log write".split())


def is_harmless(work: Tangents, e: ir.Call, path: str) -> bool:
    """Whether a call statement only reports or checks: it prints, logs, warns, or runs a function that stores
    nothing.
    """
    match work.callee(e.func, path):
        case LibraryCall("builtins", name):
            return name in REPORTS
        case UnitCall(unit) if (known := work.signature(unit)) is not None and changes_given(known):
            return False
        case UnitCall() | NestedCall():
            return keeps_nothing(work, e, work.unit, path, set(), set())
        case _:
            return (
                isinstance(e.func, ir.Attribute)
                and e.func.attr in REPORTS
                or isinstance(e.func, ir.Name)
                and e.func.id == "warn"
            )


def changes_given(signature: Signature) -> bool:
    """Whether a function writes to arrays that it is given, which may only show by `x += …`."""
    return any(s.kind == "cells" and s.changed for p in signature.params.values() for s in lists_in(p))


def stores_nothing(work: Tangents, f: ir.Function, unit: Unit, path: str, seen: set[int]) -> bool:
    """Whether a function, and all that it calls, assigns local names and changes local containers only."""
    if id(f) in seen:
        return True
    seen.add(id(f))
    fresh = fresh_containers(f)
    for s in statements(f.body):
        match s:
            case ir.Outer() | ir.Unread():
                return False
            case ir.Assign(targets):
                if not all(is_local(t, fresh) for t in targets):
                    return False
            case ir.Augment(target):
                if not is_local(target, fresh):
                    return False
            case ir.Function(name):
                if not stores_nothing(work, s, unit, f"{path}{name}/", seen):
                    return False
            case _:
                pass
        for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Call)):
            if not keeps_nothing(work, e, unit, path, fresh, seen):
                return False
    return True


def keeps_nothing(work: Tangents, e: ir.Call, unit: Unit, path: str, fresh: set[str], seen: set[int]) -> bool:
    """Whether one call inside a function changes nothing outside of it."""
    match work.program.callee(unit, path, e.func):
        case UnitCall(other):
            return stores_nothing(work, other.function, other, "", seen)
        case NestedCall(inner, functions):
            return all(stores_nothing(work, g, unit, inner, seen) for g in functions)
        case _ if isinstance(e.func, ir.Attribute) and e.func.attr in MUTATORS:
            return isinstance(e.func.value, ir.Name) and e.func.value.id in fresh
        case _:
            return True


def fresh_containers(f: ir.Function) -> set[str]:
    """Local names that are only ever set to a container that is made on the spot."""
    made: dict[str, bool] = {p.name: False for p in f.params}
    for s in statements(f.body):
        for n in own_names(s):
            new = isinstance(s, ir.Assign) and isinstance(s.targets[0], ir.Name) and is_fresh(s.value)
            made[n] = made.get(n, True) and new
    return {n for n, new in made.items() if new}


def is_fresh(e: ir.Expr) -> bool:
    match e:
        case ir.Display() | ir.Comprehension() | ir.Opaque():
            return True
        case ir.Binary("*", left, _):
            return is_fresh(left)
        case ir.Call(ir.Library("builtins", "list" | "dict" | "set" | "from the keys")):
            return True
        case _:
            return False


def is_local(target: ir.Expr, fresh: set[str]) -> bool:
    """Whether a target is a name, or an item of a container made in the function."""
    match target:
        case ir.Display(_, items):
            return all(is_local(i, fresh) for i in items)
        case ir.Subscript(ir.Name(id)):
            return id in fresh
        case ir.Subscript() | ir.Attribute():
            return False
        case _:
            return True


def check_calls(work: Tangents, block: ir.Block, path: str) -> None:
    """The primal functions that are still called with active values keep none of them."""
    for s in statements(block):
        for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Call)):
            if not isinstance(e.func, (ir.Name, ir.Attribute)):
                continue
            callee = work.callee(e.func, path)
            if not isinstance(callee, (UnitCall, NestedCall)) or id(e) in work.followed:
                continue
            if isinstance(callee, NestedCall) and callee.path in work.effectful:
                continue  # refused already
            if not work.is_varied(ir.Display("(", tuple(a.value for a in e.args)), path):
                continue
            if not keeps_nothing(work, e, work.unit, path, set(), set()):
                help = "Return the value instead of storing it."
                work.refuse(Refused(e, "N148", "an active value is handed to a function that may keep it", help), s)
