"""Where a text applies derivative operators, and to what: `ad.grad(f, argnums=1)`, `ad.jvp(f, (x,), (1.0,))`.

Names are followed through the imports of the text: `import adtransform as ad`, `from adtransform import grad as slope`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from adtransform.expand.lexical import Scope, Syntax

PACKAGE = "adtransform"
OWN = "adtransform_"  # before an operator: how the expansion itself spells it
MODES = {"grad": "reverse", "value_and_grad": "reverse", "vjp": "reverse", "jvp": "forward"}
DIRECT = ("jvp", "vjp")  # these give values, no functions of the inputs
FIRST = ("argnums", "wrt")  # what the operators that give functions take behind the function
WRITTEN_AS = {  # in terms of the others: {f} is the function, {more} what is said of its inputs, {rest} the arguments
    "jacfwd": "adtransform_grad({f}{more})",  # of a function of numbers: what is no number is refused there
    "jacrev": "adtransform_grad({f}{more})",
    "hessian": "adtransform_grad(adtransform_grad({f}{more}){more})",
    "hvp": "adtransform_jvp(adtransform_grad({f}{more}), {rest})[1]",
}
SHAPE = "Write `ad.grad(f)(x)`, `ad.value_and_grad(f)(x)` or `ad.jvp(f, (x,), (x_d,))` for a function `f` of the file."


DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
VALUES = (ast.Assign, ast.AnnAssign)


class Unwritten(Exception):
    """An operator that cannot be written out."""

    def __init__(self, node: ast.expr | ast.stmt, code: str, message: str, help: str = SHAPE) -> None:
        super().__init__(message)
        self.node, self.code, self.message, self.help = node, code, message, help


@dataclass(frozen=True, eq=False)
class Application:
    """One operator with its function."""

    node: ast.Call = field(repr=False)
    operator: str
    scope: Scope = field(repr=False)

    @property
    def operand(self) -> ast.expr:
        """The function.

        Raises:
            Unwritten: it is not the first argument.
        """
        if self.node.args and not isinstance(self.node.args[0], ast.Starred):
            return self.node.args[0]
        raise Unwritten(self.node, "N180", f"the function that `{self.operator}` is given is not its first argument")

    def inputs(self, params: list[str]) -> tuple[tuple[str, ...], bool]:
        """The inputs that are asked for, by name, and whether they are a tuple.

        Raises:
            Unwritten: they cannot be read, or are none of the parameters.
        """
        said = dict(zip(FIRST, self.node.args[1:], strict=False)) | {k.arg or "**": k.value for k in self.node.keywords}
        if isinstance(aux := said.pop("has_aux", None), ast.Constant) and aux.value is False:
            aux = None
        if aux is not None or set(said) - set(FIRST) or len(self.node.args) > 3:
            raise Unwritten(self.node, "N180", f"these arguments of `{self.operator}` are not supported here")
        said = {k: v for k, v in said.items() if not (isinstance(v, ast.Constant) and v.value is None)}
        try:
            chosen = ast.literal_eval(said.get("wrt", said.get("argnums", ast.Constant(0))))
        except ValueError:
            chosen = None
        several = isinstance(chosen, (tuple, list))
        names = tuple(name_of(c, params) for c in (chosen if several else (chosen,)))
        if not names or None in names or list(names) != [p for p in params if p in names]:
            message = "the inputs are not literal numbers or names of parameters, in their order"
            raise Unwritten(self.node, "N180", message, 'Write `argnums=1`, `argnums=(0, 2)` or `wrt=("x", "z")`.')
        return tuple(str(n) for n in names), several


def name_of(chosen: object, params: list[str]) -> str | None:
    """A parameter by its number or its name."""
    if isinstance(chosen, int) and not isinstance(chosen, bool) and -len(params) <= chosen < len(params):
        return params[chosen]
    return chosen if isinstance(chosen, str) and chosen in params else None


def called(a: Application, syntax: Syntax) -> ast.Call | None:
    """The call of what an operator gives, where that is called at once."""
    around = syntax.parent[a.node]
    return around if isinstance(around, ast.Call) and around.func is a.node and a.operator not in DIRECT else None


def pair(a: Application) -> tuple[list[ast.expr], list[ast.expr]]:
    """The arguments and the tangents that `jvp` is given; `vjp` is given arguments alone.

    Raises:
        Unwritten: they are not written out.
    """
    match a.node:
        case ast.Call(args=[_, *x], keywords=[]) if a.operator == "vjp":
            return x, []
        case ast.Call(args=[_, ast.Tuple(elts=x) | ast.List(elts=x), ast.Tuple(elts=t) | ast.List(elts=t)]):
            if len(x) == len(t) and not a.node.keywords:
                return x, t
    message = f"the arguments of `{a.operator}` are not two tuples that are written out, of one length"
    raise Unwritten(a.node, "N180", message, "Write `ad.jvp(f, (x, y), (x_d, y_d))`.")


# --- finding them -----------------------------------------------------------------------------------------------------


def is_ours(node: ast.AST, syntax: Syntax) -> bool:
    """Whether a binding imports this package or something of it."""
    statement = syntax.parent.get(node)
    if isinstance(statement, ast.Import) and isinstance(node, ast.alias):
        return node.name.partition(".")[0] == PACKAGE
    return isinstance(statement, ast.ImportFrom) and (statement.module or "").partition(".")[0] == PACKAGE


def mentioned(name: ast.Name, syntax: Syntax) -> bool:
    """Whether a name may stand for this package or something of it."""
    bound = syntax.scope_of[name].owner(name.id).bound.get(name.id, [])
    return any(is_ours(b, syntax) for b in bound) if bound else bool(spelled(name.id, syntax))


def spelled(name: str, syntax: Syntax) -> str:
    """The operator that a name stands for which nothing binds: one of a star import, or one that is written here."""
    starred = any(is_ours(b, syntax) for b in syntax.module.bound.get("*", []))
    found = name.removeprefix(OWN) if name.startswith(OWN) or starred else ""
    return found if found in MODES or found in WRITTEN_AS else ""


def operator(func: ast.expr, syntax: Syntax) -> str:
    """The operator that an expression names; empty if there is none."""
    root = func.value if isinstance(func, ast.Attribute) else func
    if not isinstance(root, ast.Name) or not mentioned(root, syntax):
        return ""
    bound = syntax.scope_of[root].owner(root.id).bound.get(root.id, [])
    if not all(is_ours(b, syntax) for b in bound):
        return ""
    imported = {b.name for b in bound if isinstance(syntax.parent[b], ast.ImportFrom) and isinstance(b, ast.alias)}
    if isinstance(func, ast.Attribute):
        found = func.attr if not imported else ""
    else:
        found = imported.pop() if len(imported) == len(bound) == 1 else "" if bound else spelled(root.id, syntax)
    return found if found in MODES or found in WRITTEN_AS else ""


def applications(node: ast.AST, syntax: Syntax) -> Iterator[Application]:
    """The operators that are applied in a node."""
    for n in ast.walk(node):
        if isinstance(n, ast.Call) and (found := operator(n.func, syntax)):
            yield Application(n, found, syntax.scope_of[n])


def mentions(node: ast.AST, syntax: Syntax) -> list[ast.Name | ast.alias]:
    """The names in a node that stand for this package; imports at the top of a module do no harm."""
    names = [n for n in syntax.names(node) if mentioned(n, syntax)]
    found: list[ast.Name | ast.alias] = [n for n in names if not decorates(n, syntax)]
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        found += [n for n in ast.walk(node) if isinstance(n, ast.alias) and is_ours(n, syntax)]
    return found


def decorates(name: ast.Name, syntax: Syntax) -> bool:
    """Whether a name stands in the decorator `differentiable`, which is taken off before anything is read, or in
    another name for it.
    """
    node: ast.AST = name
    while isinstance(syntax.parent[node], ast.expr):
        node = syntax.parent[node]
    statement = syntax.parent[node]
    if isinstance(statement, ast.Assign):
        return isinstance(node, ast.Attribute) and node.attr == "differentiable"
    return isinstance(statement, ast.FunctionDef) and node in statement.decorator_list


def definition(name: str, scope: Scope, syntax: Syntax) -> ast.AST | None:
    """What a name stands for, if it is bound once: a `def`, a lambda, an import or another expression."""
    for _ in range(20):
        owner = scope.owner(name)
        found = syntax.only(name, owner)
        value = assigned(found, syntax) if found is not None else None
        if not isinstance(value, ast.Name):
            return value if isinstance(value, ast.Lambda) else found
        name, scope = value.id, owner
    return None


def assigned(binding: ast.AST, syntax: Syntax) -> ast.expr | None:
    """The value that a name is bound to by an assignment to it alone."""
    statement = syntax.parent.get(binding)
    is_plain = isinstance(statement, ast.Assign) and statement.targets == [binding]
    return statement.value if is_plain and isinstance(statement, ast.Assign) else None


def applied(value: ast.expr, syntax: Syntax) -> bool:
    """Whether a value is what an operator gives."""
    return isinstance(value, ast.Call) and operator(value.func, syntax) != ""


def top(node: ast.AST, syntax: Syntax) -> ast.stmt:
    """The statement of the module that a node stands in."""
    while not isinstance(syntax.parent[node], ast.Module):
        node = syntax.parent[node]
    assert isinstance(node, ast.stmt)
    return node


def reached(start: list[ast.AST], syntax: Syntax) -> list[ast.AST]:
    """The nodes, and the definitions that they mention, directly or through one of them."""
    found = dict.fromkeys(start)
    for node in (queue := list(found)):
        for name in syntax.names(node):
            owner = syntax.scope_of[name].owner(name.id)
            for b in owner.bound.get(name.id, []):
                if owner is syntax.module:
                    target: ast.AST = top(b, syntax)
                elif isinstance(b, ast.FunctionDef):
                    target = b
                elif isinstance(d := definition(name.id, owner, syntax), ast.Lambda):
                    target = d
                elif (value := assigned(b, syntax)) is not None and applied(value, syntax):
                    target = value
                else:
                    continue
                if target not in found and not isinstance(target, (ast.Import, ast.ImportFrom)):
                    found[target] = None
                    queue.append(target)
    return queue
