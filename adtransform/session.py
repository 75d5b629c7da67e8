"""One run: from the text of a module to the text of its derivatives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.activity import Activity
from adtransform.adjoints import Adjoints
from adtransform.decorators import of_derivative
from adtransform.diagnostics import TransformError
from adtransform.directives import without_directives
from adtransform.documentation import documented, tangent_of
from adtransform.fence import check
from adtransform.first_order import FirstOrder
from adtransform.flatten import Flatten
from adtransform.forward import Forward
from adtransform.gradients import Gradients
from adtransform.handover import Handover
from adtransform.imports import Import
from adtransform.kinds import depth
from adtransform.modules import Defined, Module
from adtransform.names import Supply, suffix
from adtransform.plan import Instance, Plan, instance, plan
from adtransform.printer import Style
from adtransform.reachable import without_refused
from adtransform.refusals import Refused
from adtransform.reports import Reports
from adtransform.requests import Requests
from adtransform.respell import respelled
from adtransform.scopes import Program, Unit
from adtransform.share import CALL, WORTH, WORTH_IN_LOOP
from adtransform.spelling import Spelling
from adtransform.stated import with_kinds
from adtransform.structure import find
from adtransform.tangents import Tangents
from adtransform.traverse import bound_names, expressions, names, statements
from adtransform.writer import Output, write

if TYPE_CHECKING:
    from adtransform.expand.expansion import Expansion
    from adtransform.pipeline import Derivative, Options, Result


Read = tuple[dict[str, str | None], dict[Import, str | None], dict[tuple[str, str], None]]


class Session:
    """Everything that one run knows."""

    def __init__(self, source: str, filename: str, options: Options, expansion: Expansion | None = None) -> None:
        path = Path(filename)
        self.options = options
        self.main = Module(source, filename, path if filename != "<string>" and path.suffix else None)
        self.main.expansion = expansion
        self.reports = Reports(filename)
        self.program = Program(self.main)
        self.state_kinds()
        self.activity = Activity(self.program, "activity" not in options.disabled, stacks=True)
        self.reverse = options.mode == "reverse"
        if self.reverse:
            self.program.first_order = FirstOrder(self.program)
        self.suffix = "_d"
        self.reserved: frozenset[str] = frozenset()  # suffixes of names that are left to another run
        self.names: dict[Instance, str] = {}
        self.gradients: Gradients | None = None

    def state_kinds(self) -> None:
        """Take the kinds of actual arguments for annotations."""
        for name in self.options.functions or () if self.options.kinds else ():
            if not isinstance(self.main.bindings.get(name), Defined):
                continue
            try:
                self.main.functions[name] = with_kinds(self.main.function(name), self.options.kinds)
            except Refused as refused:
                self.reports.refuse(self.program.unit(self.main, name), refused)
                raise TransformError(self.reports.all) from None

    # --- the steps ----------------------------------------------------------------------------------------------------

    def run(self) -> Result:
        from adtransform.pipeline import Result

        defined = [n for n, binding in self.main.bindings.items() if isinstance(binding, Defined)]
        if self.activity.stacks is not None:
            self.activity.stacks.prepare([self.program.unit(self.main, n) for n in defined])
        roots = Requests(self.options, self.program, self.main, self.activity, self.reports).roots()
        asked = [replace(instance(u, w), root=self.reverse) for u, w in roots.items()]
        whole = plan(self.activity, dict(zip(asked, roots.values(), strict=True)))
        self.suffix = suffix("b" if self.reverse else "d", self.taken(whole))
        self.name_units(whole)
        written: dict[Instance, tuple[ir.Function, ...]] = {}
        for current in whole.wrt:
            functions = self.adjoint(current, whole) if self.reverse else self.tangent(current, whole)
            if functions:
                written[current] = functions
        written = without_refused(self.activity, whole, written, asked, self.reverse)
        refusals = self.reports.all
        if refusals and not self.options.keep_going:
            raise TransformError(refusals)
        if refusals and not written:
            raise TransformError(refusals)
        text = self.text(written)
        derivatives = tuple(self.derivative(i, whole) for i in asked if i in written)
        files, imports, read = self.read()
        return Result(text, derivatives, tuple(refusals), tuple(files.items()), tuple(imports.items()), tuple(read))

    def read(self) -> Read:
        """The files that were read, where imports led, and the functions that were looked at.

        Those that the derivatives inside of an expansion were made from belong to it.
        """
        project = self.program.project
        modules = ((path, module) for path, module in project.modules.items() if module is not self.main)
        files = {str(path): module.text if module is not None else None for path, module in modules}
        found: Read = (files, dict(project.imports), dict.fromkeys(self.program.functions()))
        if self.main.expansion is None:
            return found
        for before, new in zip(self.main.expansion.read, found):
            before.update(new)
        whole: Read = self.main.expansion.read
        return whole

    # --- one function -------------------------------------------------------------------------------------------------

    def adjoint(self, current: Instance, whole: Plan) -> tuple[ir.Function, ...]:
        """The functions of reverse mode for one instance; none if something in it was refused."""
        made = self.gradients or Gradients(
            whole,
            lambda i: self.adjoints(i, whole),
            self.names.__getitem__,
            lambda i: self.by_rule(i.unit) if i.unit.directives.partials else i.unit.function,
            self.enabled(),
            self.suffix,
        )
        self.gradients = made
        unit = current.unit
        try:
            check(unit)
            if current not in made.functions:
                made.make(current)
        except Refused as refused:
            self.reports.refuse(unit, refused)
            return ()
        for found, statement in made.works[current].refused:
            self.reports.refuse(unit, found, statement)
        if made.works[current].refused:
            return ()
        return tuple(documented(f, first) for f, first in made.described(current))

    def adjoints(self, current: Instance, whole: Plan) -> Adjoints:
        """What is known of one instance in reverse mode."""
        unit = current.unit
        work = Adjoints(unit, self.program, self.activity, whole.facts[current], self.supply(unit))
        work.signs = "sign" not in self.options.disabled
        if unit.directives.partials:
            work.active = {*(p.name for p in unit.function.params if p.name in whole.wrt[current]), "return"}
            work.varied = set(work.active)
        return work

    def tangent(self, current: Instance, whole: Plan) -> tuple[ir.Function, ...]:
        """The tangent of one unit; none if something in it was refused."""
        unit = current.unit
        try:
            check(unit)
        except Refused as refused:
            self.reports.refuse(unit, refused)
            return ()
        work = Tangents(unit, self.program, self.activity, whole.facts[current], self.supply(unit))
        work.signs = "sign" not in self.options.disabled
        worths = (WORTH, WORTH_IN_LOOP) if "share" in self.enabled() else (CALL, CALL)
        handover = Handover(work, whole, self.names.__getitem__, current, *worths)
        forward = Forward(work, handover, "reuse" in self.enabled())
        wrt = tuple(p.name for p in unit.function.params if p.name in whole.wrt[current])
        source = self.by_rule(unit) if unit.directives.partials else unit.function
        if unit.directives.partials:
            work.active = {*wrt, "return"}
            work.varied = set(work.active)
        flat = Flatten(work).function(source, "")
        if self.options.emit == "read":
            function = source
        elif self.options.emit == "flat":
            function = flat
        else:
            function = forward.unit(flat)
            function = replace(function, source=replace(function.source, lead=without_directives(function.source.lead)))
            function = documented(function, tangent_of(unit.name, wrt))
        for found, statement in work.refused:
            self.reports.refuse(unit, found, statement)
        return () if work.refused else (function,)

    def by_rule(self, unit: Unit) -> ir.Function:
        """A function with partials of its own: its value is called, its derivative follows from the partials."""
        f = unit.function
        args = tuple(ir.Arg(ir.Name(p.name), p.name if p.role == "=" else "") for p in f.params)
        doc = f.body[:1] if isinstance(f.body[0], ir.Effect) else ()
        return replace(f, body=(*doc, ir.Return(ir.Call(ir.Name(f.name), args))))

    # --- names and text -----------------------------------------------------------------------------------------------

    def enabled(self) -> frozenset[str]:
        from adtransform.pipeline import OPTIMISATIONS, REVERSE

        return frozenset({*OPTIMISATIONS, *REVERSE}) - self.options.disabled

    def taken(self, whole: Plan) -> set[str]:
        """Names that the suffix must not collide with: those of the file, and of functions from other files."""
        found = set(self.main.code_identifiers) | self.reserved
        for unit in {i.unit: None for i in whole.wrt}:
            if unit.module is not self.main:
                found |= {p.name for p in unit.function.params} | bound_names(unit.function.body) | {unit.name}
        return found

    def name_units(self, whole: Plan) -> None:
        used: set[str] = set()
        for current in whole.wrt:
            unit = current.unit
            base = unit.stem
            if self.reverse and not current.root:
                self.names[current] = self.callee_name(current, used)
                continue
            name = base + self.suffix
            if name in used and current.shape:
                name = f"{base}_{'_'.join(sorted(current.shape))}{self.suffix}"
            if name in used or (unit.module is not self.main and name in self.main.identifiers):
                name = f"{unit.module.dotted.rpartition('.')[2]}_{name}"
            n = 2
            while name in used:
                name, n = f"{base}_{n}{self.suffix}", n + 1
            used.add(name)
            self.names[current] = name

    def callee_name(self, current: Instance, used: set[str]) -> str:
        """The name before `_fwd` and `_bwd`."""
        base, n = current.unit.stem, 2
        taken = self.main.identifiers | used
        while f"{base}_fwd" in taken or f"{base}_bwd" in taken:
            base, n = f"{current.unit.stem}_{n}", n + 1
        used |= {f"{base}_fwd", f"{base}_bwd"}
        return base

    def supply(self, unit: Unit) -> Supply:
        taken = {*self.main.words_around(unit.name), *self.names.values(), *self.program.lifted}
        if unit.module is not self.main:
            taken |= unit.module.identifiers
        if self.gradients is not None:
            taken |= {self.gradients.joint_name(i) for i in self.gradients.plan.wrt}
        return Supply(taken, self.suffix)

    def text(self, written: dict[Instance, tuple[ir.Function, ...]]) -> str:
        own = Supply(set(self.main.identifiers) | set(self.names.values()), self.suffix)
        spelling = Spelling(self.program, own)
        known = frozenset(self.program.lifted) | {f.name for fs in written.values() for f in fs}
        functions: dict[str, list[ir.Function]] = {}
        others: list[ir.Function] = []
        for i, fs in written.items():
            seed = self.gradients.seeds.get(i, "") if self.gradients is not None else None
            fs = tuple(of_derivative(f, seed) for f in fs)
            spelled = [spelling.function(i.unit, respelled(f, self.supply(i.unit)), known) for f in fs]
            is_own = i.unit.module is self.main and i.unit.name not in self.program.lifted
            home = functions.setdefault(i.unit.name, []) if is_own else others
            home += spelled
        others = [
            spelling.function(u, respelled(u.function, own), known | set(self.program.lifted))
            for u in self.lifted(written)
        ] + others
        texts = spelling.helper_texts()
        imports = list(spelling.added)
        return write(
            self.main,
            Output(
                functions, others, imports, spelling.extended, texts, self.options.source_name, self.options.command
            ),
            self.style(),
        )

    def lifted(self, written: dict[Instance, tuple[ir.Function, ...]]) -> list[Unit]:
        """The lifted functions that the generated ones call."""
        found: dict[str, Unit] = {}
        stack = [f for fs in written.values() for f in fs]
        while stack:
            f = stack.pop()
            for s in statements(f.body, nested=True):
                for n in (n for e in expressions(s) for n in names(e)):
                    if n in self.program.lifted and n not in found:
                        found[n] = self.program.lifted[n]
                        stack.append(found[n].function)
        return list(found.values())[::-1]

    def style(self) -> Style:
        from adtransform.modules import STRING_OR_COMMENT

        width = self.options.width
        if width is None:
            longest = max((len(line) for line in STRING_OR_COMMENT.sub("", self.main.text).splitlines()), default=0)
            width = next((w for w in (88, 100, 120) if longest <= w), 120)
        return Style(self.main.tree.default_indent, width)

    def derivative(self, current: Instance, whole: Plan) -> Derivative:
        from adtransform.pipeline import Derivative

        wrt = tuple(p.name for p in current.unit.function.params if p.name in whole.wrt[current])
        depths = tuple(depth(self.activity, current.unit, n) for n in wrt)
        stacks = self.activity.stacks
        signature = stacks.signature(current.unit) if stacks is not None else None
        shape = find(signature.result) if signature is not None else None
        result = "" if shape is None else "dictionary" if shape.keyed else shape.kind
        if self.gradients is not None:
            seed = self.gradients.seeds.get(current, "")
            return Derivative(current.unit.name, self.names[current], wrt, seed=seed, depths=depths, result=result)
        tangents = tuple(n + self.suffix for n in wrt)
        return Derivative(current.unit.name, self.names[current], wrt, tangents, depths=depths, result=result)
