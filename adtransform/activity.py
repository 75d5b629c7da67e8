"""Activity: which variables depend on which, differentiably.

For each function a graph of its variables is built, without regard to the order of statements; whatever can be reached
from the inputs is *varied*, whatever reaches the result is *useful*, and what is both is *active* (Griewank and
Walther, Evaluating Derivatives, section 6.2; Hascoet, Naumann and Pascual 2005, "To be recorded" analysis).  A variable
that is active somewhere is active everywhere, so that a variable and its tangent are always assigned together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from adtransform import ir
from adtransform.arrays import has_whole_type
from adtransform.calls import bind
from adtransform.flows import Flows, starred
from adtransform.infer import Inferred
from adtransform.records import carried_names
from adtransform.rules import PASSIVE, find
from adtransform.scopes import Callee, LibraryCall, NestedCall, Program, Unit, UnitCall, UnknownCall, ValueCall
from adtransform.structure import Shapes, flat, lists_in
from adtransform.traverse import blocks, statements, target_names

RESULT = "return"  # the key of a function's result: no variable has this name
CHOOSING = frozenset({"sorted", "max", "min"})  # what they give does not depend on the key, only which value it is
PASSIVE_METHODS = frozenset("index count argmax argmin argsort any all nonzero".split())
PASSIVE_OPERATORS = frozenset({"//", "&", "|", "^", "<<", ">>", "not", "~"})


@dataclass(frozen=True)
class Site:
    """A call of another unit: its node in the graph, and what each parameter receives."""

    node: str
    unit: Unit
    received: dict[str, frozenset[str]]
    functions: dict[str, Callee]
    items: list[str] = field(default_factory=list)  # nodes of the items of its result, where it is unpacked

    def meets(self, active: frozenset[str]) -> bool:
        """Whether the result, or an item of it, is active."""
        return self.node in active or not active.isdisjoint(self.items)


@dataclass(frozen=True)
class Graph:
    """`inputs[k]` are the keys that the variable `k` depends on."""

    inputs: dict[str, set[str]] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)

    def reach(self, start: Iterable[str], backward: bool) -> frozenset[str]:
        """All keys that can be reached; `backward` from results to what they depend on."""
        step = self.inputs if backward else self.outputs()
        seen, stack = set(start), list(start)
        while stack:
            for k in step.get(stack.pop(), ()):
                if k not in seen:
                    seen.add(k)
                    stack.append(k)
        return frozenset(seen)

    def outputs(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for k, sources in self.inputs.items():
            for s in sources:
                found.setdefault(s, set()).add(k)
        return found


@dataclass(frozen=True)
class Facts:
    """What holds in one unit for one choice of inputs."""

    varied: frozenset[str]
    useful: frozenset[str]
    enabled: bool = True

    @property
    def active(self) -> frozenset[str]:
        return self.varied & self.useful if self.enabled else self.varied


class Activity:
    """Graphs and summaries of all units of a program, computed when they are asked for."""

    def __init__(self, program: Program, enabled: bool = True, stacks: bool = False) -> None:
        self.program = program
        self.enabled = enabled
        self.stacks = program.inferred = Inferred(program) if stacks else None
        self.graphs: dict[Unit, Graph] = {}
        self.summaries: dict[Unit, frozenset[str]] = {}
        self.pending: dict[Unit, set[Unit]] = {}  # with the guesses that each has read
        self.final: dict[Unit, Graph] = {}

    def summary(self, unit: Unit) -> frozenset[str]:
        """The parameters that the result of a unit depends on; for recursion the least fixed point."""
        if unit in self.summaries:
            if unit in self.pending:
                self.read({unit})
            return self.summaries[unit]
        found: frozenset[str] = frozenset()
        self.pending[unit] = set()
        while True:
            self.summaries[unit] = found
            new = self.summarise(unit)
            if new == found or unit not in self.pending[unit]:
                found = new
                break
            found = new
        self.summaries[unit] = found
        guesses = self.pending.pop(unit) - {unit}
        if guesses:  # they may still grow: what was derived from them is computed again
            self.read(guesses)
            for other in list(self.summaries):
                if other not in self.pending and self.uses_pending(other):
                    del self.summaries[other]
        return found

    def read(self, guesses: set[Unit]) -> None:
        """What is summarised at the moment depends on guesses."""
        if self.pending:
            self.pending[next(reversed(self.pending))] |= guesses

    def uses_pending(self, unit: Unit) -> bool:
        seen, stack = {unit}, [unit]
        while stack:
            graph = self.graphs.get(stack.pop())
            for site in graph.sites if graph else ():
                if site.unit in self.pending and site.unit is not unit:
                    return True
                if site.unit not in seen:
                    seen.add(site.unit)
                    stack.append(site.unit)
        return False

    def summarise(self, unit: Unit) -> frozenset[str]:
        params = frozenset(p.name for p in unit.function.params)
        if unit.directives.passive:
            return frozenset()
        if unit.directives.partials:
            return frozenset(n for n, _ in unit.directives.partials) & params
        self.graphs[unit] = graph = Builder(self, unit).build()
        return self.whole(unit, graph.reach([RESULT], backward=True)) & params

    def component(self, unit: Unit, path: tuple[int, ...]) -> frozenset[str] | None:
        """The parameters that one item of a result depends on; None where that is not known (yet)."""
        if unit not in self.graphs or unit in self.pending or self.uses_pending(unit):
            return None
        probe, start = Probe(self, unit), frozenset[str]()
        for s in statements(unit.function.body):
            if isinstance(s, ir.Return):
                e = s.value
                for k in path:
                    if not isinstance(e, ir.Display) or e.bracket != "(" or starred(e.items) or k >= len(e.items):
                        return None
                    e = e.items[k]
                start |= probe.sources(e, "") if e is not None else frozenset()
        params = frozenset(p.name for p in unit.function.params)
        return self.whole(unit, self.graphs[unit].reach(start, backward=True)) & params

    def graph(self, unit: Unit) -> Graph:
        """The graph of a unit, built with the final summaries of all that it calls."""
        self.summary(unit)
        if unit not in self.final:
            # inside a cycle the graph was built on guesses
            guessed = unit not in self.graphs or self.in_cycle(unit)
            self.final[unit] = Builder(self, unit).build() if guessed else self.graphs[unit]
        return self.final[unit]

    def in_cycle(self, unit: Unit) -> bool:
        seen: set[Unit] = set()
        stack = [unit]
        while stack:
            graph = self.graphs.get(stack.pop())
            for site in graph.sites if graph else ():
                if site.unit is unit:
                    return True
                if site.unit not in seen:
                    seen.add(site.unit)
                    stack.append(site.unit)
        return False

    def facts(self, unit: Unit, wrt: frozenset[str]) -> Facts:
        """Varied and useful variables of a unit, differentiated with respect to `wrt`."""
        graph, shapes = self.graph(unit), self.shapes(unit)
        leaves = frozenset(k for n in wrt for k in shapes.inputs(n)) if shapes is not None else wrt
        varied = graph.reach(leaves, backward=False)
        useful = graph.reach([RESULT], backward=True)
        both = self.whole(unit, varied & useful)
        return Facts(self.whole(unit, varied), useful | both, self.enabled)

    def shapes(self, unit: Unit) -> Shapes | None:
        """The shapes in a unit that, or whose callees, push to lists or pop from them; None for any other."""
        return self.stacks.shapes(unit) if self.stacks is not None else None

    def whole(self, unit: Unit, leaves: frozenset[str]) -> frozenset[str]:
        """With the variables that have one of these leaves."""
        shapes = self.shapes(unit)
        if shapes is None:
            return leaves
        return leaves.union(v for v in shapes.variables if not leaves.isdisjoint(shapes.leaves(v)))


class Builder(Flows):
    """Builds the graph of one unit in one walk."""

    def __init__(self, activity: Activity, unit: Unit) -> None:
        self.activity = activity
        self.program = activity.program
        self.unit = unit
        self.graph = Graph()
        self.shapes = activity.shapes(unit)
        self.passive = self.shapes.all_passive() if self.shapes is not None else frozenset[str]()
        self.local = {}

    def build(self) -> Graph:
        self.function("", self.unit.function)
        if self.shapes is not None:
            self.hand_back(self.shapes)
        return self.graph

    def hand_back(self, shapes: Shapes) -> None:
        """Lists that are returned are active as a whole, whatever they hold; lists that are received and changed are
        results as well.
        """
        for path, shape in shapes.results.items():
            for k in shapes.list_leaves(shape):
                self.add(k, {path + RESULT})
        for p in self.unit.function.params:
            for received in lists_in(shapes.variables[p.name]):
                if received.changed:
                    self.add(RESULT, shapes.list_leaves(received))

    def add(self, key: str, sources: Iterable[str]) -> None:
        if self.shapes is None:
            self.graph.inputs.setdefault(key, set()).update(sources)
            return
        sources = set(sources)
        for k in self.shapes.leaves(key) - self.passive:
            self.graph.inputs.setdefault(k, set()).update(sources)

    def function(self, path: str, function: ir.Function) -> None:
        outer = path[: path.rstrip("/").rfind("/") + 1]
        for p in function.params if path else ():  # defaults belong to the scope around the function
            if p.default is not None:
                self.add(path + p.name, self.sources(p.default, outer))
        self.block(function.body, path)

    def block(self, block: ir.Block, path: str) -> None:
        for s in block:
            self.statement(s, path)
            for inner in blocks(s):
                self.block(inner, path)

    def statement(self, s: ir.Stmt, path: str) -> None:
        match s:
            case ir.Assign(targets, value):
                if passive_line(s):
                    return
                for t in targets:
                    self.assign(t, value, path)
            case ir.Augment(target, op, value) if not passive_line(s):
                sources = frozenset() if op in PASSIVE_OPERATORS else self.sources(value, path)
                self.target(target, sources, path)
            case ir.Return(value) if value is not None:
                self.add(path + RESULT, self.sources(value, path))
            case ir.For(target, iterable):
                self.iterate(target, iterable, path)
            case ir.With(items):
                for context, bound in items:
                    sources = self.sources(context, path)
                    if bound is not None:
                        self.target(bound, sources, path)
            case ir.Function(name):
                self.function(f"{path}{name}/", s)
            case ir.If(test) | ir.While(test):
                self.sources(test, path)
            case ir.Effect(value):
                self.effect(value, path)
            case ir.Unread(what, reads, binds):
                sources = frozenset(k for n in reads for k in self.name(n, path))
                for n in binds:
                    self.add(path + n, sources)
                if what == "Match":  # its branches may return
                    self.add(path + RESULT, sources)
            case ir.Inert(_, parts):
                for part in parts:
                    if not isinstance(part, str):
                        self.sources(part, path)
            case _:
                pass

    def effect(self, value: ir.Expr, path: str) -> None:
        """`xs.append(v)`: the receiver depends on the arguments."""
        if self.push(value, path):
            return
        match value:
            case ir.Call(ir.Library("numpy", "add.at"), (ir.Arg(target), _, ir.Arg(given))):
                self.target(target, self.sources(given, path), path)
            case _:
                pass
        self.sources(value, path)
        if isinstance(value, ir.Call) and isinstance(value.func, ir.Attribute):
            base: ir.Expr = value.func.value
            while isinstance(base, (ir.Attribute, ir.Subscript)):
                base = base.value
            if isinstance(base, ir.Name):
                for a in value.args:
                    self.target(base, self.sources(a.value, path), path)

    def assign(self, target: ir.Expr, value: ir.Expr, path: str) -> None:
        match target, value:
            case (ir.Display(_, ts), ir.Display(_, vs)) if len(ts) == len(vs) and not starred(ts) and not starred(vs):
                for t, v in zip(ts, vs, strict=True):
                    self.assign(t, v, path)
            case _ if (tree := self.tree(value, path)) is not None:
                self.unpack(target, tree, path)
            case (ir.Display(), ir.Call(func)) if isinstance(callee := self.callee(func, path), UnitCall):
                before = len(self.graph.sites)
                sources = self.sources(value, path)
                if len(self.graph.sites) > before:
                    self.take_apart(target, value, callee.unit, (), sources, path)
                else:
                    self.target(target, sources, path)
            case (ir.Name(), ir.Display()) if (tree := self.tree(target, path)) is not None:
                self.deposit(tree, value, path)
            case _:
                self.target(target, self.sources(value, path), path)

    def take_apart(
        self, target: ir.Expr, call: ir.Call, unit: Unit, at: tuple[int, ...], sources: frozenset[str], path: str
    ) -> None:
        """The result of a function is unpacked: items that depend on no active argument are not active."""
        if isinstance(target, ir.Display) and not starred(target.items):
            for k, t in enumerate(target.items):
                if target.record is None or not target.record.passive[k]:
                    self.take_apart(t, call, unit, (*at, k), sources, path)
            return
        found, bound = self.activity.component(unit, at), bind(unit.function.params, call)
        if found is not None and bound is not None and not bound.loose:
            site = self.graph.sites[-1]
            node = f"{site.node} item {'.'.join(map(str, at))}"
            given = (a.value for p, a in bound.pairs if p.name in found)
            self.add(node, frozenset[str]().union(*(self.sources(e, path) for e in given)))
            site.items.append(node)
            sources = frozenset({node})
        self.target(target, sources, path)

    def target(self, target: ir.Expr, sources: frozenset[str], path: str) -> None:
        base = target
        while isinstance(base, (ir.Attribute, ir.Subscript)):
            base = base.value
        for n in carried_names(base):
            key = self.unit.scopes.key(path, n)
            if key is not None:
                self.add(key, sources)

    def iterate(self, target: ir.Expr, iterable: ir.Expr, path: str) -> None:
        """The loop variables depend on what is iterated over, column by column where that shows."""
        callee = self.callee(iterable.func, path) if isinstance(iterable, ir.Call) else None
        args = [a.value for a in iterable.args if not a.keyword] if isinstance(iterable, ir.Call) else []
        match callee, target:
            case (LibraryCall("builtins", "zip"), ir.Display(_, ts)) if len(ts) == len(args) and not starred(ts):
                for t, a in zip(ts, args, strict=True):
                    self.iterate(t, a, path)
            case (LibraryCall("builtins", "enumerate"), ir.Display(_, (_, t))):
                self.iterate(t, args[0], path)
            case (LibraryCall("builtins", "range"), _):
                self.sources(iterable, path)
            case _ if (tree := self.items(iterable, path)) is not None:
                self.unpack(target, tree, path)
            case _:
                self.target(target, self.sources(iterable, path), path)

    def callee(self, func: ir.Expr, path: str) -> Callee:
        if isinstance(func, ir.Name) and func.id in self.local:
            return UnknownCall(func.id)
        return self.program.callee(self.unit, path, func)

    def sources(self, e: ir.Expr, path: str) -> frozenset[str]:
        """The keys that the value of an expression depends on differentiably."""
        match e:
            case ir.Const() | ir.Library():
                return frozenset()
            case ir.Name(id):
                return self.name(id, path)
            case ir.Binary(op, left, right):
                both = self.sources(left, path) | self.sources(right, path)
                return frozenset() if op in PASSIVE_OPERATORS else both
            case ir.Unary(op, operand):
                inner = self.sources(operand, path)
                return frozenset() if op in PASSIVE_OPERATORS else inner
            case ir.Compare(left, rest):
                for x in (left, *(r for _, r in rest)):
                    self.sources(x, path)
                return frozenset()
            case ir.Choice(test, body, orelse):
                self.sources(test, path)
                return self.sources(body, path) | self.sources(orelse, path)
            case ir.Call(func, args):
                return self.call(e, func, args, path)
            case ir.Subscript(_, ir.Field(passive=True)):
                return frozenset()
            case ir.Subscript(_, ir.Field()) if (tree := self.tree(e, path)) is not None:
                return frozenset(flat(tree))
            case ir.Subscript(value, index):
                self.sources(index, path)
                return self.sources(value, path)
            case ir.Walrus(target, value):
                found = self.sources(value, path)
                self.target(target, found, path)
                return found | self.name(target.id, path)  # what follows may read the variable instead
            case ir.Comprehension(_, element, clauses):
                return self.comprehension(element, clauses, path)
            case ir.Lambda(params, body):
                saved = dict(self.local)
                self.local |= {p.name: frozenset() for p in params}
                found = self.sources(body, path)
                self.local = saved
                return found
            case ir.Opaque(parts):
                return self.union([p for p in parts if not isinstance(p, str)], path)
            case ir.Slice(lower, upper, step):
                return self.union([p for p in (lower, upper, step) if p is not None], path)
            case ir.Display(record=ir.Record() as record, items=items):
                return self.fields(record, items, path)
            case ir.Logic(_, items) | ir.Display(_, items):
                return self.union(items, path)
            case ir.Attribute(value, "shape" | "ndim" | "dtype" | "size") if self.is_array(value, path):
                return frozenset()
            case ir.Attribute(value) | ir.Star(value):
                return self.sources(value, path)

    def fields(self, record: ir.Record, items: tuple[ir.Expr, ...], path: str) -> frozenset[str]:
        """A new object.  What a passive field gets counts as a result: should it be active, that is refused."""
        found = [self.sources(i, path) for i in items]
        self.add(RESULT, frozenset().union(*(s for s, p in zip(found, record.passive, strict=True) if p)))
        return frozenset[str]().union(*(s for s, p in zip(found, record.passive, strict=True) if not p))

    def union(self, items: Iterable[ir.Expr], path: str) -> frozenset[str]:
        return frozenset[str]().union(*(self.sources(i, path) for i in items))

    def name(self, id: str, path: str) -> frozenset[str]:
        if id in self.local:
            return self.local[id]
        nested = self.unit.scopes.nested(path, id)
        if nested is not None:
            return frozenset({nested.path + RESULT})
        key = self.unit.scopes.key(path, id)
        return frozenset() if key is None else self.leaves(key)

    def is_array(self, e: ir.Expr, path: str) -> bool:
        known = self.activity.stacks.found.get(self.unit) if self.activity.stacks is not None else None
        return known is not None and known.shape(e, path).kind == "array"

    def comprehension(self, element: ir.Expr, clauses: tuple[ir.Clause, ...], path: str) -> frozenset[str]:
        saved = dict(self.local)
        for c in clauses:
            self.local |= self.clause(c, path)
            for condition in c.conditions:
                self.sources(condition, path)
        found = self.sources(element, path)
        self.local = saved
        return found

    def clause(self, c: ir.Clause, path: str) -> dict[str, frozenset[str]]:
        """What the variables of a clause depend on, column by column where that shows."""
        return self.columns(c.target, c.iterable, path)

    def columns(self, target: ir.Expr, iterable: ir.Expr, path: str) -> dict[str, frozenset[str]]:
        callee = self.callee(iterable.func, path) if isinstance(iterable, ir.Call) else None
        args = [a.value for a in iterable.args if not a.keyword] if isinstance(iterable, ir.Call) else []
        sources = self.sources(iterable, path)
        match callee, target:
            case (LibraryCall("builtins", "zip"), ir.Display(_, ts)) if len(ts) == len(args) and not starred(ts):
                pairs = zip(ts, args, strict=True)
                return {n: found for t, a in pairs for n, found in self.columns(t, a, path).items()}
            case (LibraryCall("builtins", "enumerate"), ir.Display(_, (i, t))) if args:
                return dict.fromkeys(target_names(i), frozenset[str]()) | self.columns(t, args[0], path)
            case (LibraryCall("builtins", "range"), _):
                sources = frozenset()
            case _:
                pass
        return dict.fromkeys(target_names(target), frozenset[str]()) | dict.fromkeys(carried_names(target), sources)

    def call(self, e: ir.Call, func: ir.Expr, args: tuple[ir.Arg, ...], path: str) -> frozenset[str]:
        callee = self.callee(func, path)
        chosen = isinstance(callee, LibraryCall) and callee.name in CHOOSING
        received = [self.sources(a.value, path) for a in args if not (chosen and a.keyword)]
        everything = frozenset[str]().union(*received)
        match callee:
            case LibraryCall(home, name):
                if name in PASSIVE:
                    return frozenset()
                rule = find(home, name)
                if home == "numpy" and has_whole_type(e):
                    return frozenset()
                if rule is not None and len(rule.params) == len(args) and not any(a.keyword for a in args):
                    found = zip(rule.partials, received, strict=True)
                    return frozenset[str]().union(*(r for p, r in found if p != "0"))
                return everything
            case NestedCall(nested_path, functions):
                for f in functions:
                    self.bind_nested(nested_path, f, e, received)
                self.function_arguments(args, everything, path)
                return frozenset({nested_path + RESULT})
            case UnitCall(unit):
                return self.unit_call(unit, e, received, path)
            case ValueCall(key):
                self.function_arguments(args, everything | {key}, path)
                return everything | {key}
            case UnknownCall() if isinstance(func, ir.Attribute) and (
                func.attr in PASSIVE_METHODS or (func.attr == "astype" and has_whole_type(e))
            ):
                self.sources(func, path)
                return frozenset()
            case UnknownCall():
                self.function_arguments(args, everything, path)
                return everything | self.sources(func, path)

    def bind_nested(self, path: str, f: ir.Function, call: ir.Call, received: list[frozenset[str]]) -> None:
        bound = bind(f.params, call)
        by_arg = {id(a): r for a, r in zip(call.args, received, strict=True)}
        for p, a in bound.pairs if bound else ():
            self.add(path + p.name, by_arg[id(a)])
        for p in bound.open if bound and bound.loose else ():
            for a in bound.loose if bound else ():
                self.add(path + p.name, by_arg[id(a)])

    def unit_call(self, unit: Unit, call: ir.Call, received: list[frozenset[str]], path: str) -> frozenset[str]:
        summary = self.activity.summary(unit)
        bound = bind(unit.function.params, call)
        if bound is None:
            return frozenset()
        by_arg = {id(a): r for a, r in zip(call.args, received, strict=True)}
        to_param: dict[str, frozenset[str]] = {}
        functions: dict[str, Callee] = {}
        for p, a in bound.pairs:
            to_param[p.name] = to_param.get(p.name, frozenset()) | by_arg[id(a)]
            if isinstance(a.value, (ir.Name, ir.Attribute)):
                target = self.callee(a.value, path)
                if isinstance(target, (NestedCall, UnitCall)):
                    functions[p.name] = target
        for p in bound.open if bound.loose else ():
            to_param[p.name] = to_param.get(p.name, frozenset()).union(*(by_arg[id(a)] for a in bound.loose))
        node = f"call {len(self.graph.sites)}"
        self.graph.sites.append(Site(node, unit, to_param, functions))
        everything = frozenset[str]().union(*(s for n, s in to_param.items() if n in summary))
        self.add(node, everything)
        self.function_arguments(call.args, everything | {node}, path)
        for name in summary & to_param.keys() if self.shapes is not None else ():
            self.hand_on(name, call, to_param[name], node)
        return frozenset({node})

    def hand_on(self, name: str, call: ir.Call, received: frozenset[str], node: str) -> None:
        """Lists that are handed on are active as a whole, whatever they hold; the function may push to them."""
        assert self.shapes is not None
        for shape in (s for p, s in self.shapes.arguments.get(id(call), ()) if p == name):
            for handed in lists_in(shape):
                for k in self.shapes.list_leaves(handed):
                    self.add(k, received | ({node} if handed.changed else set()))

    def function_arguments(self, args: tuple[ir.Arg, ...], everything: frozenset[str], path: str) -> None:
        """A nested function that is handed on can be called with anything that the call knows, and with its
        own results.
        """
        for a in args:
            nested = self.unit.scopes.nested(path, a.value.id) if isinstance(a.value, ir.Name) else None
            if nested is not None:
                for f in nested.functions:
                    for p in f.params:
                        self.add(nested.path + p.name, everything | {nested.path + RESULT})


class Probe(Builder):
    """Asks what an expression depends on, without adding to the graph; answers are kept."""

    def __init__(self, activity: Activity, unit: Unit) -> None:
        super().__init__(activity, unit)
        self.memo: dict[tuple[int, str], tuple[ir.Expr, frozenset[str]]] = {}

    def sources(self, e: ir.Expr, path: str) -> frozenset[str]:
        if self.local:  # inside a comprehension a name means something else
            return super().sources(e, path)
        key = (id(e), path)
        if key not in self.memo:
            self.memo[key] = (e, super().sources(e, path))
        return self.memo[key][1]

    def add(self, key: str, sources: Iterable[str]) -> None:
        pass

    def unit_call(self, unit: Unit, call: ir.Call, received: list[frozenset[str]], path: str) -> frozenset[str]:
        summary = self.activity.summary(unit)
        bound = bind(unit.function.params, call)
        if bound is None:
            return frozenset()
        by_arg = {id(a): r for a, r in zip(call.args, received, strict=True)}
        pairs = [by_arg[id(a)] for p, a in bound.pairs if p.name in summary]
        if any(p.name in summary for p in bound.open):
            pairs += [by_arg[id(a)] for a in bound.loose]
        return frozenset[str]().union(*pairs)


def passive_line(s: ir.Stmt) -> bool:
    """Whether `# adgen: passive` stands behind an assignment."""
    from adtransform.directives import is_passive

    return is_passive(s.source.trail)
