"""Accepted language to flat language: what cannot be doubled in place gets a statement of its own.

Calls of the user's functions, conditional values and operators whose partials are conditional move out of expressions,
in the order in which Python evaluates them; the primal keeps its value and what it raises.

    y = 2.0 * g(x) + abs(x)        g_x = g(x)
                                   abs_x = abs(x)
                                   y = 2.0 * g_x + abs_x
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adtransform import ir
from adtransform.containers import list_call
from adtransform.effects import divisors, may_raise, raises_first
from adtransform.made import iterated, with_operands
from adtransform.names import temporary
from adtransform.records import check_fields, is_field
from adtransform.refusals import Refused
from adtransform.scopes import LibraryCall, NestedCall, UnitCall, ValueCall
from adtransform.share import is_plain_value, share
from adtransform.structure import number
from adtransform.tangents import Tangents
from adtransform.traverse import blocks, children, expressions, map_blocks, names, rebuild, rename, target_names, walk

WHOLE = tuple(ir.Library("builtins", n) for n in ("max", "min", "sorted"))
DEEP = 16  # operators inside one another that a reader can still follow


class Flatten:
    """Flattens one unit; `work` knows what is active and takes the new temporaries in."""

    def __init__(self, work: Tangents) -> None:
        self.work = work
        self.depths: dict[int, tuple[ir.Expr, int]] = {}

    def function(self, f: ir.Function, path: str) -> ir.Function:
        return replace(f, body=self.block(f.body, path))

    def block(self, block: ir.Block, path: str) -> ir.Block:
        found: list[ir.Stmt] = []
        for s in block:
            try:
                found += self.statement(s, path)
            except Refused as refused:
                self.work.refuse(refused, s)
        return tuple(found)

    def statement(self, s: ir.Stmt, path: str) -> list[ir.Stmt]:
        if isinstance(s, (ir.Assign, ir.Augment, ir.Return)) and s.value is not None:
            self.work.nonzero = divisors(s.value) if self.work.signs else []
        check_fields(self.work, s, path)
        match s:
            case ir.Function():
                return [replace(s, body=self.block(s.body, f"{path}{s.name}/"))]
            case ir.Assign(_, value) if self.work.is_active(value, path) and self.work.targets_active(s, path):
                return self.assign(s, value, path)
            case ir.Augment(target, _, value) if self.work.is_active(value, path) and self.work.is_active(target, path):
                return self.augment(s, path)
            case ir.Return(value) if value is not None and self.work.is_active(value, path):
                return self.returned(s, value, path)
            case ir.Effect(ir.Call(func) as value) if list_call(self.work, value, path) is not None:
                pushed: list[ir.Stmt] = []
                args = tuple(replace(a, value=self.expr(a.value, path, pushed)) for a in value.args)
                same = all(a.value is b.value for a, b in zip(args, value.args, strict=True))
                call = value if same else ir.Call(func, args, at=s.value.at)
                return self.with_lead(pushed, replace(s, value=call, source=unchanged(s.source, same)))
            case ir.If(test) | ir.While(test) if self.binds_active(test, path):
                return self.condition(s, test, path)
            case ir.For(_, iterable) if self.work.is_active(iterable, path):
                pre: list[ir.Stmt] = []
                over = iterated(self, iterable, path, pre) if self.work.backward else None
                iterable = over or iterable
                flat = self.children(iterable, path, pre) if not isinstance(iterable, ir.Name) else iterable
                if isinstance(flat, ir.Call) and self.needs_root(flat, path):
                    flat = self.put(flat, path, pre)
                new = replace(s, iterable=flat, source=unchanged(s.source, flat is s.iterable))
                return self.with_lead(pre, self.blocks(new, path))
            case _:
                for e in expressions(s):
                    if self.binds_active(e, path):
                        raise Refused(
                            e,
                            "N105",
                            "an assignment expression stands here with an active value",
                            "Assign on a line of its own.",
                        )
                return [self.blocks(s, path)]

    def blocks(self, s: ir.Stmt, path: str) -> ir.Stmt:
        return map_blocks(s, lambda b: self.block(b, path)) if blocks(s) else s

    def with_lead(self, pre: list[ir.Stmt], s: ir.Stmt) -> list[ir.Stmt]:
        """Comments above a statement stay above what now comes before it."""
        if not pre:
            return [s]
        first = replace(pre[0], source=replace(pre[0].source, lead=s.source.lead + pre[0].source.lead))
        return [first, *pre[1:], replace(s, source=replace(s.source, lead=()))]

    # --- statements ---------------------------------------------------------------------------------------------------

    def assign(self, s: ir.Assign, value: ir.Expr, path: str) -> list[ir.Stmt]:
        pre: list[ir.Stmt] = []
        if isinstance(value, ir.Choice) and self.splits(value, path):
            return self.branches(value, path, lambda v: replace(s, value=v, source=ir.Source()), s)
        if isinstance(value, ir.Comprehension) and value.bracket == "[" and self.is_unrolled(value, path):
            match s.targets:
                case (ir.Name(id) as name,) if id not in names(value):
                    self.unrolled(value, path, pre, name)
                    pre[-1] = replace(pre[-1], source=replace(pre[-1].source, trail=s.source.trail))
                    return [replace(pre[0], source=replace(pre[0].source, lead=s.source.lead)), *pre[1:]]
                case _:
                    pass
        flat = self.root(value, path, pre)
        return self.with_lead(pre, replace(s, value=flat, source=unchanged(s.source, flat is value)))

    def returned(self, s: ir.Return, value: ir.Expr, path: str) -> list[ir.Stmt]:
        pre: list[ir.Stmt] = []
        if isinstance(value, ir.Choice) and self.splits(value, path):
            return self.branches(value, path, lambda v: replace(s, value=v, source=ir.Source()), s)
        flat = self.root(value, path, pre)
        stays = isinstance(flat, ir.Call) and not self.pops(flat, path)
        if not stays or isinstance(flat, ir.Call) and isinstance(self.work.callee(flat.func, path), LibraryCall):
            flat = self.expr(flat, path, pre) if not isinstance(flat, (ir.Choice, ir.Logic)) else flat
        return self.with_lead(pre, replace(s, value=flat, source=unchanged(s.source, flat is value)))

    def augment(self, s: ir.Augment, path: str) -> list[ir.Stmt]:
        pre: list[ir.Stmt] = []
        flat = self.expr(s.value, path, pre)
        if self.rebinds(pre) & names(s.target):
            raise Refused(
                s.value,
                "N106",
                "the call on the right may rebind the variable that is augmented",
                "Call the function on a line of its own.",
            )
        return self.with_lead(pre, replace(s, value=flat, source=unchanged(s.source, flat is s.value)))

    def branches(self, value: ir.Choice, path: str, make: object, s: ir.Stmt) -> list[ir.Stmt]:
        """`y = a if c else b` as an `if` statement."""
        pre: list[ir.Stmt] = []
        test = self.hoist_walruses(value.test, path, pre)
        body = self.statement(make(value.body), path)  # type: ignore[operator]
        orelse = self.statement(make(value.orelse), path)  # type: ignore[operator]
        if len(orelse) == 1 and isinstance(orelse[0], ir.If) and isinstance(value.orelse, ir.Choice):
            orelse = [replace(orelse[0], is_elif=True)]
        new = ir.If(test, tuple(body), tuple(orelse), at=s.at, source=ir.Source(s.source.lead, s.source.trail))
        return self.with_lead(pre, new)

    def splits(self, value: ir.Choice, path: str) -> bool:
        """Whether a branch holds something that needs a statement of its own."""
        if self.binds_active(value.test, path):
            return True
        for branch in (value.body, value.orelse):
            if isinstance(branch, ir.Choice):
                if self.splits(branch, path):
                    return True
                continue
            for e in walk(branch):
                if isinstance(e, ir.Call) and self.needs_root(e, path):
                    return True
                if isinstance(e, (ir.Walrus, ir.Logic)) and self.work.is_active(e, path):
                    return True
                if isinstance(e, ir.Choice) and self.work.is_active(e, path):
                    return True
            if shares(branch, self.work.derivative(branch, path)):
                return True
        return False

    def condition(self, s: ir.If | ir.While, test: ir.Expr, path: str) -> list[ir.Stmt]:
        """A test that assigns an active variable: the assignment comes first."""
        pre: list[ir.Stmt] = []
        flat = self.hoist_walruses(test, path, pre)
        if isinstance(s, ir.If):
            new = replace(s, test=flat, is_elif=False, source=unchanged(s.source, False))
            return self.with_lead(pre, self.blocks(new, path))
        if any(isinstance(x, ir.Keyword) and x.word != "pass" for x in s.orelse):
            raise Refused(test, "N105", "this loop's `else` leaves an outer loop", "Write the test inside the loop.")
        leave = ir.If(ir.Unary("not", flat), (*self.block(s.orelse, path), ir.Keyword("break")), ())
        body = (*pre, leave, *self.block(s.body, path))
        return [ir.While(ir.Const(True, "True"), body, (), at=s.at, source=replace(s.source, text=None))]

    # --- expressions --------------------------------------------------------------------------------------------------

    def root(self, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        """An expression that is the whole right-hand side: it may stay a call or a conditional."""
        if self.work.backward and (named := with_operands(self, e, path, pre)) is not None:
            e = named
        match e:
            case ir.Choice():
                return e
            case ir.Logic():
                return self.logic(e, path, pre)
            case ir.Call():
                return self.called(e, path, pre)
            case ir.Binary("**"):
                return self.power(e, path, pre)
            case ir.Display():
                return self.children(e, path, pre)
            case _:
                return self.expr(e, path, pre)

    def called(self, e: ir.Call, path: str, pre: list[ir.Stmt]) -> ir.Call:
        """A call with flat arguments; where its tangent is conditional, active arguments are names."""
        if e.func in WHOLE and len([a for a in e.args if not a.keyword]) == 1:
            return self.whole(e, path, pre)
        flat = self.children(e, path, pre)
        assert isinstance(flat, ir.Call)
        if isinstance(self.work.callee(e.func, path), LibraryCall) and self.work.is_conditional(flat, path):
            flat = self.children(flat, path, pre, self.named)
            assert isinstance(flat, ir.Call)
        return flat

    def whole(self, e: ir.Call, path: str, pre: list[ir.Stmt]) -> ir.Call:
        """`max(values)`, with a name for the list: its tangent reads it again."""
        first, *rest = e.args
        value = first.value
        if isinstance(value, ir.Comprehension):
            value = replace(value, bracket="[")
        flat = self.named(self.expr(value, path, pre), path, pre)
        return e if flat is first.value else replace(e, args=(replace(first, value=flat), *rest))

    def named(self, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        """An active argument as a variable."""
        if isinstance(e, (ir.Name, ir.Display, ir.Star)) or is_field(e) or not self.work.is_active(e, path):
            return e
        return self.put(e, path, pre)

    def put(self, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        """The variable of a value in the statements before; the same value has one."""
        for i, s in enumerate(pre if is_plain_value(e) else ()):
            match s:
                case ir.Assign((ir.Name() as name,), value) if value == e and name.id in self.work.temporaries:
                    if not (names(e) | {name.id}) & self.rebinds(pre[i + 1 :]):
                        return name
        name = self.new(e, path)
        pre.append(ir.Assign((name,), e, at=e.at))
        return name

    def is_unrolled(self, e: ir.Comprehension, path: str) -> bool:
        """Whether a comprehension becomes a loop: if it calls the user's functions, or has no simple adjoint."""
        several = e.bracket == "[" and (len(e.clauses) > 1 or bool(e.clauses[0].conditions))
        return calls_users(self.work, e, path) or (self.work.backward and several and self.work.inference is not None)

    def unrolled(self, e: ir.Comprehension, path: str, pre: list[ir.Stmt], name: ir.Name | None = None) -> ir.Expr:
        """A comprehension whose element calls a function of the user's, as a loop that fills a list."""
        work, name = self.work, name or self.new(e, path)
        assert work.inference is not None
        new: dict[str, ir.Expr] = {}
        for c in e.clauses:
            sources = work.probe.clause(replace(c, iterable=rename(c.iterable, new.get)), path)
            work.inference.bind_local(c.target, work.inference.elements(rename(c.iterable, new.get), path))
            for n in target_names(c.target):
                own = work.variable(n, path, not work.active.isdisjoint(sources[n]))
                work.inference.shapes.add(path + own.id, work.inference.local.pop(n))
                if path + own.id in work.active:
                    work.active |= work.inference.shapes.inputs(path + own.id)
                    work.varied |= work.inference.shapes.inputs(path + own.id)
                new[n] = own
        push = ir.Effect(ir.Call(ir.Attribute(name, "append"), (ir.Arg(rename(e.element, new.get)),)))
        body: ir.Stmt = push
        for c in reversed(e.clauses):
            for condition in reversed(c.conditions):
                body = ir.If(rename(condition, new.get), (body,), ())
            body = ir.For(rename(c.target, new.get), rename(c.iterable, new.get), (body,), ())
        pre += [ir.Assign((name,), ir.Display("[", ()), at=e.at), *self.statement(body, path)]
        return name

    def runs_over(self, values: ir.Expr, path: str) -> bool:
        """Whether a loop can run over values: a list that is not written out."""
        return isinstance(values, (ir.Name, ir.Comprehension)) and self.work.is_sequence(values, path)

    def product(self, e: ir.Call, values: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        """`math.prod(values)` as a loop, with the same products."""
        flat, total = self.expr(values, path, pre), self.work.temporary("product", path, True)
        item = self.work.temporary("factor", path, True)
        shapes = self.work.probe.shapes
        if shapes is not None:
            for n in (total, item):
                shapes.add(path + n.id, number())
        pre.append(ir.Assign((total,), ir.Const(1, "1"), at=e.at))
        if isinstance(flat, ir.Comprehension) and len(flat.clauses) == 1:
            flat = replace(flat, bracket="[")
        pre += self.statement(ir.For(item, flat, (ir.Augment(total, "*", item),), ()), path)
        return total

    def expr(self, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        if not self.work.is_active(e, path) and not self.binds(e):
            return e
        if self.work.backward and (named := with_operands(self, e, path, pre)) is not None:
            e = named
        match e:
            case ir.Comprehension("[" | "(") if self.is_unrolled(e, path):
                return self.unrolled(e, path, pre)
            case ir.Call(ir.Library("math", "prod"), (ir.Arg(values, "", ""),)) if self.runs_over(values, path):
                return self.product(e, values, path, pre)
            case ir.Name() | ir.Const() | ir.Comprehension() | ir.Lambda() | ir.Opaque():
                return e
            case ir.Choice() | ir.Logic():
                name = self.new(e, path)
                pre += self.assign(ir.Assign((name,), e, at=e.at), e, path)
                return name
            case ir.Walrus(target, value):
                pre.append(ir.Assign((target,), self.root(value, path, pre), at=e.at))
                return target
            case ir.Call():
                flat = self.called(e, path, pre)
                if not self.needs_root(flat, path):
                    return flat
                return self.put(flat, path, pre)
            case ir.Binary("**"):
                flat_power = self.power(e, path, pre)
                if not self.work.is_conditional(flat_power, path):
                    return flat_power
                return self.put(flat_power, path, pre)
            case _:
                whole = self.children(e, path, pre)
                return self.named(whole, path, pre) if self.depth(whole) > DEEP else whole

    def depth(self, e: ir.Expr) -> int:
        """How deeply operators are nested whose tangents nest as well; sums stay flat."""
        if isinstance(e, (ir.Name, ir.Const)):
            return 0
        if id(e) not in self.depths:
            own = 0 if isinstance(e, ir.Binary) and e.op in ("+", "-") else 1
            self.depths[id(e)] = (e, own + max((self.depth(c) for c in children(e)), default=0))
        return self.depths[id(e)][1]

    def power(self, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        """A power whose tangent is conditional, with names for its active operands."""
        flat = self.children(e, path, pre)
        return self.children(flat, path, pre, self.named) if self.work.is_conditional(flat, path) else flat

    def logic(self, e: ir.Logic, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        """`a or b` as a value: `a` becomes a name, so that it can be tested again."""
        first, *rest = e.values
        for later in rest:
            scratch: list[ir.Stmt] = []
            self.expr(later, path, scratch)
            if scratch:
                raise Refused(
                    later,
                    "N107",
                    f"the operand behind `{e.op}` calls a function with active arguments",
                    "Write an `if` statement.",
                )
        flat = self.expr(first, path, pre)
        if not isinstance(flat, ir.Name) and self.work.is_active(flat, path):
            name = self.new(flat, path)
            pre.append(ir.Assign((name,), flat, at=first.at))
            flat = name
        return ir.Logic(e.op, (flat, *rest), at=e.at)

    def children(
        self,
        e: ir.Expr,
        path: str,
        pre: list[ir.Stmt],
        visit: Callable[[ir.Expr, str, list[ir.Stmt]], ir.Expr] | None = None,
    ) -> ir.Expr:
        """Flatten subexpressions in order; what was evaluated before a new statement and could tell moves as well."""
        visit = visit or self.expr
        done: list[ir.Expr] = []
        for child in children(e):
            before = len(pre)
            flat = visit(child, path, pre)
            if len(pre) > before:
                moved: list[ir.Stmt] = []
                telling = any(isinstance(s, ir.Assign) and raises_first(s.value) for s in pre[before:])
                rebound = self.rebinds(pre[before:])
                for i, earlier in enumerate(done):
                    if (telling and raises_first(earlier) and not isinstance(earlier, ir.Star)) or names(
                        earlier
                    ) & rebound:
                        name = self.new(earlier, path)
                        moved.append(ir.Assign((name,), earlier, at=child.at))
                        done[i] = name
                pre[before:before] = moved
            done.append(flat)
        rest = iter(done)
        return rebuild(e, lambda _: next(rest))

    def rebinds(self, pre: list[ir.Stmt]) -> set[str]:
        """Names that statements bind, nonlocal ones of the nested functions that they call included."""
        found: set[str] = set()
        for s in pre:
            if isinstance(s, ir.Assign):
                found |= {n for t in s.targets for n in names(t)}
                for e in walk(s.value):
                    if isinstance(e, ir.Name):
                        found |= self.work.nonlocals(e.id)
        return found

    def hoist_walruses(self, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr:
        """Assignment expressions move in front of a test, where that cannot be told."""
        if isinstance(e, ir.Walrus):
            value = self.root(e.value, path, pre)
            pre.append(ir.Assign((e.target,), value, at=e.at))
            return e.target
        done: list[ir.Expr] = []
        for i, child in enumerate(children(e)):
            if not self.binds_active(child, path):
                done.append(child)
                continue
            lazy = (isinstance(e, (ir.Logic, ir.Choice, ir.Comprehension, ir.Lambda)) and i > 0) or (
                isinstance(e, ir.Compare) and i > 1
            )
            if lazy or any(may_raise(d) or names(d) & names(child) for d in done if not isinstance(d, ir.Name)):
                raise Refused(
                    child,
                    "N105",
                    "an assignment expression stands where it may not be evaluated first",
                    "Assign on a line of its own.",
                )
            done.append(self.hoist_walruses(child, path, pre))
        rest = iter(done)
        return rebuild(e, lambda _: next(rest))

    def binds(self, e: ir.Expr) -> bool:
        return self.work.has_walrus and any(isinstance(w, ir.Walrus) for w in walk(e))

    def binds_active(self, e: ir.Expr, path: str) -> bool:
        """Whether an active variable is assigned inside an expression."""
        return self.work.has_walrus and any(
            isinstance(w, ir.Walrus) and self.work.is_active(w.target, path) for w in walk(e)
        )

    def needs_root(self, e: ir.Call, path: str) -> bool:
        """Whether a call has to stand alone on the right-hand side."""
        if not self.work.is_active(e, path):
            return False
        if self.pops(e, path):
            return True
        match self.work.callee(e.func, path):
            case NestedCall() | ValueCall():
                return True
            case UnitCall(unit):
                return not unit.directives.partials
            case LibraryCall():
                return self.work.is_conditional(e, path)
            case _:
                return False

    def pops(self, e: ir.Call, path: str) -> bool:
        found = list_call(self.work, e, path)
        return found is not None and found[1] == "pop"

    def new(self, e: ir.Expr, path: str) -> ir.Name:
        shape = self.work.shape_of(e, path)
        name = self.work.temporary(temporary(e), path, self.work.is_active(e, path))
        if self.work.inference is not None:
            self.work.inference.shapes.add(path + name.id, shape)
            if path + name.id in self.work.active:
                self.work.active |= self.work.inference.shapes.leaves(path + name.id)
                self.work.varied |= self.work.inference.shapes.leaves(path + name.id)
        return name


def calls_users(work: Tangents, e: ir.Comprehension, path: str) -> bool:
    """Whether a comprehension calls a function that is differentiated."""
    calls = (x for x in walk(e) if isinstance(x, ir.Call))
    found = any(isinstance(work.callee(x.func, path), (UnitCall, NestedCall, ValueCall)) for x in calls)
    return found and work.inference is not None and not any(isinstance(x, ir.Lambda) for x in walk(e))


def shares(e: ir.Expr, d: ir.Expr | None) -> bool:
    """Whether a value and its tangent have something in common that is worth a temporary."""
    return d is not None and bool(share(e, (d,), lambda _: ir.Name("t"), None).temporaries)


def unchanged(source: ir.Source, same: bool) -> ir.Source:
    return source if same else replace(source, text=None)
