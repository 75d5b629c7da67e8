"""The functions of reverse mode: `f_b` for a request, `g_fwd` and `g_bwd` for a callee.

A callee is split so that however deep the calls, each function runs forward once and backward once.  One that saves
nothing, or little that costs much, has no forward sweep of its own: `g_bwd` starts from the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from adtransform import ir
from adtransform.adjoints import Adjoints
from adtransform.calculus import constant
from adtransform.changing import changed_params, is_void, returning_zero, without_value
from adtransform.choices import rejoined
from adtransform.directives import without_directives
from adtransform.documentation import adjoint_of
from adtransform.flatten import Flatten
from adtransform.handback import Handback, Protocol
from adtransform.inlining import takes
from adtransform.liveness import without_dead
from adtransform.pieces import renumbered
from adtransform.plan import Instance, Plan
from adtransform.reverse import Reverse, Sweeps
from adtransform.seams import fused, returning
from adtransform.shapes import LIST, RECURSIVE, STACK, Fields, Shape, displayed, record_of, result, shapes
from adtransform.signatures import mirrored_annotation
from adtransform.traverse import expressions, map_blocks, names, own_names, statements, target_names, walk
from adtransform.unread import without_unread

FORWARD = ir.Comment(source=ir.Source(("# forward sweep",)))
REVERSE = ir.Comment(source=ir.Source(("", "# reverse sweep")))
FLOAT = ir.Name("float")


@dataclass
class Gradients:
    """Makes the functions of one run; `work_of` prepares the facts of an instance, `base` its name."""

    plan: Plan
    work_of: Callable[[Instance], Adjoints]
    base: Callable[[Instance], str]
    source_of: Callable[[Instance], ir.Function]
    enabled: frozenset[str]
    suffix: str
    protocols: dict[Instance, Protocol] = field(default_factory=dict)
    functions: dict[Instance, tuple[ir.Function, ...]] = field(default_factory=dict)
    works: dict[Instance, Adjoints] = field(default_factory=dict)
    pending: list[Instance] = field(default_factory=list)
    seeds: dict[Instance, str] = field(default_factory=dict)
    assumed: set[Instance] = field(default_factory=set)  # taken to be joint while they were made
    apart: set[Instance] = field(default_factory=set)  # whose gradient may be infinite or undefined

    def protocol(self, current: Instance) -> Protocol:
        """How a callee is called; one that calls itself is taken to be joint until that proves wrong."""
        if current not in self.protocols:
            served = self.served_by(current)
            if served in self.pending or current in self.pending:
                self.assumed.add(served)
                return self.joint(served) if self.may_be_joint(served) else self.split(current)
            if self.may_be_joint(served):
                self.make(served)
                if self.may_be_joint(served):
                    self.protocols[current] = self.joint(served)
            if current not in self.protocols:
                self.make(current)
        return self.protocols[current]

    def served_by(self, current: Instance) -> Instance:
        """The request whose adjoint serves a callee as well, or the callee itself."""
        root = replace(current, root=True)
        return root if self.plan.wrt.get(root, frozenset()) >= self.plan.wrt[current] else current

    def may_be_joint(self, current: Instance) -> bool:
        """Whether the gradient may be found with the value: it is one number's, and finite where the value is."""
        unit = current.unit
        if "joint" not in self.enabled or current in self.apart or unit.program is None:
            return False
        known = shapes(unit, unit.program, unit.function.body).of
        return result(unit, unit.program) in (None, RECURSIVE) and all(known.get(n) is None for n in self.wrt(current))

    def joint(self, current: Instance) -> Protocol:
        return Protocol("", "", (), self.wrt(current), None, self.joint_name(current))

    def joint_name(self, current: Instance) -> str:
        base = self.base(current)
        if current.root:
            return base
        root = replace(current, root=True)
        taken = root in self.plan.wrt or f"{base}{self.suffix}" in {self.base(i) for i in self.plan.wrt if i.root}
        return f"{base}_{'_'.join(self.wrt(current))}{self.suffix}" if taken else f"{base}{self.suffix}"

    def split(self, current: Instance) -> Protocol:
        base = self.base(current)
        unit = current.unit
        results = result(unit, unit.program) if unit.program is not None else None
        changed = self.changed(current)
        void = bool(changed) and is_void(unit.function)
        return Protocol(f"{base}_fwd", f"{base}_bwd", (), self.wrt(current), results, "", changed, void)

    def may_repeat(self, current: Instance, again: ir.Block, needs: frozenset[str]) -> bool:
        """Whether the reverse sweep may compute values again: not from lists that the callee changes."""
        changed = changed_params(self.works[current])
        return not changed or not (again or needs & set(changed))

    def changed(self, current: Instance) -> tuple[str, ...]:
        """The parameters of a callee whose lists it changes."""
        if current.root:
            return ()
        work = self.works.get(current) or self.work_of(current)
        return tuple(n for n in changed_params(work) if n in self.wrt(current))

    def wrt(self, current: Instance) -> tuple[str, ...]:
        return tuple(p.name for p in current.unit.function.params if p.name in self.plan.wrt[current])

    def make(self, current: Instance) -> None:
        """Generate the functions of one instance, those that it calls first."""
        before = set(self.functions), dict(self.protocols)
        self.pending.append(current)
        work = self.works[current] = self.work_of(current)
        calls = Handback(work, self.plan, self.protocol)
        given = self.source_of(current)
        changed = self.changed(current)
        void = bool(changed) and is_void(given)
        flat = Flatten(work).function(returning_zero(given) if void else given, "")
        seed = self.seeds[current] = unused("seed", flat)
        as_one = current.root or self.may_be_joint(current)
        sweeps = Reverse(work, calls, self.enabled).sweeps(flat, self.wrt(current), seed, as_one, changed)
        self.pending.remove(current)
        if self.may_be_joint(current) and is_singular(sweeps):
            self.apart.add(current)
            if current in self.assumed:  # what relied on it is made again
                for i in [i for i in self.functions if i not in before[0]]:
                    del self.functions[i]
                self.protocols = before[1]
                self.make(current)
                return
            if not current.root:
                self.make(current)
                return
        source = replace(flat.source, lead=without_directives(flat.source.lead))
        made = (self.root(current, flat, sweeps),) if as_one else self.callee(current, flat, sweeps)
        self.functions[current] = tuple(replace(f, body=self.finished(current, f.body), source=source) for f in made)

    def finished(self, current: Instance, body: ir.Block) -> ir.Block:
        """A body with nothing in it that a reader would strike out."""
        work = self.works[current]

        def own(name: str) -> bool:
            return name in work.temporaries or name.endswith(work.supply.suffix)

        body = rejoined(without_unread(body, own, work.unused()))
        return renumbered(without_headings(body), work.temporaries)

    def described(self, current: Instance) -> list[tuple[ir.Function, str]]:
        """The functions of an instance, each with the first line of its docstring."""
        name, wrt = current.unit.name, self.wrt(current)
        firsts = {
            "_fwd": f"Forward sweep of `{name}`: its value, and what the reverse sweep reads.",
            "_bwd": f"Reverse sweep of `{name}`: the adjoint{'s' * (len(wrt) > 1)} of {', '.join(wrt)}.",
        }
        return [(f, firsts.get(f.name[-4:], adjoint_of(name, wrt))) for f in self.functions[current]]

    # --- a request ----------------------------------------------------------------------------------------------------

    def root(self, current: Instance, flat: ir.Function, sweeps: Sweeps) -> ir.Function:
        """`f_b(x, y, n, seed=1.0) -> (value, (x_b, y_b))`."""
        value = ir.Display("(", (sweeps.value, together(sweeps.adjoints)))
        body = (*sweeps.doc, *self.both(opened(sweeps), sweeps.forward, sweeps.reverse, value, sweeps.merged))
        note = mirrored_annotation(flat.returns) if flat.returns is not None else None
        one = constant(1.0)
        default = filled(sweeps.results, one) if not has_no_default(sweeps.results) else None
        if default is None and any(p.default is not None for p in flat.params):
            default = ir.Const(None, "None")
        params = with_seed(flat.params, ir.Param(self.seeds[current], "", note, default))
        returns = self.annotation(current, flat)
        return replace(flat, name=self.joint_name(current), params=params, body=body, returns=returns, is_lambda=False)

    def both(
        self, opened: ir.Block, forward: ir.Block, reverse: ir.Block, value: ir.Expr, joint: bool = False
    ) -> ir.Block:
        """Both sweeps and the `return`."""
        if "fuse" in self.enabled and not joint and (one := fused(forward, reverse)) is not None:
            return returning((*opened, *one), value)
        if joint:
            return returning((*opened, *forward, *reverse), value)
        reverse = (*opened, *reverse)
        if not (forward and reverse):
            return returning((*forward, *reverse), value)
        back = returning(reverse, value)
        if len(back) == 1:
            return (*forward, *back)
        return (FORWARD, *forward, REVERSE, *back)

    def annotation(self, current: Instance, flat: ir.Function) -> ir.Expr | None:
        if flat.returns is None or isinstance(flat.returns, ir.Const):
            return None
        wrt = self.wrt(current)
        notes = [mirrored_annotation(passed(p)) for p in flat.params if p.name in wrt]
        inner = notes[0] if len(notes) == 1 else ir.Subscript(ir.Name("tuple"), ir.Display("(", tuple(notes)))
        return ir.Subscript(ir.Name("tuple"), ir.Display("(", (flat.returns, inner)))

    # --- a callee -----------------------------------------------------------------------------------------------------

    def callee(self, current: Instance, flat: ir.Function, sweeps: Sweeps) -> tuple[ir.Function, ...]:
        params = tuple(p.name for p in flat.params)
        base = self.base(current)
        reverse = opened(sweeps) + sweeps.reverse
        if current not in self.protocols:  # nobody relies on a forward sweep yet
            again = recomputed(sweeps, frozenset(params))
            protocol = self.split(current)
            if again is not None and not self.may_repeat(current, *again):
                again = None
            if again is not None:
                body, needs = again
                both = self.both((), body, reverse, together(sweeps.adjoints))
                needed = tuple(p for p in params if p in needs)
                self.protocols[current] = replace(protocol, forward="", needs=needed)
                kept = without_dead(without_comments(both), frozenset())[0]
                return (self.backward(flat, base, sweeps, needed, kept, protocol),)
            self.protocols[current] = protocol
        protocol = self.protocols[current]
        saved = tuple(sweeps.carried)
        whole: ir.Expr = ir.Display("(", tuple(ir.Name(n) for n in saved))
        if len(saved) == 1:
            whole = ir.Name(saved[0])
        notes = [self.note(current, n) for n in saved]
        given: ir.Expr = ir.Display("(", (sweeps.value, whole))
        body = (*sweeps.unbound, *sweeps.forward)
        if protocol.void:
            given = whole
            body = without_value(body, sweeps.value.id) if isinstance(sweeps.value, ir.Name) else body
        end = returning(body, given)
        forward = replace(
            flat,
            name=f"{base}_fwd",
            body=end,
            returns=None,
            is_lambda=False,
        )
        unpack: ir.Block = ()
        if len(saved) > 1:
            unpack = (ir.Assign((whole,), ir.Name(unused("saved", flat))),)
        name = unused("saved", flat) if len(saved) != 1 else saved[0]
        back = returning((*unpack, *reverse), together(sweeps.adjoints))
        backward = self.backward(flat, base, sweeps, (name,), back, protocol)
        if any(isinstance(n, ir.Subscript) for n in notes) and backward.params[0].annotation is None:
            note = notes[0] if len(saved) == 1 else ir.Subscript(ir.Name("tuple"), ir.Display("(", tuple(notes)))
            backward = replace(backward, params=(replace(backward.params[0], annotation=note), *backward.params[1:]))
        return forward, backward

    def note(self, current: Instance, name: str) -> ir.Expr:
        """The annotation of a variable that is handed to a reverse sweep, as far as it is an object."""
        known = self.works[current].shapes
        return noted(known.of.get(name) if known is not None else None)

    def backward(
        self,
        flat: ir.Function,
        base: str,
        sweeps: Sweeps,
        first: tuple[str, ...],
        body: ir.Block,
        protocol: Protocol,
    ) -> ir.Function:
        """`g_bwd(needs, seed)`; what has a default stands behind the seed."""
        by_name = {p.name: p for p in flat.params}
        own = [replace(by_name[n], role="") if n in by_name else ir.Param(n) for n in first]
        seed = ir.Param(sweeps.seed, "", mirrored_annotation(flat.returns) if flat.returns is not None else None)
        seeds = [] if protocol.void else [seed]
        given = zip(protocol.changed, sweeps.changed, strict=True)
        seeds += [ir.Param(adjoint, "", by_name[n].annotation) for n, adjoint in given]
        plain, optional = [p for p in own if p.default is None], [p for p in own if p.default is not None]
        return replace(
            flat,
            name=f"{base}_bwd",
            params=(*plain, *seeds, *optional),
            body=body,
            returns=None,
            is_lambda=False,
        )


