"""Calls of generated functions, which take the place of derivative operators.

ad.grad(f)(x)                            f_b(x)[1]
ad.value_and_grad(f)(x)                  f_b(x)
ad.jvp(f, (x,), (v,))                    f_d(x, v)
solve(ad.grad(f), 1.0)                   solve(lambda x: f_b(x)[1], 1.0)
df = ad.grad(f)                          def df(x): return f_b(x)[1]
value, pull = ad.vjp(f, x)               value = f(x)
pull(2.0)                                (f_b(x, seed=2.0)[1],)
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from adtransform.expand.applications import Application, Unwritten, called, pair, top
from adtransform.expand.generation import Generated
from adtransform.expand.lexical import Syntax
from adtransform.expand.lifting import Lifted, literal_defaults
from adtransform.expand.operands import Operands
from adtransform.expand.splices import Edit, Text


def rewritten(a: Application, f: Lifted, g: Generated, syntax: Syntax, text: Text, names: Operands) -> list[Edit]:
    """The call of a generated function instead of an operator, and what it needs in the module.

    Arguments:
        a: the operator.
        f: its function.
        g: the derivative that it stands for.
        syntax: the tree of the text.
        text: what is changed.
        names: those that were added to the module.

    Raises:
        Unwritten: there is no such call.
    """
    if a.operator == "jvp":
        return [replaced(a.node, f"{g.name}({', '.join(pushed(a, f, g.tangents, syntax))})", syntax, text)]
    if a.operator == "vjp":
        return pulled(a, f, g, syntax, text, names)
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
    if a.operator == "vjp":
        return replaced(a.node, f"({f.name}({', '.join(handed(a, f, syntax))}), None)", syntax, text)
    return placed(a, f, lambda x: f"{f.name}({', '.join(x)})", syntax, text, Operands())


def placed(
    a: Application, f: Lifted, value: Callable[[list[str]], str], syntax: Syntax, text: Text, names: Operands
) -> Edit:
    """What an operator gives, where it is called at once, or as a function."""
    call = called(a, syntax)
    if call is not None:
        return replaced(call, value(arguments(f, call, syntax)), syntax, text)
    literal_defaults(ast.Lambda(f.params, a.node), syntax)
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


def pulled(a: Application, f: Lifted, g: Generated, syntax: Syntax, text: Text, names: Operands) -> list[Edit]:
    """`vjp` as a call of the function, and the calls of what it gives as calls of the adjoint.

    The arguments get names of their own, so that the calls find them as they were.

    Raises:
        Unwritten: what it gives is not just called.
    """
    around = syntax.parent[a.node]
    match around:
        case ast.Assign(targets=[ast.Tuple(elts=[value, ast.Name(id=pull) as target])]) if around.value is a.node:
            owner = a.scope.owner(pull)
        case _:
            raise Unwritten(a.node, "N180", "what `vjp` gives is not unpacked", "Write `value, pull = ad.vjp(f, x)`.")
    reads = [n for n in syntax.names(syntax.tree) if n.id == pull and syntax.scope_of[n].owner(pull) is owner]
    calls = [c for n in reads if isinstance(c := syntax.parent[n], ast.Call) and c.func is n and len(c.args) == 1]
    is_plain = not any(c.keywords or any(n in reads for n in ast.walk(c.args[0])) for c in calls)
    if syntax.only(pull, owner) is not target or len(calls) != len(reads) - 1 or not is_plain:
        message = f"`{pull}` is not only called, with one value"
        raise Unwritten(target, "N180", message, "Give it a name of its own, and call it.")
    if not g.of_numbers or owner is syntax.module or any(isinstance(c.args[0], ast.Starred) for c in calls):
        raise Unwritten(a.node, "N180", "`vjp` of lists and arrays is not supported here", "Use `ad.grad`.")
    passed = handed(a, f, syntax)
    kept = [names.fresh(f"{pull}_{n}", syntax) for n in f.positional[: len(pair(a)[0])]]
    given = [*kept, *passed[len(kept) :]]
    first = "; ".join(f"{n} = {p}" for n, p in zip(kept, passed, strict=False))
    own = f"{syntax.code(a.operand)}({', '.join(kept)})" if isinstance(a.operand, ast.Name) else ""
    called_now = own or f"{f.name}({', '.join(given)})"
    edits = [replaced(around, f"{first}; {syntax.code(value)} = {called_now}", syntax, text)]
    for c in calls:
        found = f"{g.name}({', '.join([*given, f'{g.seed}={syntax.code(c.args[0])}'])})[1]"
        edits.append(replaced(c, found, syntax, text) if len(kept) > 1 else one(c, found, syntax, text))
    return edits


def one(call: ast.Call, value: str, syntax: Syntax, text: Text) -> Edit:
    """A tuple of one value; the value where it is taken out at once."""
    match around := syntax.parent[call]:
        case ast.Subscript(slice=ast.Constant(value=0)) if around.value is call:
            return replaced(around, value, syntax, text)
    return replaced(call, f"({value},)", syntax, text)


def replaced(node: ast.expr | ast.stmt, chars: str, syntax: Syntax, text: Text) -> Edit:
    """Something else in the place of a node."""
    start = syntax.start(node)
    return start, syntax.end(node), text.at(chars, start)


def front(a: Application, syntax: Syntax) -> int:
    """Where functions go that a statement of the module needs: in front of it and the comments above it.

    Behind a class: they may mention it.
    """
    node = top(a.node, syntax)
    if isinstance(node, ast.ClassDef):
        return min(syntax.starts[node.end_lineno or node.lineno], len(syntax.chars))
    row = syntax.chars.count("\n", 0, syntax.start(node))
    while row and syntax.lines[row - 1].startswith("#"):
        row -= 1
    return syntax.starts[row]


def below_imports(syntax: Syntax) -> int:
    """The end of the imports that the module starts with, or of its docstring."""
    at = 0
    for i, s in enumerate(syntax.tree.body):
        is_doc = i == 0 and isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
        if not is_doc and not isinstance(s, (ast.Import, ast.ImportFrom)):
            break
        at = syntax.starts[s.end_lineno or s.lineno]
    return min(at, len(syntax.chars))


# --- arguments --------------------------------------------------------------------------------------------------------


def arguments(f: Lifted, call: ast.Call, syntax: Syntax) -> list[str]:
    """The arguments of a call of the function, with the free variables behind them.

    Raises:
        Unwritten: they do not match its parameters, or cannot be handed on as they are.
    """
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


def handed(a: Application, f: Lifted, syntax: Syntax) -> list[str]:
    """The arguments of the function, as `jvp` or `vjp` are given them."""
    return arguments(f, ast.copy_location(ast.Call(a.node.func, pair(a)[0], []), a.node), syntax)


def pushed(a: Application, f: Lifted, tangents: tuple[str, ...], syntax: Syntax) -> list[str]:
    """The arguments of a tangent: what the function takes, and the tangents behind it.

    Raises:
        Unwritten: they cannot be handed on as they are.
    """
    primals, along = pair(a)
    passed = handed(a, f, syntax)
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
