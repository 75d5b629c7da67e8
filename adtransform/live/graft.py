"""Execute what is new in a generated module, among the globals that its source already has.

The new statements become the body of a function:

    def shell(k):                                       variables of the function that f stands in
        def graft(h_d):                                 what was generated before
            def g_d(u, u_d): ...                        new, so defined here
            def f_d(x, x_d): return k * g_d(x, x_d)     finds g_d in its closure, and RHO among the live globals
            return locals()

`shell` is never called: `graft` is bound to the cells that hold `k`, so that it is the live variable.
"""

from __future__ import annotations
import __future__

import ast
import linecache
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import CellType, CodeType, FunctionType

from adtransform.compiled import register
from adtransform.live.notes import labelled, show


@dataclass(frozen=True, slots=True)
class Origin:
    """What a module is generated from: its text and file, and those of its names that are not globals.

    `names` holds values, of functions that were generated before; `cells` variables of a function around.
    """

    text: str
    filename: str
    names: Mapping[str, object] = field(default_factory=dict)
    cells: Mapping[str, CellType] = field(default_factory=dict)


def graft(origin: Origin, text: str, live: dict[str, object]) -> dict[str, object]:
    """Define the names of a generated module that its origin does not define.

    Arguments:
        origin: what the module was generated from.
        text: the generated module.
        live: the globals of the origin; they are not changed.

    Returns:
        The new names and those of `origin.names`, with their values.

    Raises:
        Exception: whatever the new statements raise.
    """
    name = register(text, origin.filename)
    is_whole = origin.text == "".join(linecache.getlines(origin.filename))
    file = origin.filename if is_whole else ""
    code = compiled_graft(origin.text, text, name, origin.names, origin.cells, file)
    show(code, name)
    return planted(code, live, origin)


def compiled_graft(
    origin: str, text: str, name: str, names: Iterable[str] = (), cells: Iterable[str] = (), file: str = ""
) -> CodeType:
    """The code of `graft` for a generated module; it can be marshalled.

    Arguments:
        origin: the text that the module was generated from.
        text: the generated module.
        name: the file name of the code.
        names: the names that `graft` takes.
        cells: the variables of the function around.
        file: the file that the origin is the text of, if there is one.
    """
    source = ast.parse(origin)
    old = {name for statement in source.body for name in bound(statement)}
    tree = ast.parse(text)
    body = [part for statement in tree.body for part in only_new(statement, old)]
    shell = ast.parse("def shell():\n    def graft(): return locals()")
    outer = shell.body[0]
    assert isinstance(outer, ast.FunctionDef) and isinstance(outer.body[0], ast.FunctionDef)
    inner = outer.body[0]
    outer.args.args = [ast.copy_location(ast.arg(n), outer) for n in cells]
    inner.args.args = [ast.copy_location(ast.arg(n), inner) for n in names]
    inner.body = [*body, *inner.body]
    code = compile(ast.fix_missing_locations(shell), name, "exec", flags(tree), dont_inherit=True)
    return labelled(inside(inside(code)), source, ast.parse(text), name, file)


def inside(code: CodeType) -> CodeType:
    """The code of the one function that is defined in another code."""
    return next(c for c in code.co_consts if isinstance(c, CodeType))


def planted(code: CodeType, live: dict[str, object], origin: Origin) -> dict[str, object]:
    """Execute the code of a graft among the live globals."""
    closure = tuple(origin.cells[n] for n in code.co_freevars)
    maker = FunctionType(code, live, "graft", None, closure)
    names: dict[str, object] = maker(**origin.names)
    names = {n: v for n, v in names.items() if n not in origin.cells}
    for value in names.values():
        if isinstance(value, FunctionType):
            value.__qualname__ = value.__qualname__.removeprefix("shell.<locals>.").removeprefix("graft.<locals>.")
    return names


def only_new(statement: ast.stmt, old: set[str]) -> list[ast.stmt]:
    """The statement as far as it binds names that the source does not bind."""
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return []
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        aliases = [alias for alias in statement.names if alias.name != "*" and bound_by(alias) not in old]
        statement.names = aliases
        return [statement] if aliases else []
    if isinstance(statement, ast.FunctionDef):
        for decorator in statement.decorator_list:
            for_numba(statement, decorator)
    return [statement] if bound(statement) - old else []


def for_numba(function: ast.FunctionDef, decorator: ast.expr) -> None:
    """Let Numba compile a function that its decorator stands at."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if ast.unparse(called).rpartition(".")[2] not in ("njit", "jit"):
        return
    if isinstance(decorator, ast.Call):
        decorator.args = []  # the signature was that of another function
        # only what stands in files can be kept; what the turns of a loop add to one number must not run in parallel
        decorator.keywords = [k for k in decorator.keywords if k.arg not in ("cache", "parallel")]
    function.body = [Spelled().visit(s) for s in function.body]


class Spelled(ast.NodeTransformer):
    """What has two names in NumPy by the one that Numba knows, which has no `np.ndim`, nor `np.array` of an array."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("np" | "numpy"), attr="array") as f, args=[_], keywords=[]):
                f.attr = "copy"
            case ast.Call(func=ast.Attribute(value=ast.Name("np" | "numpy"), attr="ndim"), args=[array]):
                return ast.Attribute(array, "ndim", ast.Load())
        return node


def bound(statement: ast.stmt) -> set[str]:
    """The names that a statement of a module binds there."""
    names: set[str] = set()
    pending: list[ast.AST] = [statement]
    while pending:
        match pending.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)  # what stands inside is bound elsewhere
            case ast.Lambda():
                pass
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias() as alias:
                names.add(bound_by(alias))
            case node:
                pending += ast.iter_child_nodes(node)
    return names


def bound_by(alias: ast.alias) -> str:
    """The name that one part of an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def flags(tree: ast.Module) -> int:
    """The compiler flags of the `from __future__` imports of a module."""
    found = __future__.annotations.compiler_flag  # those of actual arguments need not name what is imported
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                found |= getattr(__future__, alias.name).compiler_flag
    return found
