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
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adtransform.diagnostics import Refusal, TransformError
from adtransform.expand.applications import (
    DEFINITIONS,
    DIRECT,
    MODES,
    PACKAGE,
    VALUES,
    WRITTEN_AS,
    Application,
    Unwritten,
    applications,
    called,
    mentions,
    pair,
    reached,
    top,
)
from adtransform.expand.generation import Generated, Made, Wanted, arrays_given, generate
from adtransform.expand.leftovers import blocked, kept, unread_imports
from adtransform.expand.lexical import Syntax
from adtransform.expand.lifting import Lifted
from adtransform.expand.operands import Operands
from adtransform.expand.rewriting import below_imports, front, primal, replaced, rewritten
from adtransform.expand.splices import Edit, Text, above, outermost, placed
from adtransform.modules import STRING_OR_COMMENT
from adtransform.names import suffix
from adtransform.writer import WORD

if TYPE_CHECKING:
    from adtransform.pipeline import Options
    from adtransform.session import Read


@dataclass
class Expansion:
    """A text whose derivative operators are written out.

    `blocked` says of names of the module why they cannot be differentiated: operators are left in what they stand for.
    """

    source: str
    filename: str
    options: Options
    text: Text
    names: Operands = field(default_factory=Operands)
    blocked: dict[str, Refusal] = field(default_factory=dict)
    reasons: dict[int, Refusal] = field(default_factory=dict)  # by the place of the operator in the source
    known: dict[Wanted, Generated] = field(default_factory=dict)
    untouched: frozenset[str] = frozenset()  # functions that the expansion changed nothing for
    read: Read = field(default_factory=lambda: ({}, {}, {}))  # what the runs for it have read

    @property
    def made(self) -> set[str]:
        """The functions that were added."""
        return self.names.made

    @property
    def reserved(self) -> frozenset[str]:
        """The suffix that the derivatives get that are asked for: those inside them have another one."""
        outside = STRING_OR_COMMENT.sub(" ", self.source)
        return frozenset({suffix("b" if self.options.mode == "reverse" else "d", WORD.findall(outside))})

    def original(self, refusal: Refusal) -> Refusal:
        """A refusal of the expanded text at its place in the source."""
        return self.text.located(refusal, self.source)

    # --- the steps ----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Write out one layer of operators after the other."""
        self.state_kinds()
        before = None
        while before != (state := (self.text.chars, len(self.reasons))):
            before = state
            self.step()
        self.look_back()
        self.untouched = kept(self.syntax, self.made)

    def look_back(self) -> None:
        """Take out imports that are not needed any more, and say what is left."""
        if edits := unread_imports(Syntax(self.text.chars), self.text):
            self.text = self.text.spliced(edits)
        self.syntax = syntax = Syntax(self.text.chars)
        self.blocked |= blocked(
            syntax,
            lambda node: self.reasons.get(self.text.origin[syntax.start(node)]),
            self.located,
            self.options.live,
        )

    def state_kinds(self) -> None:
        """Annotate the function that is asked for with the kinds of its arguments: what is inside takes them over."""
        syntax, kinds, edits = Syntax(self.text.chars), dict(self.options.kinds), list[Edit]()
        for s in syntax.tree.body if kinds else ():
            if isinstance(s, ast.FunctionDef) and s.name in (self.options.functions or ()):
                for p in (*s.args.posonlyargs, *s.args.args, *s.args.kwonlyargs):
                    if p.annotation is None and p.arg in kinds:
                        at = syntax.place(p.lineno, p.col_offset) + len(p.arg)
                        edits.append((at, at, self.text.at(f": {kinds[p.arg]}", at)))
        self.text = self.text.spliced(edits)

    def step(self) -> None:
        """Write out the operators whose functions hold no operators."""
        self.syntax = syntax = Syntax(self.text.chars)
        pending = [a for statement in self.statements() for a in applications(statement, syntax)]
        pending = [a for a in pending if self.place(a) not in self.reasons]
        if edits := [e for a in pending if a.operator in WRITTEN_AS and (e := self.respelled(a)) is not None]:
            self.text = self.text.spliced(outermost(edits))
        elif ready := [a for a in pending if a.operator in MODES and self.is_ready(a)]:
            outside = [a for a in ready if not isinstance(top(a.node, syntax), ast.ClassDef)]
            self.write_out(outside or ready[:1])

    def statements(self) -> Sequence[ast.stmt]:
        """The definitions and assignments of the module that matter for what is asked for."""
        syntax, asked = self.syntax, self.options.functions
        found = [s for s in syntax.tree.body if isinstance(s, (*DEFINITIONS, *VALUES))]
        if asked is None:
            return found
        names = dict.fromkeys((*asked, *(name for name, _ in self.options.wrt_of)))
        needed = set(reached([top(b, syntax) for n in names for b in syntax.module.bound.get(n, [])], syntax))
        return [s for s in found if s in needed]

    def is_ready(self, a: Application) -> bool:
        """Whether neither the function of an operator nor the arguments of the call use operators themselves."""
        call = called(a, self.syntax)
        try:
            if isinstance(string := self.syntax.around(a.node, ast.JoinedStr), ast.JoinedStr):  # no place of its own
                raise Unwritten(string, "N180", f"`{a.operator}` stands in a string", "Assign it before.")
            start: list[ast.AST] = [a.operand, *a.node.args[1:], *a.node.keywords]
        except Unwritten as refused:
            self.refuse(a, refused)
            return False
        start += [*call.args, *call.keywords] if call is not None else []
        return not any(mentions(n, self.syntax) for n in reached(start, self.syntax))

    def respelled(self, a: Application) -> Edit | None:
        """An operator in terms of others."""
        code = self.syntax.code
        if self.syntax.around(a.node, ast.JoinedStr) is not None:
            return None
        try:
            if any(isinstance(n, ast.Starred) for n in a.node.args) or (a.operator == "hvp" and a.node.keywords):
                raise Unwritten(a.node, "N180", f"these arguments of `{a.operator}` are not supported here")
            rest = [code(x) for x in a.node.args[1:]]
            more = [*rest, *(f"{k.arg}={code(k.value)}" for k in a.node.keywords)]
            chosen = "".join(f", {m}" for m in more)
            if a.operator == "hvp":
                several = len(pair(a)[0])
                chosen = f", argnums={tuple(range(several))}" if several > 1 else ""
            made = WRITTEN_AS[a.operator].format(f=code(a.operand), more=chosen, rest=", ".join(rest))
        except Unwritten as refused:
            self.refuse(a, refused)
            return None
        return replaced(a.node, made, self.syntax, self.text)

    # --- writing out --------------------------------------------------------------------------------------------------

    def write_out(self, ready: list[Application]) -> None:
        """Generate the derivatives that some operators stand for, and call them instead."""
        syntax, text = self.syntax, self.text
        todo: dict[Application, tuple[Lifted, Wanted]] = {}
        new: list[Text] = []
        primals: list[Edit] = []
        for a in ready:
            try:
                f = self.names.function(a, syntax, text)
                new += [f.text] if f.text is not None else []
                todo[a] = f.known, wanted(a, f)
                primals.append(primal(a, f, syntax, text))
            except Unwritten as refused:
                todo.pop(a, None)
                self.refuse(a, refused)
        at = min(front(a, syntax) for a in ready)
        trial = text.spliced(outermost([(at, at, above(new, text, at)), *primals]))
        made = self.generated(trial, {w: self.place(a) for a, (_, w) in reversed(todo.items())})
        edits: list[Edit] = [(at, at, above([*new, *made.definitions], text, at))]
        if made.imports:
            head = below_imports(syntax)
            edits.append((head, head, text.at("".join(f"{line}\n" for line in made.imports), max(head - 1, 0))))
        for a, (f, w) in todo.items():
            if (no := made.refused.get(w)) is not None:
                here = Unwritten(a.node, no.code, no.message, no.help)
                self.reasons[self.place(a)] = no if no.line else self.located(here)
                continue
            try:
                edits += rewritten(a, f, self.known[w], syntax, text, self.names)
            except Unwritten as refused:
                self.refuse(a, refused)
        self.text = text.spliced(outermost(edits))

    def generated(self, trial: Text, asked: dict[Wanted, int]) -> Made:
        """Generate what is not known yet, or was generated for numbers and gets arrays now."""
        arrays = arrays_given(trial, self) if any(w in self.known for w in asked) else frozenset()
        missing = {w: place for w, place in asked.items() if w not in self.known or arrays - self.known[w].arrays}
        made = generate(trial, missing, self)
        self.known |= made.found
        return made

    # --- places -------------------------------------------------------------------------------------------------------

    def place(self, a: Application) -> int:
        """Where an operator stands in the source."""
        return self.text.origin[self.syntax.start(a.node)]

    def refuse(self, a: Application, refused: Unwritten) -> None:
        """Note why an operator is left as it is."""
        self.reasons[self.place(a)] = self.located(refused)

    def located(self, refused: Unwritten) -> Refusal:
        """A refusal at its place in the source."""
        start, end = self.syntax.start(refused.node), self.syntax.end(refused.node)
        found = Refusal(self.filename, 1, 1, refused.code, refused.message, refused.help)
        return placed(found, self.source, self.text.origin[start], self.text.origin[end - 1] + 1)


