"""Forward mode: every active statement gets its tangent beside it.

    y = x * x          y_d = x_d * x + x * x_d
                       y = x * x

The tangent stands above its statement, so that it reads the old values; below it where it needs the new one, or where it
could raise before the primal does (Griewank and Walther, Evaluating Derivatives, section 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from adtransform import ir
from adtransform.activity import RESULT
from adtransform.calculus import ZERO, finished
from adtransform.calls import Bound, bind
from adtransform.effects import divisors, may_raise, raises_first
from adtransform.names import temporary
from adtransform.plan import Instance, Plan, instance
from adtransform.refusals import Refused
from adtransform.scopes import LibraryCall, NestedCall, Unit, UnitCall, ValueCall
from adtransform.share import CALL, WORTH, Shared, share
from adtransform.sinks import is_harmless
from adtransform.tangents import Tangents, zero_like
from adtransform.templates import substitute
from adtransform.traverse import expressions, map_blocks, names, statements, target_names, walk

VALUE = ir.Name("the new value")  # stands for what the primal statement assigns; no variable can have this name


@dataclass(frozen=True)
class Forward:
    """The tangent of one unit; `work` has its facts, `plan` what is differentiated elsewhere."""

    work: Tangents
    plan: Plan
    name_of: Callable[[Instance], str]
    current: Instance
    enabled: frozenset[str]

    # --- functions ----------------------------------------------------------------------------------------------------

    def unit(self, flat: ir.Function) -> ir.Function:
        wrt = [p.name for p in flat.params if p.name in self.plan.wrt[self.current]]
        return self.function(flat, "", wrt, self.name_of(self.current))

    def function(self, f: ir.Function, path: str, wrt: list[str], name: str) -> ir.Function:
        """The tangent of a function or a nested function; defaults belong to the scope around it."""
        outer = path[: path.rstrip("/").rfind("/") + 1]
        called = frozenset(e.func.id for s in statements(f.body) for t in expressions(s) for e in walk(t)
                           if isinstance(e, ir.Call) and isinstance(e.func, ir.Name))  # fmt: skip
        params = tangent_params(f.params, wrt, self.work.tangent, called, lambda e: self.work.mirrored(e, outer))
        entry = [
            ir.Assign((self.work.tangent(p.name),), zero_of_param(p))
            for p in f.params
            if path + p.name in self.work.active and p.name not in wrt
        ]
        body = list(self.block(f.body, path, False))
        self.check_effects(body, path)
        if falls_through(f.body):
            body.append(ir.Return(ir.Display("(", (ir.Const(None, "None"), ZERO))))
        if not path:
            body = without_idle(body, self.work.unit.scopes.functions)
        at = 1 if body and is_docstring(body[0]) else 0
        new = (*body[:at], *entry, *body[at:])
        returns = tangent_annotation(f.returns)
        return replace(f, name=name, params=params, body=new, returns=returns, is_lambda=False)

    def nested(self, f: ir.Function, path: str) -> list[ir.Stmt]:
        """A nested function stays, and its tangent follows if its result is active."""
        inner = f"{path}{f.name}/"
        if inner + RESULT not in self.work.active:
            return [f]
        wrt = [p.name for p in f.params if inner + p.name in self.work.varied and p.role != "**"]
        tangent = self.function(f, inner, wrt, self.work.tangent(f.name).id)
        lead = f.source.lead if not f.is_lambda else ()
        tangent = replace(tangent, source=ir.Source(lead if inner in self.work.effectful else ("",), ""))
        return [tangent] if inner in self.work.effectful else [f, tangent]

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, block: ir.Block, path: str, in_try: bool) -> ir.Block:
        found: list[ir.Stmt] = []
        for s in block:
            try:
                found += self.statement(s, path, in_try)
            except Refused as refused:
                self.work.refuse(refused, s)
        return tuple(found)

    def statement(self, s: ir.Stmt, path: str, in_try: bool) -> list[ir.Stmt]:
        work = self.work
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
                pre, call = self.call(value, path)
                return with_lead(pre, replace(s, value=call, source=without_text(s.source)))
            case ir.Effect(value):
                self.check_effect(value, path)
                return [s]
            case ir.Outer(word, names_):
                active = [n for n in names_ if (k := work.unit.scopes.key(path, n)) and k in work.active]
                return [replace(s, names=(*names_, *(work.tangent(n).id for n in active)), source=untold(s.source, not active))]
            case ir.With(items) if any(work.is_active(c, path) for c, _ in items):
                raise Refused(items[0][0], "N131", "a context manager gets an active value", "Compute it before.")
            case ir.Try() | ir.With():  # a context manager may swallow exceptions
                return [map_blocks(s, lambda b: self.block(b, path, True))]
            case ir.Unread(what):
                raise Refused(s, "N132", f"{what} is not in the language that is differentiated", UNREAD_HELP)
            case ir.For(target):
                self.check_target(target, path)
                return [map_blocks(s, lambda b: self.block(b, path, in_try))]
            case _:
                return [map_blocks(s, lambda b: self.block(b, path, in_try))]

    # --- assignments --------------------------------------------------------------------------------------------------

    def assign(self, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr, path: str, in_try: bool) -> list[ir.Stmt]:
        work = self.work
        for t in targets:
            self.check_store(t, value, path)
        if isinstance(value, ir.Call) and self.calls_effect(value, path):
            return self.called(s, targets, value, path)
        if not work.targets_active(s, path):
            if work.is_active(value, path) and not all(isinstance(t, ir.Name) or target_names(t) for t in targets):
                raise Refused(s, "N140", "an active value is stored in a container or an object", STORE_HELP)
            return [s]
        if not work.is_active(value, path):
            return self.passive(s, targets, value, path, in_try)
        if isinstance(value, ir.Call) and self.is_call(value, path):
            return self.called(s, targets, value, path)
        d = self.tangent_value(value, path)
        mirror = tuple(self.tangent_target(t, path) for t in targets)
        root = VALUE if all(isinstance(t, ir.Name) for t in targets) else None
        shared = self.shared(value, (d,), path, root)
        primal = replace(s, value=shared.primal, source=untold(s.source, shared.primal == value))
        tangent = without_unused(ir.Assign(mirror, shared.tangents[0]), self.work.nobody)
        reads = set().union(*(set(target_names(t)) for t in targets))
        return self.place(shared, primal, tangent, reads, path, in_try)

    def called(self, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Call, path: str) -> list[ir.Stmt]:
        """`y = g(x)` becomes `y, y_d = g_d(x, x_d)`."""
        if len(targets) > 1:
            raise Refused(s, "N141", "the result of a call is assigned to several targets", "Assign one by one.")
        pre, call = self.call(value, path)
        both = ir.Display("(", (targets[0], self.tangent_target(targets[0], path)))
        return with_lead(pre, ir.Assign((both,), call, at=s.at, source=without_text(s.source)))

    def calls_effect(self, e: ir.Call, path: str) -> bool:
        callee = self.work.callee(e.func, path)
        return isinstance(callee, NestedCall) and callee.path in self.work.effectful

    def tangent_value(self, value: ir.Expr, path: str) -> ir.Expr:
        self.work.nonzero = divisors(value) if self.work.signs else []
        return finished(self.work.derivative(value, path)) or zero_like(value)

    def shared(self, value: ir.Expr, tangents: tuple[ir.Expr, ...], path: str, root: ir.Name | None) -> Shared:
        worth = WORTH if "share" in self.enabled else CALL  # a call of the user's must never run twice
        return share(value, tangents, lambda e: self.work.temporary(temporary(e), path, False), root, worth)

    def place(
        self, shared: Shared, primal: ir.Assign | ir.Augment, tangent: ir.Assign | ir.Augment, targets: set[str], path: str, in_try: bool
    ) -> list[ir.Stmt]:
        """Temporaries, tangent and primal in an order in which nothing reads too late and nothing raises too early."""
        pre: list[ir.Stmt] = [ir.Assign((n,), e) for n, e in shared.temporaries]
        read = names(tangent.value)
        raises = raises_first(primal.value) or (isinstance(primal, ir.Augment) and primal.op not in "+-*")
        safe = not raises or (not may_raise(tangent.value) and not in_try)
        if safe and VALUE.id not in read:
            return with_lead([*pre, tangent], primal)
        if not read & targets:
            (first, *_) = sorted(targets)
            return [*with_lead(pre, primal), replace(tangent, value=put(tangent.value, ir.Name(first)))]
        return self.by_value(pre, primal, tangent, path)

    def by_value(
        self, pre: list[ir.Stmt], primal: ir.Assign | ir.Augment, tangent: ir.Assign | ir.Augment, path: str
    ) -> list[ir.Stmt]:
        """The new value gets a name first: the tangent reads the old one and the new one."""
        value = primal.value
        if isinstance(primal, ir.Augment):
            value = ir.Binary(primal.op, primal.target, primal.value)
        if isinstance(value, ir.Display):
            items = []
            for i in value.items:
                name = self.work.temporary("t#", path, False) if raises_first(i) else None
                pre += [ir.Assign((name,), i)] if name else []
                items.append(name or i)
            new: ir.Expr = ir.Display(value.bracket, tuple(items))
        else:
            new = self.work.temporary(temporary(value), path, False)
            pre = [*pre, ir.Assign((new,), value)]
        targets = primal.targets if isinstance(primal, ir.Assign) else (primal.target,)
        last = ir.Assign(targets, new, at=primal.at, source=without_text(primal.source))
        return with_lead([*pre, replace(tangent, value=put(tangent.value, new))], last)

    def passive(
        self, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr, path: str, in_try: bool
    ) -> list[ir.Stmt]:
        """An active variable is set to a passive value: its tangent is zero."""
        mirror = tuple(self.tangent_target(t, path) for t in targets)
        zero = ir.Assign(mirror, zero_for(targets[0], value))
        return [s, zero] if in_try and raises_first(value) else with_lead([zero], s)

    def augment(self, s: ir.Augment, target: ir.Expr, op: str, value: ir.Expr, path: str, in_try: bool) -> list[ir.Stmt]:
        work = self.work
        self.check_store(target, value, path)
        if not isinstance(target, ir.Name) or not work.is_active(target, path):
            return [s]
        whole = ir.Binary(op, target, value, at=s.at)
        d_name = work.tangent(target.id)
        shared = self.shared(whole, (self.tangent_value(whole, path),), path, VALUE)
        d = shared.tangents[0]
        kept = shared.primal.right if isinstance(shared.primal, ir.Binary) else value
        primal = replace(s, value=kept, source=untold(s.source, kept == value))
        tangent: ir.Assign | ir.Augment = ir.Assign((d_name,), d)
        match d:
            case ir.Name(id) if id == d_name.id:
                return with_lead([ir.Assign((n,), e) for n, e in shared.temporaries], primal)
            case ir.Binary("+" | "-" as sign, ir.Name(id), rest) if id == d_name.id and d_name.id not in names(rest):
                tangent = ir.Augment(d_name, sign, rest)
        return self.place(shared, primal, tangent, {target.id}, path, in_try)

    def returned(self, s: ir.Return, value: ir.Expr | None, path: str) -> list[ir.Stmt]:
        work = self.work
        if path + RESULT not in work.active:
            return [s]
        if value is None:
            return [replace(s, value=pair(ir.Const(None, "None"), ZERO), source=without_text(s.source))]
        if not work.is_active(value, path):
            return [replace(s, value=pair(value, zero_like(value)), source=without_text(s.source))]
        if isinstance(value, ir.Choice):
            return [replace(s, value=self.chosen(value, path), source=without_text(s.source))]
        if isinstance(value, ir.Call) and self.is_call(value, path):
            pre, call = self.call(value, path)
            return with_lead(pre, replace(s, value=call, source=without_text(s.source)))
        d = self.tangent_value(value, path)
        shared = self.shared(value, (d,), path, None)
        pre = [ir.Assign((n,), e) for n, e in shared.temporaries]
        return with_lead(pre, replace(s, value=pair(shared.primal, shared.tangents[0]), source=without_text(s.source)))

    def chosen(self, e: ir.Expr, path: str) -> ir.Expr:
        """`return a if c else b`: the pair of value and tangent is chosen, so that the test runs once."""
        if isinstance(e, ir.Choice):
            return ir.Choice(e.test, self.chosen(e.body, path), self.chosen(e.orelse, path))
        return pair(e, self.tangent_value(e, path))

    # --- calls --------------------------------------------------------------------------------------------------------

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
                func = self.work.tangent(show_name(e.func))
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
        extra = self.tangent_args(e, bound, params, wrt, path)
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
            raise Refused(e, "N151", "which arguments of this call are active cannot be told", "Assign them to variables first.")
        return found

    def tangent_args(
        self, e: ir.Call, bound: Bound, params: tuple[ir.Param, ...], wrt: frozenset[str], path: str
    ) -> list[ir.Arg]:
        """The tangents behind the arguments: by position where every parameter is there, else by name."""
        if bound.loose:
            raise Refused(e, "N103", "a function of yours is called with starred arguments",
                          "Pass them one by one.")  # fmt: skip
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
            d = d or (self.work.derivative(values[0], path) if values else None)
            if d is None and (optional or (p.role == "=" and p.default is not None)):
                plain = False
                continue
            zero = zero_like(values[0]) if values else ZERO
            found.append(ir.Arg(zero if d is None else d, by_name))
        return [replace(a, keyword="") for a in found] if plain else found

    def function_tangent(self, e: ir.Expr, path: str) -> ir.Expr | None:
        """The tangent of a function that is handed on: the function that computes it."""
        if not isinstance(e, (ir.Name, ir.Attribute)):
            return None
        match self.work.callee(e, path):
            case NestedCall(inner, functions):
                f = functions[0]
                ready = all(inner + p.name in self.work.varied for p in f.params)
                if not ready or inner + RESULT not in self.work.active or any(p.role or p.default for p in f.params):
                    raise Refused(e, "N145", f"`{show_name(e)}` is handed on and has parameters that are not floats or optional",
                                  "Hand on a function of the float parameters alone.")  # fmt: skip
                return self.work.tangent(show_name(e))
            case UnitCall(unit):
                ps = unit.function.params
                handed = instance(unit, frozenset(p.name for p in ps) & self.work.probe.activity.summary(unit))
                if any(p.name not in self.plan.wrt.get(handed, ()) or p.role or p.default for p in ps):
                    raise Refused(e, "N145", f"`{show_name(e)}` is handed on and has parameters that are not floats or optional",
                                  "Hand on a function of the float parameters alone.")  # fmt: skip
                return ir.Name(self.name_of(handed))
        return None

    def value_call(self, e: ir.Call, path: str) -> tuple[list[ir.Stmt], ir.Expr]:
        """`func(x, *args)` for a parameter `func`: its tangent takes the tangents of all arguments, by position."""
        if not isinstance(e.func, ir.Name):
            raise Refused(e, "N143", "what is called here is not known")
        params = [p.name for p in self.work.unit.function.params]
        if e.func.id not in params or e.func.id not in self.plan.wrt[self.current]:
            raise Refused(e, "N143", f"what `{e.func.id}` calls is not known here",
                          "Call the function by its name, or hand it to this function as an argument.")  # fmt: skip
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

    # --- loops --------------------------------------------------------------------------------------------------------

    def loop(self, s: ir.For, target: ir.Expr, iterable: ir.Expr, path: str, in_try: bool) -> ir.Stmt:
        """A loop over active values runs over values and tangents together."""
        new_target, new_iterable = self.together(target, iterable, path)
        new = replace(s, target=new_target, iterable=new_iterable, source=without_text(s.source))
        return map_blocks(new, lambda b: self.block(b, path, in_try))

    def together(self, target: ir.Expr, iterable: ir.Expr, path: str) -> tuple[ir.Expr, ir.Expr]:
        callee = self.work.callee(iterable.func, path) if isinstance(iterable, ir.Call) else None
        args = [a.value for a in iterable.args if not a.keyword] if isinstance(iterable, ir.Call) else []
        if isinstance(iterable, ir.Call) and any(a.star for a in iterable.args):
            raise Refused(iterable, "N103", "the loop runs over starred arguments", "Write them out.")
        match callee, target:
            case (LibraryCall("builtins", "zip"), ir.Display(_, ts)) if len(ts) == len(args):
                columns = [c for t, a in zip(ts, args, strict=True) for c in self.columns(t, a, path)]
                assert isinstance(iterable, ir.Call)
                return ir.Display("(", tuple(t for t, _ in columns)), zipped([a for _, a in columns], keywords(iterable))
            case (LibraryCall("builtins", "enumerate"), ir.Display(_, (i, t))):
                inner, source = self.together(t, args[0], path)
                assert isinstance(iterable, ir.Call)
                rest = (*[ir.Arg(a) for a in args[1:]], *keywords(iterable))
                counted = ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(source), *rest))
                return ir.Display("(", (i, inner)), counted
            case (LibraryCall("builtins", "reversed"), _):
                back = [ir.Call(ir.Library("builtins", "reversed"), (ir.Arg(a),)) for _, a in self.columns(target, args[0], path)]
                return ir.Display("(", (target, self.tangent_target(target, path))), zipped(list(back))
            case (None, _):
                columns = self.columns(target, iterable, path)
                return ir.Display("(", tuple(t for t, _ in columns)), zipped([a for _, a in columns])
        raise Refused(iterable, "N146", "the loop runs over active values in a way that is not supported yet",
                      "Loop over a tuple, zip, enumerate or reversed.")  # fmt: skip

    def columns(self, target: ir.Expr, values: ir.Expr, path: str) -> list[tuple[ir.Expr, ir.Expr]]:
        if not self.work.is_active(values, path):
            if any(self.work.is_active(t, path) for t in [ir.Name(n) for n in target_names(target)]):
                raise Refused(values, "N146", "a loop variable is active here and passive there", "Use another name.")
            return [(target, values)]
        return [(target, values), (self.tangent_target(target, path), self.work.mirrored(values, path))]

    # --- what must not happen -----------------------------------------------------------------------------------------

    def tangent_target(self, target: ir.Expr, path: str) -> ir.Expr:
        """The target of the tangent: the mirror image of the primal's."""
        match target:
            case ir.Name(id):
                return self.work.tangent(id) if self.work.is_active(target, path) else self.work.unused()
            case ir.Display(bracket, items):
                return ir.Display(bracket, tuple(self.tangent_target(i, path) for i in items))
            case ir.Star(value):
                return ir.Star(self.tangent_target(value, path))
            case _:
                raise Refused(target, "N140", "an active value is stored in a container or an object", STORE_HELP)

    def check_store(self, target: ir.Expr, value: ir.Expr, path: str) -> None:
        """Active values do not go into containers, objects or globals: aliases could not be followed."""
        for t in target.items if isinstance(target, ir.Display) else (target,):
            if isinstance(t, (ir.Subscript, ir.Attribute)) and self.work.is_varied(value, path):
                raise Refused(t, "N140", "an active value is stored in a container or an object", STORE_HELP)
            for n in target_names(t):
                if self.work.unit.scopes.key(path, n) is None and self.work.is_varied(value, path):
                    raise Refused(t, "N147", f"an active value is stored in the global `{n}`", "Return it instead.")

    def check_effects(self, body: list[ir.Stmt], path: str) -> None:
        """No primal call is left of a nested function that assigns active variables of an outer one."""
        for s in statements(tuple(body)):
            for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Name)):
                nested = self.work.unit.scopes.nested(path, e.id)
                if nested is not None and nested.path in self.work.effectful:
                    self.work.refuse(Refused(e, "N149", f"`{e.id}` assigns active variables of an outer function, and is called "
                                             "where that cannot be followed", "Call it on a line of its own."), s)  # fmt: skip

    def check_target(self, target: ir.Expr, path: str) -> None:
        for n in target_names(target):
            if self.work.is_active(ir.Name(n), path):
                raise Refused(target, "N146", f"the loop variable `{n}` is active elsewhere", "Use another name.")

    def check_effect(self, value: ir.Expr, path: str) -> None:
        """A call for its effect may print and complain, and must not keep an active value."""
        if isinstance(value, ir.Call) and self.work.is_varied(ir.Display("(", tuple(a.value for a in value.args)), path):
            if not is_harmless(self.work, value, path):
                raise Refused(value, "N148", "an active value is handed to a call that may keep it", STORE_HELP)


