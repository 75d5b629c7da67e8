"""Classes as text: their fields, their methods, and what their constructors do.

A class that cannot be read safely has a reason why (`odd`): unknown bases, decorators or metaclasses, and methods that
change what reading or setting an attribute means.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import libcst as cst

from adtransform import ir, reader
from adtransform.modules import Imported, Module, Value
from adtransform.traverse import expressions, statements, walk

if TYPE_CHECKING:
    from adtransform.scopes import Program

FLOATS = frozenset("float float64 float32 floating Real Number".split())
PLAIN = frozenset("int bool str bytes None date datetime timedelta Path Callable Literal type".split())
MEANING = frozenset(
    "__getattr__ __getattribute__ __setattr__ __delattr__ __new__ __init_subclass__ __set_name__ __get__ __set__ "
    "__class_getitem__".split()
)
UNKNOWN = ir.Name("what it holds")  # the annotation of a field that may hold anything; no class has this name
HARMLESS = frozenset({"final", "total_ordering", "runtime_checkable"})


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field: its annotation and default; `value` is what a constructor of one's own sets it to."""

    name: str
    annotation: ir.Expr | None = None
    default: ir.Expr | None = None
    keyword: bool = False
    value: ir.Expr | None = None


@dataclass(frozen=True, eq=False)
class Class:
    """One class; `kind` is "dataclass", "tuple" (a NamedTuple) or "plain"."""

    module: Module = field(repr=False)
    name: str
    kind: str
    fields: tuple[Attribute, ...]
    methods: dict[str, Any]  # definitions, by name
    constants: frozenset[str]
    plain: bool  # whether the constructor does nothing but set the fields to its arguments
    odd: str = ""
    init: ir.Function | None = None
    frozen: bool = False
    derived: bool = False  # whether other classes are derived from it: an annotation may mean one of them

    @cached_property
    def names(self) -> dict[str, int]:
        return {f.name: k for k, f in enumerate(self.fields)}

    def kind_of(self, method: str) -> str:
        """Whether a method is one, a property, static, or something else."""
        found = [decorator_name(d.decorator) for d in self.methods[method].decorators]
        if not found:
            return "method"
        known = {"property": "property", "staticmethod": "static", "classmethod": "class"}
        return known.get(found[0], "") if len(found) == 1 else ""


