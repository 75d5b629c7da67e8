"""Modules as text: what each name at the top level is bound to, and the files that imports lead to.

Nothing is executed.  Imports are followed through the file system, from the folder of the importing file and along
`sys.path`, so that a function that is called but written elsewhere can be read.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import libcst as cst

from adtransform import ir, reader
from adtransform.decorators import keywords_of_derivatives, undecorated
from adtransform.diagnostics import Refusal, TransformError
from adtransform.imports import Import, source_of
from adtransform.lambdas import with_named_lambdas
from adtransform.traverse import bound_names, target_names

LIBRARIES = ("math", "numpy", "scipy.special", "statistics")


# --- what a name can be bound to --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """`import dotted` (attribute empty) or `from dotted import attribute`."""

    dotted: str
    attribute: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Defined:
    """A function definition at the top level."""

    node: Any = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Value:
    """Anything else: a constant, a class, a name bound in several ways.  `alias` is what it was set to, if simple."""

    alias: ir.Expr | None = None


Binding = Imported | Defined | Value


@dataclass(frozen=True, slots=True)
class Item:
    """One statement at the top level of a module."""

    node: Any = field(repr=False)
    kind: str  # "import", "function", "docstring", "class", "assign", "other"
    binds: tuple[str, ...]


# --- reading ----------------------------------------------------------------------------------------------------------


def imported_names(node: Any) -> dict[str, Imported]:
    """The bindings of one import statement.

    >>> import libcst
    >>> imported_names(libcst.parse_statement("from math import sin as s").body[0])
    {'s': Imported(dotted='math', attribute='sin', level=0)}
    """
    if isinstance(node, cst.Import):
        found = {}
        for n in node.names:
            dotted = n.evaluated_name
            if n.evaluated_alias:
                found[n.evaluated_alias] = Imported(dotted)
            else:
                found[dotted.partition(".")[0]] = Imported(dotted.partition(".")[0])
        return found
    dotted = reader.text_of(node.module) if node.module is not None else ""
    level = len(node.relative)
    if isinstance(node.names, cst.ImportStar):
        return {"*": Imported(dotted, "*", level)}
    return {n.evaluated_alias or n.evaluated_name: Imported(dotted, n.evaluated_name, level) for n in node.names}


def statement_imports(node: Any) -> dict[str, Imported]:
    """Bindings of the imports on one line; empty for any other statement."""
    found: dict[str, Imported] = {}
    if isinstance(node, cst.SimpleStatementLine):
        for small in node.body:
            if isinstance(small, (cst.Import, cst.ImportFrom)):
                found |= imported_names(small)
    return found


class Module:
    """One file: its items in order, its bindings, and its functions, which are read when they are asked for."""

    def __init__(self, text: str, filename: str, path: Path | None) -> None:
        self.text = text
        self.filename = filename
        self.path = path
        self.parsed = parse(text, filename)  # the tree that has positions
        self.tree = undecorated(self.parsed, text)
        self.functions: dict[str, ir.Function] = {}
        self.expansion: Any = None  # what became of the derivative operators in it
        self.positions: Mapping[Any, Any] | None = None  # of all nodes, once something has been refused

    @cached_property
    def blocked(self) -> Mapping[str, Refusal]:
        """Names that cannot be differentiated for the derivative operators in what they stand for."""
        from adtransform.expand.expansion import unexpanded

        found: Mapping[str, Refusal] = (
            unexpanded(self.text, self.filename) if self.expansion is None else self.expansion.blocked
        )
        return found

    @property
    def made(self) -> frozenset[str]:
        """The functions that were generated for derivative operators: nobody asks for derivatives of them."""
        return frozenset(self.expansion.made if self.expansion is not None else ())

    @cached_property
    def dotted(self) -> str:
        """The name under which the file can be imported: its packages and its stem."""
        if self.path is None:
            return ""
        parts = [] if self.path.name == "__init__.py" else [self.path.stem]
        folder = self.path.absolute().parent
        while (folder / "__init__.py").exists():
            parts.insert(0, folder.name)
            folder = folder.parent
        return ".".join(parts)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(item_of(node, i == 0) for i, node in enumerate(self.tree.body))

    @cached_property
    def head(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Comments before the first statement: those of the file, and those that stand directly above a function."""
        rows = reader.lines_of(self.tree.header)
        if not self.tree.body or not isinstance(self.tree.body[0], cst.FunctionDef):
            return rows, ()
        at = max((i + 1 for i, row in enumerate(rows) if not row), default=0)
        return rows[:at], rows[at:]

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every word of the file: a superset of its names."""
        return frozenset(re.findall(r"[^\W\d]\w*", self.text))

    def words_around(self, name: str) -> frozenset[str]:
        """The words that the names in the derivative of a function must not be."""
        if self.expansion is None or name not in self.expansion.untouched:
            return self.identifiers
        return frozenset(re.findall(r"[^\W\d]\w*", self.expansion.source))

    @cached_property
    def code_identifiers(self) -> frozenset[str]:
        """The words outside comments and strings."""
        words = Counter(re.findall(r"[^\W\d]\w*", STRING_OR_COMMENT.sub(" ", self.text)))
        return frozenset(words) - keywords_of_derivatives(self.text, words)

    @cached_property
    def rebound(self) -> frozenset[str]:
        """Names that some function declares global: their value at the top level is not the only one."""
        lines = re.findall(r"\bglobal[ \t]+([\w ,\t]+)", self.text)
        return frozenset(n.strip() for line in lines for n in line.split(","))

    @cached_property
    def bindings(self) -> dict[str, Binding]:
        found: dict[str, Binding] = {}
        for item in self.items:
            if item.kind == "import":
                found |= statement_imports(item.node)
            elif item.kind == "function":
                found[item.node.name.value] = Value() if item.node.name.value in found else Defined(item.node)
            elif item.kind == "assign":
                s = reader.statement(item.node)[0]
                simple = isinstance(s, ir.Assign) and len(s.targets) == 1 and not set(item.binds) & set(found)
                for n in item.binds:
                    alias = s.value if simple and isinstance(s, ir.Assign) else None
                    found[n] = Value(alias if isinstance(alias, (ir.Name, ir.Attribute)) else None)
            else:
                sure = sure_imports(item.node) if item.kind == "other" else {}
                found |= {n: sure.get(n, Value()) for n in item.binds}
        found |= {n: Value() for n in self.rebound if n in found}
        return found

    def function(self, name: str) -> ir.Function:
        """The intermediate representation of a function at the top level."""
        if name not in self.functions:
            binding = self.bindings[name]
            assert isinstance(binding, Defined)
            function = reader.function(binding.node)
            if binding.node is self.tree.body[0]:
                lead = (*self.head[1], *function.source.lead)
                function = replace(function, source=replace(function.source, lead=lead))
            self.functions[name] = with_named_lambdas(function, self.identifiers)
        return self.functions[name]

    @cached_property
    def constants(self) -> dict[str, ir.Expr]:
        """Values of the names that are bound once, to a literal."""
        found: dict[str, ir.Expr] = {}
        times = Counter(name for item in self.items for name in item.binds)
        for item in self.items:
            if item.binds == ("*",):
                found.clear()  # it may bind them anew
            if item.kind == "assign" and len(item.binds) == 1 and isinstance(self.bindings[item.binds[0]], Value):
                s = reader.statement(item.node)[0]
                if isinstance(s, ir.Assign) and isinstance(s.value, ir.Const):
                    found[item.binds[0]] = s.value
        return {n: v for n, v in found.items() if times[n] == 1 and n not in self.rebound}


STRING_OR_COMMENT = re.compile(
    r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*',
)


def item_of(node: Any, first: bool) -> Item:
    """Sort one statement of a module."""
    if isinstance(node, cst.FunctionDef):
        return Item(node, "function", (node.name.value,))
    if isinstance(node, cst.ClassDef):
        return Item(node, "class", (node.name.value,))
    if isinstance(node, cst.SimpleStatementLine):
        small = node.body[0]
        if isinstance(small, (cst.Import, cst.ImportFrom)) and len(node.body) == 1:
            return Item(node, "import", tuple(imported_names(small)))
        if (
            first
            and isinstance(small, cst.Expr)
            and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString))
        ):
            return Item(node, "docstring", ())
        if len(node.body) == 1 and isinstance(small, (cst.Assign, cst.AnnAssign)):
            targets = [t.target for t in small.targets] if isinstance(small, cst.Assign) else [small.target]
            simple = all(isinstance(t, (cst.Name, cst.Tuple)) for t in targets)
            if simple:
                return Item(node, "assign", tuple(n for t in targets for n in target_names(reader.expression(t))))
    return Item(node, "other", tuple(sorted(bound_names(reader.statement(node)))))


def sure_imports(node: Any) -> dict[str, Imported]:
    """Imports of `math` and `numpy` in a `try` body: the fallback below is for a Python that lacks them."""
    found: dict[str, Imported] = {}
    if isinstance(node, cst.Try) and isinstance(node.body, cst.IndentedBlock):
        for line in node.body.body:
            found |= statement_imports(line)
    return {n: i for n, i in found.items() if i.dotted in ("math", "numpy") and i.attribute != "*"}


@lru_cache(maxsize=32)
def parse(text: str, filename: str) -> cst.Module:
    """The tree of a file; raises `TransformError` where it is no Python.

    It is never changed, and remembered: a living module is read once for each of its functions.  CPython's own parser
    goes first: its messages are better, and its limits on depth are checked.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the user's escapes are none of our business
            compile(text, filename, "exec", dont_inherit=True)  # nothing is executed
        return cst.parse_module(text)
    except SyntaxError as error:
        line = error.text or ""
        where = (filename, error.lineno or 0, max(error.offset or 1, 1))
        end = max(error.end_offset or 0, 0)
        raise TransformError([Refusal(*where, "E001", error.msg, text=line.rstrip("\n"), end_column=end)]) from None
    except cst.ParserSyntaxError as error:
        where = (filename, error.raw_line, error.raw_column + 1)
        raise TransformError([Refusal(*where, "E001", error.message)]) from None
    except (RecursionError, MemoryError):
        help = "Split the expression into several statements."
        raise TransformError([Refusal(filename, 0, 0, "E002", "an expression is nested too deeply", help)]) from None
    except ValueError as error:
        raise TransformError([Refusal(filename, 0, 0, "E001", str(error))]) from None