UNREAD_HELP = "Move it into a function of its own that is called with passive arguments."
STORE_HELP = "Keep active values in variables or tuples; lists, arrays and objects are not supported yet."


# --- small pieces -----------------------------------------------------------------------------------------------------


def pair(value: ir.Expr, tangent: ir.Expr) -> ir.Expr:
    return ir.Display("(", (value, tangent))


def without_idle(body: list[ir.Stmt], functions: dict[str, list[ir.Function]]) -> list[ir.Stmt]:
    """The body without the nested functions that nothing calls any more."""
    nested = {f.name for path, fs in functions.items() if path for f in fs}
    while nested:
        read = {n.id for s in statements(tuple(body), True) for e in expressions(s) for n in walk(e) if isinstance(n, ir.Name)}
        idle = nested - read
        if not idle:
            break
        nested -= idle

        def keep(block: ir.Block, idle: set[str] = idle) -> ir.Block:
            kept = tuple(s for s in block if not (isinstance(s, ir.Function) and s.name in idle and not s.decorators))
            return tuple(map_blocks(s, keep) for s in kept) or (ir.Keyword("pass"),) * bool(block)

        body = list(keep(tuple(body)))
    return body


def without_unused(s: ir.Assign, nobody: ir.Name | None) -> ir.Assign:
    """`_, r_d = 0.0, x_d` is `r_d = x_d`."""
    match s:
        case ir.Assign((ir.Display(bracket, ts),), ir.Display(_, vs)) if nobody in ts and len(ts) == len(vs):
            kept = [(t, v) for t, v in zip(ts, vs, strict=True) if t != nobody]
            if len(kept) == 1 and not isinstance(kept[0][1], ir.Star):
                return ir.Assign((kept[0][0],), kept[0][1])
            if kept and not any(isinstance(x, ir.Star) for pair_ in kept for x in pair_):
                return ir.Assign((ir.Display(bracket, tuple(t for t, _ in kept)),), ir.Display("(", tuple(v for _, v in kept)))
    return s