def noted(shape: Shape) -> ir.Expr:
    """The annotation of an object of this shape."""
    if not isinstance(shape, Fields):
        return ir.Name("object")
    kinds = zip(shape, shape.record.passive, strict=True)
    items = (ir.Name("int") if p else noted(s) if isinstance(s, Fields) else FLOAT for s, p in kinds)
    return ir.Subscript(ir.Name("tuple"), ir.Display("(", tuple(items), record=shape.record))


def without_headings(block: ir.Block) -> ir.Block:
    """A body without the headings of sweeps inside a sweep."""
    if sum(s.source.lead[-1:] == REVERSE.source.lead[-1:] for s in block) < 2 and block[:1] != (FORWARD,):
        return block
    known = {FORWARD.source.lead[-1], REVERSE.source.lead[-1]}

    def without(s: ir.Stmt) -> ir.Stmt:
        lead = tuple(row for row in s.source.lead if row.strip() not in known)
        return s if isinstance(s, ir.Comment) else replace(s, source=replace(s.source, lead=lead))

    return tuple(without(s) for s in block)


def is_singular(sweeps: Sweeps) -> bool:
    """Whether a partial may be infinite or undefined: times a zero seed it would not be zero."""
    return any(
        isinstance(x, ir.Library) and x.name in ("inf", "nan")
        for s in statements((*sweeps.forward, *sweeps.reverse))
        for e in expressions(s)
        for x in walk(e)
    )


