"""How the generated module spells what its functions use: libraries in the style of the source, names of
other files.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from dataclasses import replace

from adtransform import ir
from adtransform.aliases import contracted
from adtransform.helpers import HELPERS
from adtransform.modules import Imported, Module
from adtransform.names import Supply
from adtransform.rules import RULES
from adtransform.scopes import Program, Unit, is_helper
from adtransform.traverse import local_names, map_blocks, map_expressions, rebuild


class Spelling:
    """Spells library functions and foreign globals for one output module, and collects the imports that this takes."""

    def __init__(self, program: Program, supply: Supply) -> None:
        self.program = program
        self.main = program.main
        self.supply = supply
        self.added: dict[str, None] = {}  # new import statements, in order
        self.extended: dict[str, list[str]] = {}  # names added to `from X import …`, by X
        self.foreign: dict[tuple[int, str], str] = {}
        self.helpers: dict[str, str] = {}
        self.bound: dict[Imported, list[str]] = {}  # the names of each import of the main module
        for name, binding in self.main.bindings.items():
            if isinstance(binding, Imported):
                self.bound.setdefault(binding, []).append(name)
        self.resolved: dict[Imported, list[str]] = {}
        self.renamed: dict[Imported, str] = {}  # what is imported under another name, as its own is taken
        self.homes = {b.dotted for b in self.bound}

    # --- libraries ----------------------------------------------------------------------------------------------------

    def library(self, e: ir.Library, hidden: frozenset[str]) -> ir.Expr:
        """The name or attribute under which the output module reaches a library function."""
        if e.home == "builtins":
            return ir.Name(e.name)
        if e.home == "helper":
            return ir.Name(self.helper(e.name))
        home = e.home or ("numpy" if self.alias("numpy", hidden) and not self.reaches("math") else "math")
        name = e.name if e.home else twin_name(home, e.name)
        for bound in self.bound_to(home, name):
            if bound not in hidden:
                return ir.Name(bound)
        inner, _, last = name.rpartition(".")
        if inner and (alias := self.alias(f"{home}.{inner}", hidden)) is not None:
            return ir.Attribute(ir.Name(alias), last)
        if (alias := self.alias(home, hidden)) is not None:
            return ir.Attribute(ir.Name(alias), name)
        star = self.program.project.starred(self.main, name)
        if star == Imported(home, name) and name not in hidden and name not in self.main.bindings:
            return ir.Name(name)
        return self.add_library(home, name, hidden)

    def bound_to(self, home: str, name: str) -> list[str]:
        """The names of a library function in the main module, also where another file hands it on."""
        inner, _, last = name.rpartition(".")
        key = Imported(f"{home}.{inner}" if inner else home, last)
        if key not in self.resolved:
            handed = [
                n
                for n, binding in self.main.bindings.items()
                if isinstance(binding, Imported) and binding.attribute == name and binding != key
            ]
            found = [n for n in handed if (r := self.program.project.resolve(self.main, n)) and r[2] == key]
            self.resolved[key] = [*self.bound.get(key, ()), *found]
        return self.resolved[key]

    def alias(self, home: str, hidden: frozenset[str]) -> str | None:
        return next((n for n in self.bound.get(Imported(home), ()) if n not in hidden), None)

    def reaches(self, home: str) -> bool:
        """Whether the main module imports a library, or something of it."""
        return home in self.homes

    def add_library(self, home: str, name: str, hidden: frozenset[str]) -> ir.Expr:
        short = {"numpy": "np"}.get(home, home)
        added = f"import {home}" if short == home else f"import {home} as {short}"
        free = self.supply.is_free(name) and name not in hidden
        if self.reaches(home) and (free or name in self.extended.get(home, ())):
            names = self.extended.setdefault(home, [])
            if name not in names:
                names.append(name)
            return ir.Name(name)
        if added in self.added or (short not in self.main.identifiers and short not in hidden):
            self.added[added] = None
            return ir.Attribute(ir.Name(short), name)
        key = Imported(home, name)
        if key not in self.renamed:
            self.renamed[key] = self.supply.fresh(f"{short.replace('.', '_')}_{name}")
            self.added[f"from {home} import {name} as {self.renamed[key]}"] = None
        return ir.Name(self.renamed[key])

    # --- helper functions ---------------------------------------------------------------------------------------------

    def helper(self, name: str) -> str:
        """The name of an emitted helper function; it is emitted with all that it calls."""
        if name in self.main.bindings and is_helper(self.main, name):
            return name
        if name not in self.helpers:
            self.helpers[name] = self.supply.fresh(name)
            for other in HELPERS:
                if other != name and re.search(rf"\b{other}\(", HELPERS[name]):
                    self.helper(other)
        return self.helpers[name]

    def helper_texts(self) -> list[str]:
        """The emitted helper functions, with `math` spelled as the output module has it."""
        if not self.helpers:
            return []
        texts = []
        for name in (n for n in HELPERS if n in self.helpers):
            text = HELPERS[name]
            for module, short in (("math", "math"), ("numpy", "np")):
                if f"{short}." in text:
                    text = re.sub(rf"\b{short}\.", f"{self.imported(module, short)}.", text)
            for other, new in self.helpers.items():
                text = re.sub(rf"\b{other}\(", f"{new}(", text)
            texts.append(text)
        return texts

    def imported(self, module: str, short: str) -> str:
        """The name of a library module in the output."""
        alias = self.alias(module, frozenset())
        if alias is None:
            alias = self.supply.fresh(short) if short in self.main.bindings else short
            self.added[f"import {module}" if alias == module else f"import {module} as {alias}"] = None
        return alias

    # --- other files --------------------------------------------------------------------------------------------------

    def globals_of(self, unit: Unit) -> Callable[[str], ir.Expr | None]:
        """The renaming of a unit's global names for the output module."""
        if unit.module is self.main:
            return lambda name: None
        return lambda name: self.foreign_name(unit.module, name)

    def foreign_name(self, module: Module, name: str) -> ir.Expr | None:
        resolved = self.program.project.resolve(module, name)
        if resolved is None:
            return None
        home, original, binding = resolved
        if isinstance(binding, Imported):
            return self.foreign_import(home, name, binding)
        key = (id(home), original)
        if key not in self.foreign:
            self.foreign[key] = self.import_from(home.dotted, original)
        return ir.Name(self.foreign[key])

    def foreign_import(self, home: Module, name: str, binding: Imported) -> ir.Expr | None:
        """A name that the other file imports itself: from where it imports it, or from the file."""
        if binding.level == 0 and not binding.attribute:
            for bound in self.bound.get(binding, ()):
                return ir.Name(bound)
        key = (id(home), name)
        if key not in self.foreign:
            is_absolute = binding.level == 0 and binding.attribute
            if binding.level == 0 and not binding.attribute and f"import {name}." not in home.text:
                new = self.foreign[key] = self.free(name, f"{name}_module")
                self.added[f"import {name}" if binding.dotted == new else f"import {binding.dotted} as {new}"] = None
            else:
                place = (binding.dotted, binding.attribute) if is_absolute else (home.dotted, name)
                self.foreign[key] = self.import_from(*place)
        return ir.Name(self.foreign[key])

    def import_from(self, dotted: str, name: str) -> str:
        for bound in self.bound.get(Imported(dotted, name), ()):
            return bound
        resolved = self.program.project.resolve(self.main, name)
        if (
            resolved is not None
            and resolved[0].dotted == dotted
            and resolved[1] == name
            and resolved[0] is not self.main
        ):
            return name
        new = self.free(name, f"{dotted.rpartition('.')[2]}_{name}".lstrip("_"))
        self.added[f"from {dotted} import {name}" if new == name else f"from {dotted} import {name} as {new}"] = None
        return new

    def free(self, name: str, other: str) -> str:
        """A name for what is imported: its own, or another one if that is taken."""
        if name in self.main.identifiers or hasattr(builtins, name) or name in self.supply.taken:
            return self.supply.fresh(other)
        self.supply.taken.add(name)
        return name

    def aliased(self, unit: Unit) -> ir.Expr:
        """A function of any module by its name here."""
        if unit.module is self.main:
            return ir.Name(unit.name)
        key = (id(unit.module), unit.name)
        if key not in self.foreign:
            self.foreign[key] = self.import_from(unit.module.dotted, unit.name)
        return ir.Name(self.foreign[key])

    # --- functions ----------------------------------------------------------------------------------------------------

    def function(self, unit: Unit, f: ir.Function, known: frozenset[str]) -> ir.Function:
        """A generated function as the output module spells it; `known` are the generated functions' own names."""
        is_main = unit.module is self.main
        other = self.globals_of(unit)
        walrus = ":=" in unit.module.text

        def expression(e: ir.Expr, hidden: frozenset[str]) -> ir.Expr:
            match e:
                case ir.Library():
                    return self.local_library(unit, e, hidden) or self.library(e, hidden)
                case ir.Name(id) if id in self.program.aliases:
                    return self.aliased(self.program.aliases[id])
                case ir.Name(id) if not is_main and id not in hidden and id not in known:
                    return other(id) or e
                case ir.Lambda(params, _):
                    inner = hidden | {p.name for p in params}
                    return rebuild(e, lambda x: expression(x, inner))
                case _:
                    return rebuild(e, lambda x: expression(x, hidden))

        def whole(g: ir.Function, hidden: frozenset[str]) -> ir.Function:
            outer = hidden
            hidden = hidden | local_names(g, walrus)

            def param(p: ir.Param) -> ir.Param:
                default = p.default and expression(p.default, outer)
                annotation = p.annotation and expression(p.annotation, outer)
                return replace(p, default=default, annotation=annotation)

            returns = g.returns and expression(g.returns, outer)
            body = tuple(statement(s, hidden) for s in g.body)
            decorators = tuple(expression(d, outer) for d in g.decorators)
            params = tuple(param(p) for p in g.params)
            return replace(g, params=params, returns=returns, body=body, decorators=decorators)

        def statement(s: ir.Stmt, hidden: frozenset[str]) -> ir.Stmt:
            def e(x: ir.Expr) -> ir.Expr:
                return expression(x, hidden)

            if isinstance(s, ir.Function):
                return whole(s, hidden)
            new = map_expressions(s, e)
            if not is_main and not isinstance(s, ir.Effect):
                new = replace(new, source=replace(new.source, text=None))
            return map_blocks(new, lambda b: tuple(statement(x, hidden) for x in b))

        return whole(contracted(self.program.project, unit.module, unit.raw, f), frozenset())

    def local_library(self, unit: Unit, e: ir.Library, hidden: frozenset[str]) -> ir.Expr | None:
        """A library that the function itself imports; what is generated may only rely on imports that surely ran."""
        found: list[tuple[bool, ir.Expr]] = []
        sure = {n for s in unit.raw.body if isinstance(s, ir.Inert) and s.kind == "import" for n in s.binds}
        for key, binding in unit.scopes.imports.items():
            name = key.rpartition("/")[2]
            if name not in hidden or (e.at is None and (key not in sure)):
                continue
            if binding == Imported(e.home, e.name):
                found.append((True, ir.Name(name)))
            elif binding == Imported(e.home or "math"):
                found.append((False, ir.Attribute(ir.Name(name), e.name)))
        return max(found, key=lambda pair: pair[0], default=(False, None))[1]


def twin_name(home: str, name: str) -> str:
    """A function of the rule table under its name in a library."""
    rule = RULES.get(name)
    return rule.numpy if home == "numpy" and rule is not None and rule.numpy else name