def show_name(e: ir.Expr) -> str:
    return e.id if isinstance(e, ir.Name) else e.attr if isinstance(e, ir.Attribute) else "it"


def zipped(items: list[ir.Expr], rest: tuple[ir.Arg, ...] = ()) -> ir.Expr:
    return ir.Call(ir.Library("builtins", "zip"), (*(ir.Arg(i) for i in items), *rest))


def keywords(e: ir.Call) -> tuple[ir.Arg, ...]:
    return tuple(a for a in e.args if a.keyword)


def with_lead(pre: list[ir.Stmt], s: ir.Stmt) -> list[ir.Stmt]:
    """Statements above another: its comments move up, and the comment behind it stays."""
    if not pre:
        return [s]
    first = replace(pre[0], source=replace(pre[0].source, lead=s.source.lead))
    return [first, *pre[1:], replace(s, source=replace(s.source, lead=()))]


def without_text(source: ir.Source) -> ir.Source:
    return replace(source, text=None)


def untold(source: ir.Source, same: bool) -> ir.Source:
    return source if same else replace(source, text=None)


def is_docstring(s: ir.Stmt) -> bool:
    return isinstance(s, ir.Effect) and isinstance(s.value, ir.Const) and isinstance(s.value.value, str)


def has_default(params: tuple[ir.Param, ...]) -> bool:
    return any(p.default is not None and p.role in ("", "/") for p in params)


