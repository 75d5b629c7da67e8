"""Functions without functions in them: what reverse mode differentiates.

Nested functions and lambdas move to the top level, with the variables that they use as parameters; a function that is
handed on is built into a copy of the function that receives it (lambda lifting, Johnsson 1985; specialisation).

    def f(x, a):                          def f_g(a, t):
        def g(t):                             return a * t
            return a * t
        return newton(g, x)               def f(x, a):
                                              return newton_f_g(x, a)

Calls that cannot be resolved like this stay as they are, and are refused where they meet active values.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from adtransform import ir
from adtransform.calls import bind
from adtransform.scopes import NestedCall, Program, Unit, UnitCall
from adtransform.traverse import (
    expressions,
    local_names,
    map_blocks,
    map_expressions,
    names,
    rebuild,
    statements,
    walk,
)


@dataclass(frozen=True)
class Closure:
    """A function as a value: where it is defined, and the variables around it that it uses, by the names here."""

    unit: Unit
    path: str
    function: ir.Function
    free: tuple[str, ...] = ()
    here: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.unit.name if not self.path else f"{self.unit.name}_{self.function.name}"


class NotLifted(Exception):
    """A function is used in a way that lifting does not cover."""


class FirstOrder:
    """The first-order form of the units of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known: dict[object, Unit] = {}

    def unit(self, original: Unit) -> Unit:
        if ("unit", original) not in self.known:
            self.known["unit", original] = original  # while it is at work
            self.program.lifting += 1
            try:
                function = Converter(self, original, "", {}).function(original.function)
            finally:
                self.program.lifting -= 1
            if function != original.function:
                self.known["unit", original] = Unit(original.module, function, self.program, original.refusal)
        return self.known["unit", original]

    def lifted(self, closure: Closure, bound: dict[str, Closure | tuple[str, ...] | None]) -> str:
        """The name of a nested function at the top level; its free variables come first."""
        if not closure.path:
            return self.alias(closure.unit)
        key = ("lifted", closure.unit, closure.path, closure.free, tuple(sorted(bound.items(), key=str)))
        if key not in self.known:
            f = closure.function
            name = self.new_name(closure.name, closure.unit)
            own = [p if is_constant(p.default) else replace(p, default=None) for p in f.params]
            if any(p.default != q.default for p, q in zip(own, f.params, strict=True)):
                own = [replace(p, default=None) for p in own]  # every call passes them all
            note = self.program.objects.note_for
            free = (ir.Param(n, annotation=note(closure.unit, closure.path, n)) for n in closure.free)
            params = (*free, *own)
            shell = replace(f, name=name, params=params, is_lambda=False, decorators=(), source=ir.Source())
            unit = self.known[key] = Unit(closure.unit.module, shell, self.program, closure.unit.refusal)
            self.program.lifted[name] = unit
            body = Converter(self, closure.unit, closure.path, bound).block(f.body)
            object.__setattr__(unit, "raw", replace(shell, body=body))
        return self.known[key].name

    def specialised(
        self, callee: Unit, given: dict[str, Closure | tuple[str, ...] | None], params: tuple[ir.Param, ...]
    ) -> str:
        """The name of a copy of a function with functions built in."""
        key = ("copy", callee, tuple(sorted(given.items(), key=str)))
        if key not in self.known:
            functions = [c.name for c in given.values() if isinstance(c, Closure)]
            functions = functions or [str(sum(len(c) for c in given.values() if isinstance(c, tuple)))]
            name = self.new_name("_".join([callee.name, *functions]), callee)
            f = callee.function
            shell = replace(f, name=name, params=params, source=ir.Source())
            unit = self.known[key] = Unit(callee.module, shell, self.program, callee.refusal)
            self.program.lifted[name] = unit
            body = Converter(self, callee, "", given).block(f.body)
            object.__setattr__(unit, "raw", replace(shell, body=body))
        return self.known[key].name

    def alias(self, unit: Unit) -> str:
        """A name that stands for a function in every module."""
        if unit.name in self.program.lifted:
            return unit.name
        for name, known in self.program.aliases.items():
            if known is unit:
                return name
        name, n = f"{unit.name} of {unit.module.dotted}", 2
        while name in self.program.aliases:
            name, n = f"{unit.name} {n} of {unit.module.dotted}", n + 1
        self.program.aliases[name] = unit
        return name

    def new_name(self, base: str, unit: Unit) -> str:
        taken = self.program.main.identifiers | unit.module.identifiers | set(self.program.lifted)
        name, n = base, 2
        while name in taken:
            name, n = f"{base}{n}", n + 1
        return name


