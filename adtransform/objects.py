"""Objects as tuples of their fields: the form in which units with objects are differentiated.

    p.x                     item 0 of p, which is spelled `.x`
    Point(a, y=b)           a tuple that is spelled `Point(a, b)`
    p.area(k), p.norm       calls of functions of the top level, whose first argument is `p`
    p: Point                a tuple of floats, that is spelled `Point`

In the end the tuples are spelled as objects again (`respell`), and each is an object all the time: what is not known
to work on both is refused here.  Objects that a unit writes to are split into variables before (`fields`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir, reader
from adtransform.annotations import DICTIONARIES
from adtransform.classes import Class, Classes, field_kind
from adtransform.fields import KEEPING, of_fields, targets_of
from adtransform.lambdas import with_named_lambdas
from adtransform.modules import Imported
from adtransform.reach import falls_through
from adtransform.refusals import Refused
from adtransform.scopes import Unit, UnitCall
from adtransform.traverse import expressions, rename, statements, walk
from adtransform.typed import UNSET, Obj, Type, Types
from adtransform.writes import set_in

if TYPE_CHECKING:
    from adtransform.scopes import Program


PRIVATE = re.compile(r"\.__(?!\w*__\b)\w+")


class Objects:
    """The units of a program in the form without objects."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.classes = Classes(program)
        self.converted: dict[Unit, Unit] = {}
        self.methods: dict[str, Unit] = {}
        self.classes_of: dict[str, Class] = {}
        self.known: dict[Unit, Types] = {}
        self.pending: set[Class] = set()
        self.made: set[str] = set()  # names of functions that are made of methods
        self.by_fields: dict[tuple[Class, str], tuple[str, tuple[str, ...]]] = {}
        self.with_classes: dict[int, bool] = {}
        self.named: dict[tuple[int, str], list[Unit]] = {}  # methods by module and name
        self.written: dict[Unit, tuple[frozenset[str], tuple[Unit, ...]]] = {}  # see `writes`
        self.raw_lifted: dict[str, Unit] = {}
        self.effects: dict[tuple[Class, str], frozenset[str]] = {}

    # --- classes ------------------------------------------------------------------------------------------------------

    def odd(self, cls: Class) -> str:
        """Why objects of a class cannot be followed."""
        if cls.odd:
            return cls.odd
        if cls in self.pending:
            return "it is part of itself"
        self.pending.add(cls)
        try:
            for f in cls.fields:
                kind = field_kind(f.annotation)
                inner = self.classes.find(cls.module, f.annotation) if kind == "class" else None
                if kind == "class" and inner is not None and (why := self.odd(inner)):
                    return f"its field `{f.name}` cannot be followed: {why}"
        finally:
            self.pending.discard(cls)
        return ""

    def record(self, cls: Class) -> ir.Record:
        names = [f.name for f in cls.fields]
        params = {f.value.id: f.name for f in cls.fields if isinstance(f.value, ir.Name)}
        by_field = {f: p for p, f in params.items()}
        keywords = tuple(by_field.get(f.name, f.name) if f.keyword else "" for f in cls.fields)
        passive = tuple(self.is_passive(cls, k) for k in range(len(names)))
        return ir.Record(cls.name, tuple(names), passive, keywords, cls.plain, cls.kind == "tuple")

    def is_passive(self, cls: Class, k: int) -> bool:
        kind = field_kind(cls.fields[k].annotation)
        if kind == "class":
            return self.classes.find(cls.module, cls.fields[k].annotation) is None
        return kind == "passive" or (kind == "other" and self.note_of(cls, k) is None)

    def is_unknown(self, cls: Class, k: int) -> bool:
        """Whether it does not show what a field holds."""
        return self.is_passive(cls, k) and field_kind(cls.fields[k].annotation) != "passive"

    def note_of(self, cls: Class, k: int) -> ir.Expr | None:
        """The annotation of a field in the form without objects; None where it says nothing."""
        e = cls.fields[k].annotation
        match field_kind(e):
            case "float":
                return ir.Name("float")
            case "passive":
                return ir.Name("int")
            case "class":
                found = self.classes.find(cls.module, e)
                return self.note(found) if found is not None else ir.Name("object")
            case _:
                return self.annotation(cls, e)

    def annotation(self, cls: Class, e: ir.Expr | None) -> ir.Expr | None:
        """Lists and tuples of floats or objects; None for anything else."""
        match e:
            case ir.Subscript(ir.Name("list" | "List" | "Sequence" | "tuple" | "Tuple") as name, inner):
                items = inner.items if isinstance(inner, ir.Display) else (inner,)
                new = [i if i == ir.Const(..., "...") else self.annotation(cls, i) for i in items]
                if any(n is None for n in new):
                    return None
                whole = tuple(n for n in new if n is not None)
                return ir.Subscript(name, ir.Display("(", whole) if isinstance(inner, ir.Display) else whole[0])
            case ir.Subscript(ir.Name(id) as name, ir.Display(_, (key, inner))) if id in DICTIONARIES:
                value = self.annotation(cls, inner)
                return ir.Subscript(name, ir.Display("(", (key, value))) if value is not None else None
            case _ if field_kind(e) == "float":
                return ir.Name("float")
            case _ if (found := self.classes.find(cls.module, e)) is not None and not self.odd(found):
                return self.note(found)
            case _:
                return None

    def note(self, cls: Class) -> ir.Expr:
        """The annotation of an object: a tuple of its fields."""
        items = tuple(self.note_of(cls, k) or ir.Name("object") for k in range(len(cls.fields)))
        return ir.Subscript(ir.Name("tuple"), ir.Display("(", items, record=self.record(cls)))

    # --- units --------------------------------------------------------------------------------------------------------

    def types(self, unit: Unit) -> Types:
        if unit not in self.known:
            self.known[unit] = Types(self, unit)
            self.known[unit].infer()
        return self.known[unit]

    def result(self, cls: Class, method: str) -> Type:
        unit = self.raw_method(cls, method)
        return self.types(unit).results.get("", UNSET) if unit is not None else None

    def raw_method(self, cls: Class, name: str) -> Unit | None:
        """A method as a function of the top level; None for what is none."""
        full = f"{cls.name}.{name}"
        kind = cls.kind_of(name)
        if not kind:
            return None
        if full in self.methods:
            return self.methods[full] if self.classes_of[full] == cls else None
        node = cls.methods[name]
        f = with_named_lambdas(reader.function(node), cls.module.identifiers)
        if PRIVATE.search(reader.text_of(node)):
            return None  # names that mean something else outside of the class
        f = replace(f, name=full, decorators=())
        if kind in ("method", "property"):
            if not f.params or f.params[0].role not in ("", "/"):
                return None
            f = replace(
                f, params=(replace(f.params[0], annotation=ir.Method(cls.name, "self"), role=""), *f.params[1:])
            )
        elif kind == "class":
            me = f.params[0].name
            f = replace(f, params=f.params[1:], body=renamed(f.body, me, ir.Name(cls.name)))
        self.classes_of[full] = cls
        self.methods[full] = Unit(cls.module, f, self.program)
        return self.methods[full]

    def is_property(self, method: Unit) -> bool:
        return self.classes_of[method.name].kind_of(method.name.rpartition(".")[2]) == "property"

    def method_unit(self, method: ir.Method) -> Unit:
        """The unit of a method in the form without objects."""
        found = self.methods[method.id]
        if self.program.reading:
            return found
        found = self.unit(found)
        first_order = self.program.first_order
        return first_order.unit(found) if first_order is not None and not self.program.lifting else found

    def unit(self, original: Unit) -> Unit:
        """A unit without objects; itself where it has none."""
        from adtransform.conversion import Converter
        from adtransform.fields import Splitter

        if not self.has_classes(original):
            return original
        if original not in self.converted:
            self.converted[original] = original  # while it is at work
            f = original.function
            refusal = None
            self.program.reading += 1
            try:
                split = Splitter(self, original, self.types(original)).function(f)
                unit = original if split is f else Unit(original.module, split, self.program)
                new, types = Converter(self, unit, self.types(unit)).function(unit.function), self.types(unit)
            except Refused as refused:
                converter = Converter(self, original, self.types(original))
                params = tuple(
                    replace(p, annotation=p.annotation and converter.annotation(p.annotation)) for p in f.params
                )
                new, refusal, types = replace(f, params=params), refused, self.types(original)
            finally:
                self.program.reading -= 1
            if new != f or refusal is not None:
                self.converted[original] = Unit(original.module, new, self.program, refusal)
            self.known[self.converted[original]] = types
        return self.converted[original]

    # --- methods that set fields --------------------------------------------------------------------------------------

    def sets(self, cls: Class, method: str) -> frozenset[str]:
        """The fields of its object that a method sets."""
        key = (cls, method)
        if key not in self.effects:
            self.effects[key] = frozenset()
            unit = self.raw_method(cls, method) if cls.kind_of(method) in ("method", "property") else None
            while unit is not None:
                before, me = self.effects[key], unit.function.params[0].name
                found = set(before)
                for s in statements(unit.function.body):
                    found |= {x.attr for t in targets_of(s) for x in set_in(t) if x.value == ir.Name(me)}
                    for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Attribute)):
                        if e.value == ir.Name(me) and e.attr in cls.methods:
                            found |= self.sets(cls, e.attr)
                self.effects[key] = frozenset(found)
                if self.effects[key] == before:
                    break
        return self.effects[key]

    def uses(self, cls: Class, method: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """The fields of its object that a method reads or sets."""
        unit = self.raw_method(cls, method) if method not in seen else None
        if unit is None or cls.kind_of(method) not in ("method", "property"):
            return frozenset()
        me = unit.function.params[0].name
        found: set[str] = set()
        for s in statements(unit.function.body, nested=True):
            for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Attribute)):
                if e.value == ir.Name(me):
                    found |= {e.attr} if e.attr in cls.names else set()
                    found |= self.uses(cls, e.attr, seen | {method}) if e.attr in cls.methods else set()
        return frozenset(found)

    def gives(self, cls: Class, method: str) -> bool:
        """Whether a method that sets fields returns a value as well; it does so everywhere or nowhere."""
        unit = self.raw_method(cls, method)
        assert unit is not None
        none = (None, ir.Const(None, "None"))
        returns = [s for s in statements(unit.function.body) if isinstance(s, ir.Return)]
        given = [s for s in returns if s.value not in none]
        if given and (len(given) < len(returns) or falls_through(unit.function.body)):
            raise Refused(given[0], "N173", "the method returns now a value and now none", "Return a value everywhere.")
        return bool(given)

    def of_fields(self, cls: Class, method: str, e: ir.Expr) -> tuple[str, tuple[str, ...]]:
        """The function of the fields that a method is, and the fields that it takes."""
        key = (cls, method)
        if key not in self.by_fields:
            unit = self.raw_method(cls, method)
            if unit is None:
                raise Refused(e, "N173", f"the method `{method}` of `{cls.name}` cannot be followed", "")
            used, sets = self.uses(cls, method), self.sets(cls, method)
            if sets - cls.names.keys():
                text = f"`{min(sets - cls.names.keys())}` is no field of `{cls.name}` that its constructor sets"
                raise Refused(e, "N171", text, "Set every field in the constructor.")
            if sets:
                self.gives(cls, method)
            base = name = f"{cls.name}_{method.strip('_')}"
            k = 2
            while name in self.program.main.identifiers | cls.module.identifiers | self.made:
                name, k = f"{base}{k}", k + 1
            self.made.add(name)
            ordered = tuple(f.name for f in cls.fields if f.name in used)
            self.by_fields[key] = name, ordered
            found = of_fields(self, cls, method, name, ordered, tuple(f.name for f in cls.fields if f.name in sets))
            self.raw_lifted[name] = Unit(cls.module, replace(found, source=ir.Source()), self.program)
            self.program.lifted[name] = self.raw_lifted[name]
            reading, self.program.reading = self.program.reading, 0
            self.program.lifted[name] = self.unit(self.raw_lifted[name])
            self.program.reading = reading
        return self.by_fields[key]

    def keeps(self, unit: Unit, seen: frozenset[Unit] = frozenset()) -> bool:
        """Whether a function may keep what it is given."""
        if unit in seen:
            return False
        for s in statements(unit.function.body, nested=True):
            if isinstance(s, (ir.Outer, ir.Unread)):
                return True
            if any(not isinstance(x, (ir.Name, ir.Display, ir.Star)) for t in targets_of(s) for x in [t]):
                return True
            for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, ir.Call)):
                if isinstance(e.func, ir.Attribute) and e.func.attr in KEEPING:
                    return True
                callee = self.types(unit).callee(e.func, "", {})
                if isinstance(callee, UnitCall) and self.keeps(callee.unit, seen | {unit}):
                    return True
        return False

    def gives_new(self, unit: Unit) -> bool:
        """Whether a function returns objects that it has just made."""
        types = self.types(unit)
        returns = [s.value for s in statements(unit.function.body) if isinstance(s, ir.Return)]
        return all(isinstance(e, ir.Call) and types.class_of(e.func, "", {}) is not None for e in returns)

    def note_for(self, unit: Unit, path: str, name: str) -> ir.Expr | None:
        """The annotation of a variable that a nested function reads, if it is an object."""
        types = self.known.get(unit)
        while types is not None:
            if isinstance(t := types.known.get(path + name), Obj):
                return self.note(t.cls)
            if not path:
                return None
            path = path[: path.rstrip("/").rfind("/") + 1]
        return None

    def has_classes(self, unit: Unit) -> bool:
        """Whether there may be objects of classes that can be read: a class is defined, or imported, in its file."""
        for module in (unit.module, self.program.main):
            if id(module) not in self.with_classes:
                names = (n for i in module.items for n in i.binds)
                self.with_classes[id(module)] = any(self.classes.find(module, ir.Name(n)) is not None for n in names)
        known = self.with_classes[id(unit.module)] or self.with_classes[id(self.program.main)]
        return known or uses_dictionaries(unit.raw)

    def replaces(self, unit: Unit, path: str, func: ir.Expr) -> bool:
        """Whether a function is `dataclasses.replace`, `copy.copy` or `copy.deepcopy`."""
        match func:
            case ir.Name(id) if unit.scopes.key(path, id) is None:
                resolved = self.program.project.resolve(unit.module, id)
                match resolved:
                    case (_, _, Imported("dataclasses", "replace") | Imported("copy", "copy" | "deepcopy")):
                        return True
                return False
            case ir.Attribute(ir.Name(id), attr) if unit.scopes.key(path, id) is None:
                binding = unit.module.bindings.get(id)
                return (binding, attr) in (
                    (Imported("dataclasses"), "replace"),
                    (Imported("copy"), "copy"),
                    (Imported("copy"), "deepcopy"),
                )
            case _:
                return False


def uses_dictionaries(f: ir.Function) -> bool:
    """Whether a function makes dictionaries, or is given some."""
    for s in statements(f.body, nested=True):
        for e in (x for top in expressions(s) for x in walk(top)):
            match e:
                case ir.Subscript(_, ir.Const(str())) | ir.Name("dict"):
                    return True
                case ir.Opaque(("{", *_)):
                    return True
    notes = [p.annotation for p in f.params if p.annotation is not None]
    return any(isinstance(e, (ir.Name, ir.Attribute)) and word(e) in DICTIONARIES for n in notes for e in walk(n))


def word(e: ir.Name | ir.Attribute) -> str:
    return e.id if isinstance(e, ir.Name) else e.attr


def renamed(block: ir.Block, old: str, new: ir.Expr) -> ir.Block:
    """A block with a name replaced that nothing assigns."""
    from adtransform.traverse import map_blocks, map_expressions

    def e(x: ir.Expr) -> ir.Expr:
        return rename(x, lambda n: new if n == old else None)

    return tuple(map_blocks(map_expressions(s, e), lambda b: renamed(b, old, new)) for s in block)