def default_of(p: ir.Param, is_function: bool, of_default: Callable[[ir.Expr], ir.Expr]) -> ir.Expr:
    """The default of a tangent parameter: the tangent of the primal's default; nothing for a function."""
    if is_function:
        return ir.Const(None, "None")
    return of_default(p.default) if p.default is not None else ZERO


def zero_of_param(p: ir.Param) -> ir.Expr:
    return zero_like(p.default) if p.default is not None else ZERO


def zero_for(target: ir.Expr, value: ir.Expr) -> ir.Expr:
    """Zeros of the structure of a target, or of the value if that shows."""
    if isinstance(value, ir.Display) or not isinstance(target, ir.Display):
        return zero_like(value)
    return ir.Display("(", tuple(zero_for(t, ZERO) for t in target.items))


def tangent_params(
    params: tuple[ir.Param, ...],
    wrt: list[str],
    tangent: Callable[[str], ir.Name],
    functions: frozenset[str],
    of_default: Callable[[ir.Expr], ir.Expr],
) -> tuple[ir.Param, ...]:
    """The parameters of a tangent: those of the primal, and the tangents behind the last positional one."""
    optional = has_default(params)
    variadic = any(p.role == "*" for p in params)
    added = []
    for p in params:
        if p.name not in wrt:
            continue
        default = default_of(p, p.name in functions, of_default) if (optional and p.role != "*") or (p.role == "=" and p.default is not None) else None
        if variadic and p.role == "*":
            default = None
        annotation = tangent_annotation_of_param(p)
        added.append(ir.Param(tangent(p.name).id, "=" if variadic else "", annotation, default))
    before = [p for p in params if p.role in ("/", "", "*")]
    if not variadic and any(a.default is not None for a in added):
        added = [a if a.default is not None else replace(a, default=ZERO) for a in added]
    after = [p for p in params if p.role in ("=", "**")]
    return (*before, *added, *after) if not variadic else (*before, *[p for p in after if p.role == "="], *added,
                                                          *[p for p in after if p.role == "**"])  # fmt: skip


