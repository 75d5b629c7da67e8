"""Which variable a name is: the scopes of a module as Python has them, with the place of every node in the text.

def f(x):                        the scope of `f` binds `x`, `g`
    g = lambda y: x * y          that of the lambda binds `y`; its `x` is that of `f`
    return [g(x) for x in ...]   that of the comprehension binds an `x` of its own
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.Lambda
Node = ast.AST


@dataclass(eq=False)
class Scope:
    """`bound` has the nodes that bind a name; `kind` is "module", "class", "function" or "comprehension"."""

    node: Node = field(repr=False)
    kind: str
    parent: Scope | None = field(default=None, repr=False)
    bound: dict[str, list[Node]] = field(default_factory=dict, repr=False)
    declared: dict[str, str] = field(default_factory=dict, repr=False)  # names that are "global" or "nonlocal"

    def owner(self, name: str) -> Scope:
        """The scope of the variable that a name stands for here; the module's for what is bound nowhere."""
        scope, first = self, True
        while scope.parent is not None:
            match scope.declared.get(name):
                case "global":
                    return scope.root
                case None if name in scope.bound and (first or scope.kind != "class"):
                    return scope
            scope, first = scope.parent, False
        return scope

    @property
    def root(self) -> Scope:
        return self if self.parent is None else self.parent.root

    def within(self, other: Scope) -> bool:
        return self is other or (self.parent is not None and self.parent.within(other))


class Syntax:
    """The tree of a text: `scope_of` has the scope that a name is read or bound in, `parent` the node around a node."""

    def __init__(self, chars: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.tree = ast.parse(chars)
        self.chars = chars
        self.lines = chars.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.parent = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.module = Scope(self.tree, "module")
        self.scope_of: dict[Node, Scope] = {}
        self.inside: dict[Node, Scope] = {}  # the scope that a function opens
        self.stores: list[tuple[Scope, str, Node]] = []
        self.reads: dict[Node, list[ast.Name]] = {}
        for statement in self.tree.body:
            self.visit(statement, self.module)
        for scope, name, node in self.stores:  # a second pass: `nonlocal` names belong to where they are bound
            if name not in scope.declared:
                scope.bound.setdefault(name, []).append(node)
        for scope, name, node in self.stores:
            if name in scope.declared:
                scope.owner(name).bound.setdefault(name, []).append(node)

    # --- places -------------------------------------------------------------------------------------------------------

    def place(self, line: int, column: int) -> int:
        """The index of a place as trees have it, in bytes of a line."""
        text = self.lines[line - 1]
        start: int = self.starts[line - 1]
        return start + len(text.encode()[:column].decode())

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Where a node starts, with its decorators."""
        decorators = getattr(node, "decorator_list", [])
        if decorators:
            return self.place(decorators[0].lineno, 0) + node.col_offset
        return self.place(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        return self.place(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def code(self, node: ast.expr | ast.stmt) -> str:
        return self.chars[self.start(node) : self.end(node)]

    # --- scopes -------------------------------------------------------------------------------------------------------

    def only(self, name: str, scope: Scope) -> Node | None:
        """What binds a name, if one thing does."""
        found = scope.bound.get(name, [])
        return found[0] if len(found) == 1 else None

    def names(self, node: Node) -> list[ast.Name]:
        """The names in a node, in the order of the text."""
        if node not in self.reads:
            found = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n in self.scope_of]
            self.reads[node] = sorted(found, key=lambda n: (n.lineno, n.col_offset))
        return self.reads[node]

    def around(self, node: Node, kind: type[Node]) -> Node | None:
        """The innermost node of a kind that a node stands in."""
        at: Node | None = node
        while at is not None and not isinstance(at, kind):
            at = self.parent.get(at)
        return at

    def bind(self, scope: Scope, name: str, node: Node) -> None:
        self.stores.append((scope, name, node))

    def visit(self, node: Node, scope: Scope) -> None:
        """Note the bindings of a node; bodies of functions have scopes of their own."""
        self.scope_of[node] = scope
        match node:
            case ast.Name(id=name):
                if not isinstance(node.ctx, ast.Load):
                    self.bind(scope, name, node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self.function(node, scope)
                return
            case ast.ClassDef(name=name):
                self.bind(scope, name, node)
                self.all([*node.bases, *node.keywords, *node.decorator_list], scope)
                self.all(node.body, Scope(node, "class", scope))
                return
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self.comprehension(node, scope)
                return
            case ast.NamedExpr(target=ast.Name(id=name) as target, value=value):
                home = scope
                while home.kind == "comprehension" and home.parent is not None:
                    home = home.parent
                self.scope_of[target] = home
                self.bind(home, name, target)
                self.visit(value, scope)
                return
            case ast.alias(name=name, asname=asname):
                self.bind(scope, asname or name.partition(".")[0], node)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self.bind(scope, name, node)
            case ast.MatchMapping(rest=str(name)):
                self.bind(scope, name, node)
            case ast.Global(names=names):
                scope.declared |= dict.fromkeys(names, "global")
            case ast.Nonlocal(names=names):
                scope.declared |= dict.fromkeys(names, "nonlocal")
        self.all(ast.iter_child_nodes(node), scope)

    def all(self, nodes: Iterable[Node], scope: Scope) -> None:
        for node in nodes:
            self.visit(node, scope)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> None:
        """Note the bindings of a function: parameters inside, what stands at them outside."""
        inner = Scope(node, "function", scope)
        self.inside[node] = inner
        a = node.args
        params = [*a.posonlyargs, *a.args, *a.kwonlyargs, *(p for p in (a.vararg, a.kwarg) if p is not None)]
        for p in params:
            self.bind(inner, p.arg, p)
        outside: list[Node] = [*a.defaults, *(d for d in a.kw_defaults if d is not None)]
        outside += [p.annotation for p in params if p.annotation is not None]
        if isinstance(node, ast.Lambda):
            self.all(outside, scope)
            self.visit(node.body, inner)
            return
        self.bind(scope, node.name, node)
        self.all([*outside, *node.decorator_list, *([node.returns] if node.returns is not None else [])], scope)
        self.all(list(node.body), inner)

    def comprehension(self, node: Node, scope: Scope) -> None:
        """Note the bindings of a comprehension: all but its first iterable is inside."""
        inner = Scope(node, "comprehension", scope)
        generators: list[ast.comprehension] = getattr(node, "generators", [])
        for i, g in enumerate(generators):
            self.visit(g.iter, inner if i else scope)
            self.all([g.target, *g.ifs], inner)
        results = (node.key, node.value) if isinstance(node, ast.DictComp) else (getattr(node, "elt", None),)
        self.all([r for r in results if r is not None], inner)
