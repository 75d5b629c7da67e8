"""Forward mode: every active statement gets its tangent beside it.

    y = x * x          y_d = x_d * x + x * x_d
                       y = x * x

The tangent stands above its statement, so that it reads the old values; below it where it needs the new one, or where
it could raise before the primal does (Griewank and Walther, Evaluating Derivatives, section 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from adtransform import ir
from adtransform.activity import RESULT, passive_line
from adtransform.array_tangents import augmented, created, is_array, owned, zeros_like
from adtransform.calculus import ZERO, finished
from adtransform.containers import check_followed, check_kept, check_parts, is_written_out, parts
from adtransform.effects import divisors, index_first, index_only, may_raise, raises_first
from adtransform.guards import changes_items, check_names, guards
from adtransform.handover import Handover
from adtransform.kinds import Kind
from adtransform.loops import together
from adtransform.names import temporary
from adtransform.pieces import (
    VALUE,
    is_docstring,
    pair,
    put,
    renumbered,
    untold,
    with_lead,
    without_idle,
    without_text,
    without_unused,
)
from adtransform.pushes import mirrored
from adtransform.reach import falls_through
from adtransform.refusals import Refused
from adtransform.reuse import reuse
from adtransform.scopes import NestedCall
from adtransform.share import Shared
from adtransform.signatures import tangent_annotation, tangent_params, zero_of_param
from adtransform.sinks import check_calls
from adtransform.stacks import changes, check_params, check_value, zero_of
from adtransform.stores import check_effect, check_effects, check_lists, check_store, check_target, tangent_target
from adtransform.tangents import Tangents, zero_like
from adtransform.traverse import map_blocks, names, target_names, walk


@dataclass(frozen=True)
class Forward:
    """The tangent of one unit; `work` has its facts, `handover` what is differentiated elsewhere."""

    work: Tangents
    handover: Handover
    reuses: bool = True

    def unit(self, flat: ir.Function) -> ir.Function:
        wrt = [p.name for p in flat.params if p.name in self.handover.plan.wrt[self.handover.current]]
        return self.function(flat, "", wrt, self.handover.name_of(self.handover.current))

    def function(self, f: ir.Function, path: str, wrt: list[str], name: str) -> ir.Function:
        """The tangent of a function or a nested function; defaults belong to the scope around it."""
        outer = path[: path.rstrip("/").rfind("/") + 1]
        called = frozenset(n for n, kind in self.work.unit.uses[0].items() if kind is Kind.FUNCTION)

        def of_default(e: ir.Expr) -> ir.Expr:
            return self.work.mirrored(e, outer) if path else zero_like(e)

        check_params(self.work, f, path, wrt)
        tests = guards(self.work, f) if not path and changes_items(f) else ()
        params = tangent_params(f.params, wrt, self.work.tangent, called, of_default)
        entry = [
            ir.Assign((self.work.tangent(p.name),), zero_of_param(p))
            for p in f.params
            if path + p.name in self.work.active and p.name not in wrt
        ]
        generated = self.block(f.body, path, False)
        if self.reuses and not self.work.unit.rebinds:
            make = partial(self.new_name, path=path)
            generated = reuse(generated, make, self.work.temporaries, self.work.written_arrays())
        body = list(generated)
        check_effects(self.work, body, path)
        check_calls(self.work, tuple(body), path)
        if falls_through(f.body):
            body.append(ir.Return(ir.Display("(", (ir.Const(None, "None"), ZERO))))
        if not path:
            body = without_idle(body, self.work.unit.scopes.functions)
        at = 1 if body and is_docstring(body[0]) else 0
        new = (*body[:at], *tests, *entry, *body[at:])
        new = renumbered(new, self.work.temporaries) if not path else new
        returns = tangent_annotation(f.returns)
        return replace(f, name=name, params=params, body=new, returns=returns, is_lambda=False)

    def new_name(self, e: ir.Expr, path: str) -> ir.Name:
        return self.work.temporary(temporary(e), path, False)

    def nested(self, f: ir.Function, path: str) -> list[ir.Stmt]:
        """A nested function stays, and its tangent follows if its result is active."""
        inner = f"{path}{f.name}/"
        if inner + RESULT not in self.work.active:
            self.block(f.body, inner, False)  # for what it must not store
            return [f]
        wrt = [p.name for p in f.params if inner + p.name in self.work.varied and p.role != "**"]
        tangent = self.function(f, inner, wrt, self.work.tangent(f.name).id)
        lead = f.source.lead if not f.is_lambda else ()
        tangent = replace(tangent, source=ir.Source(lead if inner in self.work.effectful else ("",), ""))
        return [tangent] if inner in self.work.effectful else [f, tangent]

    def block(self, block: ir.Block, path: str, in_try: bool) -> ir.Block:
        found: list[ir.Stmt] = []
        for s in block:
            self.work.loops += isinstance(s, (ir.For, ir.While))
            try:
                found += self.statement(s, path, in_try)
            except Refused as refused:
                self.work.refuse(refused, s)
            self.work.loops -= isinstance(s, (ir.For, ir.While))
        return tuple(found)

    def statement(self, s: ir.Stmt, path: str, in_try: bool) -> list[ir.Stmt]:
        work = self.work
        check_lists(work, s, path)
        if (stack := mirrored(self.handover, s, path, in_try)) is not None:
            return stack
        match s:
            case ir.Assign(targets, value):
                return self.assign(s, targets, value, path, in_try)
            case ir.Augment(target, op, value):
                return self.augment(s, target, op, value, path, in_try)
            case ir.Return(value):
                return self.returned(s, value, path)
            case ir.For(target, iterable) if work.is_active(iterable, path):
                return [self.loop(s, target, iterable, path, in_try)]
            case ir.Function():
                if s.decorators:
                    raise Refused(s, "N130", "a nested function has a decorator", "Define it without.")
                return self.nested(s, path)
            case ir.Effect(ir.Call() as value) if self.calls_effect(value, path):
                pre, call = self.handover.call(value, path)
                return with_lead(pre, replace(s, value=call, source=without_text(s.source)))
            case ir.Effect(ir.Call(ir.Library("numpy", "add.at") as f, (target, at, given))) if work.is_active(
                target.value, path
            ):
                check_followed(work, target.value, path, "items of an array are added to")
                if (d := self.tangent_value(given.value, path)) == ZERO:
                    return [s]
                own = ir.Arg(work.mirrored(target.value, path))
                return with_lead([ir.Effect(ir.Call(f, (own, at, ir.Arg(d))))], s)
            case ir.Inert("del", deleted):
                mirror = [p for p in deleted if isinstance(p, ir.Subscript) and work.is_active(p.value, path)]
                both = (ir.Inert("del", ("del ", tangent_target(work, p, path))) for p in mirror)
                return with_lead(list(both), s)
            case ir.Effect(value):
                check_effect(self.work, value, path)
                return [s]
            case ir.Outer(_, names_):
                active = [n for n in names_ if (k := work.unit.scopes.key(path, n)) and k in work.active]
                return [
                    replace(
                        s, names=(*names_, *(work.tangent(n).id for n in active)), source=untold(s.source, not active)
                    )
                ]
            case ir.With(items) if any(work.is_active(c, path) for c, _ in items):
                raise Refused(items[0][0], "N131", "a context manager gets an active value", "Compute it before.")
            case ir.Try(_, handlers) if any(h.name and path + h.name in work.useful for h in handlers):
                raise Refused(s, "N134", "the result depends on the value of an exception", "Use a variable instead.")
            case ir.Try() | ir.With():  # a context manager may swallow exceptions
                return [map_blocks(s, lambda b: self.block(b, path, True))]
            case ir.Unread(what):
                raise Refused(s, "N132", f"{what} is not in the language that is differentiated", UNREAD_HELP)
            case ir.For(target):
                check_target(self.work, target, path)
                return [map_blocks(s, lambda b: self.block(b, path, in_try))]
            case _:
                return [map_blocks(s, lambda b: self.block(b, path, in_try))]

    def assign(
        self, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr, path: str, in_try: bool
    ) -> list[ir.Stmt]:
        work = self.work
        if passive_line(s):
            held = any(work.is_active(t, path) for t in targets)
            return self.passive(s, targets, value, path, in_try) if held else [s]
        for t in targets:
            check_store(self.work, t, value, path)
        if isinstance(value, ir.Call) and self.calls_effect(value, path):
            return self.called(s, targets, value, path)
        if not work.targets_active(s, path):
            return [s]
        check_parts(work, targets, path)
        if not work.is_active(value, path):
            return self.passive(s, targets, value, path, in_try)
        if isinstance(value, ir.Call) and self.handover.is_call(value, path):
            check_kept(work, targets, path)
            return self.called(s, targets, value, path)
        if in_try:
            check_kept(work, targets, path)
        for t in targets:
            check_value(work, t, value, path)
        try:
            d = self.tangent_value(value, path)
        except Refused:
            if any(work.is_useful(t, path) for t in targets):
                raise
            return self.passive(s, targets, value, path, in_try)  # nobody reads it
        if all(isinstance(t, ir.Name) for t in targets):
            d = owned(work, value, d, path)
        mirror = tuple(tangent_target(self.work, t, path) for t in targets)
        root = VALUE if all(isinstance(t, ir.Name) for t in targets) else None
        shared = self.handover.shared(value, (d,), path, root)
        primal = replace(s, value=shared.primal, source=untold(s.source, shared.primal == value))
        tangent = without_unused(ir.Assign(mirror, shared.tangents[0]), self.work.nobody)
        return self.place(shared, primal, tangent, targets, path, in_try)

    def called(self, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Call, path: str) -> list[ir.Stmt]:
        """`y = g(x)` becomes `y, y_d = g_d(x, x_d)`."""
        if len(targets) > 1:
            raise Refused(s, "N141", "the result of a call is assigned to several targets", "Assign one by one.")
        pre, call = self.handover.call(value, path)
        both = ir.Display("(", (targets[0], tangent_target(self.work, targets[0], path)))
        return with_lead(pre, ir.Assign((both,), call, at=s.at, source=without_text(s.source)))

    def calls_effect(self, e: ir.Call, path: str) -> bool:
        callee = self.work.callee(e.func, path)
        return (isinstance(callee, NestedCall) and callee.path in self.work.effectful) or changes(self.work, e, path)

    def tangent_value(self, value: ir.Expr, path: str) -> ir.Expr:
        self.work.nonzero = divisors(value) if self.work.signs else []
        return finished(self.work.derivative(value, path)) or self.work.zero(value, path)

    def place(
        self,
        shared: Shared,
        primal: ir.Assign | ir.Augment,
        tangent: ir.Assign | ir.Augment,
        targets: tuple[ir.Expr, ...],
        path: str,
        in_try: bool,
    ) -> list[ir.Stmt]:
        """Temporaries, tangent and primal in an order in which nothing reads too late and nothing raises too early."""
        pre: list[ir.Stmt] = [ir.Assign((n,), e) for n, e in shared.temporaries]
        read = names(tangent.value)
        raises = raises_first(primal.value) or (isinstance(primal, ir.Augment) and primal.op not in "+-*")
        alike = index_only(tangent.value) and index_first(primal.value)  # one index is bad if the other is
        safe = not raises or ((alike or not may_raise(tangent.value)) and not in_try)
        if isinstance(tangent, ir.Assign) and len(tangent.targets) == 1 and tangent.targets[0] == tangent.value:
            return with_lead(pre, primal)
        if safe and VALUE.id not in read:
            return with_lead([*pre, tangent], primal)
        bound = {n for t in targets for n in target_names(t)}
        stores = any(isinstance(p, ir.Subscript) for t in targets for p in parts(t))
        if not read & bound and not stores:
            (first, *_) = sorted(bound)
            return [*with_lead(pre, primal), replace(tangent, value=put(tangent.value, ir.Name(first)))]
        return self.by_value(pre, primal, tangent, path)

    def by_value(
        self, pre: list[ir.Stmt], primal: ir.Assign | ir.Augment, tangent: ir.Assign | ir.Augment, path: str
    ) -> list[ir.Stmt]:
        """The new value gets a name first: the tangent reads the old one and the new one."""
        value = primal.value
        extends = isinstance(primal, ir.Augment) and self.work.is_sequence(primal.target, path)
        if isinstance(primal, ir.Augment) and not extends:
            value = ir.Binary(primal.op, primal.target, primal.value)
        if isinstance(value, ir.Display):
            items = []
            for i in value.items:
                name = self.work.temporary("t#", path, False) if raises_first(i) else None
                pre += [ir.Assign((name,), i)] if name else []
                items.append(name or i)
            new: ir.Expr = ir.Display(value.bracket, tuple(items), record=value.record)
        else:
            new = self.work.temporary(temporary(value), path, False)
            pre = [*pre, ir.Assign((new,), value)]
        targets = primal.targets if isinstance(primal, ir.Assign) else (primal.target,)
        last: ir.Stmt = ir.Assign(targets, new, at=primal.at, source=without_text(primal.source))
        if extends:
            last = replace(primal, value=new, source=without_text(primal.source))
        return with_lead([*pre, replace(tangent, value=put(tangent.value, new))], last)

    def passive(
        self, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr, path: str, in_try: bool
    ) -> list[ir.Stmt]:
        """An active variable is set to a passive value: its tangent is zero."""
        check_parts(self.work, targets, path)
        mirror = tuple(tangent_target(self.work, t, path) for t in targets)
        for t in targets:
            check_value(self.work, t, value, path)
        if all(isinstance(t, ir.Subscript) and is_array(self.work, t.value, path) for t in targets):
            return [s, ir.Assign(mirror, ZERO)] if in_try else with_lead([ir.Assign(mirror, ZERO)], s)
        if all(isinstance(t, ir.Name) for t in targets) and is_array(self.work, targets[0], path):
            if is_array(self.work, value, path):
                return [s, ir.Assign(mirror, created(value) or zeros_like(targets[0]))]
            return with_lead([ir.Assign(mirror, ZERO)], s) if not in_try else [s, ir.Assign(mirror, ZERO)]
        if self.work.is_sequence(value, path) and not is_written_out(value):
            return [s, ir.Assign(mirror, self.work.zero(targets[0], path))]
        none = value == NONE and self.work.is_sequence(targets[0], path)
        zero = ir.Assign(mirror, NONE if none else zero_of(self.work, targets[0], value, path))
        return [s, zero] if in_try and raises_first(value) else with_lead([zero], s)

    def augment(
        self, s: ir.Augment, target: ir.Expr, op: str, value: ir.Expr, path: str, in_try: bool
    ) -> list[ir.Stmt]:
        work = self.work
        if passive_line(s):
            return [s]
        check_store(self.work, target, value, path)
        if not work.is_active(target, path):
            return [s]
        check_parts(work, (target,), path)
        if isinstance(target, ir.Name) and is_array(work, target, path):
            return self.augmented_array(s, target, op, value, path)
        if isinstance(target, ir.Name) and not path:
            check_names(work, target, s)
        whole = ir.Binary(op, target, value, at=s.at)
        own = tangent_target(work, target, path)
        d = self.tangent_value(whole, path)
        alone = isinstance(target, ir.Subscript) and target not in walk(d)
        shared = self.handover.shared(value if alone else whole, (d,), path, None if alone else VALUE)
        d, kept = shared.tangents[0], shared.primal
        primal: ir.Assign | ir.Augment
        if isinstance(target, ir.Subscript) and not alone and shared.temporaries:
            primal = ir.Assign((target,), kept, at=s.at, source=without_text(s.source))
        else:
            kept = kept.right if isinstance(kept, ir.Binary) and not alone else kept if alone else value
            primal = replace(s, value=kept, source=untold(s.source, kept == value))
        tangent: ir.Assign | ir.Augment = ir.Assign((own,), d)
        match d:
            case ir.Name() | ir.Subscript() if d == own:
                return with_lead([ir.Assign((n,), e) for n, e in shared.temporaries], primal)
            case ir.Binary("+", first, rest) if first == own and work.is_sequence(target, path):
                tangent = ir.Augment(own, "+", rest)  # the list stays the same one
            case ir.Binary("+" | "-" as sign, first, rest) if first == own and (
                own not in walk(rest) or is_array(work, target, path)
            ):
                tangent = ir.Augment(own, sign, rest)
            case ir.Binary("*", factor, last) if (
                last == own and own not in walk(factor) and isinstance(own, ir.Subscript)
            ):
                tangent = ir.Augment(own, "*", factor)
        return self.place(shared, primal, tangent, (target,), path, in_try)

    def augmented_array(self, s: ir.Augment, target: ir.Name, op: str, value: ir.Expr, path: str) -> list[ir.Stmt]:
        """`x *= y` of an array, which may have other names: the tangent changes in place as well."""
        check_followed(self.work, target, path, "an array of active values is changed in place")
        self.work.nonzero = divisors(value) if self.work.signs else []
        own = tangent_target(self.work, target, path)
        found = augmented(self.work, target, own, op, value, path)
        if found is None:
            text = f"`{op}=` of an array of active values has no tangent yet"
            raise Refused(s, "N110", text, f"Write `{target.id} = {target.id} {op} …`.")
        return with_lead(found, s)

    def returned(self, s: ir.Return, value: ir.Expr | None, path: str) -> list[ir.Stmt]:
        work = self.work
        if path + RESULT not in work.active:
            return [s]
        if value is None:
            return [replace(s, value=pair(ir.Const(None, "None"), ZERO), source=without_text(s.source))]
        if not work.is_active(value, path):
            return [replace(s, value=pair(value, work.zero(value, path)), source=without_text(s.source))]
        if isinstance(value, ir.Choice):
            return [replace(s, value=self.chosen(value, path), source=without_text(s.source))]
        if isinstance(value, ir.Call) and self.handover.is_call(value, path):
            pre, call = self.handover.call(value, path)
            return with_lead(pre, replace(s, value=call, source=without_text(s.source)))
        d = owned(work, value, self.tangent_value(value, path), path)
        shared = self.handover.shared(value, (d,), path, None)
        pre = [ir.Assign((n,), e) for n, e in shared.temporaries]
        return with_lead(pre, replace(s, value=pair(shared.primal, shared.tangents[0]), source=without_text(s.source)))

    def chosen(self, e: ir.Expr, path: str) -> ir.Expr:
        """`return a if c else b`: the pair of value and tangent is chosen, so that the test runs once."""
        if isinstance(e, ir.Choice):
            return ir.Choice(e.test, self.chosen(e.body, path), self.chosen(e.orelse, path))
        return pair(e, self.tangent_value(e, path))

    def loop(self, s: ir.For, target: ir.Expr, iterable: ir.Expr, path: str, in_try: bool) -> ir.Stmt:
        """A loop over active values runs over values and tangents together."""
        new_target, new_iterable = together(self.work, target, iterable, path)
        new = replace(s, target=new_target, iterable=new_iterable, source=without_text(s.source))
        return map_blocks(new, lambda b: self.block(b, path, in_try))


NONE = ir.Const(None, "None")
UNREAD_HELP = "Move it into a function of its own that is called with passive arguments."
