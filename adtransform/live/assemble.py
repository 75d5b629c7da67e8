"""A module text for a function that is none of a module's own: a closure, a lambda, a function of a notebook cell.

What the names of the function are bound to decides what is written, from the live objects:

    import math                     a module
    from numpy import exp           a function of another module
    k: float                        a variable, or a constant: its value stays where it is
    def g(u): ...                   a function, dedented; so is what it uses
    def f(x): return k * g(x)       the function itself

Where one name means two things in two functions, the text would be wrong, and is refused.
"""

from __future__ import annotations

import ast
import dis
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import BuiltinFunctionType, CellType, FunctionType, ModuleType

from adtransform.diagnostics import Refusal, TransformError
from adtransform.live.arguments import kind_of
from adtransform.live.class_texts import class_source
from adtransform.live.defaults import arguments, computed, with_names
from adtransform.live.definitions import Definition, definition, refusal, text_of
from adtransform.live.fingerprints import all_codes
from adtransform.live.graft import Origin
from adtransform.live.lines import Piece, dedented, fresh, indent_of, lines_of, renamed
from adtransform.live.recipes import RECIPES, Recipe
from adtransform.live.unwrap import inner


@dataclass
class Assembly:
    """A text in the making: `bound` is what names are bound to."""

    home: Mapping[str, object]
    pieces: list[Piece] = field(default_factory=list)
    bound: dict[str, object] = field(default_factory=dict)
    cells: dict[str, CellType] = field(default_factory=dict)
    names: dict[str, object] = field(default_factory=dict)

    def function(self, f: FunctionType, name: str) -> None:
        """Add a function under a name, and what it uses.

        Raises:
            TransformError: it has no source, or sets variables of others, or a name has two meanings.
        """
        self.bound[name] = f
        found = definition(f)
        check_outer(f, found)
        used = " ".join([*self.bound, *self.home, *f.__code__.co_varnames, *f.__code__.co_names])
        given = computed(f, found.node)
        names = {parameter: fresh(f"{parameter}_default", used) for parameter in given}
        for parameter, new in names.items():
            self.name(f, new, given[parameter])
            self.names[new] = given[parameter]
        self.pieces.append(piece(found, name, names))
        for other, cell in zip(f.__code__.co_freevars, f.__closure__ or ()):
            self.variable(f, other, cell)
        if f.__globals__ is not self.home and any(i.opname == "STORE_GLOBAL" for i in dis.get_instructions(f)):
            raise refusal(f, "N141", f"`{name}` sets a global variable of another script", "Define it in a cell.")
        for other in used_globals(f, found):
            if other in f.__globals__:
                self.name(f, other, f.__globals__[other])
                if f.__globals__ is not self.home:
                    self.names[other] = f.__globals__[other]

    def variable(self, f: FunctionType, name: str, cell: CellType) -> None:
        """Add a variable of the function around.

        Raises:
            TransformError: it has no value yet, or another one in another function.
        """
        if self.cells.get(name, cell) is not cell:
            raise ambiguous(f, name)
        try:
            value = cell.cell_contents
        except ValueError:
            raise refusal(f, "N140", f"`{name}` has no value yet", "Differentiate once it is set.") from None
        self.name(f, name, value, is_cell=True)
        self.cells[name] = cell

    def name(self, f: FunctionType, name: str, value: object, is_cell: bool = False) -> None:
        """Add what a name is bound to.

        Raises:
            TransformError: it means something else already.
        """
        if name in self.bound:
            if self.bound[name] is not value or is_cell != (name in self.cells):
                if not (self.bound[name] is value and isinstance(value, FunctionType)):  # they call each other
                    raise ambiguous(f, name)
            return
        if isinstance(value, FunctionType) and (recipe := RECIPES.get(value)) is not None:
            self.derivative(f, name, recipe)
            self.bound[name] = value
            return
        plain = inner(value)
        own = isinstance(plain, FunctionType) and (plain.__globals__ is self.home or plain.__module__ == "__main__")
        if isinstance(plain, FunctionType) and own and text_of(plain):  # a script that `%run` ran cannot be imported
            self.function(plain, name)
            self.bound[name] = value
            return
        self.bound[name] = value
        if isinstance(value, type) and value.__module__ == self.home.get("__name__"):
            found = class_source(value)
            if found is not None:
                self.record(f, name, found)
                return
        self.pieces.append(Piece(imported(name, value) or declared(name, value)))

    def derivative(self, f: FunctionType, name: str, recipe: Recipe) -> None:
        """Add what `grad(g)` or the like gave: the text that is differentiated says so, too."""
        operand = name + "_of"
        while operand in self.bound or operand in self.home:
            operand += "_"
        self.name(f, operand, recipe.f)
        operator = {"hessian": "jacfwd"}.get(recipe.operator, recipe.operator)  # of the gradient
        names = recipe.names()
        wrt = repr(names[0]) if recipe.is_single else repr(names)
        aux = ", has_aux=True" if recipe.has_aux else ""
        call = f"{name} = {name}_operator({operand}, wrt={wrt}{aux})"
        self.pieces.append(Piece(f"from adtransform import {operator} as {name}_operator\n\n{call}\n"))

    def record(self, f: FunctionType, name: str, found: Piece) -> None:
        """Add a class and what its methods use."""
        self.pieces.append(found)
        used = {n.id for n in ast.walk(ast.parse(found.text)) if isinstance(n, ast.Name)}
        for other in sorted(used - {name}):
            if other in self.home:
                self.name(f, other, self.home[other])

    def origin(self, filename: str) -> Origin:
        """The text so far as an origin of generated modules."""
        return Origin("\n".join(p.text for p in self.pieces), filename, self.names, self.cells)