def unused(base: str, f: ir.Function) -> str:
    """A name that a function does not use."""
    taken = {p.name for p in f.params}
    for s in statements(f.body, nested=True):
        taken |= names_in(s) | own_names(s) | ({s.name} if isinstance(s, ir.Function) else set())
    n = 2
    name = base
    while name in taken:
        name, n = f"{base}{n}", n + 1
    return name


def filled(shape: Shape, e: ir.Expr) -> ir.Expr:
    """A tuple of a shape with the same number everywhere."""
    if not isinstance(shape, tuple):
        return e
    record = record_of(shape)
    passive = record.passive if record is not None else (False,) * len(shape)
    none = ir.Const(None, "None")
    items = (none if p else filled(s, e) for s, p in zip(shape, passive, strict=True))  # type: ignore[arg-type]
    return displayed(shape, items)


def has_no_default(shape: Shape) -> bool:
    """Whether a seed of ones cannot be written: for lists, and objects whose constructor may refuse them."""
    record = record_of(shape)
    return holds_list(shape) or (record is not None and not record.plain)


def holds_list(shape: Shape) -> bool:
    """Whether there are lists in a result: their length is not known, so that a seed has no default."""
    return any(holds_list(s) for s in shape) if isinstance(shape, tuple) else shape in (LIST, STACK)  # type: ignore[arg-type]


