"""Derivatives of functions that take derivatives: the inner ones are written out before anything else happens.

def outer(x):                            def inner(y, x):
    def inner(y):                            return x * y * y
        return x * y * y
                                         def inner_b(y, x, seed=1.0): ...
    return x * ad.grad(inner)(x)
                                         def outer(x):
                                             return x * inner_b(x, x)[1]

Innermost first: what is left is a module of plain functions, which can be differentiated like any other.  Seeds and
tangents are arguments of functions, so that those of the inner and of the outer derivative cannot meet.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adtransform.applications import (
    MODES,
    PACKAGE,
    WRITTEN_AS,
    Application,
    Unwritten,
    applications,
    definition,
    mentions,
    reached,
    top,
)
from adtransform.diagnostics import Refusal, TransformError
from adtransform.generation import Generated, Wanted, generate
from adtransform.lexical import Scope, Syntax
from adtransform.lifting import Lifted, arguments, forwarded, lifted, literal_defaults
from adtransform.modules import STRING_OR_COMMENT
from adtransform.names import suffix
from adtransform.splices import Text, placed
from adtransform.writer import WORD

if TYPE_CHECKING:
    from adtransform.pipeline import Options

Edit = tuple[int, int, Text]


@dataclass
class Expansion:
    """A text whose derivative operators are written out.

    `made` are the functions that were added; `blocked` says of names of the module why they cannot be differentiated:
    operators are left in what they stand for.
    """

    source: str
    filename: str
    options: Options
    text: Text
    made: set[str] = field(default_factory=set)
    blocked: dict[str, Refusal] = field(default_factory=dict)
    reasons: dict[int, Refusal] = field(default_factory=dict)  # by the place of the operator in the source
    lifted: dict[str, str] = field(default_factory=dict)  # the names of functions of the module by their text
    known: dict[Wanted, Generated] = field(default_factory=dict)

    @property
    def reserved(self) -> frozenset[str]:
        """The suffix that the derivatives get that are asked for: those inside them have another one."""
        outside = STRING_OR_COMMENT.sub(" ", self.source)
        return frozenset({suffix("b" if self.options.mode == "reverse" else "d", WORD.findall(outside))})

    def original(self, refusal: Refusal) -> Refusal:
        """A refusal of the expanded text at its place in the source."""
        return self.text.located(refusal, self.source)

    # --- one step -----------------------------------------------------------------------------------------------------

    def step(self) -> bool:
        """Write out the operators whose functions hold no operators; False if there are none."""
        self.syntax = syntax = Syntax(self.text.chars)
        pending = [a for statement in self.statements() for a in applications(statement, syntax)]
        pending = [a for a in pending if self.text.origin[syntax.start(a.node)] not in self.reasons]
        if edits := [e for a in pending if a.operator in WRITTEN_AS and (e := self.respelled(a))]:
            self.text = self.text.spliced(outermost(edits))
            return True
        ready = [a for a in pending if self.is_ready(a)]
        if not ready:
            return False
        self.write_out(ready)
        return True

    def statements(self) -> Sequence[ast.stmt]:
        """The definitions and assignments of the module that matter for what is asked for."""
        syntax = self.syntax
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
        asked = self.options.functions
        names = {*(asked or ()), *(name for name, _ in self.options.wrt_of)}
        if asked is not None:
            start: list[ast.AST] = [top(b, syntax) for n in names for b in syntax.module.bound.get(n, [])]
            needed = set(reached(start, syntax))
            found = [s for s in syntax.tree.body if isinstance(s, kinds) and s in needed]
        else:
            found = [s for s in syntax.tree.body if isinstance(s, kinds)]
        return found

    def is_ready(self, a: Application) -> bool:
        """Whether neither the function of an operator nor the arguments of the call use operators themselves."""
        syntax, call = self.syntax, self.called(a)
        try:
            start = [a.operand, *(call.args if call else a.node.args[1:]), *(call.keywords if call else [])]
        except Unwritten as refused:
            self.refuse(a, refused)
            return False
        return not any(mentions(n, syntax) for n in reached([*start], syntax))

    def called(self, a: Application) -> ast.Call | None:
        """The call of what an operator gives, where that is called at once."""
        around = self.syntax.parent[a.node]
        return around if isinstance(around, ast.Call) and around.func is a.node and a.operator != "jvp" else None

    def respelled(self, a: Application) -> Edit | None:
        """An operator in terms of others."""
        syntax = self.syntax
        try:
            code = syntax.code
            rest = ", ".join(code(x) for x in a.node.args[1:])
            more = "".join(f", {code(x)}" for x in a.node.args[1:])
            more += "".join(f", {k.arg}={code(k.value)}" for k in a.node.keywords)
            if a.operator == "hvp" and a.node.keywords:
                raise Unwritten(a.node, "N180", "these arguments of `hvp` are not supported here")
            text = WRITTEN_AS[a.operator].format(f=code(a.operand), more=more, rest=rest)
            if any(isinstance(n, ast.Starred) for n in a.node.args):
                raise Unwritten(a.node, "N180", "starred arguments are not supported here")
        except Unwritten as refused:
            self.refuse(a, refused)
            return None
        start = syntax.start(a.node)
        return start, syntax.end(a.node), self.text.at(text, start)

    def refuse(self, a: Application, refused: Unwritten) -> None:
        """Note why an operator is left as it is."""
        start, end = self.syntax.start(refused.node), self.syntax.end(refused.node)
        found = Refusal(self.filename, 1, 1, refused.code, refused.message, refused.help)
        place = self.text.origin[self.syntax.start(a.node)]
        self.reasons[place] = placed(found, self.source, self.text.origin[start], self.text.origin[end - 1] + 1)

    # --- writing out --------------------------------------------------------------------------------------------------

    def write_out(self, ready: list[Application]) -> None:
        """Generate the derivatives that some operators stand for, and call them instead."""
        functions: dict[Application, Lifted] = {}
        wanted: dict[Application, Wanted] = {}
        new: list[Text] = []
        for a in ready:
            try:
                found = self.function(a)
                wanted[a] = self.wanted(a, found)
            except Unwritten as refused:
                self.refuse(a, refused)
                continue
            functions[a] = found
            if found.text is not None and found.text.chars not in new_chars(new):
                new.append(found.text)
        if not wanted:
            return
        first = min(self.front(a) for a in wanted)
        owner = {w: self.syntax.start(a.node) for a, w in reversed(wanted.items())}
        with_new = self.text.spliced([(first, first, joined(new, self.text, first))])
        missing = {w: self.text.origin[owner[w]] for w in owner if w not in self.known}
        made = generate(with_new, missing, self)
        self.known |= made.found
        edits: list[Edit] = [(first, first, joined([*new, *made.definitions], self.text, first))]
        if made.imports:
            at = self.head()
            edits.append((at, at, self.text.at("".join(f"{line}\n" for line in made.imports), max(at - 1, 0))))
        for a, w in wanted.items():
            place = self.text.origin[self.syntax.start(a.node)]
            if w in made.refused:
                self.reasons[place] = made.refused[w]
                continue
            try:
                edits.append(self.edit(a, functions[a], w, self.known[w]))
            except Unwritten as refused:
                self.refuse(a, refused)
        self.text = self.text.spliced(outermost(edits))

    def function(self, a: Application) -> Lifted:
        """The function of an operator as one of the module."""
        syntax, operand = self.syntax, a.operand
        found: ast.AST | None = operand
        if isinstance(operand, ast.Name):
            found = definition(operand.id, a.scope, syntax)
        if imported(operand, found, a.scope, syntax):
            return self.wrapper(a)
        if isinstance(found, ast.FunctionDef) and syntax.parent[found] is syntax.tree:
            if found.args.vararg or found.args.kwarg:
                raise Unwritten(operand, "N181", f"`{found.name}` takes any number of arguments")
            return Lifted(found.name, found.args, {})
        if not isinstance(found, (ast.FunctionDef, ast.Lambda)):
            raise Unwritten(operand, "N180", f"what `{a.operator}` differentiates here is no function of the file")
        name = found.name if isinstance(found, ast.FunctionDef) else operand.id if isinstance(operand, ast.Name) else ""
        trial = lifted(syntax, self.text, found, "function")
        assert trial.text is not None
        for n, owner in trial.free.items():
            if a.scope.owner(n) is not owner:
                message = f"`{n}` is another variable here than in the function that is differentiated"
                raise Unwritten(a.node, "N181", message, "Rename one of them.")
        if trial.text.chars not in self.lifted:
            self.lifted[trial.text.chars] = self.fresh(name or "inner")
            self.made.add(self.lifted[trial.text.chars])
            return lifted(syntax, self.text, found, self.lifted[trial.text.chars])
        old = self.lifted[trial.text.chars]
        return Lifted(old, trial.params, trial.free, None, trial.named)

    def wrapper(self, a: Application) -> Lifted:
        """A function of the module for one that is imported: how many arguments it takes shows by the call."""
        call = self.called(a)
        given = self.pair(a)[0] if a.operator == "jvp" else call.args if call is not None and not call.keywords else []
        if not given or any(isinstance(g, ast.Starred) for g in given):
            message = f"how many arguments the function of `{a.operator}` takes is not known"
            raise Unwritten(a.operand, "N181", message, "Write a function around it, with `def`.")
        params = ["x", *(f"x{n}" for n in range(2, len(given) + 1))]
        place, code = self.syntax.start(a.operand), self.syntax.code(a.operand)
        args = ast.arguments([], [ast.arg(p) for p in params], None, [], [], None, [])
        text = "def {}(" + ", ".join(params) + f"):\n    return {code}({', '.join(params)})\n"
        new = text not in self.lifted
        if new:
            self.lifted[text] = self.fresh(code.rpartition(".")[2])
            self.made.add(self.lifted[text])
        name = self.lifted[text]
        return Lifted(name, args, {}, self.text.at(text.format(name), place) if new else None)

    def fresh(self, base: str) -> str:
        """A name that nothing at the top level of the module has or asks for."""
        syntax = self.syntax
        taken = {n.id for n in syntax.names(syntax.tree) if syntax.scope_of[n].owner(n.id) is syntax.module}
        taken |= set(syntax.module.bound) | self.made | set(dir(builtins)) | set(keyword.kwlist)
        name, n = base, 2
        while name in taken:
            name, n = f"{base}{n}", n + 1
        return name

    def wanted(self, a: Application, f: Lifted) -> Wanted:
        """The derivative that an operator stands for."""
        if a.operator != "jvp":
            return Wanted(f.name, MODES[a.operator], a.inputs(f.inputs)[0])
        primals = self.pair(a)[0]
        if not 0 < len(primals) <= len(f.positional):
            raise Unwritten(a.node, "N180", f"the arguments do not match those of `{f.name}`")
        return Wanted(f.name, "forward", tuple(f.positional[: len(primals)]))

    def pair(self, a: Application) -> tuple[list[ast.expr], list[ast.expr]]:
        """The arguments and the tangents that `jvp` is given."""
        match a.node:
            case ast.Call(args=[_, ast.Tuple(elts=x) | ast.List(elts=x), ast.Tuple(elts=t) | ast.List(elts=t)]):
                if len(x) == len(t) and not a.node.keywords:
                    return x, t
        message = f"the arguments of `{a.operator}` are not two tuples that are written out, of one length"
        raise Unwritten(a.node, "N180", message, "Write `ad.jvp(f, (x, y), (x_d, y_d))`.")

    # --- calls --------------------------------------------------------------------------------------------------------

    def edit(self, a: Application, f: Lifted, w: Wanted, g: Generated) -> Edit:
        """The call of a generated function that takes the place of an operator."""
        syntax, node = self.syntax, a.node
        if a.operator == "jvp":
            return self.pushed(a, f, g)
        if not g.is_number:
            message = f"`{a.operator}` needs a function that returns a number, which is not so or not known"
            raise Unwritten(node, "N180", message, "Return a float.")
        several = a.inputs(f.inputs)[1]
        if several and len(w.wrt) == 1 and a.operator != "grad":
            raise Unwritten(node, "N180", "a tuple of one input is not supported here", "Give the number alone.")
        call = self.called(a)
        if call is not None:
            value = f"{g.name}({', '.join(arguments(f, call, syntax.code))})"
            return self.replaced(call, selected(value, a.operator, several and len(w.wrt) == 1))
        literal_defaults(ast.Lambda(f.params, ast.Constant(0)))
        params, passed = forwarded(f)
        value = selected(f"{g.name}({', '.join(passed)})", a.operator, several and len(w.wrt) == 1)
        around = syntax.parent[node]
        if isinstance(around, ast.Assign) and syntax.parent[around] is syntax.tree and len(around.targets) == 1:
            target = around.targets[0]
            if isinstance(target, ast.Name) and syntax.only(target.id, syntax.module) is target:
                self.made.add(target.id)
                result = f.returns if a.operator == "grad" else ""
                text = f"def {target.id}({ast.unparse(f.params)}){result}:\n    return {value}\n"
                return self.replaced(around, text)
        function = f"lambda {params}: {value}" if params else f"lambda: {value}"
        bare = isinstance(around, (ast.Call, ast.keyword, ast.Assign, ast.Return)) and node is not getattr(
            around, "func", None
        )
        return self.replaced(node, function if bare else f"({function})")

    def pushed(self, a: Application, f: Lifted, g: Generated) -> Edit:
        """`jvp` as a call of a tangent: its tangents stand behind the parameters."""
        primals, tangents = self.pair(a)
        call = ast.copy_location(ast.Call(a.node.func, primals, []), a.node)
        passed = arguments(f, call, self.syntax.code)
        if any(isinstance(n, (ast.NamedExpr, ast.Starred)) for t in tangents for n in ast.walk(t)):
            raise Unwritten(a.node, "N180", "these tangents are not supported here", "Assign them before the call.")
        by_name = any("=" in p for p in passed[len(primals) :]) or len(primals) < len(f.inputs)
        for name, t in zip(g.tangents, tangents, strict=True):
            passed.append(f"{name}={self.syntax.code(t)}" if by_name else self.syntax.code(t))
        return self.replaced(a.node, f"{g.name}({', '.join(passed)})")

    def replaced(self, node: ast.expr | ast.stmt, chars: str) -> Edit:
        start = self.syntax.start(node)
        return start, self.syntax.end(node), self.text.at(chars, start)

    # --- places -------------------------------------------------------------------------------------------------------

    def front(self, a: Application) -> int:
        """Where functions go that a statement of the module needs: in front of it and the comments above it."""
        row = self.syntax.chars.count("\n", 0, self.syntax.start(top(a.node, self.syntax)))
        while row and self.syntax.lines[row - 1].startswith("#"):
            row -= 1
        return self.syntax.starts[row]

    def head(self) -> int:
        """The end of the imports that the module starts with, or of its docstring."""
        at = 0
        for i, s in enumerate(self.syntax.tree.body):
            is_doc = i == 0 and isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
            if not is_doc and not isinstance(s, (ast.Import, ast.ImportFrom)):
                break
            at = self.syntax.starts[s.end_lineno or s.lineno]
        return min(at, len(self.text.chars))

    # --- what is left -------------------------------------------------------------------------------------------------

    def block(self) -> None:
        """Say of what still uses operators why that is so."""
        syntax = self.syntax
        direct: dict[ast.AST, Refusal] = {}
        for statement in syntax.tree.body:
            names = mentions(statement, syntax)
            if names and not isinstance(statement, (ast.Import, ast.ImportFrom)):
                direct[statement] = self.reason(statement, names[0])
        if not direct:
            return
        for name, bound in syntax.module.bound.items():
            for node in reached([top(b, syntax) for b in bound], syntax):
                if node in direct:
                    self.blocked.setdefault(name, direct[node])

    def reason(self, statement: ast.stmt, name: ast.Name | ast.alias) -> Refusal:
        """Why operators are left in a statement."""
        for a in applications(statement, self.syntax):
            if found := self.reasons.get(self.text.origin[self.syntax.start(a.node)]):
                return found
        start = self.syntax.place(name.lineno, name.col_offset)
        end = self.syntax.place(name.end_lineno or name.lineno, name.end_col_offset or 0)
        message = f"this use of {PACKAGE} is not one that can be written out"
        for a in applications(statement, self.syntax):
            start, end = self.syntax.start(a.node), self.syntax.end(a.node)
            message = f"`{a.operator}` of what uses derivative operators that are not written out"
            break
        found = Refusal(self.filename, 1, 1, "N180", message, Unwritten(statement, "", "").help)
        return placed(found, self.source, self.text.origin[start], self.text.origin[end - 1] + 1)


def imported(operand: ast.expr, found: ast.AST | None, scope: Scope, syntax: Syntax) -> bool:
    """Whether an operand is a function of another module that is imported at the top."""
    root = operand
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name) or scope.owner(root.id) is not syntax.module:
        return False
    known = found if root is operand else definition(root.id, scope, syntax)
    return isinstance(known, ast.alias) and (root is not operand) == isinstance(syntax.parent[known], ast.Import)


def selected(call: str, operator: str, tuple_of_one: bool) -> str:
    """What an operator gives, of the value and the gradient."""
    if operator == "value_and_grad":
        return call
    return f"({call}[1],)" if tuple_of_one else f"{call}[1]"


def joined(parts: list[Text], text: Text, at: int) -> Text:
    """Functions in front of another one."""
    result = Text("", ())
    for part in parts:
        result += part + text.at("\n\n", min(at, len(text.chars) - 1))
    return result


def new_chars(parts: list[Text]) -> list[str]:
    return [p.chars for p in parts]


def outermost(edits: list[Edit]) -> list[Edit]:
    """Edits that do not overlap: what stands inside another one waits."""

    def waits(e: Edit) -> bool:
        return any(o is not e and o[0] <= e[0] < e[1] <= o[1] for o in edits)

    return [e for e in edits if not waits(e)]


def expand(source: str, filename: str, options: Options) -> Expansion | None:
    """Write out the derivative operators of a module; None if there are none, or if it cannot be read."""
    if PACKAGE not in source:
        return None
    result = Expansion(source, filename, options, Text.of(source if source.endswith("\n") else source + "\n"))
    try:
        before = None
        while result.step() and before != (result.text.chars, len(result.reasons)):
            before = result.text.chars, len(result.reasons)
        result.block()
    except (SyntaxError, ValueError) as error:
        if isinstance(error, TransformError):
            raise
        return None
    return result


def blocked(source: str, filename: str) -> dict[str, Refusal]:
    """The names of a module that nothing is written out in, and that use operators."""
    if PACKAGE not in source:
        return {}
    from adtransform.pipeline import Options

    unread = Expansion(source, filename, Options(), Text.of(source))
    unread.syntax = Syntax(source)
    unread.block()
    return unread.blocked


__all__ = ["Expansion", "blocked", "expand"]
