"""The functions that derivative operators are given, as functions of the module."""

from __future__ import annotations

import ast
import builtins
import keyword
from dataclasses import dataclass, field

from adtransform.expand.applications import DIRECT, Application, Unwritten, called, definition, pair
from adtransform.expand.lexical import Scope, Syntax
from adtransform.expand.lifting import Lifted, lifted
from adtransform.expand.splices import Text


@dataclass
class Operands:
    """What functions were lifted to: `known` has their names by their text, `made` all names that were added."""

    made: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)

    def function(self, a: Application, syntax: Syntax, text: Text) -> Lifted:
        """The function of an operator; its `text` is set where it is to be added to the module.

        Raises:
            Unwritten: it is none that can be a function of the module.
        """
        operand = a.operand
        found: ast.AST | None = operand
        if isinstance(operand, ast.Name):
            found = definition(operand.id, a.scope, syntax)
        if imported(operand, found, a.scope, syntax):
            return self.wrapper(a, syntax, text)
        if isinstance(found, ast.FunctionDef) and syntax.parent[found] is syntax.tree:
            if found.args.vararg or found.args.kwarg:
                raise Unwritten(operand, "N181", f"`{found.name}` takes any number of arguments")
            return Lifted(found.name, found.args, {}, returns=found.returns)
        if not isinstance(found, (ast.FunctionDef, ast.Lambda)):
            raise Unwritten(operand, "N180", f"what `{a.operator}` differentiates here is no function of the file")
        name = found.name if isinstance(found, ast.FunctionDef) else operand.id if isinstance(operand, ast.Name) else ""
        trial = lifted(syntax, text, found, "function")
        for n, owner in trial.free.items():
            if a.scope.owner(n) is not owner:
                message = f"`{n}` is another variable here than in the function that is differentiated"
                raise Unwritten(a.node, "N181", message, "Rename one of them.")
        assert trial.text is not None
        outside = syntax.around(syntax.parent[found], ast.FunctionDef)
        base = f"{outside.name}_{name}" if name and isinstance(outside, ast.FunctionDef) else name or "inner"
        known, is_new = self.named(trial.text.chars, base, syntax)
        made = lifted(syntax, text, found, known)
        return made if is_new else made.known

    def wrapper(self, a: Application, syntax: Syntax, text: Text) -> Lifted:
        """A function around one that is imported: how many arguments it takes shows by the call.

        Raises:
            Unwritten: that does not show.
        """
        call = called(a, syntax)
        given = pair(a)[0] if a.operator in DIRECT else call.args if call is not None and not call.keywords else []
        if not given or any(isinstance(g, ast.Starred) for g in given):
            message = f"how many arguments the function of `{a.operator}` takes is not known"
            raise Unwritten(a.operand, "N181", message, "Write a function around it, with `def`.")
        params = ["x", *(f"x{n}" for n in range(2, len(given) + 1))]
        args = ast.arguments([], [ast.arg(p) for p in params], None, [], [], None, [])
        code, passed = syntax.code(a.operand), ", ".join(params)
        name, is_new = self.named(f"{code}({passed})", code.rpartition(".")[2], syntax)
        new = text.at(f"def {name}({passed}):\n    return {code}({passed})\n", syntax.start(a.operand))
        return Lifted(name, args, {}, new if is_new else None)

    def named(self, chars: str, base: str, syntax: Syntax) -> tuple[str, bool]:
        """The name of a function with some text, and whether it is new."""
        is_new = chars not in self.known
        if is_new:
            self.known[chars] = self.fresh(base, syntax)
        return self.known[chars], is_new

    def fresh(self, base: str, syntax: Syntax) -> str:
        """A name that nothing in the module has."""
        taken = {n.id for n in syntax.names(syntax.tree)} | {name for _, name, _ in syntax.stores}
        taken |= self.made | set(dir(builtins)) | set(keyword.kwlist)
        name, n = base, 2
        while name in taken:
            name, n = f"{base}{n}", n + 1
        self.made.add(name)
        return name


def imported(operand: ast.expr, found: ast.AST | None, scope: Scope, syntax: Syntax) -> bool:
    """Whether an operand is a function of another module that is imported at the top, or a builtin one."""
    root = operand
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or scope.owner(root.id) is not syntax.module:
        return False
    if operand is root and root.id not in syntax.module.bound:
        return hasattr(builtins, root.id)
    known = found if root is operand else definition(root.id, scope, syntax)
    return isinstance(known, ast.alias) and (root is not operand) == isinstance(syntax.parent[known], ast.Import)