def wanted(a: Application, f: Lifted) -> Wanted:
    """The derivative that an operator stands for.

    Raises:
        Unwritten: its inputs or arguments are none of the function's.
    """
    if a.operator not in DIRECT:
        return Wanted(f.name, MODES[a.operator], a.inputs(f.inputs)[0])
    primals = pair(a)[0]
    if not 0 < len(primals) <= len(f.positional):
        raise Unwritten(a.node, "N180", f"the arguments do not match those of `{f.name}`")
    return Wanted(f.name, MODES[a.operator], tuple(f.positional[: len(primals)]))


# --- from outside -----------------------------------------------------------------------------------------------------


def expand(source: str, filename: str, options: Options) -> Expansion | None:
    """Write out the derivative operators of a module; None if there are none, or if it cannot be read."""
    if PACKAGE not in source:
        return None
    result = Expansion(source, filename, options, Text.of(source if source.endswith("\n") else source + "\n"))
    try:
        result.run()
    except TransformError:
        raise
    except (SyntaxError, ValueError, MemoryError):
        return None
    return result


def unexpanded(source: str, filename: str) -> dict[str, Refusal]:
    """The names of a module that use operators where nothing is written out: of a module that is imported."""
    if PACKAGE not in source:
        return {}
    from adtransform.pipeline import Options

    unread = Expansion(source, filename, Options(), Text.of(source))
    unread.syntax = Syntax(source)
    for a in applications(unread.syntax.tree, unread.syntax):
        message = f"`{a.operator}` stands in a file that is imported: not supported yet"
        unread.refuse(a, Unwritten(a.node, "N180", message, "Move the function into the file that is differentiated."))
    unread.look_back()
    return unread.blocked


__all__ = ["Expansion", "expand", "unexpanded"]
