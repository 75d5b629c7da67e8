"""Which variables of a unit hold objects, and of which classes: by annotations, constructors and results.

A variable that holds now an object and now something else is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.annotations import DICTIONARIES
from adtransform.classes import Class
from adtransform.scopes import Callee, LibraryCall, NestedCall, Unit, UnitCall
from adtransform.traverse import expressions, own_names, statements, target_names, walk

if TYPE_CHECKING:
    from adtransform.objects import Objects


@dataclass(frozen=True)
class Obj:
    cls: Class


@dataclass(frozen=True)
class Seq:
    item: Type


@dataclass(frozen=True)
class Tup:
    items: tuple[Type, ...]


@dataclass(frozen=True)
class Dct:
    """A dictionary."""

    item: Type


@dataclass(frozen=True)
class Unset:
    """Nothing is known yet."""


Type = Obj | Seq | Tup | Dct | Unset | None  # None: anything
UNSET = Unset()
FROM_KEYS = ir.Attribute(ir.Name("dict"), "fromkeys")
LISTS = frozenset("list List Sequence Iterable Collection MutableSequence".split())
OPERATORS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow", "@": "matmul", "//": "floordiv"}


def join(a: Type, b: Type) -> Type:
    """What both may be."""
    match a, b:
        case Unset(), _:
            return b
        case _, Unset():
            return a
        case Seq(x), Seq(y):
            return Seq(join(x, y))
        case Dct(x), Dct(y):
            return Dct(join(x, y))
        case Tup(xs), Tup(ys) if len(xs) == len(ys):
            return Tup(tuple(join(x, y) for x, y in zip(xs, ys, strict=True)))
        case _:
            return a if a == b else None


def holds_objects(t: Type) -> bool:
    match t:
        case Obj():
            return True
        case Seq(item) | Dct(item):
            return holds_objects(item)
        case Tup(items):
            return any(map(holds_objects, items))
        case _:
            return False


Local = dict[str, Type]


class Types:
    """The types of one unit."""

    def __init__(self, objects: Objects, unit: Unit) -> None:
        self.objects = objects
        self.unit = unit
        self.program = objects.program
        self.known: dict[str, Type] = {}
        self.results: dict[str, Type] = {}
        self.ready = False
        self.memo: dict[tuple[int, str], tuple[ir.Expr, Type]] = {}

    def infer(self) -> Types:
        for _ in range(12):
            before = dict(self.known), dict(self.results)
            self.function(self.unit.function, "")
            if before == (self.known, self.results):
                break
        self.ready = True
        return self

    def function(self, f: ir.Function, path: str) -> None:
        indexed = keyed_names(f)
        for p in f.params:
            t = self.annotation(p.annotation) if p.role not in ("*", "**") else None
            if t is None and p.annotation is None and p.role != "**" and p.name in indexed:
                t = Dct(None)
            self.add(path + p.name, t)
        for s in statements(f.body):
            self.statement(s, path)
            if isinstance(s, ir.Function):
                self.function(s, f"{path}{s.name}/")

    def add(self, key: str, t: Type) -> None:
        self.known[key] = join(self.known.get(key, UNSET), t)

    def statement(self, s: ir.Stmt, path: str) -> None:
        match s:
            case ir.Assign(targets, value):
                t = self.of(value, path, {})
                for target in targets:
                    self.bind(target, t, path)
            case ir.For(target, iterable):
                self.bind(target, self.item(iterable, path, {}), path)
            case ir.Return(value):
                self.results[path] = join(self.results.get(path, UNSET), self.of(value, path, {}) if value else None)
            case ir.Effect(ir.Call(ir.Attribute(ir.Name(id), "append" | "insert"), (*_, ir.Arg(value)))):
                if (key := self.unit.scopes.key(path, id)) is not None and isinstance(self.known.get(key), Seq):
                    self.add(key, Seq(self.of(value, path, {})))
            case ir.Augment(ir.Name(id), _, value) if isinstance(self.known.get(path + id), Seq):
                self.add(path + id, join(self.known[path + id], self.of(value, path, {})))
            case _:
                for n in own_names(s):
                    self.bind(ir.Name(n), None, path)
                return
        for n in own_names(s) - {n for e in expressions(s) for n in target_names(e)}:  # assignment expressions
            self.bind(ir.Name(n), None, path)

    def bind(self, target: ir.Expr, t: Type, path: str) -> None:
        match target:
            case ir.Name(id):
                if (key := self.unit.scopes.key(path, id)) is not None:
                    self.add(key, t)
            case ir.Display(_, items):
                for k, i in enumerate(items):
                    if isinstance(i, ir.Star):
                        self.bind(i.value, None, path)
                    else:
                        self.bind(i, self.part(t, k, len(items)), path)
            case _:
                pass

    def bind_local(self, target: ir.Expr, t: Type, local: Local) -> Local:
        match target:
            case ir.Name(id):
                return {**local, id: t}
            case ir.Display(_, items):
                for k, i in enumerate(items):
                    local = self.bind_local(i, self.part(t, k, len(items)), local)
                return local
            case ir.Star(value):
                return self.bind_local(value, None, local)
            case _:
                return local

    def part(self, t: Type, k: int, count: int) -> Type:
        match t:
            case Tup(items) if len(items) == count:
                return items[k]
            case Seq(item):
                return item
            case Obj(cls) if cls.kind == "tuple" and k < len(cls.fields):
                return self.field(cls, k)
            case Unset():
                return UNSET
            case _:
                return None

    def field(self, cls: Class, k: int) -> Type:
        return self.annotation(cls.fields[k].annotation, cls)

    def annotation(self, e: ir.Expr | None, cls: Class | None = None) -> Type:
        module = cls.module if cls is not None else self.unit.module
        match e:
            case ir.Name(id) | ir.Const(str(id)) if id not in DICTIONARIES:
                found = self.objects.classes.find(module, e)
                exact = isinstance(e, ir.Method) or (found is not None and not found.derived)
                return Obj(found) if found is not None and exact and not self.objects.odd(found) else None
            case ir.Subscript(ir.Name(id) | ir.Attribute(_, id), inner) if id in LISTS:
                return Seq(self.annotation(inner, cls))
            case ir.Name(id) | ir.Attribute(_, id) if id in DICTIONARIES:
                return Dct(None)
            case ir.Subscript(ir.Name(id) | ir.Attribute(_, id), ir.Display(_, (_, inner))) if id in DICTIONARIES:
                return Dct(self.annotation(inner, cls))
            case ir.Subscript(ir.Name("tuple" | "Tuple"), ir.Display(_, (item, ir.Const(value)))) if value is ...:
                return Seq(self.annotation(item, cls))
            case ir.Subscript(ir.Name("tuple" | "Tuple"), inner):
                items = inner.items if isinstance(inner, ir.Display) else (inner,)
                return Tup(tuple(self.annotation(i, cls) for i in items))
            case ir.Subscript(ir.Name("Final" | "Annotated"), inner):
                return self.annotation(inner.items[0] if isinstance(inner, ir.Display) else inner, cls)
            case _:
                return None

    # --- expressions --------------------------------------------------------------------------------------------------

    def callee(self, func: ir.Expr, path: str, local: Local) -> Callee | None:
        if isinstance(func, ir.Name) and func.id in local:
            return None
        self.program.reading += 1
        try:
            return self.program.callee(self.unit, path, func)
        finally:
            self.program.reading -= 1

    def class_of(self, func: ir.Expr, path: str, local: Local) -> Class | None:
        """The class that is named where something is called, or where an attribute is taken."""
        if not isinstance(func, ir.Name) or func.id in local or self.unit.scopes.key(path, func.id) is not None:
            return None
        found = self.objects.classes.find(self.unit.module, func)
        return found if found is not None and not self.objects.odd(found) else None

    def of(self, e: ir.Expr, path: str, local: Local) -> Type:
        """The type of an expression; answers are kept once everything is inferred."""
        if not self.ready or local or isinstance(e, (ir.Name, ir.Const)):
            return self.found(e, path, local)
        key = (id(e), path)
        if key not in self.memo:
            self.memo[key] = e, self.found(e, path, local)
        return self.memo[key][1]

    def found(self, e: ir.Expr, path: str, local: Local) -> Type:
        match e:
            case ir.Name(id):
                if id in local:
                    return local[id]
                key = self.unit.scopes.key(path, id)
                return self.known.get(key, UNSET) if key is not None else None
            case ir.Call():
                return self.call(e, path, local)
            case ir.Attribute(value, attr):
                match self.of(value, path, local):
                    case Obj(cls) if attr in cls.names:
                        return self.field(cls, cls.names[attr])
                    case Obj(cls) if attr in cls.methods and cls.kind_of(attr) == "property":
                        return self.objects.result(cls, attr)
                    case Unset():
                        return UNSET
                    case _:
                        return None
            case ir.Subscript(value, index):
                return self.subscript(self.of(value, path, local), index)
            case ir.Display("(", items) if not any(isinstance(i, ir.Star) for i in items):
                return Tup(tuple(self.of(i, path, local) for i in items))
            case ir.Display("(" | "[", items):
                found: Type = UNSET
                for i in items:
                    given = self.item(i.value, path, local) if isinstance(i, ir.Star) else self.of(i, path, local)
                    found = join(found, given)
                return Seq(found)
            case ir.Comprehension("[" | "(", element, clauses):
                for c in clauses:
                    local = self.bind_local(c.target, self.item(c.iterable, path, local), local)
                return Seq(self.of(element, path, local))
            case ir.Opaque(("{", _, ": ", _, " for ", *_)):
                return Dct(None)
            case ir.Opaque() if (shown := entries(e)) is not None:
                found = UNSET
                for _, v in shown:
                    found = join(found, self.of(v, path, local))
                return Dct(found)
            case ir.Choice(_, body, orelse):
                return join(self.of(body, path, local), self.of(orelse, path, local))
            case ir.Logic(_, values):
                found = UNSET
                for v in values:
                    found = join(found, self.of(v, path, local))
                return found
            case ir.Walrus(_, value):
                return self.of(value, path, local)
            case ir.Binary(op, left, right):
                sides = self.of(left, path, local), self.of(right, path, local)
                if (found_ := self.operator(op, *sides)) is not None:
                    return self.objects.result(*found_[:2])
                if op == "+" and all(isinstance(s, (Seq, Unset)) for s in sides):
                    return join(*sides)
                if op == "*" and isinstance(sides[0], Seq):
                    return sides[0]
                return UNSET if UNSET in sides else None
            case ir.Unary("-", operand):
                match self.of(operand, path, local):
                    case Obj(cls) if "__neg__" in cls.methods:
                        return self.objects.result(cls, "__neg__")
                    case Unset():
                        return UNSET
                return None
            case _:
                return None

    def operator(self, op: str, a: Type, b: Type) -> tuple[Class, str, bool] | None:
        """The class and the method of an operator between objects, and whether it is that of the right operand."""
        if op not in OPERATORS:
            return None
        name = OPERATORS[op]
        if isinstance(a, Obj) and f"__{name}__" in a.cls.methods:
            return a.cls, f"__{name}__", False
        if (
            not isinstance(a, Obj)
            and isinstance(b, Obj)
            and f"__r{name}__" in b.cls.methods
            and not isinstance(a, Unset)
        ):
            return b.cls, f"__r{name}__", True
        return None

    def subscript(self, t: Type, index: ir.Expr) -> Type:
        k = index.value if isinstance(index, ir.Const) else None
        if isinstance(index, ir.Unary) and isinstance(index.operand, ir.Const) and isinstance(index.operand.value, int):
            k = -index.operand.value
        match t:
            case Unset():
                return UNSET
            case Seq(item):
                return t if isinstance(index, ir.Slice) else item
            case Dct(item):
                return item
            case Tup(items) if isinstance(k, int) and -len(items) <= k < len(items):
                return items[k]
            case Obj(cls) if cls.kind == "tuple" and isinstance(k, int) and -len(cls.fields) <= k < len(cls.fields):
                return self.field(cls, k % len(cls.fields))
            case _:
                return None

    def item(self, e: ir.Expr, path: str, local: Local) -> Type:
        """What a loop over an expression gives."""
        match e:
            case ir.Call(ir.Library("builtins", "zip"), args):
                return Tup(tuple(self.item(a.value, path, local) for a in args))
            case ir.Call(ir.Library("builtins", "enumerate"), (a, *_)):
                return Tup((None, self.item(a.value, path, local)))
            case ir.Call(ir.Library("builtins", "reversed" | "list" | "tuple" | "sorted"), (a, *_)):
                return self.item(a.value, path, local)
            case _:
                match self.of(e, path, local):
                    case Seq(item):
                        return item
                    case Tup(items):
                        found: Type = UNSET
                        for i in items:
                            found = join(found, i)
                        return found
                    case Unset():
                        return UNSET
                    case _:
                        return None

    def call(self, e: ir.Call, path: str, local: Local) -> Type:
        if (cls := self.class_of(e.func, path, local)) is not None:
            return Obj(cls)
        if isinstance(e.func, ir.Attribute):
            if (cls := self.class_of(e.func.value, path, local)) is not None and e.func.attr in cls.methods:
                return self.objects.result(cls, e.func.attr)
            receiver = self.of(e.func.value, path, local)
            if isinstance(receiver, Obj):
                if e.func.attr == "_replace" and receiver.cls.kind == "tuple":
                    return receiver
                return self.objects.result(receiver.cls, e.func.attr) if e.func.attr in receiver.cls.methods else None
            if isinstance(receiver, Dct):
                return receiver if e.func.attr == "copy" else receiver.item if e.func.attr == "get" else None
            if e.func == FROM_KEYS and self.unit.scopes.key(path, "dict") is None:
                return Dct(self.of(e.args[1].value, path, local) if len(e.args) == 2 else None)
            if isinstance(receiver, Seq) and e.func.attr in ("copy", "pop"):
                return receiver if e.func.attr == "copy" else receiver.item
            if isinstance(receiver, Unset):
                return UNSET
        if self.objects.replaces(self.unit, path, e.func) and e.args:
            found = self.of(e.args[0].value, path, local)
            return found if isinstance(found, (Obj, Unset)) else None
        match self.callee(e.func, path, local):
            case UnitCall(unit):
                return self.objects.types(unit).results.get("", UNSET)
            case NestedCall(inner):
                return self.results.get(inner, UNSET)
            case LibraryCall("builtins", "dict"):
                made: Type = self.of(e.args[0].value, path, local) if e.args and not e.args[0].keyword else UNSET
                for a in e.args:
                    made = join(made, Dct(self.of(a.value, path, local))) if a.keyword else made
                return made if isinstance(made, (Dct, Unset)) else None
            case LibraryCall("builtins", "list" | "sorted" | "reversed" | "tuple") if e.args:
                return Seq(self.item(e.args[0].value, path, local))
            case _:
                receiver = self.of(e.func, path, local) if isinstance(e.func, ir.Name) else None
                if isinstance(receiver, Obj) and "__call__" in receiver.cls.methods:
                    return self.objects.result(receiver.cls, "__call__")
                return None


def entries(e: ir.Opaque) -> list[tuple[ir.Expr, ir.Expr]] | None:
    """The keys and values of a dictionary that is written out; None for any other text."""
    if e.parts[:1] != ("{",) or e.parts[-1:] != ("}",):
        return None
    inner = e.parts[1:-1]
    found: list[tuple[ir.Expr, ir.Expr]] = []
    for i in range(0, len(inner), 4):
        match inner[i : i + 4]:
            case (key, ": ", value, *rest) if (
                not isinstance(key, str) and not isinstance(value, str) and rest in ([], [", "])
            ):
                found.append((key, value))
            case _:
                return None
    return found


def keyed_names(f: ir.Function) -> set[str]:
    """The names that are indexed by text."""
    found: set[str] = set()
    for s in statements(f.body):
        for e in (x for top in expressions(s) for x in walk(top)):
            match e:
                case ir.Subscript(ir.Name(id), ir.Const(str())):
                    found.add(id)
    return found
