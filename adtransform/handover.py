"""Calls of differentiated functions: `g(x)` becomes `g_d(x, x_d)`, which gives value and tangent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from adtransform import ir
from adtransform.activity import RESULT
from adtransform.array_tangents import owned
from adtransform.calculus import ZERO
from adtransform.calls import Bound, bind
from adtransform.kinds import Kind, uses_of
from adtransform.names import temporary
from adtransform.pieces import show_name
from adtransform.plan import Instance, Plan, instance
from adtransform.refusals import Refused
from adtransform.scopes import NestedCall, Unit, UnitCall, ValueCall
from adtransform.share import Shared, share
from adtransform.signatures import has_default
from adtransform.tangents import Tangents

ODD = "no floats, or optional"


@dataclass(frozen=True)
class Handover:
    """What the calls of one unit need to know: its facts, the plan, and the names of the derivatives."""

    work: Tangents
    plan: Plan
    name_of: Callable[[Instance], str]
    current: Instance
    worth: int
    worth_in_loop: int

    def shared(self, value: ir.Expr, tangents: tuple[ir.Expr, ...], path: str, root: ir.Name | None) -> Shared:
        worth = self.worth_in_loop if self.work.loops else self.worth
        return share(value, tangents, lambda e: self.work.temporary(temporary(e), path, False), root, worth)

    def is_call(self, e: ir.Call, path: str) -> bool:
        match self.work.callee(e.func, path):
            case NestedCall() | ValueCall():
                return True
            case UnitCall(unit):
                return not unit.directives.partials
            case _:
                return False

    def call(self, e: ir.Call, path: str) -> tuple[list[ir.Stmt], ir.Expr]:
        """`g(x)` becomes `g_d(x, x_d)`, which gives value and tangent."""
        match self.work.callee(e.func, path):
            case UnitCall(unit):
                called = self.called_instance(unit, e, path)
                func: ir.Expr = ir.Name(self.name_of(called))
                params, wrt = unit.function.params, self.plan.wrt[called]
            case NestedCall(inner, functions):
                params = functions[0].params
                if any([p.name for p in f.params] != [p.name for p in params] for f in functions):
                    raise Refused(e, "N142", f"the definitions of `{show_name(e.func)}` take different parameters")
                func = self.work.tangent(inner.rstrip("/").rpartition("/")[2])
                wrt = frozenset(p.name for p in params if inner + p.name in self.work.varied)
            case ValueCall(key):
                if "/" in key and key.rpartition("/")[0] + "/" + RESULT not in self.work.active:
                    raise Refused(e, "N143", "what is called here is not known")
                return self.value_call(e, path)
            case _:
                raise Refused(e, "N102", "this call cannot be replaced by its derivative")
        bound = bind(params, e)
        if bound is None:
            raise Refused(e, "N144", "the arguments do not fit the parameters of the function")
        for p, a in bound.pairs:
            if p.role == "**" and self.work.is_varied(a.value, path):
                raise Refused(a.value, "N103", f"`**{p.name}` receives an active value", "Name the parameter.")
        is_nested = isinstance(self.work.callee(e.func, path), NestedCall)
        extra = self.tangent_args(e, bound, params, wrt, path, is_nested)
        primal = ir.Display("(", tuple(a.value for a in e.args))
        shared = self.shared(primal, tuple(a.value for a in extra), path, None)
        assert isinstance(shared.primal, ir.Display)
        args = [replace(a, value=v) for a, v in zip(e.args, shared.primal.items, strict=True)]
        extra = [replace(a, value=v) for a, v in zip(extra, shared.tangents, strict=True)]
        keywords = [a for a in args if a.keyword or a.star == "**"]
        plain = [a for a in args if not (a.keyword or a.star == "**")]
        pre: list[ir.Stmt] = [ir.Assign((n,), v) for n, v in shared.temporaries]
        first = [a for a in extra if not a.keyword]
        new = ir.Call(func, (*plain, *first, *keywords, *(a for a in extra if a.keyword)))
        return pre, new

    def called_instance(self, unit: Unit, e: ir.Call, path: str) -> Instance:
        """Which derivative of a unit serves this call."""
        bound = bind(unit.function.params, e)
        if bound is None:
            raise Refused(e, "N144", "the arguments do not fit the parameters of the function")
        if bound.loose:
            raise Refused(e, "N103", "a function of yours is called with starred arguments", "Pass them one by one.")
        summary = self.work.probe.activity.summary(unit)
        active = {p.name for p, a in bound.pairs if p.name in summary and self.work.is_varied(a.value, path)}
        found = instance(unit, frozenset(active))
        if found not in self.plan.wrt:
            raise Refused(
                e, "N151", "which arguments of this call are active cannot be told", "Assign them to variables first."
            )
        return found

    def tangent_args(
        self, e: ir.Call, bound: Bound, params: tuple[ir.Param, ...], wrt: frozenset[str], path: str, inner: bool
    ) -> list[ir.Arg]:
        """The tangents behind the arguments: by position where every parameter is there, else by name."""
        if bound.loose:
            raise Refused(e, "N103", "a function of yours is called with starred arguments", "Pass them one by one.")
        received: dict[str, list[ir.Expr]] = {}
        for p, a in bound.pairs:
            received.setdefault(p.name, []).append(a.value)
        ordered = [p for p in params if p.name in wrt]
        plain = all(not a.keyword for a in e.args) and not any(p.role in ("*", "=", "**") for p in params)
        plain = plain and len(bound.pairs) == len(params)
        optional = has_default(params)
        found = []
        for p in ordered:
            by_name = self.work.tangent(p.name).id
            values = received.get(p.name, [])
            if p.role == "*":
                items = ir.Display("(", tuple(self.work.mirrored(v, path) for v in values))
                found.append(ir.Arg(items, by_name))
                continue
            d = self.function_tangent(values[0], path) if values else None
            if d is None and values and self.is_called(e, p.name, path) and values[0] != ir.Const(None, "None"):
                raise Refused(
                    values[0],
                    "N145",
                    "a function is handed on whose tangent is not known here",
                    "Hand on a function of your own by its name.",
                )
            d = d or (self.work.derivative(values[0], path) if values else None)
            d = owned(self.work, values[0], d, path) if d is not None else None
            own_default = bool(values) and inner and p.default is not None  # its tangent need not be zero
            if d is None and not own_default and (optional or (p.role == "=" and p.default is not None)):
                plain = False
                continue
            zero = self.work.zero(values[0], path) if values else ZERO
            found.append(ir.Arg(zero if d is None else d, by_name))
        return [replace(a, keyword="") for a in found] if plain else found

    def is_called(self, e: ir.Call, name: str, path: str) -> bool:
        """Whether the callee calls a parameter."""
        match self.work.callee(e.func, path):
            case UnitCall(unit):
                return unit.uses[0].get(name) is Kind.FUNCTION
            case NestedCall(_, functions):
                return any(uses_of(f)[0].get(name) is Kind.FUNCTION for f in functions)
            case _:
                return False

    def function_tangent(self, e: ir.Expr, path: str) -> ir.Expr | None:
        """The tangent of a function that is handed on: the function that computes it."""
        if not isinstance(e, (ir.Name, ir.Attribute)):
            return None
        match self.work.callee(e, path):
            case NestedCall(inner, functions):
                f = functions[0]
                ready = all(inner + p.name in self.work.varied for p in f.params)
                if not ready or inner + RESULT not in self.work.active or any(p.role or p.default for p in f.params):
                    raise Refused(
                        e,
                        "N145",
                        f"`{show_name(e)}` is handed on and has parameters that are {ODD}",
                        "Hand on a function of the float parameters alone.",
                    )
                return self.work.tangent(inner.rstrip("/").rpartition("/")[2])
            case UnitCall(unit):
                ps = unit.function.params
                handed = instance(unit, frozenset(p.name for p in ps) & self.work.probe.activity.summary(unit))
                if any(p.name not in self.plan.wrt.get(handed, ()) or p.role or p.default for p in ps):
                    raise Refused(
                        e,
                        "N145",
                        f"`{show_name(e)}` is handed on and has parameters that are {ODD}",
                        "Hand on a function of the float parameters alone.",
                    )
                return ir.Name(self.name_of(handed))
        return None

    def value_call(self, e: ir.Call, path: str) -> tuple[list[ir.Stmt], ir.Expr]:
        """`func(x, *args)` for a parameter `func`: its tangent takes the tangents of all arguments, by position."""
        if not isinstance(e.func, ir.Name):
            raise Refused(e, "N143", "what is called here is not known")
        params = [p.name for p in self.work.unit.function.params]
        if e.func.id not in params or e.func.id not in self.plan.wrt[self.current]:
            raise Refused(
                e,
                "N143",
                f"what `{e.func.id}` calls is not known here",
                "Call the function by its name, or hand it to this function as an argument.",
            )
        if any(a.keyword for a in e.args):
            raise Refused(e, "N145", f"`{e.func.id}` is called with keyword arguments", "Pass them by position.")
        plain = tuple(a for a in e.args if a.star != "**")
        extra = tuple(replace(a, value=self.zeros(a) or self.work.mirrored(a.value, path)) for a in plain)
        rest = tuple(a for a in e.args if a.star == "**")
        return [], ir.Call(self.work.tangent(e.func.id), (*plain, *extra, *rest))

    def zeros(self, a: ir.Arg) -> ir.Expr | None:
        """The zeros for a starred argument that is passive: as many as it has items."""
        if a.star != "*" or not isinstance(a.value, ir.Name) or a.value.id in self.plan.wrt[self.current]:
            return None
        count = ir.Call(ir.Library("builtins", "len"), (ir.Arg(a.value),))
        return ir.Binary("*", ir.Display("(", (ZERO,)), count)
