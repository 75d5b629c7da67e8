"""One unit without objects: see `objects`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calls import bind
from adtransform.classes import Attribute, Class
from adtransform.dictionaries import Dictionaries
from adtransform.records import field_of, is_field
from adtransform.refusals import Refused
from adtransform.scopes import LibraryCall, NestedCall, Unit, UnitCall
from adtransform.traverse import expressions, map_blocks, map_expressions, rebuild, statements, walk
from adtransform.typed import Local, Obj, Seq, Tup, Type, Types, holds_objects
from adtransform.writes import Writes

if TYPE_CHECKING:
    from adtransform.objects import Objects

SHOWN = frozenset("print isinstance repr str id hash type format bool issubclass callable len hasattr".split())
REPORTS = frozenset("print warn debug info warning error exception critical log write".split())
SAFE = "Read its fields into variables, and make a new object from them."


class Converter:
    """Takes the objects out of one unit."""

    def __init__(self, objects: Objects, unit: Unit, types: Types) -> None:
        self.objects = objects
        self.unit = unit
        self.types = types
        self.path = ""
        self.dictionaries = Dictionaries(self)
        self.fields = frozenset(f.name for t in types.known.values() for f in fields_in(t))

    def function(self, f: ir.Function) -> ir.Function:
        if self.fields:
            self.check_writes(f)
        return self.scope(f, "")

    def scope(self, f: ir.Function, path: str) -> ir.Function:
        outer, self.path = self.path, path
        params = tuple(self.param(p, outer) for p in f.params)
        body = self.block(f.body)
        returns = f.returns and self.annotation(f.returns)
        if returns is None and isinstance(t := self.types.results.get(path), Obj):
            returns = self.objects.note(t.cls)
        self.path = outer
        return replace(f, params=params, body=body, returns=returns)

    def param(self, p: ir.Param, outer: str) -> ir.Param:
        path, self.path = self.path, outer
        default = p.default and self.expression(p.default, {})
        self.path = path
        return replace(p, annotation=p.annotation and self.annotation(p.annotation), default=default)

    def annotation(self, e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Name() | ir.Const(str()):
                found = self.objects.classes.find(self.unit.module, e)
                exact = isinstance(e, ir.Method) or (found is not None and not found.derived)
                return self.objects.note(found) if found is not None and exact and not self.objects.odd(found) else e
            case ir.Subscript(value, index):
                return ir.Subscript(value, self.annotation(index), at=e.at)
            case ir.Display():
                return rebuild(e, self.annotation)
            case _:
                return e

    def check_writes(self, f: ir.Function) -> None:
        """No field of an object that the unit knows is written to, here or in what it calls."""
        writes = Writes(self.objects)
        for s in statements(f.body, nested=True):
            for target, names in writes.own(s):
                known = isinstance(target, ir.Attribute) and isinstance(self.type(target.value), Obj)
                if names & self.fields or known:
                    text = f"`{min(names & self.fields or names)}` is set on an object that may have another name"
                    raise Refused(target, "N172", text, SAFE)
            for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, (ir.Call, ir.Attribute))):
                found = writes.call(self.unit, e) & (self.fields | {"*"})
                if found:
                    name = min(found)
                    what = "fields" if name == "*" else f"`{name}`"
                    raise Refused(e, "N172", f"{what} of an object may be set where this is called", SAFE)

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, block: ir.Block) -> ir.Block:
        return tuple(x for s in block for x in self.led(s))

    def led(self, s: ir.Stmt) -> list[ir.Stmt]:
        new = [self.statement(x) for x in self.dictionaries.statement(s)]
        if new and new[0].source.lead != s.source.lead:
            new[0] = replace(new[0], source=replace(new[0].source, lead=s.source.lead))
        return new

    def statement(self, s: ir.Stmt) -> ir.Stmt:
        match s:
            case ir.Function(name):
                return self.scope(s, f"{self.path}{name}/")
            case ir.Augment(target, _, value) if isinstance(self.type(target), Obj):
                raise Refused(target, "N173", "an object is augmented", "Write `a = a + b`.")
            case ir.Assign(targets, value) if not isinstance(value, ir.Display):
                for t in targets:
                    self.check_unpacked(t, self.type(value), value)
            case ir.For(target, iterable):
                item = self.types.item(iterable, self.path, {})
                self.check_iterated(iterable, {})
                self.check_unpacked(target, item, iterable)
            case ir.With(items):
                for context, _ in items:
                    if holds_objects(self.type(context)):
                        raise Refused(context, "N173", "an object is a context manager", SAFE)
        match s:
            case ir.Assign(targets, value) if any(isinstance(t, ir.Display) for t in targets):
                s = replace(s, targets=tuple(self.labelled(t, self.type(value)) for t in targets))
            case ir.For(ir.Display() as target, iterable):
                s = replace(s, target=self.labelled(target, self.types.item(iterable, self.path, {})))
        new = map_expressions(s, lambda e: self.expression(e, {}))
        if isinstance(s, ir.For) and isinstance(new, ir.For) and (keys := self.dictionaries.iterable(s.iterable, {})):
            new = replace(new, iterable=keys)
        return map_blocks(new, self.block)

    def labelled(self, target: ir.Expr, t: Type) -> ir.Expr:
        """A target that takes objects apart says so: what its passive fields give is passive."""
        if not isinstance(target, ir.Display):
            return target
        items = target.items
        if not any(isinstance(i, ir.Star) for i in items):
            items = tuple(self.labelled(i, self.types.part(t, k, len(items))) for k, i in enumerate(items))
        record = self.objects.record(t.cls) if isinstance(t, Obj) else target.record
        return ir.Display(target.bracket, items, record=record, at=target.at)

    def check_unpacked(self, target: ir.Expr, t: Type, at: ir.Expr) -> None:
        if not isinstance(target, ir.Display):
            return
        if isinstance(t, Obj):
            starred = any(isinstance(i, ir.Star) for i in target.items)
            if t.cls.kind != "tuple" or starred or len(target.items) != len(t.cls.fields):
                raise Refused(at, "N173", f"an object of `{t.cls.name}` is unpacked", "Read its fields one by one.")
        for k, i in enumerate(target.items):
            if not isinstance(i, ir.Star):
                self.check_unpacked(i, self.types.part(t, k, len(target.items)), at)

    def check_iterated(self, e: ir.Expr, local: Local) -> None:
        if isinstance(t := self.types.of(e, self.path, local), Obj) and not self.is_tuple(t.cls):
            raise Refused(e, "N173", f"a loop runs over an object of `{t.cls.name}`", "Read its fields one by one.")

    def is_tuple(self, cls: Class) -> bool:
        """Whether an object is a tuple of floats, with which all can be done that is done with tuples."""
        return cls.kind == "tuple" and not any(self.objects.record(cls).passive)

    def type(self, e: ir.Expr, local: Local | None = None) -> Type:
        return self.types.of(e, self.path, local or {})

    # --- expressions --------------------------------------------------------------------------------------------------

    def expression(self, e: ir.Expr, local: Local) -> ir.Expr:
        if (found_ := self.dictionaries.expression(e, local)) is not None:
            return found_
        match e:
            case ir.Attribute(value, attr):
                t = self.type(value, local)
                if isinstance(t, Obj):
                    return self.attribute(e, t.cls, self.expression(value, local), attr)
                return rebuild(e, lambda x: self.expression(x, local))
            case ir.Call():
                return self.call(e, local)
            case ir.Subscript(value, index) if isinstance(t := self.type(value, local), Obj):
                return self.subscript(e, t.cls, value, index, local)
            case ir.Binary(op, left, right):
                found = self.types.operator(op, self.type(left, local), self.type(right, local))
                new = self.expression(left, local), self.expression(right, local)
                if found is not None:
                    cls, name, is_right = found
                    return self.method(e, cls, name, new[::-1] if is_right else new)
                for side in (left, right):
                    if isinstance(t := self.type(side, local), Obj):
                        text = f"`{op}` of an object of `{t.cls.name}` is not known"
                        raise Refused(e, "N173", text, "Write a function or a method, and call it.")
                return ir.Binary(op, *new, at=e.at)
            case ir.Unary("-" | "+" as op, operand) if isinstance(t := self.type(operand, local), Obj):
                if op == "-" and "__neg__" in t.cls.methods:
                    return self.method(e, t.cls, "__neg__", (self.expression(operand, local),))
                raise Refused(e, "N173", f"`{op}` of an object of `{t.cls.name}` is not known", SAFE)
            case ir.Lambda(params, _):
                inner = {**local, **{p.name: None for p in params}}
                return rebuild(e, lambda x: self.expression(x, inner))
            case ir.Comprehension(bracket, element, clauses):
                made = []
                clauses, element = self.dictionaries.clauses(clauses, element, local)
                for c in clauses:
                    self.check_iterated(c.iterable, local)
                    item = self.types.item(c.iterable, self.path, local)
                    self.check_unpacked(c.target, item, c.iterable)
                    iterable = self.dictionaries.iterable(c.iterable, local) or self.expression(c.iterable, local)
                    local = self.types.bind_local(c.target, item, local)
                    inner_ = local
                    conditions = tuple(self.expression(x, inner_) for x in c.conditions)
                    made.append(ir.Clause(self.labelled(c.target, item), iterable, conditions))
                return ir.Comprehension(bracket, self.expression(element, local), tuple(made), at=e.at)
            case ir.Star(value) if isinstance(self.type(value, local), Obj):
                raise Refused(e, "N173", "an object is unpacked", "Read its fields one by one.")
            case _:
                return rebuild(e, lambda x: self.expression(x, local))

    def attribute(self, e: ir.Attribute, cls: Class, value: ir.Expr, attr: str) -> ir.Expr:
        if attr in cls.names:
            k = cls.names[attr]
            if self.objects.is_unknown(cls, k):
                text = f"it does not show what the field `{attr}` of `{cls.name}` holds"
                raise Refused(e, "N171", text, "Annotate it with `float`, `int`, `str` or a class of the file.")
            return ir.Subscript(value, field_of(self.objects.record(cls), k), at=e.at)
        if attr in cls.methods and cls.kind_of(attr) == "property":
            return self.method(e, cls, attr, (value,))
        if attr in cls.constants:
            return ir.Attribute(ir.Name(cls.name), attr, at=e.at)
        if attr in cls.methods:
            raise Refused(e, "N173", f"the method `{attr}` stands here as a value", "Call it.")
        text = f"`{attr}` is no field of `{cls.name}` that its constructor sets"
        raise Refused(e, "N171", text, "Set every field in the constructor.")

    def method(self, e: ir.Expr, cls: Class, name: str, args: tuple[ir.Expr, ...]) -> ir.Expr:
        return self.method_call(e, cls, name, tuple(ir.Arg(a) for a in args))

    def method_call(self, e: ir.Expr, cls: Class, name: str, args: tuple[ir.Arg, ...]) -> ir.Expr:
        unit = self.objects.raw_method(cls, name)
        if unit is None:
            raise Refused(
                e, "N173", f"the method `{name}` of `{cls.name}` cannot be followed", "Write it as a function."
            )
        kind = cls.kind_of(name)
        return ir.Call(ir.Method(unit.name, "static" if kind == "class" else kind), args, at=e.at)

    def subscript(self, e: ir.Subscript, cls: Class, value: ir.Expr, index: ir.Expr, local: Local) -> ir.Expr:
        k = index.value if isinstance(index, ir.Const) else None
        if isinstance(index, ir.Unary) and isinstance(index.operand, ir.Const) and isinstance(index.operand.value, int):
            k = -index.operand.value
        if cls.kind != "tuple" or not isinstance(k, int) or not -len(cls.fields) <= k < len(cls.fields):
            raise Refused(e, "N173", f"an object of `{cls.name}` is indexed", "Read its fields by their names.")
        own = field_of(self.objects.record(cls), k % len(cls.fields))
        return ir.Subscript(self.expression(value, local), own, at=e.at)

    # --- calls --------------------------------------------------------------------------------------------------------

    def call(self, e: ir.Call, local: Local) -> ir.Expr:
        if (cls := self.types.class_of(e.func, self.path, local)) is not None:
            return self.construct(e, cls, local)
        args = tuple(replace(a, value=self.argument(a, local)) for a in e.args)
        match e.func:
            case ir.Attribute(value, attr) if (cls := self.types.class_of(value, self.path, local)) is not None:
                if attr not in cls.methods or cls.kind_of(attr) not in ("static", "class", "method"):
                    raise Refused(e, "N173", f"`{attr}` of the class `{cls.name}` is not known", SAFE)
                return self.method_call(e, cls, attr, args)
            case ir.Attribute(value, attr) if isinstance(t := self.type(value, local), Obj):
                if attr == "_replace" and t.cls.kind == "tuple":
                    return self.replaced(e, t.cls, value, e.args, local)
                if attr not in t.cls.methods or t.cls.kind_of(attr) == "property":
                    raise Refused(e, "N173", f"the method `{attr}` of `{t.cls.name}` is not known", SAFE)
                own = () if t.cls.kind_of(attr) in ("static", "class") else (ir.Arg(self.expression(value, local)),)
                return self.method_call(e, t.cls, attr, (*own, *args))
            case ir.Name() if isinstance(t := self.type(e.func, local), Obj):
                if "__call__" not in t.cls.methods:
                    raise Refused(e, "N173", f"an object of `{t.cls.name}` is called", SAFE)
                return self.method_call(e, t.cls, "__call__", (ir.Arg(e.func), *args))
        if self.objects.replaces(self.unit, self.path, e.func) and e.args:
            t = self.type(e.args[0].value, local)
            if isinstance(t, Obj):
                return self.replaced(e, t.cls, e.args[0].value, e.args[1:], local)
        self.check_handed(e, local)
        func = self.expression(e.func, local)
        return ir.Call(func, args, at=e.at)

    def argument(self, a: ir.Arg, local: Local) -> ir.Expr:
        if a.star and holds_objects(self.type(a.value, local)):
            raise Refused(a.value, "N173", "objects are passed by `*`", "Pass them one by one.")
        return self.expression(a.value, local)

    def check_handed(self, e: ir.Call, local: Local) -> None:
        """Objects are handed to functions that can be read, or that only show them."""
        given = [a.value for a in e.args if holds_objects(self.type(a.value, local))]
        if not given:
            return
        match self.types.callee(e.func, self.path, local):
            case UnitCall() | NestedCall():
                return
            case LibraryCall("builtins", name) if name in SHOWN:
                return
            case LibraryCall("builtins", "list" | "tuple" | "zip" | "enumerate" | "reversed" | "len" | "range"):
                if not any(isinstance(self.type(g, local), Obj) for g in given):
                    return
                if all(self.is_tuple(t.cls) for g in given if isinstance(t := self.type(g, local), Obj)):
                    return
            case LibraryCall("builtins" | "math", "sum" | "fsum" | "max" | "min") if len(e.args) == 1:
                if isinstance(t := self.type(given[0], local), Obj) and self.is_tuple(t.cls):
                    return
            case _ if isinstance(e.func, ir.Attribute):
                if e.func.attr in REPORTS | {"append", "insert", "extend"}:
                    return
            case _:
                if isinstance(e.func, ir.Name) and e.func.id == "warn":
                    return
        raise Refused(given[0], "N173", "an object is handed to a function that is not known", SAFE)

    def construct(self, e: ir.Call, cls: Class, local: Local) -> ir.Expr:
        """`Point(a, y=b)` as the tuple of its fields, in their order."""
        params = tuple(self.params(cls))
        bound = bind(params, e)
        if bound is None or bound.loose:
            raise Refused(e, "N173", f"the arguments of `{cls.name}` cannot be told", "Pass them one by one.")
        given = {p.name: self.expression(a.value, local) for p, a in bound.pairs}
        if not self.settable(cls):
            text = f"the constructor of `{cls.name}` does more than set the fields to its arguments"
            raise Refused(e, "N171", text, "Compute in a function, and keep the constructor plain.")
        order = [p.name for p, _ in bound.pairs]
        if order != [p.name for p in params if p.name in given] and any(has_call(v) for v in given.values()):
            raise Refused(e, "N173", "arguments with calls are passed out of order", "Assign them to variables first.")
        items = []
        for p in params:
            value = given.get(p.name, p.default)
            if value is None or (p.name not in given and not is_literal(value)):
                raise Refused(e, "N173", f"`{cls.name}` is made without `{p.name}`", "Pass it.")
            items.append(value)
        return ir.Display("(", tuple(items), record=self.objects.record(cls), at=e.at)

    def settable(self, cls: Class) -> bool:
        """Whether the fields of a new object are the arguments: the constructor may check them."""
        if cls.plain:
            return True
        return cls.kind == "dataclass" and "__post_init__" in cls.methods and only_checks(self.objects, cls)

    def params(self, cls: Class) -> list[ir.Param]:
        if cls.kind == "plain":
            return list(cls.init.params[1:]) if cls.init is not None else []
        plain = [f for f in cls.fields if not f.keyword]
        return [
            *(ir.Param(f.name, "", None, f.default) for f in plain),
            *(ir.Param(f.name, "=", None, f.default) for f in cls.fields if f.keyword),
        ]

    def replaced(self, e: ir.Call, cls: Class, value: ir.Expr, given: tuple[ir.Arg, ...], local: Local) -> ir.Expr:
        """`replace(p, x=a)` as a new object of the fields of the old one."""
        if not self.settable(cls) or any(not a.keyword or a.keyword not in cls.names for a in given):
            raise Refused(e, "N173", f"which fields of `{cls.name}` are replaced cannot be told", "Make a new object.")
        new = {a.keyword: self.expression(a.value, local) for a in given}
        record = self.objects.record(cls)
        own = self.expression(value, local)
        if isinstance(own, ir.Display) and not any(map(has_call, own.items)):
            items = own.items
        elif is_field(own) or isinstance(own, ir.Name):
            items = tuple(ir.Subscript(own, field_of(record, k), at=value.at) for k in range(len(record.fields)))
        else:
            raise Refused(value, "N173", "a copy is made of what has no name", "Assign it to a variable first.")
        both = (new.get(n, i) for n, i in zip(record.fields, items, strict=True))
        return ir.Display("(", tuple(both), record=record, at=e.at)


def fields_in(t: Type) -> list[Attribute]:
    """The fields of the objects that a type holds."""
    match t:
        case Obj(cls):
            return list(cls.fields)
        case Seq(item):
            return fields_in(item)
        case Tup(items):
            return [f for i in items for f in fields_in(i)]
        case _:
            return []


def only_checks(objects: Objects, cls: Class) -> bool:
    """Whether `__post_init__` sets nothing."""
    unit = objects.raw_method(cls, "__post_init__")
    if unit is None:
        return False
    writes = Writes(objects)
    for s in statements(unit.function.body, nested=True):
        if writes.own(s) or isinstance(s, ir.Unread):
            return False
        for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Call)):
            if not isinstance(e.func, ir.Library) and not isinstance(s, ir.Inert):
                return False
    return True


def has_call(e: ir.Expr) -> bool:
    return any(isinstance(x, ir.Call) and not isinstance(x.func, ir.Library) for x in walk(e))


def is_literal(e: ir.Expr) -> bool:
    return isinstance(e, ir.Const) or (isinstance(e, ir.Unary) and is_literal(e.operand))
