"""Calls in reverse mode: the forward sweep calls `g` or `g_fwd`, the reverse sweep `g_bwd`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adtransform import ir
from adtransform.adjoints import TUPLES, Adjoints
from adtransform.calls import bind
from adtransform.pieces import with_lead, without_text
from adtransform.plan import Instance, Plan, instance
from adtransform.refusals import Refused
from adtransform.scopes import NestedCall, Program, Unit, UnitCall, ValueCall
from adtransform.traverse import statements


SAVED = "the saved values"  # no variable can have this name


@dataclass(frozen=True)
class Protocol:
    """How a callee is called.

    `forward` is the name of its forward sweep, empty where it saves nothing: then `needs` are the parameters that its
    reverse sweep takes.  `wrt` are the parameters whose adjoints it returns, `results` how many numbers the callee
    gives (0 for one that is no tuple).
    """

    forward: str
    backward: str
    needs: tuple[str, ...]
    wrt: tuple[str, ...]
    results: int


@dataclass(frozen=True)
class Split:
    """A call, in two: statements of either sweep, the adjoints of active arguments, and the variable that holds what
    the callee saved, `SAVED` in the statements of the reverse sweep.
    """

    forward: list[ir.Stmt]
    backward: tuple[ir.Stmt, ...]
    arguments: list[tuple[ir.Expr, ir.Expr]]
    saved: str = ""


@dataclass(frozen=True)
class Handback:
    """What the calls of one unit need to know."""

    work: Adjoints
    plan: Plan
    protocol: Callable[[Instance], Protocol]

    def is_call(self, e: ir.Call) -> bool:
        match self.work.callee(e.func, ""):
            case NestedCall() | ValueCall():
                return True
            case UnitCall(unit):
                return not unit.directives.partials
            case _:
                return False

    def split(self, s: ir.Assign, target: ir.Expr, e: ir.Call, names: list[str]) -> Split:
        """Raises `Refused` where the callee or its arguments cannot be followed."""
        unit, received, active = self.resolved(e)
        found = instance(unit, active)
        if found not in self.plan.wrt:
            help = "Assign them to variables first."
            raise Refused(e, "N151", "which arguments of this call are active cannot be told", help)
        protocol = self.protocol(found)
        is_tuple = isinstance(target, ir.Display)
        if is_tuple != bool(protocol.results) or (is_tuple and protocol.results != len(names)):
            raise Refused(e, "N161", f"the tuple that `{unit.name}` returns is not unpacked here", "Unpack it.")
        seeds = [self.work.tangent(n) for n in names]
        seed = ir.Arg(ir.Display("(", tuple(seeds)) if is_tuple else seeds[0])
        if protocol.forward:
            saved = self.work.temporary(f"{unit.name}_saved", "", False)
            both = ir.Display("(", (target, saved))
            first = replace(e, func=ir.Name(protocol.forward))
            forward: list[ir.Stmt] = [ir.Assign((both,), first, at=s.at, source=without_text(s.source))]
            call = ir.Call(ir.Name(protocol.backward), (ir.Arg(ir.Name(SAVED)), seed))
            return replace(self.results(unit.name, forward, protocol, call, received), saved=saved.id)
        forward, values = self.kept(s, e, unit, [n for n in protocol.needs if n in received], received)
        optional = {p.name for p in unit.function.params if p.default is not None}
        plain = [ir.Arg(v) for n, v in values.items() if n not in optional]
        late = [ir.Arg(v, n) for n, v in values.items() if n in optional]
        call = ir.Call(ir.Name(protocol.backward), (*plain, seed, *late))
        return self.results(unit.name, forward, protocol, call, received)

    def resolved(self, e: ir.Call) -> tuple[Unit, dict[str, ir.Expr], frozenset[str]]:
        """The function that is called, the arguments by parameter, and the parameters that receive active values."""
        callee = self.work.callee(e.func, "")
        if not isinstance(callee, UnitCall):
            text = "a nested function or a function that is a value is called: not supported in reverse mode yet"
            raise Refused(e, "N163", text, "Define the function at the top level and call it by its name.")
        unit = callee.unit
        bound = bind(unit.function.params, e)
        if bound is None:
            raise Refused(e, "N144", "the arguments do not fit the parameters of the function")
        if bound.loose or any(p.role in ("*", "**") for p, _ in bound.pairs):
            raise Refused(e, "N103", "a function of yours is called with starred arguments", "Pass them one by one.")
        summary = self.work.probe.activity.summary(unit)
        active = {p.name for p, a in bound.pairs if p.name in summary and self.work.is_varied(a.value, "")}
        return unit, {p.name: a.value for p, a in bound.pairs}, frozenset(active)

    def kept(
        self, s: ir.Assign, e: ir.Call, unit: Unit, needs: list[str], received: Mapping[str, ir.Expr]
    ) -> tuple[list[ir.Stmt], dict[str, ir.Expr]]:
        """The call with a name for each argument that both sweeps read, and what the reverse sweep passes."""
        pre: list[ir.Stmt] = []
        values: dict[str, ir.Expr] = {}
        by_value: dict[int, ir.Expr] = {}
        for n in needs:
            value = received[n]
            if not isinstance(value, (ir.Name, ir.Const)):
                name = self.work.temporary(f"{unit.name}_{n}", "", False)
                pre.append(ir.Assign((name,), value))
                by_value[id(value)] = value = name
            values[n] = value
        args = tuple(replace(a, value=by_value.get(id(a.value), a.value)) for a in e.args)
        new = replace(s, value=replace(e, args=args), source=without_text(s.source) if pre else s.source)
        return with_lead(pre, new), values

    def results(
        self, name: str, forward: list[ir.Stmt], protocol: Protocol, call: ir.Call, received: Mapping[str, ir.Expr]
    ) -> Split:
        """The adjoints that the reverse sweep of the callee returns, each with its argument."""
        wanted = [p for p in protocol.wrt if p in received and self.work.is_active(received[p], "")]
        if len(protocol.wrt) == 1 and len(wanted) == 1 and isinstance(received[wanted[0]], ir.Name):
            return Split(forward, (), [(received[wanted[0]], call)])
        targets: list[ir.Expr] = []
        arguments: list[tuple[ir.Expr, ir.Expr]] = []
        for p in protocol.wrt:
            if p in wanted:
                adjoint = self.work.temporary(f"{name}_{p}{self.work.supply.suffix}", "", False)
                targets.append(adjoint)
                arguments.append((received[p], adjoint))
            else:
                targets.append(ir.Name("_"))
        target = targets[0] if len(targets) == 1 else ir.Display("(", tuple(targets))
        return Split(forward, (ir.Assign((target,), call),), arguments)


def arity(unit: Unit, program: Program, seen: frozenset[Unit] = frozenset()) -> int:
    """How many numbers a function returns: 0 for one that is no tuple.

    Raises `Refused` where it returns nested tuples, or now this, now that.
    """
    if unit in seen:
        return -1
    found: set[int] = set()
    for s in statements(unit.function.body):
        if isinstance(s, ir.Return):
            found.add(of_return(s, unit, program, seen | {unit}))
    found -= {-1}
    if len(found) > 1:
        raise Refused(unit.function, "N161", f"`{unit.name}` returns tuples of different lengths", TUPLES)
    return next(iter(found), -1 if seen else 0)


def of_return(s: ir.Return, unit: Unit, program: Program, seen: frozenset[Unit]) -> int:
    match s.value:
        case ir.Display("(", items) if items:
            if any(isinstance(i, (ir.Star, ir.Display)) for i in items):
                raise Refused(s, "N161", "the result is a nested tuple: not supported in reverse mode yet", TUPLES)
            return len(items)
        case ir.Display():
            raise Refused(s, "N161", "the result is a list: not supported in reverse mode yet", TUPLES)
        case ir.Call(func) if isinstance(callee := program.callee(unit, "", func), UnitCall):
            return 0 if callee.unit.directives.partials else arity(callee.unit, program, seen)
        case ir.Choice(_, body, orelse):
            ways = {of_return(replace(s, value=v), unit, program, seen) for v in (body, orelse)} - {-1}
            if len(ways) > 1:
                raise Refused(s, "N161", "a tuple or a number is returned", TUPLES)
            return next(iter(ways), -1)
        case ir.Name(id) if unit.scopes.key("", id) in unit.sequences:
            raise Refused(s, "N161", "a tuple is returned by its name: not supported in reverse mode yet", TUPLES)
        case _:
            return 0
