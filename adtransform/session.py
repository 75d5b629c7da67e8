"""One run: from the text of a module to the text of its derivatives."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.activity import Activity, Site
from adtransform.adjoints import Adjoints
from adtransform.diagnostics import Refusal, TransformError
from adtransform.directives import without_directives
from adtransform.documentation import documented, tangent_of
from adtransform.first_order import FirstOrder
from adtransform.flatten import Flatten
from adtransform.forward import Forward
from adtransform.gradients import Gradients
from adtransform.handover import Handover
from adtransform.kinds import Kind, default_wrt, of_param
from adtransform.locate import locate
from adtransform.modules import Defined, Module
from adtransform.names import Supply, suffix
from adtransform.plain import merge
from adtransform.plan import Instance, Plan, instance, plan
from adtransform.printer import Style
from adtransform.refusals import Refused
from adtransform.scopes import Program, Unit, UnitCall
from adtransform.shapes import STACK, result, stack_names
from adtransform.share import CALL, WORTH, WORTH_IN_LOOP
from adtransform.spelling import Spelling
from adtransform.tangents import Tangents
from adtransform.traverse import bound_names, expressions, names, statements
from adtransform.writer import Output, write

if TYPE_CHECKING:
    from adtransform.pipeline import Derivative, Options, Result

KNOWN_DECORATORS = frozenset({"lru_cache", "cache", "njit", "jit", "override", "no_type_check", "deprecated"})


class Session:
    """Everything that one run knows."""

    def __init__(self, source: str, filename: str, options: Options) -> None:
        path = Path(filename)
        self.filename = filename
        self.options = options
        self.main = Module(source, filename, path if filename != "<string>" and path.suffix else None)
        self.program = Program(self.main)
        self.activity = Activity(self.program, "activity" not in options.disabled, stacks=True)
        self.refusals: dict[Unit | None, list[Refusal]] = {}
        self.reverse = options.mode == "reverse"
        if self.reverse:
            self.program.first_order = FirstOrder(self.program)
        self.suffix = "_d"
        self.names: dict[Instance, str] = {}
        self.gradients: Gradients | None = None

    # --- the steps ----------------------------------------------------------------------------------------------------

    def run(self) -> Result:
        from adtransform.pipeline import Result

        roots = self.roots()
        asked = [replace(instance(u, w), root=self.reverse) for u, w in roots.items()]
        whole = plan(self.activity, dict(zip(asked, roots.values(), strict=True)))
        self.suffix = suffix("b" if self.reverse else "d", self.taken(whole))
        self.name_units(whole)
        written: dict[Instance, tuple[ir.Function, ...]] = {}
        for current in whole.wrt:
            functions = self.adjoint(current, whole) if self.reverse else self.tangent(current, whole)
            if functions:
                written[current] = functions
        written = self.without_refused(whole, written, asked)
        refusals = sorted(r for rs in self.refusals.values() for r in rs)
        if refusals and not self.options.keep_going:
            raise TransformError(refusals)
        if refusals and not written:
            raise TransformError(refusals)
        text = self.text(written)
        derivatives = tuple(self.derivative(i, whole) for i in asked if i in written)
        return Result(text, derivatives, tuple(refusals))

    def roots(self) -> dict[Unit, frozenset[str]]:
        """The requested functions and their inputs; by default every function that has a derivative."""
        functions = self.options.functions
        by_function = dict(self.options.wrt_of)
        known = [n for n, b in self.main.bindings.items() if isinstance(b, Defined)]
        for name in [*(functions or ()), *by_function]:
            if name not in known:
                self.absent("U001", self.missing(name), name, known)
        if self.refusals:
            raise TransformError(r for rs in self.refusals.values() for r in rs)
        found: dict[Unit, frozenset[str]] = {}
        chosen = functions if functions is not None else (tuple(by_function) or known)
        for name in chosen:
            unit = self.program.unit(self.main, name)
            explicit = functions is not None or name in by_function
            wrt = by_function.get(name, self.options.wrt)
            inputs = self.inputs(unit, wrt, explicit)
            if self.reverse and not explicit and (takes_functions(unit) or gives_lists(unit)):
                continue  # differentiated where it is called
            if inputs:
                found[unit] = inputs
        if functions is None and self.options.wrt is not None and not by_function:
            for name in self.options.wrt:
                if not any(name in (p.name for p in u.function.params) for u in found):
                    everywhere = [p.name for n in known for p in self.program.unit(self.main, n).function.params]
                    self.absent("U002", f"no function has a parameter `{name}`", name, everywhere)
        if self.refusals:
            raise TransformError(r for rs in self.refusals.values() for r in rs)
        if not found:
            raise TransformError([Refusal(self.filename, 0, 0, "E004", *self.nothing_to_do(known))])
        return found

    def missing(self, name: str) -> str:
        if name in self.main.bindings:
            return f"`{name}` is not a function that is defined once at the top level"
        return f"there is no function `{name}`"

    def nothing_to_do(self, known: list[str]) -> tuple[str, str]:
        if not known:
            return "the file defines no function at its top level", "Give a file with functions of floats."
        return (
            "no function of the file has a derivative: none returns a value that depends on a float parameter",
            "Annotate float parameters with `float`; lists, arrays and objects are not supported yet.",
        )

    def inputs(self, unit: Unit, wrt: tuple[str, ...] | None, explicit: bool) -> frozenset[str]:
        """The inputs of one root; empty if it is left alone."""
        params = [p.name for p in unit.function.params]
        summary = self.activity.summary(unit)
        if wrt is None:
            chosen = frozenset(default_wrt(self.activity, unit))
            if explicit and not chosen & summary:
                self.undifferentiable(unit)
            return chosen if chosen & summary else frozenset()
        for name in wrt:
            if name not in params and explicit:
                self.absent("U002", f"`{unit.name}` has no parameter `{name}`", name, params, unit)
        for name in set(wrt) & set(params):
            kind = of_param(self.activity, unit, next(p for p in unit.function.params if p.name == name))
            if kind is Kind.CONTAINER and explicit:
                message = f"`{name}` is a list, array or dictionary: not supported yet"
                self.refuse(
                    unit, Refused(unit.function, "N150", message, "Pass the numbers one by one, or as a tuple.")
                )
        chosen = frozenset(wrt) & frozenset(params)
        if explicit and chosen and not chosen & summary:
            self.undifferentiable(unit)
        return chosen if chosen & summary else frozenset()

    def undifferentiable(self, unit: Unit) -> None:
        """Say why a function that was asked for has no derivative."""
        try:
            self.check(unit)
        except Refused as reason:
            self.refuse(unit, reason)
            return
        kinds = {of_param(self.activity, unit, p) for p in unit.function.params}
        summary = self.activity.summary(unit)
        if Kind.FLOAT not in kinds and Kind.CONTAINER in kinds:
            code, message = "N150", f"`{unit.name}` takes lists, arrays or dictionaries: not supported yet"
            help = "Pass the numbers one by one, or as a tuple."
        elif Kind.FLOAT not in kinds and not summary:
            code, message = "D001", f"`{unit.name}` has no float parameter"
            help = "Annotate a parameter with `float`, or choose one with --wrt."
        else:
            code, message = "D002", f"the value of `{unit.name}` does not depend on its float parameters"
            help = "Nothing to differentiate; leave the function out."
        refused = Refused(unit.function, code, message, help)
        self.refuse(unit, refused)

    def absent(self, code: str, message: str, name: str, known: list[str], unit: Unit | None = None) -> None:
        near = get_close_matches(name, known, 3)
        help = f"Did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else ""
        if not near and known:
            shown = ", ".join(dict.fromkeys(known[:8]))
            help = f"There are: {shown}{', …' if len(known) > 8 else ''}."
        if unit is not None:
            self.refuse(unit, Refused(unit.function, code, message, help))
        else:
            self.refusals.setdefault(None, []).append(Refusal(self.filename, 0, 0, code, message, help))

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
            self.check(unit)
            if current not in made.functions:
                made.make(current)
        except Refused as refused:
            self.refuse(unit, refused)
            return ()
        for found, statement in made.works[current].refused:
            self.refuse(unit, found, statement)
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
            self.check(unit)
        except Refused as refused:
            self.refuse(unit, refused)
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
            self.refuse(unit, found, statement)
        return () if work.refused else (function,)

    def by_rule(self, unit: Unit) -> ir.Function:
        """A function with partials of its own: its value is called, its derivative follows from the partials."""
        f = unit.function
        args = tuple(ir.Arg(ir.Name(p.name), p.name if p.role == "=" else "") for p in f.params)
        doc = f.body[:1] if isinstance(f.body[0], ir.Effect) else ()
        return replace(f, body=(*doc, ir.Return(ir.Call(ir.Name(f.name), args))))

    def check(self, unit: Unit) -> None:
        """What the whole function must be."""
        f = unit.function
        for message in unit.directives.errors:
            raise Refused(
                f, "U010", message, "Write `# adgen: partial x = …`, one line an argument, or `# adgen: passive`."
            )
        for d in f.decorators:
            target = d.func if isinstance(d, ir.Call) else d
            word = target.attr if isinstance(target, ir.Attribute) else target.id if isinstance(target, ir.Name) else ""
            if word not in KNOWN_DECORATORS:
                raise Refused(
                    d,
                    "N130",
                    f"the decorator `{word}` may change what the function does",
                    "Differentiate the undecorated function.",
                )
        features = merge(list(unit.features.values()))
        for s in features.unread:
            raise Refused(
                s,
                "N132",
                f"{describe(s.what)} is not in the language that is differentiated",
                "Move it into a function of its own that is called with passive arguments.",
            )
        for e in features.dynamic:
            raise Refused(e, "N133", "what is read or run here cannot be known", "Write the expression itself.")
        for e in features.complex:
            raise Refused(e, "D003", "complex numbers are not differentiated", "Write it with floats.")

    def refuse(self, unit: Unit, refused: Refused, statement: ir.Stmt | None = None) -> None:
        node = refused.node if refused.node is not None and refused.node.at is not None else statement or unit.function
        found = locate(unit.module, node, refused, statement)
        self.refusals.setdefault(unit, []).append(replace(found, function=unit.name))

    def without_refused(
        self, whole: Plan, written: dict[Instance, tuple[ir.Function, ...]], asked: list[Instance]
    ) -> dict[Instance, tuple[ir.Function, ...]]:
        """Drop what calls a function that was refused, and callees that nobody calls any more."""
        calls = {i: self.callees(i, whole) for i in whole.wrt}
        bad = {i.unit for i in whole.wrt if i not in written}
        while True:
            more = {i.unit for i in written if i.unit not in bad and calls[i] & bad}
            if not more:
                break
            bad |= more
        instances: dict[Unit, list[Instance]] = {}
        for i in whole.wrt:
            instances.setdefault(i.unit, []).append(i)
        kept: set[Unit] = set()
        stack = [i for i in asked if i.unit not in bad]
        while stack:
            current = stack.pop()
            if current.unit not in kept:
                kept.add(current.unit)
                stack += [i for u in calls[current] for i in instances.get(u, ())]
        written = {i: f for i, f in written.items() if i.unit in kept}
        return called_for(written, asked) if self.reverse else written

    def callees(self, current: Instance, whole: Plan) -> set[Unit]:
        """The units whose derivatives one derivative calls."""
        found: set[Unit] = set()
        for site in self.sites(current.unit):
            if site.node in whole.facts[current].active:
                found |= {site.unit, *(f.unit for f in site.functions.values() if isinstance(f, UnitCall))}
        return {u for u in found if not u.directives.partials}

    def sites(self, unit: Unit) -> list[Site]:
        return [] if unit.directives.partials else self.activity.graph(unit).sites

    # --- names and text -----------------------------------------------------------------------------------------------

    def enabled(self) -> frozenset[str]:
        from adtransform.pipeline import OPTIMISATIONS, REVERSE

        return frozenset({*OPTIMISATIONS, *REVERSE}) - self.options.disabled

    def taken(self, whole: Plan) -> set[str]:
        """Names that the suffix must not collide with: those of the file, and of functions from other files."""
        found = set(self.main.code_identifiers)
        for unit in {i.unit: None for i in whole.wrt}:
            if unit.module is not self.main:
                found |= {p.name for p in unit.function.params} | bound_names(unit.function.body) | {unit.name}
        return found

    def name_units(self, whole: Plan) -> None:
        used: set[str] = set()
        for current in whole.wrt:
            unit = current.unit
            if self.reverse and not current.root:
                self.names[current] = self.callee_name(current, used)
                continue
            name = unit.name + self.suffix
            if name in used and current.shape:
                name = f"{unit.name}_{'_'.join(sorted(current.shape))}{self.suffix}"
            if name in used or (unit.module is not self.main and name in self.main.identifiers):
                name = f"{unit.module.dotted.rpartition('.')[2]}_{name}"
            n = 2
            while name in used:
                name, n = f"{unit.name}_{n}{self.suffix}", n + 1
            used.add(name)
            self.names[current] = name

    def callee_name(self, current: Instance, used: set[str]) -> str:
        """The name before `_fwd` and `_bwd`."""
        base, n = current.unit.name, 2
        taken = self.main.identifiers | used
        while f"{base}_fwd" in taken or f"{base}_bwd" in taken:
            base, n = f"{current.unit.name}_{n}", n + 1
        used |= {f"{base}_fwd", f"{base}_bwd"}
        return base

    def supply(self, unit: Unit) -> Supply:
        taken = set(self.main.identifiers) | set(self.names.values()) | set(self.program.lifted)
        if unit.module is not self.main:
            taken |= unit.module.identifiers
        return Supply(taken, self.suffix)

    def text(self, written: dict[Instance, tuple[ir.Function, ...]]) -> str:
        own = Supply(set(self.main.identifiers) | set(self.names.values()), self.suffix)
        spelling = Spelling(self.program, own)
        known = frozenset(self.program.lifted) | {f.name for fs in written.values() for f in fs}
        functions: dict[str, list[ir.Function]] = {}
        others: list[ir.Function] = []
        for i, fs in written.items():
            spelled = [spelling.function(i.unit, f, known) for f in fs]
            is_own = i.unit.module is self.main and i.unit.name not in self.program.lifted
            home = functions.setdefault(i.unit.name, []) if is_own else others
            home += spelled
        others = [
            spelling.function(u, u.function, known | set(self.program.lifted)) for u in self.lifted(written)
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
        if self.gradients is not None:
            seed = self.gradients.seeds.get(current, "")
            return Derivative(current.unit.name, self.names[current], wrt, seed=seed)
        return Derivative(current.unit.name, self.names[current], wrt, tuple(n + self.suffix for n in wrt))


def takes_functions(unit: Unit) -> bool:
    """Whether a parameter is called."""
    return any(unit.uses[0].get(p.name) is Kind.FUNCTION for p in unit.function.params)


def gives_lists(unit: Unit) -> bool:
    """Whether a function takes or returns a list that is used as a stack."""
    shape = result(unit, unit.program) if unit.program is not None else None
    known = stack_names(unit.function.body)
    return holds(shape) or any(p.name in known for p in unit.function.params)


def holds(shape: object) -> bool:
    return any(holds(s) for s in shape) if isinstance(shape, tuple) else shape == STACK


def describe(what: str) -> str:
    """A construct by the name that users know."""
    known = {
        "Yield": "a generator (`yield`)",
        "Await": "`await`",
        "Match": "`match`",
        "ClassDef": "a class inside a function",
        "TryStar": "`except*`",
        "FunctionDef": "an asynchronous function",
        "For": "an asynchronous loop",
        "With": "an asynchronous `with`",
    }
    return known.get(what, what)


def called_for(
    written: dict[Instance, tuple[ir.Function, ...]], asked: list[Instance]
) -> dict[Instance, tuple[ir.Function, ...]]:
    """What is asked for, and the functions that it calls; an adjoint may serve callers that had another in mind."""
    by_name = {f.name: f for functions in written.values() for f in functions}
    kept: set[str] = set()
    waiting = [f.name for i in asked for f in written.get(i, ())]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            body = statements(by_name[name].body, nested=True)
            waiting += [n for s in body for e in expressions(s) for n in sorted(names(e)) if n in by_name]
    chosen = {i: tuple(f for f in functions if f.name in kept) for i, functions in written.items()}
    return {i: functions for i, functions in chosen.items() if functions}
