"""What a derivative was made from, and whether it still is that.

def g(u): return u * u            a cell of a notebook
def f(x): return g(x) + x         another one
df = grad(f)
df(3.0)                           7.0
def g(u): return u**3             the first cell, changed and run again: f calls the new one
df(3.0)                           28.0: the derivative that was made before does not hold any more

The same happens to functions that are replaced in a module, and to those that `autoreload` gives new code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary, ref

from adtransform.live.arguments import kind_of
from adtransform.live.definitions import contents, function_in, refusal
from adtransform.live.fingerprints import is_same, known, module_of
from adtransform.live.unchanged import literals, replaced
from adtransform.live.unwrap import inner
from adtransform.pipeline import Result

Names = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Basis:
    """Functions and classes by where they were found, and what constants were.

    `own` is the function itself, which whoever asks holds, `code` and `defaults` are its own.  Functions and classes
    are held weakly: a derivative does not keep alive what it was made from.  Constants are as they were if their kind
    is the same, or the value if there is no kind.
    """

    own: ref[Any] | None = None
    code: CodeType | None = None
    defaults: tuple[object, object] = (None, None)
    found: tuple[tuple[Names, str, ref[Any], CodeType | None], ...] = ()
    cells: tuple[tuple[CellType, ref[Any]], ...] = ()
    constants: tuple[tuple[Names, str, object, str], ...] = ()

    def holds(self) -> bool:
        """Whether all of it is still there."""
        if self.own is not None:
            own = self.own()
            if own is None or own.__code__ is not self.code or own.__defaults__ is not self.defaults[0]:
                return False
            if own.__kwdefaults__ is not self.defaults[1]:
                return False
        for names, name, was, code in self.found:
            value: Any = names.get(name)
            if value is not was() or value is None or code is not None and value.__code__ is not code:
                return False
        for cell, was in self.cells:
            if contents(cell) is not was():
                return False
        for names, name, value, kind in self.constants:
            now = names.get(name)
            if now is not value and (not kind or kind_of(now) != kind):
                return False
        return True


NOTHING = Basis()
WORD = re.compile(r"\w+")
BASES: WeakKeyDictionary[FunctionType, Basis] = WeakKeyDictionary()  # of functions that stand for derivatives


def basis_of(f: object, files: Iterable[str] = (), kinds: Iterable[tuple[str, str]] = ()) -> Basis:
    """What a derivative of a function is made from, as it is now.

    Arguments:
        f: the function.
        files: the other files that were read for it.
        kinds: what its arguments are: they may name classes.
    """
    plain = function_in(f)
    if plain is None:
        return NOTHING
    if plain in BASES:
        return BASES[plain]
    walk = Walk(plain, frozenset(files), [word for _, kind in kinds for word in WORD.findall(kind)])
    defaults = plain.__defaults__, plain.__kwdefaults__
    return Basis(ref(plain), plain.__code__, defaults, tuple(walk.found), tuple(walk.cells), tuple(walk.constants))


def with_values(basis: Basis, names: Collection[str]) -> Basis:
    """The same, for which some constants must be what they were, not only of the same kind: exponents."""
    constants = tuple((home, n, v, "" if n in names else kind) for home, n, v, kind in basis.constants)
    return replace(basis, constants=constants)


class Walk:
    """The functions that a function may call, as far as their source was read."""

    def __init__(self, f: FunctionType, files: frozenset[str], classes: Iterable[str] = ()) -> None:
        self.home = f.__globals__
        self.files = files
        self.seen: set[tuple[int, str]] = set()
        self.found: list[tuple[Names, str, ref[Any], CodeType | None]] = []
        self.cells: list[tuple[CellType, ref[Any]]] = []
        self.constants: list[tuple[Names, str, object, str]] = []
        self.mentioned: set[str] = set()
        self.pending = [f]
        for name in classes:
            if isinstance(cls := self.home.get(name), type):
                self.value(self.home, name, cls)
        for one in self.pending:  # grows meanwhile
            self.function(one)

    def function(self, f: FunctionType) -> None:
        """Note what the names of a function are bound to, and walk on to the functions among it."""
        for cell in f.__closure__ or ():
            value = contents(cell)
            if isinstance(plain := inner(value), FunctionType) and all(cell is not c for c, _ in self.cells):
                self.cells.append((cell, ref(value)))
                self.pending.append(plain)
        notes = [n if isinstance(n, str) else getattr(n, "__name__", "") for n in f.__annotations__.values()]
        names = [*(word for note in notes for word in WORD.findall(note)), *used(f.__code__)]
        self.mentioned.update(names)
        for name in names:
            if name not in f.__globals__:
                continue
            value = f.__globals__[name]
            self.value(f.__globals__, name, value)
            if isinstance(value, ModuleType) and getattr(value, "__file__", None) in self.files:
                for attribute in names:
                    if attribute in vars(value):
                        self.value(vars(value), attribute, vars(value)[attribute])

    def value(self, names: Names, name: str, value: object) -> None:
        """What a name is bound to."""
        if (id(names), name) in self.seen:
            return
        self.seen.add((id(names), name))
        plain = inner(value)
        if isinstance(plain, FunctionType):
            self.found.append((names, name, ref(value), value.__code__ if isinstance(value, FunctionType) else None))
            is_own = plain.__globals__ is self.home or plain.__module__ == "__main__"
            if is_own or plain.__code__.co_filename in self.files:
                self.pending.append(plain)
        elif isinstance(value, type):
            self.found.append((names, name, ref(value), None))
            if value.__module__ == self.home.get("__name__"):
                for inside, method in vars(value).items():
                    self.value(vars(value), inside, method)
        elif not isinstance(value, ModuleType):  # those of other modules are imported when a derivative is made
            self.constants.append((names, name, value, kind_of(value) if names is self.home else ""))


def used(code: CodeType) -> Iterator[str]:
    """The names that are not local in a code, and in those inside."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from used(constant)


