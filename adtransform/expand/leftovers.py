"""What is left of derivative operators when the rest is written out, and what it means for the module."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

from adtransform.diagnostics import Refusal
from adtransform.expand.applications import (
    DEFINITIONS,
    PACKAGE,
    SHAPE,
    VALUES,
    Unwritten,
    applications,
    is_ours,
    mentioned,
    mentions,
    reached,
    top,
)
from adtransform.expand.lexical import Syntax
from adtransform.expand.rewriting import replaced
from adtransform.expand.splices import Edit, Text

Known = Callable[[ast.Call], "Refusal | None"]  # why an operator was left
Located = Callable[[Unwritten], Refusal]


def unread_imports(syntax: Syntax, text: Text) -> list[Edit]:
    """Imports inside functions, and starred ones, that nothing needs any more."""
    read = {(n.id, syntax.scope_of[n].owner(n.id)) for n in syntax.names(syntax.tree) if mentioned(n, syntax)}
    edits = []
    for s in ast.walk(syntax.tree):
        if isinstance(s, (ast.Import, ast.ImportFrom)):
            if syntax.parent[s] is syntax.tree and s.names[0].name != "*":
                continue  # those are written only where they are needed
            names = {(a.asname or a.name.partition(".")[0], syntax.scope_of[s]) for a in s.names}
            if all(is_ours(a, syntax) for a in s.names) and not names & read:
                edits.append(replaced(s, "pass", syntax, text))
    return edits


def blocked(syntax: Syntax, known: Known, located: Located, live: bool) -> dict[str, Refusal]:
    """The names of the module that stand for what still uses operators, and why.

    The values of a `live` module are there, whatever they were computed with.
    """
    direct: dict[ast.AST, Refusal] = {}
    for s in syntax.tree.body:
        if live and not isinstance(s, DEFINITIONS) and not is_derivative(s, syntax):
            continue
        if not isinstance(s, (ast.Import, ast.ImportFrom)) and (names := mentions(s, syntax)):
            direct[s] = reason(s, names[0], syntax, known, located)
    changed = {n.id: why for s, why in direct.items() if not isinstance(s, DEFINITIONS) for n in syntax.names(s)}
    found: dict[str, Refusal] = {}
    for name, bound in syntax.module.bound.items() if direct else ():
        for node in reached([top(b, syntax) for b in bound], syntax):
            why = direct.get(node)
            if (
                why is None and isinstance(node, VALUES) and not is_fixed(node.value)
            ):  # a value that a statement with operators may change
                targets = (n.id for n in syntax.names(node) if isinstance(n.ctx, ast.Store))
                why = next((changed[t] for t in targets if t in changed), None)
            if why is not None:
                found.setdefault(name, why)
    return found


def is_derivative(s: ast.stmt, syntax: Syntax) -> bool:
    """Whether a statement gives a name to what `grad(f)` or the like returns, a function."""
    return isinstance(s, VALUES) and any(
        a.node is s.value and a.operator not in ("jvp", "vjp", "hvp") for a in applications(s, syntax)
    )


def is_fixed(value: ast.expr | None) -> bool:
    """Whether what a name is bound to cannot be changed by a statement that mentions it: a number, a text, a type."""
    match value:
        case ast.Constant():
            return True
        case ast.UnaryOp(operand=operand):
            return is_fixed(operand)
        case ast.BinOp(left, _, right):
            return is_fixed(left) and is_fixed(right)
        case ast.Tuple(items):
            return all(map(is_fixed, items))
        case ast.Name(name):
            return hasattr(builtins, name)
        case ast.Attribute(ast.Name("math")) | ast.Call(ast.Attribute(ast.Name("math"))):
            return True
        case _:
            return False


def reason(statement: ast.stmt, name: ast.Name | ast.alias, syntax: Syntax, known: Known, located: Located) -> Refusal:
    """Why operators are left in a statement."""
    left = list(applications(statement, syntax))
    for a in left:
        if found := known(a.node):
            return found
    if left:
        message = f"`{left[0].operator}` is given what uses derivative operators that are not written out"
        return located(Unwritten(left[0].node, "N180", message))
    node: ast.AST = name
    while isinstance(syntax.parent[node], (ast.Attribute, ast.Import, ast.ImportFrom)):
        node = syntax.parent[node]
    node = syntax.around(node, ast.JoinedStr) or node
    if isinstance(node, ast.expr):
        message = f"`{syntax.code(node)}` is used in a way that cannot be written out"
        return located(Unwritten(node, "N180", message, SHAPE))
    assert isinstance(node, ast.stmt)
    message = f"`{PACKAGE}` is imported inside a function"
    return located(Unwritten(node, "N180", message, "Import it at the top of the module."))


def kept(syntax: Syntax, made: set[str]) -> frozenset[str]:
    """The functions that neither use anything that was added, nor call what does."""
    if not made:
        return frozenset(syntax.module.bound)
    found: set[str] = set()
    for s in syntax.tree.body:
        if isinstance(s, ast.FunctionDef) and s.name not in made:
            names = (n.id for node in reached([s], syntax) for n in syntax.names(node))
            found |= {s.name} if not made.intersection(names) else set()
    return frozenset(found)