class Classes:
    """The classes of a program, read when they are asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known: dict[tuple[int, str], Class] = {}

    def find(self, module: Module, e: ir.Expr | None) -> Class | None:
        """The class that an expression names; None if it names none that is defined in a file that can be read."""
        name = e.id if isinstance(e, ir.Name) else e.value if isinstance(e, ir.Const) else None
        if not isinstance(name, str) or not name.isidentifier():
            return None
        resolved = self.program.project.resolve(module, name)
        if resolved is None or not isinstance(resolved[2], Value):
            return None
        home, target, _ = resolved
        key = (id(home), target)
        if key not in self.known:
            items = [i for i in home.items if target in i.binds]
            if len(items) != 1 or items[0].kind != "class" or target in home.rebound:
                return None
            self.known[key] = Class(home, target, "plain", (), {}, frozenset(), False, "it is part of itself")
            self.known[key] = self.read(home, items[0].node)
        found = self.known[key]
        main = self.program.main
        if home is not main and self.program.project.resolve(main, target) != resolved:
            return replace(found, odd="the file that is differentiated does not import it under its name")
        return found

    def read(self, module: Module, node: Any) -> Class:
        name = node.name.value
        bases = [reader.text_of(a.value) for a in node.bases]
        decorators = [decorator_name(d.decorator) for d in node.decorators]
        kind = "dataclass" if "dataclass" in decorators else "plain"
        if bases and self.is_named_tuple(module, node.bases[0].value):
            kind, bases = "tuple", bases[1:]
        odd = ""
        if node.keywords:
            odd = "it has a metaclass"
        unknown = [d for d in decorators if d != "dataclass" and d not in HARMLESS]
        if unknown:
            odd = f"the decorator `{unknown[0]}` may change it"
        if kind == "dataclass" and not self.is_library(module, node, "dataclasses"):
            odd = "its decorator is not that of `dataclasses`"
        fields: dict[str, Attribute] = {}
        methods: dict[str, Any] = {}
        constants: set[str] = set()
        parent: Class | None = None
        for b in [b for b in bases if b not in ("object", "ABC", "abc.ABC", "Protocol", "Generic")]:
            parent = self.find(module, ir.Name(b))
            if parent is None or parent.odd or parent.module is not module or len(bases) > 1 or kind == "tuple":
                odd = odd or f"its base `{b}` cannot be followed"
                continue
            fields |= {f.name: f for f in parent.fields}
            methods |= parent.methods
            constants |= parent.constants
            if parent.kind != kind:
                odd = odd or f"its base `{b}` is of another kind"
        for child in node.body.body:
            odd = odd or self.member(child, kind, fields, methods, constants)
        keyword_only = decorator_flag(node, "kw_only")
        if keyword_only:
            fields = {n: replace(f, keyword=True) for n, f in fields.items()}
        derived = any(name in map(base_name, c.bases) for c in class_items(module))
        if decorator_flag(node, "init", absent=True) is False:
            odd = odd or "it has no constructor of its own"
        if strange := MEANING & (methods.keys() - {"__new__"} if kind == "tuple" else methods.keys()):
            odd = odd or f"`{min(strange)}` changes what its attributes are"
        plain, init = True, None
        own = "__init__" in methods
        if kind != "tuple" and own and (kind == "plain" or "__init__" in {f.name.value for f in functions_of(node)}):
            init = reader.function(methods["__init__"])
            found, plain, why = constructed(init)
            fields = {f.name: f for f in found} if kind == "plain" else fields
            plain, odd = plain and kind == "plain", odd or why
        elif kind == "plain":
            plain = True
        if "__post_init__" in methods or (kind == "tuple" and "__new__" in methods):
            plain = False
        if kind == "plain":
            constants -= fields.keys()
        return Class(
            module,
            name,
            kind,
            tuple(fields.values()),
            methods,
            frozenset(constants),
            plain,
            odd,
            init,
            decorator_flag(node, "frozen") is True,
            derived,
        )

    def member(
        self, child: Any, kind: str, fields: dict[str, Attribute], methods: dict[str, Any], constants: set[str]
    ) -> str:
        """Take one statement of a class in; why it cannot be read, if so."""
        if isinstance(child, cst.FunctionDef):
            methods[child.name.value] = child
            changes = any(decorator_name(d.decorator) in ("setter", "deleter") for d in child.decorators)
            return f"its property `{child.name.value}` can be set" if changes else ""
        if not isinstance(child, cst.SimpleStatementLine):
            return "there is more in it than fields and methods"
        for small in child.body:
            if isinstance(small, (cst.Pass, cst.Expr)):
                continue
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                try:
                    annotation = reader.expression(small.annotation.annotation)
                    value = reader.expression(small.value) if small.value is not None else None
                except reader.Unreadable:
                    return "a field cannot be read"
                name = small.target.value
                if kind == "plain" or "ClassVar" in reader.text_of(small.annotation.annotation):
                    constants |= {name} if value is not None else set()
                    continue
                if "InitVar" in reader.text_of(small.annotation.annotation) or reader.text_of(
                    small.annotation.annotation
                ).endswith("KW_ONLY"):
                    return "not all that its constructor takes are fields"
                default, keyword, why = default_of(value)
                if why:
                    return why
                fields[name] = Attribute(name, annotation, default, keyword)
            elif (
                isinstance(small, cst.Assign)
                and isinstance(small.value, cst.Name)
                and small.value.value in methods
                and all(isinstance(t.target, cst.Name) for t in small.targets)
            ):
                own = methods[small.value.value]
                methods |= {t.target.value: own for t in small.targets if isinstance(t.target, cst.Name)}
            elif isinstance(small, cst.Assign) and all(isinstance(t.target, cst.Name) for t in small.targets):
                constants |= {t.target.value for t in small.targets if isinstance(t.target, cst.Name)} - {"__slots__"}
            else:
                return "there is more in it than fields and methods"
        return ""

    def is_named_tuple(self, module: Module, base: Any) -> bool:
        text = reader.text_of(base)
        binding = module.bindings.get(text.partition(".")[0])
        match binding:
            case Imported("typing", "NamedTuple"):
                return True
            case Imported("typing", ""):
                return text.endswith(".NamedTuple")
            case _:
                return False

    def is_library(self, module: Module, node: Any, library: str) -> bool:
        for d in node.decorators:
            text = reader.text_of(d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator)
            if text.rpartition(".")[2] == "dataclass":
                binding = module.bindings.get(text.partition(".")[0])
                return isinstance(binding, Imported) and binding.dotted == library
        return False


def decorator_name(node: Any) -> str:
    text = reader.text_of(node.func if isinstance(node, cst.Call) else node)
    return text.rpartition(".")[2]


def decorator_flag(node: Any, name: str, absent: bool | None = None) -> bool | None:
    """An argument of `@dataclass(...)`."""
    for d in node.decorators:
        if decorator_name(d.decorator) == "dataclass" and isinstance(d.decorator, cst.Call):
            for a in d.decorator.args:
                if a.keyword is not None and a.keyword.value == name:
                    return {"True": True, "False": False}.get(reader.text_of(a.value), not absent)
    return absent


def class_items(module: Module) -> list[Any]:
    return [i.node for i in module.items if i.kind == "class"]


def base_name(base: Any) -> str:
    return reader.text_of(base.value)


def functions_of(node: Any) -> list[Any]:
    return [c for c in node.body.body if isinstance(c, cst.FunctionDef)]


def default_of(value: ir.Expr | None) -> tuple[ir.Expr | None, bool, str]:
    """The default of a dataclass field, whether it is passed by keyword, and why it cannot be read."""
    match value:
        case ir.Call(ir.Name("field") | ir.Attribute(_, "field"), args):
            given = {a.keyword: a.value for a in args}
            if given.get("init", ir.Const(True, "True")) != ir.Const(True, "True"):
                return None, False, "not all fields are set by its constructor"
            keyword = given.get("kw_only", ir.Const(False, "False")) == ir.Const(True, "True")
            if "default_factory" in given:
                return ir.Call(given["default_factory"], ()), keyword, ""
            return given.get("default"), keyword, ""
        case _:
            return value, False, ""


def constructed(init: ir.Function) -> tuple[list[Attribute], bool, str]:
    """The fields that a constructor sets, whether it does nothing else, and why it cannot be read."""
    if not init.params or init.decorators or any(p.role in ("*", "**") for p in init.params):
        return [], False, "its constructor takes any number of arguments"
    me, params = init.params[0].name, {p.name: p for p in init.params[1:]}
    found: dict[str, Attribute] = {}
    plain, free = True, dict(params)
    body = init.body
    for s in statements(one_by_one(body)):
        match s:
            case ir.Assign((ir.Attribute(ir.Name(id), name),), value) if id == me:
                p = params.get(value.id) if isinstance(value, ir.Name) else None
                note = s.annotation or (p.annotation if p is not None else None)
                default = p.default if p is not None else None
                if p is None or p.name not in free or s not in one_by_one(body) or name in found:
                    plain = False
                free.pop(p.name if p is not None else "", None)
                if note is None and p is None:
                    note = kind_of_constant(value)
                found[name] = Attribute(name, note, default, p is not None and p.role == "=", value)
            case ir.Effect(ir.Const(str())) | ir.Keyword("pass") | ir.Comment():
                pass
            case _:
                plain = False
                for e in expressions(s):
                    for x in walk(e):
                        if isinstance(x, ir.Attribute) and x.value == ir.Name(me) and is_written(s, x):
                            found.setdefault(x.attr, Attribute(x.attr, None, None, False, None))
    if free or list(params) != [f.value.id for f in found.values() if isinstance(f.value, ir.Name)]:
        plain = False
    return list(found.values()), plain, ""


def one_by_one(block: ir.Block) -> ir.Block:
    """A block in which `self.x, self.y = x, y` are two statements, where the values are names or constants."""
    found: list[ir.Stmt] = []
    for s in block:
        match s:
            case ir.Assign((ir.Display(_, ts),), ir.Display(_, vs)) if len(ts) == len(vs) and all(
                isinstance(v, (ir.Name, ir.Const)) for v in vs
            ):
                found += [ir.Assign((t,), v, at=s.at) for t, v in zip(ts, vs, strict=True)]
            case _:
                found.append(s)
    return tuple(found)


def is_written(s: ir.Stmt, x: ir.Expr) -> bool:
    targets = s.targets if isinstance(s, ir.Assign) else (s.target,) if isinstance(s, (ir.Augment, ir.For)) else ()
    return any(x is y for t in targets for y in walk(t))


def kind_of_constant(e: ir.Expr) -> ir.Expr | None:
    """The annotation of a field that is set to a constant."""
    match e:
        case ir.Const(bool()):
            return ir.Name("bool")
        case ir.Const(str()):
            return ir.Name("str")
        case ir.Const(None) | ir.Display() | ir.Opaque() | ir.Comprehension() | ir.Lambda():
            return UNKNOWN
        case _:
            return None


def field_kind(e: ir.Expr | None) -> str:
    """What a field holds by its annotation: "float", "passive", "class" (a name), or "other"."""
    match e:
        case None:
            return "float"
        case ir.Const(None):
            return "passive"
        case ir.Const(str() as text):
            return "float" if text in FLOATS else "passive" if text in PLAIN else "class"
        case ir.Name(id) | ir.Attribute(_, id):
            return "float" if id in FLOATS else "passive" if id in PLAIN else "class"
        case ir.Binary("|", left, right):
            both = {field_kind(left), field_kind(right)}
            return "passive" if both == {"passive"} else "float" if both == {"passive", "float"} else "other"
        case ir.Subscript(ir.Name(id) | ir.Attribute(_, id), inner):
            items = inner.items if isinstance(inner, ir.Display) else (inner,)
            kinds = {field_kind(i) for i in items if i != ir.Const(..., "...")}
            if id in ("Final", "Annotated"):
                return field_kind(items[0])
            if id in ("Optional", "Union"):
                return "passive" if kinds == {"passive"} else "float" if kinds <= {"passive", "float"} else "other"
            if id in ("Literal", "Callable", "type"):
                return "passive"
            if kinds == {"passive"}:
                return "passive"
            return "other"
        case _:
            return "other"