# --- following imports ------------------------------------------------------------------------------------------------


class Project:
    """The files of one run, each read once."""

    def __init__(self) -> None:
        self.modules: dict[Path, Module | None] = {}
        self.imports: dict[Import, str | None] = {}  # where they lead

    def resolve(self, module: Module, name: str) -> tuple[Module, str, Binding] | None:
        """Follow a name through imports and plain aliases to where it is bound; None if it is not bound."""
        for _ in range(20):
            binding = module.bindings.get(name) or self.starred(module, name)
            match binding:
                case None:
                    return None
                case Imported(dotted, attribute) if attribute and not is_library(dotted):
                    target = self.imported(module, binding)
                    if target is None or attribute not in target.bindings:
                        return module, name, binding
                    module, name = target, attribute
                case Value(ir.Name(id)) if id != name:
                    module, name = module, id
                case _:
                    return module, name, binding
        return None

    def starred(self, module: Module, name: str) -> Binding | None:
        """The binding that a star import gives to a name."""
        for item in module.items:
            if item.kind != "import" or item.binds != ("*",):
                continue
            star = statement_imports(item.node)["*"]
            if is_library(star.dotted):
                if name in library_names(star.dotted):
                    return Imported(star.dotted, name)
            elif (target := self.imported(module, star)) is not None and name in target.bindings:
                return Imported(star.dotted, name, star.level)
        return None

    def imported(self, module: Module, binding: Imported) -> Module | None:
        """The file behind an import, if it can be found as text."""
        asked = (str(module.path or ""), binding.dotted, binding.attribute, binding.level)
        if asked not in self.imports:
            self.imports[asked] = source_of(*asked)
        path = self.imports[asked]
        return self.load(Path(path)) if path is not None else None

    def load(self, path: Path) -> Module | None:
        """Read a file; None if it is no Python text."""
        path = path.resolve()
        if path not in self.modules:
            try:
                text = path.read_text("utf-8")
                self.modules[path] = Module(text, str(path), path)
            except (OSError, UnicodeDecodeError, TransformError):
                self.modules[path] = None
        return self.modules[path]


def is_library(dotted: str) -> bool:
    return dotted in LIBRARIES


def library_names(dotted: str) -> frozenset[str]:
    """What a star import of a library brings, as far as there are rules for it."""
    from adtransform.rules import library_names

    return library_names(dotted)