def opened(sweeps: Sweeps) -> ir.Block:
    """`seed_1, seed_2 = seed` for a result of several numbers."""
    if not isinstance(sweeps.seeds, ir.Display):
        return ()
    shown = shown_in(sweeps.seeds, sweeps.used)
    return (ir.Assign((shown,), ir.Name(sweeps.seed)),) if set(target_names(shown)) - {"_"} else ()


def shown_in(e: ir.Expr, used: frozenset[str]) -> ir.Expr:
    match e:
        case ir.Display(bracket, items):
            new = tuple(shown_in(i, used) for i in items)
            return ir.Display(bracket, new, record=e.record) if any(i != ir.Name("_") for i in new) else ir.Name("_")
        case ir.Name(id) if id in used:
            return e
        case _:
            return ir.Name("_")


def together(items: tuple[ir.Expr, ...]) -> ir.Expr:
    return items[0] if len(items) == 1 else ir.Display("(", items)


def with_seed(params: tuple[ir.Param, ...], seed: ir.Param) -> tuple[ir.Param, ...]:
    """The seed behind the last positional parameter; by keyword only where there is `*args`."""
    if any(p.role == "*" for p in params):
        at = next((k for k, p in enumerate(params) if p.role == "**"), len(params))
        return (*params[:at], replace(seed, role="="), *params[at:])
    at = next((k for k, p in enumerate(params) if p.role in ("=", "**")), len(params))
    return (*params[:at], seed, *params[at:])


