"""Functions inside functions become functions of the module; the variables around them become parameters.

def outer(x):                            def inner(y, x):
    def inner(y):                            return x * y
        return x * y

A closure reads its variables when it is called.  The calls that are written pass the values at that time, so both see
the same: what rebinds a variable meanwhile (`nonlocal`) is refused.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field, replace

from adtransform.expand.applications import Unwritten, definition
from adtransform.expand.lexical import Function, Scope, Syntax
from adtransform.expand.splices import Text

INDENT = "    "
CONSTANT = (ast.Constant, ast.Name, ast.Tuple, ast.UnaryOp, ast.BinOp)
HELP = "Move the function to the top level of the module and pass what it takes from outside as arguments."


@dataclass(frozen=True)
class Lifted:
    """A function of the module: `params` are those it is called with, `free` the variables that it takes besides.

    `text` is its definition where it is new.
    """

    name: str
    params: ast.arguments
    free: dict[str, Scope]
    text: Text | None = None
    returns: ast.expr | None = None
    more: tuple[ast.arg, ...] = ()  # the parameters that the free variables became

    @property
    def named(self) -> bool:
        """Whether the free variables are passed by name."""
        return bool(self.params.defaults or self.params.kwonlyargs)

    @property
    def whole(self) -> ast.arguments:
        """All parameters."""
        params = copy.deepcopy(self.params)
        (params.kwonlyargs if self.named else params.args).extend(self.more)
        params.kw_defaults += [None] * len(self.more) if self.named else []
        return params

    @property
    def optional(self) -> set[str]:
        """The parameters that have defaults."""
        found = set(self.positional[len(self.positional) - len(self.params.defaults) :])
        return found | {
            p.arg for p, d in zip(self.params.kwonlyargs, self.params.kw_defaults, strict=True) if d is not None
        }

    @property
    def known(self) -> Lifted:
        """The same, as it stands in the module."""
        return replace(self, text=None)

    @property
    def positional(self) -> list[str]:
        return [p.arg for p in (*self.params.posonlyargs, *self.params.args)]

    @property
    def inputs(self) -> list[str]:
        return [*self.positional, *(p.arg for p in self.params.kwonlyargs)]


@dataclass
class Closure:
    """What one function takes from outside: variables, and definitions that go along with it."""

    syntax: Syntax
    function: Function
    free: dict[str, Scope] = field(default_factory=dict)
    helpers: dict[str, ast.AST] = field(default_factory=dict)
    seen: dict[str, Scope] = field(default_factory=dict)  # the variables of all outside names

    def gather(self, node: ast.AST, inside: Scope) -> None:
        """Take up the names of one function; `inside` is the scope that it opens.

        Raises:
            Unwritten: a variable is rebound, or one name stands for two.
        """
        syntax = self.syntax
        for n in ast.walk(node):
            if isinstance(n, ast.Nonlocal):
                message = "the function rebinds a variable of the function around it"
                raise Unwritten(n, "N181", message, "Return the value instead of setting it.")
        for name in syntax.names(node):
            owner = syntax.scope_of[name].owner(name.id)
            if owner.within(inside) or not syntax.scope_of[name].within(inside):
                continue
            own = syntax.inside[self.function].bound
            if self.seen.setdefault(name.id, owner) is not owner or (name.id in own and node is not self.function):
                message = f"`{name.id}` is one variable in the function and another one in what it calls"
                raise Unwritten(name, "N181", message, "Rename one of them.")
            if owner is syntax.module or name.id in self.free or name.id in self.helpers:
                continue
            found = definition(name.id, owner, syntax)
            if isinstance(found, ast.alias) and syntax.only(name.id, owner) is found:
                self.helpers[name.id] = syntax.parent[found]
            elif isinstance(found, (ast.FunctionDef, ast.Lambda)) and not getattr(found, "decorator_list", None):
                self.helpers[name.id] = found
                literal_defaults(found, syntax)
                self.gather(found, syntax.inside[found])
            else:
                self.take(name, owner)

    def take(self, name: ast.Name, owner: Scope) -> None:
        """Take up a variable, which no other function may rebind."""
        if any(self.syntax.scope_of.get(b, owner) is not owner for b in owner.bound.get(name.id, [])):
            message = f"`{name.id}` is rebound by another function"
            raise Unwritten(name, "N181", message, "Pass it as an argument.")
        self.free[name.id] = owner


def literal_defaults(function: Function, syntax: Syntax) -> None:
    """Refuse defaults that hold what a variable was when the function was defined, and starred parameters."""
    if function.args.vararg or function.args.kwarg:
        raise Unwritten(function, "N181", "the function takes any number of arguments", HELP)
    for default in [*function.args.defaults, *(d for d in function.args.kw_defaults if d is not None)]:
        inside = [n for n in ast.walk(default) if not isinstance(n, (ast.operator, ast.unaryop, ast.expr_context))]
        names = [n for n in inside if isinstance(n, ast.Name)]
        once = all(syntax.scope_of[n].owner(n.id) is syntax.module and syntax.only(n.id, syntax.module) for n in names)
        if not once or not all(isinstance(n, CONSTANT) for n in inside):
            message = "a default of the function is neither a literal nor a constant of the module"
            raise Unwritten(default, "N181", message, "Use the variable itself in the function.")


def lifted(syntax: Syntax, text: Text, function: Function, name: str) -> Lifted:
    """A nested function or a lambda as a function of the module, called `name`.

    Raises:
        Unwritten: it would not do the same there.
    """
    args = function.args
    literal_defaults(function, syntax)
    if isinstance(function, ast.FunctionDef) and function.decorator_list:
        raise Unwritten(function, "N181", f"`{function.name}` has a decorator", HELP)
    closure = Closure(syntax, function)
    closure.gather(function, syntax.inside[function])
    more = tuple(ast.arg(n, annotation(syntax, n, owner)) for n, owner in closure.free.items())
    result = Lifted(name, args, closure.free, None, getattr(function, "returns", None), more)
    place = syntax.start(function)
    arrow = f" -> {ast.unparse(result.returns)}" if result.returns is not None else ""
    whole = text.at(f"def {name}({ast.unparse(result.whole)}){arrow}:\n", place)
    for helper_name, helper in closure.helpers.items():
        if helper is not function:
            whole += helper_text(syntax, text, helper_name, helper)
    if function in closure.helpers.values():  # it calls itself
        own = next(n for n, f in closure.helpers.items() if f is function)
        if args.kwonlyargs or args.posonlyargs:
            raise Unwritten(function, "N181", "the function calls itself and takes arguments by name only", HELP)
        call = f"{own}({', '.join(a.arg for a in args.args)})"
        whole += helper_text(syntax, text, own, function) + text.at(f"{INDENT}return {call}\n", place)
    else:
        whole += body(syntax, text, function)
    return replace(result, text=whole)


def annotation(syntax: Syntax, name: str, owner: Scope) -> ast.expr | None:
    """The annotation of a variable that is a parameter and nothing else."""
    bound = syntax.only(name, owner)
    if not isinstance(bound, ast.arg) or owner.parent is None or not isinstance(owner.node, ast.FunctionDef):
        return None
    said = bound.annotation
    around = owner.parent.node
    if isinstance(around, ast.ClassDef) and bound is owner.node.args.args[0] and not owner.node.decorator_list:
        return ast.Name(around.name) if owner.parent.parent is syntax.module else None  # `self`
    is_global = said is not None and all(owner.parent.owner(n.id) is syntax.module for n in syntax.names(said))
    return said if is_global else None


def helper_text(syntax: Syntax, text: Text, name: str, helper: ast.AST) -> Text:
    """A definition that goes along, as a statement in the lifted function."""
    if isinstance(helper, (ast.Import, ast.ImportFrom)):
        return text.at(f"{INDENT}{ast.unparse(helper)}\n", syntax.start(helper))
    assert isinstance(helper, (ast.FunctionDef, ast.Lambda))
    returns = getattr(helper, "returns", None)
    arrow = f" -> {ast.unparse(returns)}" if returns is not None else ""
    head = text.at(f"{INDENT}def {name}({ast.unparse(helper.args)}){arrow}:\n", syntax.start(helper))
    return head + body(syntax, text, helper, INDENT * 2)


def body(syntax: Syntax, text: Text, function: Function, indent: str = INDENT) -> Text:
    """The statements of a function, indented anew."""
    if isinstance(function, ast.Lambda):
        value = text[syntax.start(function.body) : syntax.end(function.body)]
        place = syntax.start(function.body)
        opening, closing = ("(", ")") if "\n" in value.chars or isinstance(function.body, ast.NamedExpr) else ("", "")
        return text.at(f"{indent}return {opening}", place) + value + text.at(f"{closing}\n", place)
    first, last = function.body[0], function.body[-1]
    start = syntax.start(first)
    line = syntax.chars.rfind("\n", 0, start) + 1
    old = syntax.chars[line:start]
    if old.strip():  # on the line of the `def`
        return text.at(indent, start) + text[start : syntax.end(last)] + text.at("\n", start)
    result = Text("", ())
    for n in range(syntax.chars.count("\n", 0, line), (last.end_lineno or last.lineno)):
        row_start, row_end = syntax.starts[n], syntax.starts[n + 1]
        row = text[row_start : min(row_end, len(text.chars))]
        shifted = row.chars.startswith(old) and row.chars.strip()
        result += text.at(indent, row_start) + row[len(old) :] if shifted else row
    if not result.chars.endswith("\n"):
        result += text.at("\n", start)
    if not same(function, result.chars, indent):
        raise Unwritten(function, "N181", "a string of the function holds line ends and the indentation", HELP)
    return result


def same(function: ast.FunctionDef, chars: str, indent: str) -> bool:
    """Whether a body says what it said, apart from its docstring."""

    def dumped(node: ast.FunctionDef) -> list[str]:
        return [ast.dump(s) for s in node.body[1 if ast.get_docstring(node) is not None else 0 :]]

    around = "def f():\n" if len(indent) == len(INDENT) else f"def g():\n{INDENT}def f():\n"
    found = [n for n in ast.walk(ast.parse(around + chars)) if isinstance(n, ast.FunctionDef) and n.name == "f"]
    return dumped(found[0]) == dumped(function)