def tangent_annotation_of_param(p: ir.Param) -> ir.Expr | None:
    if p.annotation is None:
        return None
    if p.role == "*":
        return ir.Subscript(ir.Name("tuple"), ir.Display("(", (ir.Name("float"), ir.Const(..., "..."))))
    return mirrored_annotation(p.annotation)


def mirrored_annotation(e: ir.Expr) -> ir.Expr:
    """The annotation of a derivative: floats for numbers, the same structure for tuples."""
    match e:
        case ir.Subscript(ir.Name("tuple" | "Tuple") as name, ir.Display("(", items)):
            return ir.Subscript(name, ir.Display("(", tuple(mirrored_annotation(i) for i in items)))
        case ir.Subscript(ir.Name("tuple" | "Tuple") as name, item):
            return ir.Subscript(name, mirrored_annotation(item))
        case ir.Const(value) if value is ...:
            return e
        case ir.Name("Callable") | ir.Subscript(ir.Name("Callable")):
            return ir.Name("Callable") if isinstance(e, ir.Subscript) else e
        case ir.Name(id) if id not in ("int", "bool", "str", "float", "complex"):
            return e
        case _:
            return ir.Name("float")


def tangent_annotation(returns: ir.Expr | None) -> ir.Expr | None:
    if returns is None or isinstance(returns, ir.Const):
        return None
    return ir.Subscript(ir.Name("tuple"), ir.Display("(", (returns, mirrored_annotation(returns))))


