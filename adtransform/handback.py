"""Calls in reverse mode: the forward sweep calls `g` or `g_fwd`, the reverse sweep `g_bwd`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from adtransform import ir
from adtransform.adjoints import NOT_A_NUMBER, Adjoints
from adtransform.calls import bind
from adtransform.pieces import with_lead, without_text
from adtransform.plan import Instance, Plan, instance
from adtransform.records import index_in
from adtransform.refusals import Refused
from adtransform.scopes import NestedCall, Unit, UnitCall, ValueCall
from adtransform.shapes import LIST, STACK, Shape, displayed, label_of, of_record, record_of


def alike(shape: Shape) -> Shape:
    """A shape in which stacks and other lists are the same: their adjoints are."""
    if isinstance(shape, tuple):
        return of_record((alike(s) for s in shape), record_of(shape))  # type: ignore[arg-type]
    return LIST if shape == STACK else shape


SAVED = "the saved values"  # no variable can have this name


@dataclass(frozen=True)
class Protocol:
    """How a callee is called.

    `joint` is the name of its adjoint where both sweeps run at once and give the gradient.  Otherwise `forward` is the
    name of its forward sweep, empty where it saves nothing: then `needs` are the parameters that its reverse sweep
    takes.  `wrt` are the parameters whose adjoints it returns, `results` the shape of what the callee gives.  Lists of
    its parameters `changed` it changes: it takes their adjoints as well.  A callee that is `void` returns nothing.
    """

    forward: str
    backward: str
    needs: tuple[str, ...]
    wrt: tuple[str, ...]
    results: Shape
    joint: str = ""
    changed: tuple[str, ...] = ()
    void: bool = False


@dataclass(frozen=True)
class Split:
    """A call, in two: statements of either sweep, the adjoints of active arguments, and the variable that holds what
    the callee saved, `SAVED` in the statements of the reverse sweep; or the partials of the callee, each with the
    name that stands for it there.
    """

    forward: list[ir.Stmt]
    backward: tuple[ir.Stmt, ...]
    arguments: list[tuple[ir.Expr, ir.Expr]]
    saved: str = ""
    partials: dict[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] = ()  # the lists that the callee changes


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

    def split(self, s: ir.Assign, target: ir.Expr, e: ir.Call) -> Split:
        """Raises `Refused` where the callee or its arguments cannot be followed."""
        unit, received, active = self.resolved(e)
        found = instance(unit, active)
        if found not in self.plan.wrt:
            help = "Assign them to variables first."
            raise Refused(e, "N151", "which arguments of this call are active cannot be told", help)
        protocol = self.protocol(found)
        if self.work.shapes is not None and alike(self.work.shapes.pattern(target)) != alike(protocol.results):
            raise Refused(
                e, "N161", f"the tuple that `{unit.name}` returns is not unpacked as it is made", "Unpack it."
            )
        seed = ir.Arg(self.work.structure(target))
        if protocol.joint:
            return self.jointly(s, target, e, protocol, received)
        if protocol.forward:
            saved = self.work.temporary(f"{unit.stem}_saved", "", False)
            both = ir.Display("(", (target, saved))
            first = replace(e, func=ir.Name(protocol.forward))
            forward: list[ir.Stmt] = [ir.Assign((both,), first, at=s.at, source=without_text(s.source))]
            call = ir.Call(ir.Name(protocol.backward), (ir.Arg(ir.Name(SAVED)), seed))
            return replace(self.results(unit.stem, forward, protocol, call, received), saved=saved.id)
        forward, values = self.kept(s, e, unit, [n for n in protocol.needs if n in received], received)
        optional = {p.name for p in unit.function.params if p.default is not None}
        plain = [ir.Arg(v) for n, v in values.items() if n not in optional]
        late = [ir.Arg(v, n) for n, v in values.items() if n in optional]
        call = ir.Call(ir.Name(protocol.backward), (*plain, seed, *late))
        return self.results(unit.stem, forward, protocol, call, received)

    def jointly(
        self, s: ir.Assign, target: ir.Expr, e: ir.Call, protocol: Protocol, received: Mapping[str, ir.Expr]
    ) -> Split:
        """`y, y_x = g_b(x)`: the gradient of the callee is found with its value; the reverse sweep multiplies by it."""
        assert isinstance(target, ir.Name)
        seed = self.work.tangent(target.id)
        partials: dict[str, str] = {}
        arguments: list[tuple[ir.Expr, ir.Expr]] = []

        def partial(base: str, shape: Shape) -> tuple[ir.Expr, ir.Expr]:
            """A target for the partials of an argument, and its adjoint."""
            if isinstance(shape, tuple):
                both = [partial(f"{base}_{label_of(shape, k)}", x) for k, x in enumerate(shape)]  # type: ignore[arg-type]
                return displayed(shape, (t for t, _ in both)), displayed(shape, (a for _, a in both))
            name = self.work.temporary(base, "", False)
            placeholder = ir.Name(f"the partial {len(partials)}")
            partials[placeholder.id] = name.id
            return name, ir.Binary("*", placeholder, seed)

        targets: list[ir.Expr] = []
        for p in protocol.wrt:
            if p in received and self.work.is_active(received[p], ""):
                t, adjoint = partial(f"{target.id}_{p}", self.work.shape(received[p]))
                targets.append(t)
                arguments.append((received[p], adjoint))
            else:
                targets.append(self.work.unused())
        gradient = targets[0] if len(targets) == 1 else ir.Display("(", tuple(targets))
        call = replace(e, func=ir.Name(protocol.joint))
        new = ir.Assign((ir.Display("(", (target, gradient)),), call, at=s.at, source=without_text(s.source))
        return Split([new], (), arguments, "", partials)

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
                name = self.work.temporary(f"{unit.stem}_{n}", "", False)
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
            if self.work.shape(received[wanted[0]]) in (None, LIST):
                return Split(forward, (), [(received[wanted[0]], call)])
        targets: list[ir.Expr] = []
        arguments: list[tuple[ir.Expr, ir.Expr]] = []
        for p in protocol.wrt:
            if p in wanted:
                adjoint = self.adjoint_of(f"{name}_{p}", self.work.shape(received[p]))
                targets.append(adjoint)
                arguments.append((received[p], adjoint))
            else:
                targets.append(self.work.unused())
        target = targets[0] if len(targets) == 1 else ir.Display("(", tuple(targets))
        return Split(forward, (ir.Assign((target,), call),), arguments)

    def adjoint_of(self, base: str, shape: Shape) -> ir.Expr:
        """Temporaries for the adjoint of an argument."""
        if isinstance(shape, tuple):
            items = tuple(self.adjoint_of(f"{base}_{label_of(shape, k)}", s) for k, s in enumerate(shape))  # type: ignore[arg-type]
            return displayed(shape, items)
        if shape not in (None, STACK, LIST):
            raise Refused(None, *NOT_A_NUMBER)
        made = self.work.temporary(f"{base}{self.work.supply.suffix}", "", False)
        if shape == LIST and self.work.lists is not None:
            self.work.lists.fresh.add(made.id)
        return made

    def numbers(self, argument: ir.Expr, adjoint: ir.Expr) -> list[tuple[ir.Expr, ir.Expr]]:
        """The numbers of an argument, each with its adjoint."""
        if not isinstance(adjoint, ir.Display):
            return [(argument, adjoint)]
        items = (
            argument.items
            if isinstance(argument, ir.Display)
            else tuple(ir.Subscript(argument, index_in(adjoint, k)) for k in range(len(adjoint.items)))
        )
        return [p for a, b in zip(items, adjoint.items, strict=True) for p in self.numbers(a, b)]