# --- against the files that were read ---------------------------------------------------------------------------------

KNOWN = lru_cache(maxsize=64)(known)


def check_others(f: object, text: str, home: Names, result: Result) -> None:
    """Refuse a function if one of another file that it calls is no longer what that file defines.

    Arguments:
        f: the function.
        text: what it stands in.
        home: its globals.
        result: what was generated.

    Raises:
        TransformError: a function was replaced, in its own module or where it is imported, or its file was changed.
    """
    read = [(path, source, module_of(path)) for path, source in result.files if source is not None]
    modules = [(path, source, names) for path, source, names in read if names is not None]
    plain = function_in(f)
    if plain is None:
        return
    texts = [(text, home), *((source, names) for _, source, names in modules)]
    used = Walk(plain, frozenset(path for path, _, _ in modules)).mentioned
    used |= {a.name for source, _ in texts for a in imports(source) if a.asname in used}
    for source, names in texts:
        for name in used & numbers(source):
            if kind_of(names.get(name, 0.0)) not in ("float", "int"):
                message = f"`{name}`, which `{plain.__name__}` reads, is no longer the number that its module says"
                raise refusal(f, "U008", message, "Pass it as an argument.")
    defined: dict[str, list[object]] = {}
    for path, source, names in modules:
        for name in (n for file, n in result.functions if file == path and n in used and n in KNOWN(source)):
            if not is_same(names.get(name), KNOWN(source)[name]):
                raise replaced(f, name)
            defined.setdefault(name, []).append(names.get(name))
    for source, names in texts:
        for alias in imports(source):
            bound = names.get(alias.asname or alias.name)
            if bound is not None and all(bound is not live for live in defined.get(alias.name, [bound])):
                raise replaced(f, alias.asname or alias.name)


@lru_cache(maxsize=64)
def imports(text: str) -> tuple[ast.alias, ...]:
    """What the `from` imports of a text bind."""
    return tuple(a for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) for a in node.names)


@lru_cache(maxsize=64)
def numbers(text: str) -> frozenset[str]:
    """The names of a module that are bound to a number, and to nothing else."""
    return frozenset(literals(ast.parse(text)))