def check_outer(f: FunctionType, found: Definition) -> None:
    """Refuse a function that sets variables of the function around it."""
    for n in ast.walk(found.node):
        if isinstance(n, ast.Nonlocal) and (names := {*n.names} & {*f.__code__.co_freevars}):
            message = f"`{f.__name__}` sets `{min(names)}`, a variable of the function around it"
            raise refusal(f, "N141", message, "Return the value, or keep it in a list.")


def piece(found: Definition, name: str, defaults: Mapping[str, str]) -> Piece:
    """The text of one function under another name, dedented, with names for defaults."""
    node, lines = found.node, lines_of(with_names(found.text, found.node, defaults.get) if defaults else found.text)
    if isinstance(node, ast.Lambda):
        body = ast.get_source_segment(found.text, node.body) or ast.unparse(node.body)
        text = f"def {name}({ast.unparse(arguments(node, defaults.get))}):\n    return (\n        {body}\n    )\n"
        return Piece(text, found.filename, node.body.lineno - 2, node.body.col_offset - 8)
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1  # directives stand there
    indent = indent_of(lines[node.lineno - 1])
    text = dedented(lines[first - 1 : node.end_lineno], first, node)
    return Piece(renamed(text, node, name, first).rstrip("\n") + "\n", found.filename, first, indent)


def used_globals(f: FunctionType, found: Definition) -> Iterator[str]:
    """The global names that a function reads, those of its annotations and decorators included, in order."""
    seen: dict[str, None] = {}
    for code in all_codes(f.__code__):
        for instruction in dis.get_instructions(code):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                seen[str(instruction.argval)] = None
    node = found.node
    others: list[ast.AST] = list(getattr(node, "decorator_list", []))
    others += [n.annotation for n in ast.walk(node.args) if isinstance(n, ast.arg) and n.annotation is not None]
    if isinstance(node, ast.FunctionDef) and node.returns is not None:
        others.append(node.returns)
    for n in (n for other in others for n in ast.walk(other)):
        if isinstance(n, ast.Name):
            seen[n.id] = None
    return iter(n for n in seen if n.isidentifier() and n not in f.__code__.co_freevars)  # pytest adds `@pytest_ar`


def imported(name: str, value: object) -> str:
    """The import that binds a name to a module, or to what another module defines; empty if there is none."""
    if isinstance(value, ModuleType):
        dotted = value.__name__
        return f"import {dotted}\n" if dotted == name else f"import {dotted} as {name}\n"
    home = getattr(value, "__module__", None) or ("numpy" if type(value).__name__ == "ufunc" else "")
    original = getattr(value, "__name__", "")
    if isinstance(value, BuiltinFunctionType) and home == "builtins":
        return ""
    if not original or not home or getattr(sys.modules.get(home), original, None) is not value:
        return ""
    return f"from {home} import {original}\n" if original == name else f"from {home} import {original} as {name}\n"


def declared(name: str, value: object) -> str:
    """A declaration of a name, for its kind."""
    return f"{name}: {kind_of(value) or 'object'}\n"


def ambiguous(f: FunctionType, name: str) -> TransformError:
    """The refusal of a name with two meanings."""
    help_ = "Give one of them another name."
    return refusal(f, "N141", f"`{name}` means one thing in `{f.__name__}` and another in a function it uses", help_)


def relocated(error: TransformError, filename: str, pieces: tuple[Piece, ...]) -> TransformError:
    """The refusals of an assembled text at their places in the files that it was assembled from."""
    return TransformError([moved(r, pieces) if r.filename == filename else r for r in error.refusals])


def moved(r: Refusal, pieces: tuple[Piece, ...]) -> Refusal:
    """One refusal at its place."""
    start = 1
    for p in pieces:
        count = p.text.count("\n") + 1  # they are joined by a line end
        if start <= r.line < start + count and p.filename:
            line, column, end = p.line + r.line - start, r.column + p.indent, r.end_column and r.end_column + p.indent
            text = " " * p.indent + r.text
            return replace(r, filename=p.filename, line=line, column=column, end_column=end, text=text)
        start += count
    return r
