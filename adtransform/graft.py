"""Execute what is new in a generated module, among the globals that its source already has.

The new statements become the body of a function:

    def graft():                                    the globals of that function are the live ones
        def g_d(u, u_d): ...                        new, so defined here
        def f_d(x, x_d): return g_d(x, x_d)         finds g_d in its closure, and RHO among the live globals
        return locals()
"""

from __future__ import annotations
import __future__

import ast
from dataclasses import dataclass
from types import FunctionType

from adtransform.compiled import register


@dataclass(frozen=True, slots=True)
class Origin:
    """What a module is generated from: text and file, and the values of those of its names that are not globals."""

    text: str
    filename: str
    names: dict[str, object]


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
    old = {name for statement in ast.parse(origin.text).body for name in bound(statement)}
    tree = ast.parse(text)
    body = [part for statement in tree.body for part in only_new(statement, old)]
    shell = ast.parse("def graft(): return locals()")
    function = shell.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.args.args = [ast.copy_location(ast.arg(name), function) for name in origin.names]
    function.body = [*body, *function.body]
    code = compile(
        ast.fix_missing_locations(shell), register(text, origin.filename), "exec", flags(tree), dont_inherit=True
    )
    place: dict[str, object] = {}
    exec(code, live, place)
    maker = place["graft"]
    assert isinstance(maker, FunctionType)
    names: dict[str, object] = maker(**origin.names)
    for value in names.values():
        if isinstance(value, FunctionType):
            value.__qualname__ = value.__qualname__.removeprefix("graft.<locals>.")
    return names


def only_new(statement: ast.stmt, old: set[str]) -> list[ast.stmt]:
    """The statement as far as it binds names that the source does not bind."""
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return []
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        aliases = [alias for alias in statement.names if alias.name != "*" and bound_by(alias) not in old]
        statement.names = aliases
        return [statement] if aliases else []
    return [statement] if bound(statement) - old else []


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
    found = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                found |= getattr(__future__, alias.name).compiler_flag
    return found
