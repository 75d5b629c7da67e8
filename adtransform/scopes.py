"""Who is called: the scopes of one function and what each callee resolves to."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from adtransform import ir
from adtransform.array_helpers import ARRAY_HELPERS
from adtransform.array_rules import ARRAY_RULES
from adtransform.directives import Directives, directives
from adtransform.modules import Binding, Defined, Imported, Module, Project, Value, imported_names
from adtransform.plain import Features, collect, merge
from adtransform.traverse import local_names, own_names, statements


@dataclass(frozen=True, eq=False)
class Unit:
    """A function at the top level of a module, with the functions nested in it."""

    module: Module = field(repr=False)
    raw: ir.Function = field(repr=False)
    program: Program | None = field(default=None, repr=False)
    refusal: Any = field(default=None, repr=False)  # why no derivative of it is written, if that shows early

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def stem(self) -> str:
        """The name in the names of derivatives: `Point_area` for a method."""
        return "_".join(part.strip("_") for part in self.name.split(".")) if "." in self.name else self.name

    @cached_property
    def function(self) -> ir.Function:
        """The function with its library names resolved; as it was read where there is no program to ask."""
        if self.program is None:
            return self.raw
        from adtransform.resolve import resolve

        return resolve(self.program, self)

    @cached_property
    def directives(self) -> Directives:
        return directives(self.raw)

    @cached_property
    def features(self) -> dict[str, Features]:
        """What occurs in the function and in each nested function, by scope."""
        found: dict[str, list[Features]] = {}
        collect(self.function, "", found)
        return {path: merge(fs) for path, fs in found.items()}

    @cached_property
    def rebinds(self) -> bool:
        """Whether a call may rebind a variable: some function declares names global, or a nested one nonlocal."""
        return bool(self.module.rebound) or any(isinstance(s, ir.Outer) for s in statements(self.raw.body, nested=True))

    @cached_property
    def uses(self) -> Any:
        """What the use of names shows of their kinds, and where they are passed on."""
        from adtransform.kinds import uses_of

        return uses_of(self.function)

    @cached_property
    def sequences(self) -> frozenset[str]:
        """The keys of the variables that hold tuples somewhere."""
        keys = (self.scopes.key(path, n) for path, features in self.features.items() for n in features.sequences)
        return frozenset(k for k in keys if k is not None)

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self.raw, ":=" in self.module.text)


# --- callees ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LibraryCall:
    """A function of `math`, `numpy`, `scipy.special` or the builtins (`home` is `builtins`)."""

    home: str
    name: str


@dataclass(frozen=True, slots=True)
class NestedCall:
    """A function defined inside the unit; `path` is its scope (a name may have a definition in each branch)."""

    path: str
    functions: tuple[ir.Function, ...]


@dataclass(frozen=True, slots=True)
class UnitCall:
    unit: Unit


@dataclass(frozen=True, slots=True)
class ValueCall:
    """A call of a local variable or parameter that holds a function."""

    key: str


@dataclass(frozen=True, slots=True)
class UnknownCall:
    text: str


Callee = LibraryCall | NestedCall | UnitCall | ValueCall | UnknownCall


class Scopes:
    """The local names of a function and its nested functions; a path such as `outer/inner/` names a scope.

    The outermost function has the empty path; a variable's key is the path of its scope and its name.
    """

    def __init__(self, function: ir.Function, walrus: bool = True) -> None:
        self.walrus = walrus
        self.functions: dict[str, list[ir.Function]] = {}
        self.locals: dict[str, frozenset[str]] = {}
        self.imports: dict[str, Imported] = {}
        self.other: dict[str, int] = {}  # how often a name is bound otherwise than by a definition
        self.aliases: dict[str, ir.Expr] = {}
        self.enter("", function)

    def enter(self, path: str, function: ir.Function) -> None:
        self.functions.setdefault(path, []).append(function)
        self.locals[path] = self.locals.get(path, frozenset()) | local_names(function, self.walrus)
        for p in function.params:
            self.count(path + p.name)
        for s in statements(function.body):
            self.bind(path, s)
        for s in statements(function.body):
            if isinstance(s, ir.Function):
                self.enter(f"{path}{s.name}/", s)

    def bind(self, path: str, s: ir.Stmt) -> None:
        """Count what one statement binds, its blocks aside."""
        if isinstance(s, ir.Inert) and s.kind == "import":
            for name, binding in imported_names(s.at).items():
                if self.imports.get(path + name, binding) != binding:
                    self.count(path + name)  # two imports of different things
                self.imports[path + name] = binding
            return
        for name in own_names(s, self.walrus):
            self.count(path + name)
        match s:
            case ir.Assign((ir.Name(id),), ir.Name() | ir.Attribute() as value):
                self.aliases[path + id] = value

    def count(self, key: str) -> None:
        self.other[key] = self.other.get(key, 0) + 1

    def owner(self, path: str, name: str) -> str | None:
        """The path of the scope that binds a name, seen from a scope; None if it is no local of the unit."""
        while True:
            if name in self.locals[path]:
                return path
            if not path:
                return None
            path = path[: path.rstrip("/").rfind("/") + 1]

    def key(self, path: str, name: str) -> str | None:
        owner = self.owner(path, name)
        return None if owner is None else owner + name

    def nested(self, path: str, name: str) -> NestedCall | None:
        """The nested function that a name stands for, if it stands for nothing else."""
        key = self.key(path, name)
        if key is None or key + "/" not in self.functions or self.other.get(key, 0) or key in self.imports:
            return None
        return NestedCall(key + "/", tuple(self.functions[key + "/"]))


@dataclass
class Results:
    """The shapes of what units return, as far as they are known; `guessed` are open units that others relied on."""

    found: dict[Unit, Any] = field(default_factory=dict)
    pending: list[Unit] = field(default_factory=list)
    guessed: set[Unit] = field(default_factory=set)


class Program:
    """All units that a run meets, and who calls whom."""

    def __init__(self, main: Module) -> None:
        self.main = main
        self.project = Project()
        if main.path is not None:
            self.project.modules[main.path.resolve()] = main
        self.units: dict[tuple[int, str], Unit] = {}
        self.inferred: Any = None  # the shapes of all units, where they are asked for
        self.first_order: Any = None  # for reverse mode: what makes units first-order
        self.lifted: dict[str, Unit] = {}  # the functions that this made, by name
        self.aliases: dict[str, Unit] = {}  # names for functions of other modules
        self.results = Results()
        self.lifting = 0
        self.reading = 0  # whether units are asked for as they were read, with their objects
        from adtransform.objects import Objects

        self.objects = Objects(self)

    def unit(self, module: Module, name: str) -> Unit:
        key = (id(module), name)
        if key not in self.units:
            self.units[key] = Unit(module, module.function(name), self)
        found = self.units[key] if self.reading else self.objects.unit(self.units[key])
        return self.first_order.unit(found) if self.first_order is not None and not self.lifting else found

    def functions(self) -> tuple[tuple[str, str], ...]:
        """The files and names of all functions that were looked at."""
        return tuple(dict.fromkeys((unit.module.filename, name) for (_, name), unit in self.units.items()))

    def callee(self, unit: Unit, path: str, func: ir.Expr) -> Callee:
        """What a called expression is.

        `unit` and `path` say where it stands; nothing is executed to find out.
        """
        match func:
            case ir.Library(home, name):
                return LibraryCall(home, name)
            case ir.Method():
                return UnitCall(self.objects.method_unit(func))
            case ir.Name(id) if self.reading and id in self.objects.raw_lifted:
                return UnitCall(self.objects.raw_lifted[id])
            case ir.Name(id) if id in self.lifted:
                return UnitCall(self.lifted[id])
            case ir.Name(id) if id in self.aliases:
                return UnitCall(self.unit(self.aliases[id].module, self.aliases[id].name))
            case ir.Name(id):
                key = unit.scopes.key(path, id)
                return self.global_callee(unit.module, id) if key is None else self.local_callee(unit, path, id, key)
            case ir.Attribute():
                return self.attribute_callee(unit, path, func)
            case _:
                return UnknownCall("an expression")

    def local_callee(self, unit: Unit, path: str, name: str, key: str) -> Callee:
        scopes = unit.scopes
        if (nested := scopes.nested(path, name)) is not None:
            return nested
        if key in scopes.imports:
            if scopes.other.get(key, 0) or key + "/" in scopes.functions:
                return UnknownCall(name)
            return self.imported_callee(unit.module, scopes.imports[key], name)
        single = scopes.other.get(key) == 1 and key + "/" not in scopes.functions
        if key in scopes.aliases and single and scopes.aliases[key] != ir.Name(name):
            found = self.callee(unit, key[: -len(name)], scopes.aliases[key])
            if not (isinstance(found, NestedCall) and len(found.functions) > 1):  # which one was meant?
                return found
        return ValueCall(key)

    def global_callee(self, module: Module, name: str) -> Callee:
        resolved = self.project.resolve(module, name)
        if resolved is None:
            if hasattr(builtins, name):
                return LibraryCall("builtins", name)
            return UnknownCall(name)
        home, target, binding = resolved
        return self.bound_callee(home, target, binding)

    def bound_callee(self, module: Module, name: str, binding: Binding) -> Callee:
        match binding:
            case Defined():
                return LibraryCall("helper", name) if is_helper(module, name) else UnitCall(self.unit(module, name))
            case Imported(dotted, attribute) if attribute:
                return library_call(dotted, attribute)
            case Value(ir.Attribute() as alias):
                return self.dotted_callee(module, alias)
            case _:
                return UnknownCall(name)

    def imported_callee(self, module: Module, binding: Imported, name: str) -> Callee:
        """A name that is imported inside a function."""
        if not binding.attribute:
            return UnknownCall(name)
        target = self.project.imported(module, binding)
        if target is not None and binding.attribute in target.bindings:
            return self.global_callee(target, binding.attribute)
        return library_call(binding.dotted, binding.attribute)

    def attribute_callee(self, unit: Unit, path: str, func: ir.Attribute) -> Callee:
        root: ir.Expr = func
        while isinstance(root, ir.Attribute):
            root = root.value
        if not isinstance(root, ir.Name):
            return UnknownCall(func.attr)
        key = unit.scopes.key(path, root.id)
        if key is None:
            return self.dotted_callee(unit.module, func)
        binding = unit.scopes.imports.get(key)
        if binding is None or unit.scopes.other.get(key, 0) or key + "/" in unit.scopes.functions:
            return UnknownCall(f".{func.attr}")
        return self.module_callee(unit.module, binding, attributes(func)[1:])

    def dotted_callee(self, module: Module, func: ir.Attribute) -> Callee:
        first, *rest = attributes(func)
        resolved = self.project.resolve(module, first) if first else None
        if resolved is None or not isinstance(resolved[2], Imported):
            return UnknownCall(f".{func.attr}")
        return self.module_callee(resolved[0], resolved[2], rest)

    def module_callee(self, module: Module, binding: Imported, rest: list[str]) -> Callee:
        """`rest` are the attributes behind an imported module: `numpy` and ["linalg", "norm"]."""
        dotted = ".".join([p for p in (binding.dotted, binding.attribute) if p])
        if dotted.partition(".")[0] in ("math", "numpy", "scipy", "statistics"):
            *middle, last = rest
            return library_call(".".join([dotted, *middle]), last)
        for i in range(len(rest) - 1, -1, -1):
            full = Imported(".".join([dotted, *rest[:i]]), "", binding.level)
            target = self.project.imported(module, full)
            if target is not None and len(rest) == i + 1:
                return self.global_callee(target, rest[i])
        return UnknownCall(".".join([dotted, *rest]))


def is_helper(module: Module, name: str) -> bool:
    """Whether a function is one that generated modules carry along, and that has derivatives of its own."""
    if name not in ARRAY_HELPERS or name not in ARRAY_RULES:
        return False
    return plain(ARRAY_HELPERS[name]) in plain(module.text)


def plain(text: str) -> str:
    """The text of a helper, however numpy is called in it."""
    return re.sub(r"\b\w+\.", "", text)


def library_call(dotted: str, name: str) -> Callee:
    if dotted in ("math", "numpy", "scipy.special", "statistics"):
        return LibraryCall(dotted, name)
    if dotted in ("numpy.linalg", "numpy.add"):
        return LibraryCall("numpy", f"{dotted.partition('.')[2]}.{name}")
    return UnknownCall(f"{dotted}.{name}")


def attributes(e: ir.Expr) -> list[str]:
    """`a.b.c` as ["a", "b", "c"]; the first is empty if the root is no name."""
    parts: list[str] = []
    while isinstance(e, ir.Attribute):
        parts.append(e.attr)
        e = e.value
    parts.append(e.id if isinstance(e, ir.Name) else "")
    return parts[::-1]
