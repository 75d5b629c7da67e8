"""Calls of generated functions, which take the place of derivative operators.

ad.grad(f)(x)                            f_b(x)[1]
ad.value_and_grad(f)(x)                  f_b(x)
ad.jvp(f, (x,), (v,))                    f_d(x, v)
solve(ad.grad(f), 1.0)                   solve(lambda x: f_b(x)[1], 1.0)
df = ad.grad(f)                          def df(x): return f_b(x)[1]
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from adtransform.applications import Application, Unwritten, called, pair
from adtransform.generation import Generated
from adtransform.lexical import Syntax
from adtransform.lifting import Lifted, literal_defaults
from adtransform.operands import Operands
from adtransform.splices import Edit, Text


def rewritten(a: Application, f: Lifted, g: Generated, syntax: Syntax, text: Text, names: Operands) -> list[Edit]:
    """The call of a generated function instead of an operator, and what it needs in the module."""
    if a.operator == "jvp":
        return [replaced(a.node, f"{g.name}({', '.join(pushed(a, f, g.tangents, syntax))})", syntax, text)]
    chosen, several = a.inputs(f.inputs)
    if not g.is_number:
        message = f"`{a.operator}` needs a function that returns a number, which is not so or not known"
        raise Unwritten(a.node, "N180", message, "Return a float.")
    alone = several and len(chosen) == 1
    if alone and a.operator != "grad":
        raise Unwritten(a.node, "N180", "a tuple of one input is not supported here", "Give the number alone.")

    def value(arguments: list[str]) -> str:
        made = f"{g.name}({', '.join(arguments)})"
        if a.operator == "value_and_grad":
            return made
        return f"({made}[1],)" if alone else f"{made}[1]"

    if a.operator == "grad" and not g.of_numbers and not alone:  # what is no number needs a name
        made, definition = slope(f, g, chosen, syntax, text, a, names)
        return [definition, placed(a, f, lambda x: f"{made}({', '.join(x)})", syntax, text, names)]
    return [placed(a, f, value, syntax, text, names)]


def primal(a: Application, f: Lifted, syntax: Syntax, text: Text) -> Edit:
    """A call of the function itself instead of an operator, from which the kinds of its arguments show."""
    if a.operator == "jvp":
        return replaced(a.node, f"{f.name}({', '.join(pushed(a, f, (), syntax))})", syntax, text)
    return placed(a, f, lambda x: f"{f.name}({', '.join(x)})", syntax, text, Operands())


def placed(
    a: Application, f: Lifted, value: Callable[[list[str]], str], syntax: Syntax, text: Text, names: Operands
) -> Edit:
    """What an operator gives, where it is called at once, or as a function."""
    call = called(a, syntax)
    if call is not None:
        return replaced(call, value(arguments(f, call, syntax)), syntax, text)
    literal_defaults(ast.Lambda(f.params, a.node))
    params, passed = forwarded(f)
    around = syntax.parent[a.node]
    if isinstance(around, ast.Assign) and syntax.parent[around] is syntax.tree:
        target = around.targets[0]
        if isinstance(target, ast.Name) and syntax.only(target.id, syntax.module) is target:
            names.made.add(target.id)
            returns = f" -> {ast.unparse(f.returns)}" if f.returns is not None and a.operator == "grad" else ""
            made = f"def {target.id}({ast.unparse(f.params)}){returns}:\n    return {value(passed)}\n"
            return replaced(around, made, syntax, text)
    function = f"lambda {params}: {value(passed)}"
    bare = isinstance(around, (ast.Call, ast.keyword, ast.Assign, ast.Return))
    return replaced(a.node, function if bare else f"({function})", syntax, text)


def slope(
    f: Lifted, g: Generated, chosen: tuple[str, ...], syntax: Syntax, text: Text, a: Application, names: Operands
) -> tuple[str, Edit]:
    """A function that returns just the gradient, of lists and arrays.

    def f_grad(x): _, x_b = f_b(x); return x_b
    """
    parts = [f"{n}_grad" for n in chosen]
    target = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    _, passed = forwarded(f)
    header = ast.unparse(f.whole)
    body = f"    _, {target} = {g.name}({', '.join(passed)})\n    return {', '.join(parts)}\n"
    name, is_new = names.named(f"({header}):\n{body}", f"{f.name}_grad", syntax)
    at = front(a, syntax)
    new = f"def {name}({header}):\n{body}\n\n" if is_new else ""
    return name, (at, at, text.at(new, syntax.start(a.node)))


def replaced(node: ast.expr | ast.stmt, chars: str, syntax: Syntax, text: Text) -> Edit:
    start = syntax.start(node)
    return start, syntax.end(node), text.at(chars, start)


def front(a: Application, syntax: Syntax) -> int:
    """Where functions go that a statement of the module needs: in front of it and the comments above it."""
    node: ast.AST = a.node
    while syntax.parent[node] is not syntax.tree:
        node = syntax.parent[node]
    assert isinstance(node, ast.stmt)
    row = syntax.chars.count("\n", 0, syntax.start(node))
    while row and syntax.lines[row - 1].startswith("#"):
        row -= 1
    return syntax.starts[row]


# --- arguments --------------------------------------------------------------------------------------------------------


def arguments(f: Lifted, call: ast.Call, syntax: Syntax) -> list[str]:
    """The arguments of a call of the function, with the free variables behind them."""
    given = call.args
    if any(isinstance(a, ast.Starred) for a in given) or any(k.arg is None for k in call.keywords):
        raise Unwritten(call, "N180", "starred arguments are not supported here", "Write the arguments one by one.")
    names = f.positional
    keywords = [str(k.arg) for k in call.keywords]
    unset = [n for n in f.inputs if n not in names[: len(given)]]
    by_place = {p.arg for p in f.params.posonlyargs}
    wrong = len(given) > len(names) or set(keywords) - set(unset) or by_place & set(keywords)
    if wrong or set(unset) - set(keywords) - f.optional:
        raise Unwritten(call, "N180", f"the arguments do not match those of `{f.name}`", "Pass each of them once.")
    if any(isinstance(n, ast.NamedExpr) for a in [*given, *call.keywords] for n in ast.walk(a)):
        raise Unwritten(call, "N180", "`:=` in the arguments is not supported here", "Assign before the call.")
    by_name = f.named or keywords or len(given) < len(names)
    passed = [syntax.code(a) for a in given] + [f"{k.arg}={syntax.code(k.value)}" for k in call.keywords]
    return passed + [f"{n}={n}" if by_name else n for n in f.free]


def pushed(a: Application, f: Lifted, tangents: tuple[str, ...], syntax: Syntax) -> list[str]:
    """The arguments of a tangent: what the function takes, and the tangents behind it."""
    primals, along = pair(a)
    call = ast.copy_location(ast.Call(a.node.func, primals, []), a.node)
    passed = arguments(f, call, syntax)
    if any(isinstance(n, (ast.NamedExpr, ast.Starred)) for t in along for n in ast.walk(t)):
        raise Unwritten(a.node, "N180", "these tangents are not supported here", "Assign them before the call.")
    by_name = any("=" in p for p in passed[len(primals) :]) or len(primals) < len(f.inputs)
    for name, t in zip(tangents, along, strict=False):
        passed.append(f"{name}={syntax.code(t)}" if by_name else syntax.code(t))
    return passed


def forwarded(f: Lifted) -> tuple[str, list[str]]:
    """The parameters of a lambda that has those of the function, and the arguments that it hands on."""
    plain = copy.deepcopy(f.params)
    for p in (*plain.posonlyargs, *plain.args, *plain.kwonlyargs):
        p.annotation = None
    keywords = [f"{p.arg}={p.arg}" for p in plain.kwonlyargs]
    free = [f"{n}={n}" if f.named or keywords else n for n in f.free]
    return ast.unparse(plain), [*f.positional, *keywords, *free]
