"""Reverse mode: the forward sweep computes values, the reverse sweep adjoints, backward.

    y = x * x                  y = x * x
    return math.sin(y)
                               y_b = math.cos(y) * seed
                               x_b = 2.0 * x * y_b
                               return math.sin(y), x_b

(Griewank and Walther, Evaluating Derivatives, sections 3.2 and 4; Hascoet and Pascual 2013.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from adtransform import ir
from adtransform.adjoints import NOT_A_NUMBER, Adjoints
from adtransform.array_adjoints import settled, with_owned
from adtransform.calculus import ZERO
from adtransform.changing import changed_params
from adtransform.containers import zeros as zeros_of_list
from adtransform.effects import raises_first
from adtransform.exits import Exits, behind_else
from adtransform.guards import guards
from adtransform.handback import Handback
from adtransform.held import held_in
from adtransform.listwise import Lists
from adtransform.liveness import needed
from adtransform.merging import merged
from adtransform.mirror import INDEX, NO_LIST, ROUNDS, SLOT, Mirror
from adtransform.pieces import is_docstring
from adtransform.reach import falls_through
from adtransform.recall import recalled
from adtransform.recording import Places, Recorder, marked
from adtransform.records import made
from adtransform.refusals import Refused
from adtransform.shapes import LIST, STACK, Shape, Shapes, displayed, index_of, label_of, record_of, result, shapes
from adtransform.sinks import check_calls
from adtransform.tables import Tables
from adtransform.tidy import tidied
from adtransform.transpose import Transposer
from adtransform.traverse import map_blocks, map_expressions, names, rename, statements, target_names
from adtransform.versions import Item, Lines, Timeline
from adtransform.work import free_names

FORWARD = ir.Comment(source=ir.Source(("# forward sweep",)))
RENAME = "Use another name for the new list."
REVERSE = ir.Comment(source=ir.Source(("", "# reverse sweep")))


@dataclass(frozen=True)
class Sweeps:
    """Both sweeps of one function, ready to be put together.

    `forward` and `reverse` are their statements, `value` what the function returns, `adjoints` those of the inputs in
    order, `carried` the names that the reverse sweep reads from the forward sweep (`unbound` gives those a value that
    may have none), `results` the shape of what the function gives; `seeds` are the names of the numbers in `seed`.
    """

    doc: ir.Block
    forward: ir.Block
    reverse: ir.Block
    value: ir.Expr
    adjoints: tuple[ir.Expr, ...]
    carried: tuple[str, ...]
    results: Shape
    used: frozenset[str]
    unbound: ir.Block
    seed: str
    seeds: ir.Expr
    merged: bool
    changed: tuple[str, ...] = ()  # the adjoints of lists that are received and changed


@dataclass(frozen=True)
class Reverse:
    """The adjoint of one unit."""

    work: Adjoints
    calls: Handback
    enabled: frozenset[str]

    def sweeps(
        self, flat: ir.Function, wrt: tuple[str, ...], seed: str, joint: bool, changed: tuple[str, ...] = ()
    ) -> Sweeps:
        """Both sweeps; `seed` is the name of the result's adjoint; `joint` if they become one function; `changed` are
        the parameters whose lists the caller reads again.
        """
        work = self.work
        if any("_" in free_names(e) for s in statements(flat.body) for e in read_by(s)):
            raise Refused(flat, "N153", "`_` is read, and the reverse sweep uses it for what is not", "Give it a name.")
        results = result(work.unit, work.program)
        value = self.result("value", results)
        body = flat.body
        if falls_through(body):
            for refused, _ in work.refused:  # what was refused may have been the `return`
                raise refused
            raise Refused(flat, "N166", "the end is reached without a `return`", "Return a number on every path.")
        exits = Exits(value, lambda base: work.temporary(base, "", False))
        body = exits.function(body)
        worth, in_loop = (2, 4) if "share" in self.enabled else (20, 20)
        work.shapes = shapes(work.unit, work.program, body)
        work.extents = replace(work.extents, function=replace(flat, body=body), of_variable={}, bound={})
        tables = Tables(work, results=frozenset(target_names(value)))
        tables.read(body)
        if not joint:
            tables.outlive(changed_params(work))
        if any(n in tables.bound for n in changed):
            raise Refused(flat, "N148", "a parameter gets another list, and the one that was given is changed", RENAME)
        work.lists = Lists(work, tables)
        transposer = Transposer(work, self.calls, worth, in_loop)
        doc, body = (body[:1], body[1:]) if body and is_docstring(body[0]) else ((), body)
        body = transposer.function(body)
        check_calls(work, body, "")
        timeline = Timeline(tuple(p.name for p in flat.params), body, transposer.columns, transposer.is_repeatable)
        opened = self.opened(seed, results)
        seeds = self.seeds(value, target_names(opened)) | {n: work.tangent(n) for n in changed}
        active = work.expanded({n for n in work.active if n.isidentifier()})
        mirror = Mirror(
            timeline,
            transposer.adjoints,
            active,
            work.tangent,
            transposer.iterations,
            work.is_list,
            transposer.entries,
            work.lists,
            seeds,
        )
        zeros = frozenset(active) - set(seeds)
        reverse, zeros = mirror.sweep(timeline.lines, 0, zeros)
        self.check_arrived(zeros, mirror)
        adjoints = tuple(self.adjoint(mirror, n, work.shapes.of.get(n), zeros, timeline) for n in wrt)
        live = frozenset(n for a in adjoints for n in names(a))
        block = tuple(reverse)
        if "liveness" in self.enabled:
            block, _ = needed(block, live)
            block = tidied(block, live, lambda n: n.endswith(work.supply.suffix) or n in transposer.temporaries)
        if "reuse" in self.enabled:
            block = recalled(timeline, mirror, block, work.written_arrays())
        returned, last = self.returned(timeline, value, block)
        recorder = Recorder(
            timeline, mirror, work.supply.fresh, "recompute" in self.enabled, "tbr" not in self.enabled, joint
        )
        versions = [n for n in names(returned) if "@" in n]
        last_read = (ir.Effect(ir.Display("(", adjoints)),)  # what they read has to be there, too
        one = merged(timeline, mirror, block, live, last) if joint and "fuse" in self.enabled else None
        if one is not None:
            recorder.merged = one.loop
            places = recorder.places((*one.before, *one.body, *one.rest, *last_read), versions)
            where, at = recorder.where(one.loop)
            for s in with_owned(filled(one.before, places), filled((*one.body, *one.rest), places)):
                recorder.insert(where, at, 2, s)
            body_ = filled(one.body, places)
            places.appended[id(one.loop)] = with_owned(body_, (*body_, *filled(one.rest, places)))
            block = one.rest
        else:
            places = recorder.places((*block, *last_read), versions)
        forward = assembled(timeline.lines, places, last)
        final = with_owned(filled(block, places))
        adjoints = tuple(settled(a, False, set()) for a in adjoints)
        spelled = rename(returned, places.spelling.get)
        adjoints = tuple(rename(a, places.spelling.get) for a in adjoints)
        read = frozenset(n for s in (*statements(final), ir.Effect(ir.Display("(", adjoints))) for n in names_of(s))
        used = read.union(*(names_of(s) for s in statements(forward)))
        return Sweeps(
            (*doc, *guards(work, flat)),
            forward,
            final,
            spelled,
            adjoints,
            tuple(n for n in places.carried if n in read),
            results,
            used,
            places.unbound,
            seed,
            opened,
            one is not None,
            tuple(work.tangent(n).id for n in changed),
        )

    def check_arrived(self, zeros: frozenset[str], mirror: Mirror) -> None:
        """No adjoint of a list is left where the function begins, but for those of its arguments."""
        params = {p.name for p in self.work.unit.function.params}
        if self.work.refused:
            return
        for n in sorted(mirror.active - zeros - set(mirror.seeds)):
            if self.work.is_table(n) and n.partition("#")[0] not in params:
                text = f"it does not show which lists `{n}` stands for"
                raise Refused(self.work.unit.function, "N161", text, "Use one name for each list.")

    def result(self, base: str, shape: Shape) -> ir.Expr:
        """The variable of the result, or a tuple of them."""
        if isinstance(shape, tuple):
            stem = base if base.endswith("#") else f"{base}#"
            return displayed(shape, (self.result(stem, s) for s in shape))  # type: ignore[arg-type]
        if shape not in (None, STACK, LIST):
            raise Refused(self.work.unit.function, *NOT_A_NUMBER)
        name = self.work.temporary(base, "", True)
        if shape == LIST:
            assert self.work.inference is not None
            inferred = self.work.inference.shapes
            inferred.add(name.id, inferred.results[""])
            self.work.active |= inferred.leaves(name.id)
            self.work.varied |= inferred.leaves(name.id)
        return name

    def seeds(self, value: ir.Expr, given: tuple[str, ...]) -> dict[str, ir.Expr]:
        """The adjoints of the variables of the result."""
        return {n: ir.Name(seed) for n, seed in zip(target_names(value), given, strict=True)}

    def opened(self, seed: str, shape: Shape) -> ir.Expr:
        """Names for the adjoints of the numbers of a result; the seed itself for one number."""
        if not isinstance(shape, tuple):
            return ir.Name(seed)
        items = [f"{seed}_{label_of(shape, k)}" for k in range(len(shape))]
        new = (
            n if isinstance(s, tuple) else self.work.temporary(n, "", False).id
            for n, s in zip(items, shape, strict=True)
        )
        return displayed(shape, (self.opened(n, s) for n, s in zip(new, shape, strict=True)))  # type: ignore[arg-type]

    def adjoint(self, mirror: Mirror, key: str, shape: Shape, zeros: frozenset[str], timeline: Timeline) -> ir.Expr:
        """The adjoint of an input in the end."""
        if isinstance(shape, tuple):
            items = [self.adjoint(mirror, f"{key}#{k}", s, zeros, timeline) for k, s in enumerate(shape)]  # type: ignore[arg-type]
            if (record := record_of(shape)) is None:
                return ir.Display("(", tuple(items))
            base, *indices = key.split("#")
            given = self.held(ir.Name(timeline.by_name[base][0].tag), self.work.shapes, base, indices)
            own: list[ir.Expr] = [ir.Subscript(given, index_of(shape, k)) for k in range(len(items))]
            found = (o if p else i for o, i, p in zip(own, items, record.passive, strict=True))
            by_own = dict(zip(own, items, strict=True))
            return made(record, tuple(found), lambda x: by_own.get(x, x))
        if shape not in (None, STACK, LIST):
            raise Refused(self.work.unit.function, *NOT_A_NUMBER)
        if shape == LIST:
            unread = key in zeros or key not in mirror.active
            base = key.partition("#")[0]
            given = held_in(key, ir.Name(timeline.by_name[base][0].tag))
            shape_ = self.work.shape_of(held_in(key, ir.Name(base)), "")
            held = zeros_of_list(shape_, given) if unread else mirror.name(key)
            is_tuple = any(p.name == key and takes_tuple(p) for p in self.work.unit.function.params)
            return ir.Call(ir.Library("builtins", "tuple"), (ir.Arg(held),)) if is_tuple else held
        if shape == STACK and (key in zeros or key not in mirror.active):
            return NO_LIST
        return ZERO if key in zeros or key not in mirror.active else mirror.name(key)

    def held(self, e: ir.Expr, known: Shapes | None, base: str, indices: list[str]) -> ir.Expr:
        """The item of a variable that a key stands for."""
        shape: Any = known.of.get(base) if known is not None else None
        for k in indices:
            e = ir.Subscript(e, index_of(shape, int(k)))
            shape = shape[int(k)] if isinstance(shape, tuple) else None
        return e

    def returned(self, timeline: Timeline, value: ir.Expr, reverse: ir.Block) -> tuple[ir.Expr, Item | None]:
        """What the function returns, and the last assignment if it is put into the `return` instead."""
        whole = timeline.renamed(value, timeline.end)
        read = {n for s in statements(reverse) for n in names_of(s)}
        items = timeline.lines.items
        if not items or not isinstance(items[-1].stmt, ir.Assign):
            return whole, None
        s = items[-1].stmt
        if s.targets != (value,) or names(whole) & read or any(raises_first(e) for e in values_of(s.value)):
            return whole, None
        return timeline.renamed(s.value, items[-1].before), items[-1]


def read_by(s: ir.Stmt) -> tuple[ir.Expr, ...]:
    """The expressions of a statement that it reads: all but the names that it sets."""
    from adtransform.traverse import expressions

    targets = s.targets if isinstance(s, ir.Assign) else (s.target,) if isinstance(s, ir.For) else ()
    return tuple(e for e in expressions(s) if isinstance(e, ir.Subscript) or all(e is not t for t in targets))


def takes_tuple(p: ir.Param) -> bool:
    """Whether an argument is a tuple of any length: so is its adjoint."""
    match p.annotation:
        case ir.Subscript(ir.Name("tuple" | "Tuple")) | ir.Name("tuple" | "Tuple"):
            return True
        case _:
            return p.role == "*"


def values_of(e: ir.Expr) -> tuple[ir.Expr, ...]:
    return e.items if isinstance(e, ir.Display) else (e,)


def names_of(s: ir.Stmt) -> set[str]:
    from adtransform.traverse import expressions

    return {n for e in expressions(s) for n in names(e)}


def assembled(lines: Lines, places: Places, left_out: Item | None) -> ir.Block:
    """The forward sweep of a block: its statements, and what is saved between them."""
    found: list[ir.Stmt] = []
    for k, item in enumerate([*lines.items, None]):
        for _, s in sorted(places.inserted.get((id(lines), k), ()), key=lambda pair: pair[0]):
            found.append(s)
        if item is None or item is left_out:
            continue
        found.append(with_parts(item, places))
    return tuple(found)


def with_parts(item: Item, places: Places) -> ir.Stmt:
    parts = [assembled(p, places, None) for p in item.parts]
    match item.stmt:
        case ir.If() as s:
            return replace(s, body=parts[0], orelse=behind_else(parts[1]))
        case ir.For() | ir.While() as s:
            return replace(s, body=(*parts[0], *places.appended.get(id(item), ())))
        case ir.With() as s:
            return replace(s, body=parts[0])
        case ir.Try() as s:
            body, orelse, final, *rest = parts
            handlers = tuple(replace(h, body=b) for h, b in zip(s.handlers, rest, strict=True))
            return replace(s, body=body, orelse=orelse, final=final, handlers=handlers)
        case _:
            return item.stmt


def iterated(s: ir.For, loop: int, counted: bool, places: Places) -> ir.For | None:
    """`for v in stack[::-1]` for an outermost loop that begins with `v = stack.pop()`: iterating is faster."""
    if loop in places.index or loop not in places.outermost or (counted and loop not in places.while_stack):
        return None
    match s.body:
        case (ir.Assign((target,), ir.Call(ir.Attribute(ir.Name() as stack, "pop"), ())), *rest) if "@" not in stack.id:
            back = ir.Slice(None, None, ir.Unary("-", ir.Const(1, "1")))
            return ir.For(target, ir.Subscript(stack, back), tuple(rest) or (ir.Keyword("pass"),), ())
        case _:
            return None


def filled(block: ir.Block, places: Places) -> ir.Block:
    """The reverse sweep with everything in its place."""
    found: list[ir.Stmt] = []
    for s in block:
        if slot := marked(s, SLOT):
            found += places.slots.get(int(slot), [])
            continue
        inner = map_blocks(s, lambda b: filled(b, places))
        if loop := marked(s, INDEX):
            inner = header(inner, int(loop), bool(marked(s, ROUNDS)), places)
        if isinstance(inner, ir.If):
            inner = replace(inner, orelse=behind_else(inner.orelse))
        found.append(map_expressions(inner, lambda e: rename(e, places.spelling.get)))
    return tuple(found)


def header(s: ir.Stmt, loop: int, counted: bool, places: Places) -> ir.Stmt:
    """The head of a loop of the reverse sweep."""
    assert isinstance(s, ir.For) and isinstance(s.target, ir.Name)
    if (own := iterated(s, loop, counted, places)) is not None:
        return own
    if loop in places.while_stack:
        return ir.While(places.while_stack[loop], s.body, ())
    if counted:
        rounds = ir.Call(ir.Library("builtins", "range"), (ir.Arg(places.rounds[loop]),))
        return replace(s, target=ir.Name("_"), iterable=rounds)
    if loop not in places.index:
        return replace(s, target=ir.Name("_"), iterable=places.upward[loop])
    return replace(s, target=places.index[loop])