def falls_through(block: ir.Block) -> bool:
    """Whether the end of a block can be reached, as far as its structure shows."""
    last = next((s for s in reversed(block) if not isinstance(s, ir.Comment)), None)
    match last:
        case ir.Return():
            return False
        case ir.Inert("raise"):
            return False
        case ir.If(_, body, orelse):
            return not orelse or falls_through(body) or falls_through(orelse)
        case ir.Try(body, handlers, orelse, final):
            ends = not falls_through(final) if final else False
            return not ends and (falls_through(orelse or body) or any(falls_through(h.body) for h in handlers))
        case ir.With(_, body):
            return falls_through(body)
        case ir.While(ir.Const(True), body):
            return any(leaves(s) for s in body)
        case _:
            return True


def leaves(s: ir.Stmt) -> bool:
    """Whether a statement breaks the loop that it stands in."""
    match s:
        case ir.Keyword("break"):
            return True
        case ir.If(_, body, orelse):
            return any(leaves(x) for x in (*body, *orelse))
        case ir.Try(body, handlers, orelse, final):
            return any(leaves(x) for b in (body, *(h.body for h in handlers), orelse, final) for x in b)
        case ir.With(_, body):
            return any(leaves(x) for x in body)
        case ir.For(_, _, _, orelse) | ir.While(_, _, orelse):
            return any(leaves(x) for x in orelse)
        case _:
            return False


def put(d: ir.Expr, value: ir.Expr) -> ir.Expr:
    """The tangent with the primal's new value in its place."""
    return substitute(d, {VALUE.id: value})
