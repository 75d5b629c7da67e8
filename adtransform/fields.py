"""Objects that a unit writes to, as one variable a field.

    b = Ball(x, v)              b_x = x
    b.x += dt * b.v             b_v = v
    b.kick(2.0)                 b_x += dt * b_v
    return b                    b_v = Ball_kick(b_v, 2.0)
                                return Ball(b_x, b_v)

That is the same as long as the object has one name: it is made here, and whoever else sees it neither keeps it nor
writes to it.  A method that sets fields becomes a function of the fields that returns the new ones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calls import bind
from adtransform.classes import UNKNOWN, Class, one_by_one
from adtransform.reach import falls_through
from adtransform.refusals import Refused
from adtransform.scopes import NestedCall, Unit, UnitCall
from adtransform.traverse import (
    expressions,
    map_blocks,
    map_expressions,
    names,
    own_names,
    rebuild,
    rename,
    statements,
    walk,
)
from adtransform.typed import Obj, Seq, Tup, Type, Types
from adtransform.writes import set_in

if TYPE_CHECKING:
    from adtransform.objects import Objects

HELP = "Make a new object, with the new values, instead of writing to this one."
KEEPING = frozenset("append insert extend add setdefault update put appendleft".split())
SHOWN = frozenset("print repr str format isinstance type id hash".split())


class Splitter:
    """Splits the objects that one unit writes to; `given` are those whose fields are parameters."""

    def __init__(self, objects: Objects, unit: Unit, types: Types, given: dict[str, Class] | None = None) -> None:
        self.objects = objects
        self.unit = unit
        self.types = types
        self.split = dict(given or {})
        self.given = frozenset(given or ())
        self.variables: dict[tuple[str, str], str] = {}
        self.taken = set(unit.module.identifiers) | set(objects.program.main.identifiers) | objects.made
        self.ends: tuple[str, ...] = ()  # the fields that each `return` gives back

    # --- what is split ------------------------------------------------------------------------------------------------

    def function(self, f: ir.Function) -> ir.Function:
        if not self.given:
            self.split = self.written(f)
            self.split, f = self.aliased(f)
        if not self.split:
            return f
        params = {p.name for p in f.params}
        for n in sorted(self.split.keys() - self.given):
            if n in params:
                text = f"the function sets fields of its argument `{n}`"
                raise Refused(self.where(f, n), "N172", text, "Return a new object instead.")
        return replace(f, body=self.block(f.body))

    def written(self, f: ir.Function) -> dict[str, Class]:
        """The variables that hold objects whose fields are set by their name, or by their methods."""
        found: dict[str, Class] = {}
        from adtransform.conversion import Converter

        converter = Converter(self.objects, self.unit, self.types)
        for s in statements(f.body):
            match s:
                case ir.Assign((ir.Name(id),), ir.Call(func)) if (cls := self.types.class_of(func, "", {})) is not None:
                    if not converter.settable(cls) and self.types.known.get(id) == Obj(cls):
                        found[id] = cls  # its constructor computes fields
            for t in targets_of(s):
                for x in set_in(t):
                    if isinstance(x.value, ir.Name) and isinstance(t_ := self.types.known.get(x.value.id), Obj):
                        found[x.value.id] = t_.cls
            for e in (x for top in expressions(s) for x in walk(top)):
                match e:
                    case ir.Call(ir.Attribute(ir.Name(id), attr)) if isinstance(t_ := self.types.known.get(id), Obj):
                        if attr in t_.cls.methods and self.objects.sets(t_.cls, attr):
                            found[id] = t_.cls
        return found

    def aliased(self, f: ir.Function) -> tuple[dict[str, Class], ir.Function]:
        """`b = a`, where both are set once, at the top of the function: `b` is `a` from there on."""
        while True:
            found = [s for k, s in enumerate(f.body) if self.is_alias(f, k, s)]
            if not found:
                return self.split, f
            s = found[0]
            assert isinstance(s, ir.Assign) and isinstance(s.targets[0], ir.Name) and isinstance(s.value, ir.Name)
            old, new = s.targets[0].id, s.value
            at = next(k for k, x in enumerate(f.body) if x is s)
            f = replace(f, body=(*f.body[:at], *renamed(f.body[at + 1 :], old, new)))
            cls = self.split.pop(old, None) or self.split.get(new.id)
            if cls is not None:
                self.split[new.id] = cls

    def is_alias(self, f: ir.Function, at: int, s: ir.Stmt) -> bool:
        match s:
            case ir.Assign((ir.Name(b),), ir.Name(a)) if b in self.split or a in self.split:
                if self.types.known.get(a) != self.types.known.get(b) or any(p.name in (a, b) for p in f.params):
                    return False
                bound = [n for x in statements(f.body) for n in own_names(x) if n in (a, b)]
                before = {n for x in statements(f.body[:at], True) for e in expressions(x) for n in names(e)}
                made = any(isinstance(x, ir.Assign) and x.targets == (ir.Name(a),) for x in f.body[:at])
                nested = any(isinstance(x, (ir.Function, ir.Unread)) for x in statements(f.body))
                return sorted(bound) == sorted((a, b)) and b not in before and made and not nested
            case _:
                return False

    def where(self, f: ir.Function, n: str) -> ir.Node:
        for s in statements(f.body):
            for t in targets_of(s):
                for x in set_in(t):
                    if x.value == ir.Name(n):
                        return x
        return f

    def variable(self, n: str, field: str) -> ir.Name:
        key = (n, field)
        if key not in self.variables:
            base = f"{n}_{field.strip('_')}" if n not in self.given else field
            self.variables[key] = self.new(base)
        return ir.Name(self.variables[key])

    def new(self, base: str) -> str:
        name, k = base, 2
        while name in self.taken:
            name, k = f"{base}{k}", k + 1
        self.taken.add(name)
        return name

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, block: ir.Block) -> ir.Block:
        return tuple(x for s in block for x in self.led(s))

    def led(self, s: ir.Stmt) -> list[ir.Stmt]:
        new = self.statement(s)
        if new and new[0].source.lead != s.source.lead:
            new[0] = replace(new[0], source=replace(new[0].source, lead=s.source.lead))
        return new

    def statement(self, s: ir.Stmt) -> list[ir.Stmt]:
        if isinstance(s, ir.Function):
            inner = {n for x in statements(s.body, True) for e in expressions(x) for n in names(e)}
            if inner & self.split.keys():
                raise Refused(s, "N172", "an object whose fields are set is used in a nested function", HELP)
            return [s]
        if isinstance(s, ir.Unread) and set(s.reads) & self.split.keys():
            raise Refused(s, "N172", "an object whose fields are set is used here", HELP)
        plain = ir.Source(s.source.lead, s.source.trail)
        match s:
            case ir.Assign((ir.Name(id),), value) if id in self.split:
                return self.made(s, id, value)
            case ir.Effect(value) if (call := self.setting(value)) is not None:
                new, target, gives = call
                if gives and isinstance(target, ir.Display):
                    target = replace(target, items=(ir.Name("_"), *target.items[1:]))
                return [ir.Assign((target,), new, at=s.at, source=plain)]
            case ir.Assign(targets, value) if (call := self.setting(value)) is not None:
                new, target, gives = call
                if not (gives and isinstance(target, ir.Display)):
                    raise Refused(value, "N173", "the method gives no value", HELP)
                last = ir.Assign(tuple(map(self.target, targets)), target.items[0], at=s.at)
                return [ir.Assign((target,), new, at=s.at, source=plain), last]
            case ir.Return(value) if value is not None and (call := self.setting(value)) is not None:
                new, target, gives = call
                if not (gives and isinstance(target, ir.Display)):
                    raise Refused(value, "N173", "the method gives no value", HELP)
                last_ = self.returned(replace(s, value=target.items[0], source=ir.Source()))
                return [ir.Assign((target,), new, at=s.at, source=plain), last_]
            case ir.Return():
                return [self.returned(s)]
            case ir.Assign(targets, value):
                new_targets = tuple(map(self.target, targets))
                return [
                    self.fresh(
                        s, ir.Assign(new_targets, self.expression(value), s.annotation, at=s.at, source=s.source)
                    )
                ]
            case ir.Augment(target, op, value):
                new_ = ir.Augment(self.target(target), op, self.expression(value), at=s.at, source=s.source)
                return [self.fresh(s, new_)]
            case ir.For(target, iterable):
                loop = replace(s, target=self.target(target), iterable=self.expression(iterable))
                return [map_blocks(self.fresh(s, loop), self.block)]
            case ir.Inert("del") | ir.With() if {n for e in expressions(s) for n in names(e)} & self.split.keys():
                raise Refused(s, "N172", "an object whose fields are set is used here", HELP)
            case _:
                return [map_blocks(self.fresh(s, map_expressions(s, self.expression)), self.block)]

    def fresh(self, s: ir.Stmt, new: ir.Stmt) -> ir.Stmt:
        same = all(a is b for a, b in zip(expressions(s), expressions(new), strict=True)) or expressions(
            s
        ) == expressions(new)
        return new if same else replace(new, source=replace(new.source, text=None))

    def target(self, t: ir.Expr) -> ir.Expr:
        match t:
            case ir.Attribute(ir.Name(id), attr) if id in self.split:
                if attr not in self.split[id].names:
                    text = f"`{attr}` is no field of `{self.split[id].name}` that its constructor sets"
                    raise Refused(t, "N171", text, "Set every field in the constructor.")
                return self.variable(id, attr)
            case ir.Display(bracket, items):
                return ir.Display(bracket, tuple(map(self.target, items)), at=t.at)
            case ir.Star(value):
                return ir.Star(self.target(value), at=t.at)
            case ir.Name(id) if id in self.split:
                raise Refused(t, "N172", "an object whose fields are set is assigned in a tuple or a loop", HELP)
            case ir.Name():
                return t
            case _:
                return rebuild(t, self.expression)

    def made(self, s: ir.Assign, n: str, value: ir.Expr) -> list[ir.Stmt]:
        """A new object: its fields are set one by one."""
        if n in self.given:
            raise Refused(s, "N172", f"`{n}` gets another object in a method that sets its fields", HELP)
        cls = self.split[n]
        found = self.constructed(value, cls, n)
        plain = ir.Source(s.source.lead, s.source.trail)
        if not found:
            return [ir.Keyword("pass", source=plain)]
        if n in names(value) and len(found) > 1:
            both = (ir.Display("(", tuple(x[k] for x in found)) for k in (0, 1))
            targets, values = both
            return [ir.Assign((targets,), values, at=s.at, source=plain)]
        first, *rest = (ir.Assign((t,), v, at=s.at) for t, v in found)
        return [replace(first, source=plain), *rest]

    def constructed(self, value: ir.Expr, cls: Class, n: str) -> list[tuple[ir.Expr, ir.Expr]]:
        from adtransform.conversion import Converter, is_literal

        converter = Converter(self.objects, self.unit, self.types)
        match value:
            case ir.Call(func) if self.types.class_of(func, "", {}) == cls:
                pass
            case ir.Call(func, (first, *rest)) if self.objects.replaces(self.unit, "", func):
                return self.replaced(first.value, tuple(rest), cls, n)
            case _:
                text = f"`{n}`, whose fields are set, may be an object that has another name"
                raise Refused(value, "N172", text, f"Make it here: `{n} = {cls.name}(...)`.")
        params = tuple(converter.params(cls))
        bound = bind(params, value)
        if bound is None or bound.loose:
            raise Refused(value, "N173", f"the arguments of `{cls.name}` cannot be told", "Pass them one by one.")
        given = {p.name: self.expression(a.value) for p, a in bound.pairs}
        for p in params:
            if p.name not in given:
                if p.default is None or not is_literal(p.default):
                    raise Refused(value, "N173", f"`{cls.name}` is made without `{p.name}`", "Pass it.")
                given[p.name] = p.default
        if converter.settable(cls):
            order = [f.value.id if isinstance(f.value, ir.Name) else f.name for f in cls.fields]
            return [(self.variable(n, f.name), given[p]) for f, p in zip(cls.fields, order, strict=True)]
        return self.computed(value, cls, n, given)

    def computed(self, value: ir.Expr, cls: Class, n: str, given: dict[str, ir.Expr]) -> list[tuple[ir.Expr, ir.Expr]]:
        """The fields as a constructor without branches computes them."""
        if cls.init is None or cls.kind != "plain" or n in names(value):
            raise Refused(value, "N171", f"what the constructor of `{cls.name}` does cannot be followed", HELP)
        me = cls.init.params[0].name
        found: list[tuple[ir.Expr, ir.Expr]] = []
        meaning: dict[str, ir.Expr] = {}
        for p, e in given.items():
            if not isinstance(e, ir.Const):
                name = ir.Name(self.new(f"{n}_{p}_0"))
                found.append((name, e))
                e = name
            meaning[p] = e

        def inside(e: ir.Expr) -> ir.Expr:
            match e:
                case ir.Attribute(ir.Name(id), attr) if id == me and attr in cls.names:
                    return self.variable(n, attr)
                case ir.Name(id) if id == me:
                    raise Refused(value, "N171", f"the constructor of `{cls.name}` hands the object on", HELP)
                case _:
                    return rebuild(e, inside)

        for s in one_by_one(cls.init.body):
            match s:
                case ir.Effect(ir.Const(str())) | ir.Comment() | ir.Keyword("pass"):
                    pass
                case ir.Assign((ir.Attribute(ir.Name(id), attr),), e) if id == me:
                    found.append((self.variable(n, attr), rename(inside(e), meaning.get)))
                case _:
                    raise Refused(value, "N171", f"what the constructor of `{cls.name}` does cannot be followed", HELP)
        return found

    def replaced(self, old: ir.Expr, given: tuple[ir.Arg, ...], cls: Class, n: str) -> list[tuple[ir.Expr, ir.Expr]]:
        if not isinstance(old, ir.Name) or any(a.keyword not in cls.names for a in given):
            raise Refused(old, "N173", f"which fields of `{cls.name}` are replaced cannot be told", HELP)
        new = {a.keyword: self.expression(a.value) for a in given}
        if any(isinstance(self.types.field(cls, k), (Obj, Seq, Tup)) for k in range(len(cls.fields))):
            raise Refused(old, "N172", "the copy shares objects or lists with the original", HELP)
        return [
            (self.variable(n, f.name), new.get(f.name) or self.expression(ir.Attribute(old, f.name)))
            for f in cls.fields
        ]

    # --- methods ------------------------------------------------------------------------------------------------------

    def setting(self, e: ir.Expr) -> tuple[ir.Call, ir.Expr, bool] | None:
        """A call of a method that sets fields: as a call of a function, its target, and whether it gives a value."""
        match e:
            case ir.Call(ir.Attribute(ir.Name(id), attr), args) if id in self.split:
                cls = self.split[id]
                fields = self.objects.sets(cls, attr) if attr in cls.methods else frozenset()
                if not fields:
                    return None
                new = self.called(e, id, attr, args)
                ordered = tuple(f.name for f in cls.fields if f.name in fields)
                gives = self.objects.gives(cls, attr)
                return new, self.together(cls, id, ordered, ir.Name(self.new(f"{attr}_v")) if gives else None), gives
            case _:
                return None

    def called(self, e: ir.Expr, n: str, method: str, args: tuple[ir.Arg, ...]) -> ir.Call:
        """`b.kick(2.0)` as a call of a function of the fields."""
        cls = self.split[n]
        kind = cls.kind_of(method)
        if kind in ("static", "class"):
            return ir.Call(ir.Attribute(ir.Name(cls.name), method), tuple(map(self.argument, args)), at=e.at)
        if kind not in ("method", "property"):
            raise Refused(e, "N173", f"the method `{method}` of `{cls.name}` cannot be followed", HELP)
        name, used = self.objects.of_fields(cls, method, e)
        own = tuple(ir.Arg(self.variable(n, f)) for f in used)
        return ir.Call(ir.Name(name), (*own, *map(self.argument, args)), at=e.at)

    def argument(self, a: ir.Arg) -> ir.Arg:
        return replace(a, value=self.expression(a.value))

    def returned(self, s: ir.Return) -> ir.Return:
        value = s.value and self.whole(s.value)
        if not self.ends:
            return s if value == s.value else replace(s, value=value, source=replace(s.source, text=None))
        (n,) = self.given
        new = self.together(self.split[n], n, self.ends, None if value == ir.Const(None, "None") else value)
        return replace(s, value=new, source=replace(s.source, text=None))

    def together(self, cls: Class, n: str, fields: tuple[str, ...], value: ir.Expr | None) -> ir.Expr:
        """What a method gives back: its value, if it has one, and the fields that it sets."""
        own = tuple(self.variable(n, f) for f in fields)
        if value is None and len(own) == 1:
            return own[0]
        record = self.objects.record(cls)
        passive = tuple(p for f, p in zip(record.fields, record.passive, strict=True) if f in fields)
        names_ = fields if value is None else ("value", *fields)
        passive = passive if value is None else (False, *passive)
        made = ir.Record("", names_, passive, ("",) * len(names_), True, True)
        return ir.Display("(", own if value is None else (value, *own), record=made)

    # --- expressions --------------------------------------------------------------------------------------------------

    def expression(self, e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Attribute(ir.Name(id), attr) if id in self.split:
                cls = self.split[id]
                if attr in cls.names:
                    return replace(self.variable(id, attr), at=e.at)
                if attr in cls.methods and cls.kind_of(attr) == "property" and not self.objects.sets(cls, attr):
                    return self.called(e, id, attr, ())
                if attr in cls.constants:
                    return ir.Attribute(ir.Name(cls.name), attr, at=e.at)
                raise Refused(e, "N171", f"`{attr}` is no field of `{cls.name}` that its constructor sets", HELP)
            case ir.Call(ir.Attribute(ir.Name(id), attr), args) if id in self.split:
                cls = self.split[id]
                if attr not in cls.methods or self.objects.sets(cls, attr):
                    text = f"`{attr}` sets fields, and is called inside an expression"
                    raise Refused(e, "N172", text, "Call it on a line of its own.")
                return self.called(e, id, attr, args)
            case ir.Call(func, args) if any(self.shows(a.value) for a in args) and self.may_see(e):
                new = tuple(replace(a, value=self.whole(a.value)) for a in args)
                return ir.Call(self.expression(func), new, at=e.at)
            case ir.Name(id) if id in self.split:
                raise Refused(e, "N172", f"`{id}`, whose fields are set, gets another name here", HELP)
            case ir.Lambda() if names(e) & self.split.keys():
                raise Refused(e, "N172", "an object whose fields are set is used in a lambda", HELP)
            case _:
                return rebuild(e, self.expression)

    def shows(self, e: ir.Expr) -> bool:
        return isinstance(e, ir.Name) and e.id in self.split

    def whole(self, e: ir.Expr) -> ir.Expr:
        """A value in which the object may stand as a whole: a new one of the same fields."""
        match e:
            case ir.Name(id) if id in self.split:
                cls = self.split[id]
                from adtransform.conversion import Converter

                if id in self.given or not Converter(self.objects, self.unit, self.types).settable(cls):
                    raise Refused(
                        e, "N171", f"an object of `{cls.name}` is needed that can only be set field by field", HELP
                    )
                keywords = self.objects.record(cls).keywords
                args = (ir.Arg(self.variable(id, f.name), k) for f, k in zip(cls.fields, keywords, strict=True))
                return ir.Call(ir.Name(cls.name), tuple(args), at=e.at)
            case ir.Display("(" as bracket, items):
                shown = [i.id for i in items if isinstance(i, ir.Name) and i.id in self.split]
                if len(set(shown)) < len(shown):
                    raise Refused(e, "N172", "an object whose fields are set gets two names", HELP)
                return ir.Display(bracket, tuple(map(self.whole, items)), at=e.at)
            case _:
                return self.expression(e)

    def may_see(self, e: ir.Call) -> bool:
        """Whether a function neither keeps the object nor gives it back."""
        match e.func:
            case ir.Library("builtins", name):
                return name in SHOWN
        own = [self.split[a.value.id] for a in e.args if isinstance(a.value, ir.Name) and a.value.id in self.split]
        callee = self.types.callee(e.func, "", {})
        match callee:
            case UnitCall(unit):
                result = self.objects.types(unit).results.get("")
                held = any(holds(result, cls) for cls in own)
                return not self.objects.keeps(unit) and (not held or self.objects.gives_new(unit))
            case NestedCall():
                return False
            case _:
                return False


def renamed(block: ir.Block, old: str, new: ir.Name) -> ir.Block:
    def whole(s: ir.Stmt) -> ir.Stmt:
        made = map_expressions(s, lambda e: rename(e, lambda n: new if n == old else None))
        if made != s:
            made = replace(made, source=replace(made.source, text=None))
        return map_blocks(made, lambda b: tuple(map(whole, b)))

    return tuple(map(whole, block))


def holds(t: Type, cls: Class) -> bool:
    """Whether a value of a type may hold an object of a class; what is not known is a number."""
    match t:
        case Obj(c):
            return c == cls or any(f.annotation is not None for f in c.fields if is_class(f.annotation))
        case Seq(item):
            return holds(item, cls)
        case Tup(items):
            return any(holds(i, cls) for i in items)
        case _:
            return False


def is_class(e: ir.Expr | None) -> bool:
    from adtransform.classes import field_kind

    return field_kind(e) in ("class", "other")


def targets_of(s: ir.Stmt) -> tuple[ir.Expr, ...]:
    match s:
        case ir.Assign(targets):
            return targets
        case ir.Augment(target) | ir.For(target):
            return (target,)
        case _:
            return ()


def of_fields(
    objects: Objects, cls: Class, method: str, name: str, used: tuple[str, ...], sets: tuple[str, ...]
) -> ir.Function:
    """A method as a function of the fields that it uses; it returns those that it sets behind its value."""
    unit = objects.raw_method(cls, method)
    assert unit is not None
    f = unit.function
    me = f.params[0].name
    splitter = Splitter(objects, unit, objects.types(unit), {me: cls})
    splitter.taken -= set(used)
    splitter.taken |= {p.name for p in f.params} | {
        n for s in statements(f.body, True) for e in expressions(s) for n in names(e)
    }
    splitter.ends = sets
    own = [splitter.variable(me, n) for n in used]
    fields = {x.name: x for x in cls.fields}
    notes = {n: x.annotation or ir.Name("float") for n, x in fields.items() if x.annotation != UNKNOWN}
    params = tuple(ir.Param(v.id, "", notes.get(n)) for v, n in zip(own, used, strict=True))
    new = splitter.function(f)
    body = new.body
    if sets and falls_through(body):
        body = (*body, splitter.returned(ir.Return(None)))
    body = body or (ir.Keyword("pass"),)
    return replace(f, name=name, params=(*params, *f.params[1:]), body=body, returns=None if sets else f.returns)