@dataclass
class Converter:
    """Converts one scope.

    `bound` says what parameters stand for: a function, the items of a tuple, or nothing (`None`).
    """

    order: FirstOrder
    unit: Unit
    path: str
    bound: dict[str, Closure | tuple[str, ...] | None]
    used: set[str] = field(default_factory=set)  # nested functions that are still called by their name

    def function(self, f: ir.Function) -> ir.Function:
        return replace(f, body=self.block(f.body))

    def block(self, block: ir.Block) -> ir.Block:
        new = tuple(x for s in block for x in self.statement(s))
        nested = {s.name for s in statements(new) if isinstance(s, ir.Function)}
        read = {n for s in statements(new, nested=True) for e in expressions(s) for n in names(e)}
        idle = {n for n in nested - read if self.lifts(n)}
        return without(new, idle)

    def lifts(self, name: str) -> bool:
        found = self.unit.scopes.nested(self.path, name)
        return found is not None and len(found.functions) == 1

    def statement(self, s: ir.Stmt) -> list[ir.Stmt]:
        if isinstance(s, ir.Function):
            return [*self.defaults(s), s]
        if isinstance(s, ir.If) and (known := self.known_test(s.test)) is not None:
            return list(self.block_of(s.body if known else s.orelse))
        new = map_expressions(s, self.expression)
        if new != s:
            new = replace(new, source=replace(new.source, text=None))
        return [map_blocks(new, lambda b: self.block_of(b) or (ir.Keyword("pass"),) * bool(b))]

    def block_of(self, b: ir.Block) -> ir.Block:
        return tuple(x for s in b for x in self.statement(s))

    def defaults(self, f: ir.Function) -> list[ir.Stmt]:
        """Defaults of a nested function are evaluated where it is defined: they get names there."""
        return [
            ir.Assign((ir.Name(f"{f.name}_{p.name}"),), self.expression(p.default))
            for p in f.params
            if p.default is not None and not is_constant(p.default) and self.lifts(f.name)
        ]

    def known_test(self, test: ir.Expr) -> bool | None:
        """The value of a test on a function parameter."""
        match test:
            case ir.Compare(ir.Name(id), (("is" | "is not" as op, ir.Const(None)),)) if id in self.bound:
                return (self.bound[id] is None) == (op == "is")
            case ir.Name(id) if id in self.bound:
                return bool(self.bound[id])
            case ir.Unary("not", operand):
                inner = self.known_test(operand)
                return None if inner is None else not inner
            case _:
                return None

    # --- expressions --------------------------------------------------------------------------------------------------

    def expression(self, e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Call():
                try:
                    return self.call(e)
                except NotLifted:
                    return rebuild(e, self.expression)
            case ir.Name(id) if isinstance(items := self.bound.get(id), tuple):
                return ir.Display("(", tuple(ir.Name(n) for n in items))
            case ir.Name(id) if id in self.bound and self.bound[id] is None:
                return ir.Const(None, "None")
            case _:
                return rebuild(e, self.expression)

    def call(self, e: ir.Call) -> ir.Expr:
        args = self.arguments(e)
        closure = self.closure(e.func)
        if closure is not None and not closure.path and isinstance(e.func, ir.Name) and e.func.id in self.bound:
            e = replace(e, func=ir.Name(self.order.alias(closure.unit)))
            return self.handed(e, closure.unit, args)
        if closure is not None and closure.path:
            self.check(closure)
            args = self.complete(closure, e, args)
            name = self.order.lifted(replace(closure, here=()), self.bound if closure.unit is self.unit else {})
            return ir.Call(ir.Name(name), (*(ir.Arg(ir.Name(n)) for n in closure.here), *args), at=e.at)
        callee = self.order.program.callee(self.unit, self.path, e.func)
        if not isinstance(callee, UnitCall) or callee.unit.directives.partials or callee.unit.directives.passive:
            return ir.Call(self.expression(e.func), args, at=e.at)
        return self.handed(e, callee.unit, args)

    def arguments(self, e: ir.Call) -> tuple[ir.Arg, ...]:
        """The arguments; starred ones that are known are written out."""
        found: list[ir.Arg] = []
        for a in e.args:
            if a.star and isinstance(a.value, ir.Name) and a.value.id in self.bound:
                items = self.bound[a.value.id]
                if isinstance(items, tuple):
                    found += [ir.Arg(ir.Name(n)) for n in items]
                elif items is not None:
                    raise NotLifted
                continue
            known = self.closure(a.value) if isinstance(a.value, ir.Name) else None
            found.append(a if known is not None else replace(a, value=self.expression(a.value)))
        return tuple(found)

    def closure(self, e: ir.Expr) -> Closure | None:
        """The function that an expression stands for, if that is known."""
        if not isinstance(e, (ir.Name, ir.Attribute)):
            return None
        if isinstance(e, ir.Name) and isinstance(known := self.bound.get(e.id), Closure):
            return known
        match self.order.program.callee(self.unit, self.path, e):
            case NestedCall(path, (f,)):
                free = self.free(path, f, frozenset())
                here = tuple(x for n in free for x in self.meaning(n))
                return Closure(self.unit, path, f, tuple(here), tuple(here))
            case UnitCall(unit) if isinstance(e, ir.Name):
                return Closure(unit, "", unit.function)
            case _:
                return None

    def meaning(self, name: str) -> tuple[str, ...]:
        """The variables that stand for a free variable here."""
        known = self.bound.get(name, name)
        return (known,) if isinstance(known, str) else known.here if isinstance(known, Closure) else known or ()

    def free(self, path: str, f: ir.Function, seen: frozenset[str]) -> list[str]:
        """The variables of outer functions that a nested function reads, itself or in what it calls."""
        scopes = self.unit.scopes
        own = local_names(f)
        found: list[str] = []
        for s in statements(f.body, nested=True):
            inner = {n for x in statements(f.body, nested=True) if isinstance(x, ir.Function) for n in local_names(x)}
            for top in expressions(s):
                for e in walk(top):
                    if not isinstance(e, ir.Name) or e.id in own or e.id in inner:
                        continue
                    nested = scopes.nested(path, e.id)
                    if nested is not None:
                        if nested.path not in seen and nested.path != path:
                            found += self.free(nested.path, nested.functions[0], seen | {path})
                    elif scopes.key(path, e.id) is not None and scopes.owner(path, e.id) != path:
                        found.append(e.id)
        return list(dict.fromkeys(n for n in found if scopes.owner(path, n) != path))

    def check(self, closure: Closure) -> None:
        """Raises `NotLifted` for a nested function that cannot stand alone."""
        f = closure.function
        if f.decorators or any(isinstance(s, (ir.Outer, ir.Unread)) for s in statements(f.body, nested=True)):
            raise NotLifted
        for p in f.params:
            if not is_constant(p.default) and closure.path[: -len(f.name) - 1] != self.path:
                raise NotLifted
            if p.role in ("*", "**"):
                raise NotLifted

    def complete(self, closure: Closure, e: ir.Call, args: tuple[ir.Arg, ...]) -> tuple[ir.Arg, ...]:
        """The arguments with the defaults that were evaluated at the definition."""
        params = closure.function.params
        if all(is_constant(p.default) for p in params):
            return args
        bound = bind(params, ir.Call(e.func, args))
        if bound is None or bound.loose or any(p.role for p in params):
            raise NotLifted
        given = {p.name: a.value for p, a in bound.pairs}
        found = []
        for p in params:
            kept = p.default if is_constant(p.default) else ir.Name(f"{closure.function.name}_{p.name}")
            value = given.get(p.name, kept)
            if value is None:
                raise NotLifted
            found.append(ir.Arg(value))
        return tuple(found)

    # --- functions that are handed on ---------------------------------------------------------------------------------

    def handed(self, e: ir.Call, callee: Unit, args: tuple[ir.Arg, ...]) -> ir.Expr:
        """A call that hands functions on: a call of the copy that has them built in."""
        func = (
            e.func
            if isinstance(e.func, ir.Name) and e.func.id in self.order.program.aliases
            else self.expression(e.func)
        )
        plain = ir.Call(func, args, at=e.at)
        bound = bind(callee.function.params, plain)
        if bound is None or bound.loose:
            return plain
        called = called_names(callee.function)
        functions = {p.name: c for p, a in bound.pairs if p.name in called and (c := self.closure(a.value)) is not None}
        variadic = [p for p in callee.function.params if p.role == "*"]
        if not (functions or variadic) or any(p.role == "**" for p, _ in bound.pairs):
            return plain
        received = {p.name: a for p, a in bound.pairs}
        given: dict[str, Closure | tuple[str, ...] | None] = {}
        params: list[ir.Param] = []
        new: list[ir.Arg] = []
        taken = {p.name for p in callee.function.params} | local_names(callee.function) | callee.module.identifiers
        starred = starred_names(callee.function)
        extra: list[ir.Param] = []
        more: list[ir.Arg] = []
        for p in callee.function.params:
            value = received[p.name].value if p.name in received else p.default
            if p.role == "*":
                values = [a.value for q, a in bound.pairs if q.name == p.name]
                items = tuple(unused(f"{p.name}_{k + 1}", taken) for k in range(len(values)))
                given[p.name] = items
                extra += [ir.Param(n) for n in items]
                more += [ir.Arg(v) for v in values]
            elif p.name in functions:
                c = functions[p.name]
                self.check(c) if c.path else None
                inner = tuple(unused(n, taken) for n in c.here)
                given[p.name] = replace(c, free=c.free, here=inner)
                note = self.order.program.objects.note_for
                extra += [ir.Param(n, "", note(c.unit, c.path, f)) for n, f in zip(inner, c.free, strict=True)]
                more += [ir.Arg(ir.Name(n)) for n in c.here]
            elif p.name in called and value == ir.Const(None, "None"):
                given[p.name] = None
            elif starred.get(p.name) == "*" and isinstance(value, ir.Display) and not has_star(value):
                items = tuple(unused(f"{p.name}_{k + 1}", taken) for k in range(len(value.items)))
                given[p.name] = items
                extra += [ir.Param(n) for n in items]
                more += [ir.Arg(i) for i in value.items]
            elif starred.get(p.name) == "**" and is_empty(value):
                given[p.name] = None
            else:
                params.append(p)
                if p.name in received:
                    a = received[p.name]
                    new.append(replace(a, value=a.value))
        first = [a for a in new if not a.keyword]
        rest = [a for a in new if a.keyword]
        name = self.order.specialised(callee, given, (*extra, *params))
        return ir.Call(ir.Name(name), (*more, *first, *rest), at=e.at)


def without(block: ir.Block, idle: set[str]) -> ir.Block:
    """A block without definitions that nothing calls."""
    kept = tuple(s for s in block if not (isinstance(s, ir.Function) and s.name in idle))
    return tuple(map_blocks(s, lambda b: without(b, idle) or (ir.Keyword("pass"),) * bool(b)) for s in kept)


def called_names(f: ir.Function) -> set[str]:
    """The names that a function calls or hands on."""
    found: set[str] = set()
    for s in statements(f.body, nested=True):
        for top in expressions(s):
            for e in walk(top):
                if isinstance(e, ir.Call):
                    found |= names(e.func) if isinstance(e.func, ir.Name) else set()
                    found |= {a.value.id for a in e.args if isinstance(a.value, ir.Name) and not a.star}
    return found


def starred_names(f: ir.Function) -> dict[str, str]:
    """The names that a function only uses as starred arguments of calls."""
    stars: dict[str, str] = {}
    count: dict[str, int] = {}
    in_calls: dict[str, int] = {}
    for s in statements(f.body, nested=True):
        for top in expressions(s):
            for e in walk(top):
                if isinstance(e, ir.Name):
                    count[e.id] = count.get(e.id, 0) + 1
                if isinstance(e, ir.Call):
                    for a in e.args:
                        if a.star and isinstance(a.value, ir.Name):
                            stars[a.value.id] = a.star
                            in_calls[a.value.id] = in_calls.get(a.value.id, 0) + 1
    return {n: star for n, star in stars.items() if count[n] == in_calls[n]}


def is_constant(e: ir.Expr | None) -> bool:
    """Whether a default is none, or a literal."""
    return e is None or isinstance(e, ir.Const) or (isinstance(e, ir.Unary) and isinstance(e.operand, ir.Const))


def unused(base: str, taken: set[str]) -> str:
    name, n = base, 2
    while name in taken:
        name, n = f"{base}{n}", n + 1
    taken.add(name)
    return name


def has_star(e: ir.Display) -> bool:
    return any(isinstance(i, ir.Star) for i in e.items)


def is_empty(e: ir.Expr | None) -> bool:
    """An empty dictionary, or nothing."""
    return e == ir.Const(None, "None") or (
        isinstance(e, ir.Opaque) and "".join(str(p) for p in e.parts) in ("{}", "dict()")
    )