def recomputed(sweeps: Sweeps, params: frozenset[str]) -> tuple[ir.Block, frozenset[str]] | None:
    """What `g_bwd` computes again of the forward sweep, and the parameters that it reads.

    None if that may cost more than a fixed number of operations: loops, calls of other functions.
    """
    if any(isinstance(s, (ir.Effect, ir.Assign)) and takes(s.value) for s in statements(sweeps.forward)):
        return None
    live = frozenset(sweeps.carried)
    kept, live = without_dead(silent(sweeps.forward), live)
    for s in statements(kept):
        if isinstance(s, (ir.For, ir.While, ir.Try, ir.With, ir.Function)):
            return None
        if isinstance(s, (ir.Assign, ir.Augment)) and calls_user(s.value):
            return None
    return kept, live | frozenset(n for s in statements(sweeps.reverse) for n in names_in(s)) & params


def without_comments(block: ir.Block) -> ir.Block:
    return tuple(s for s in block if not isinstance(s, ir.Comment))


def names_in(s: ir.Stmt) -> set[str]:
    from adtransform.traverse import expressions

    return {n for e in expressions(s) for n in names(e)}


def calls_user(e: ir.Expr) -> bool:
    from adtransform.traverse import walk

    return any(isinstance(x, ir.Call) and not isinstance(x.func, ir.Library) for x in walk(e))


def silent(block: ir.Block) -> ir.Block:
    """A block that ran before, without what it does beside computing: complaints, prints, comments."""
    kept = [s for s in block if isinstance(s, (ir.Assign, ir.Augment, ir.If, ir.For, ir.While, ir.Try, ir.With))]
    return tuple(replace(map_blocks(s, silent), source=ir.Source(text=s.source.text)) for s in kept)


def passed(p: ir.Param) -> ir.Expr:
    """The annotation of what a parameter holds: `*xs: float` is a `tuple[float, ...]`."""
    note = p.annotation or FLOAT
    return ir.Subscript(ir.Name("tuple"), ir.Display("(", (note, ir.Const(..., "...")))) if p.role == "*" else note
