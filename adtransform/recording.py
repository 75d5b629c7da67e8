"""To be recorded: where the values are kept that the reverse sweep reads.

A value that its variable still holds in the end is read again.  One that is overwritten later gets a second name;
inside a loop it is saved on a stack, together with the others of its stretch of code, or computed again where that is
cheap (Hascoet, Naumann and Pascual 2005, "To be recorded" analysis; Griewank and Walther, section 6.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from adtransform import ir
from adtransform.exits import Leaves, leave_loop, leaves
from adtransform.mirror import INDEX, ROUNDS, SLOT, Mirror
from adtransform.share import Numbering, is_plain_value
from adtransform.traverse import blocks, bound_names, expressions, names, rename, statements
from adtransform.versions import Item, Lines, Timeline, Version, changed, exclusive

CHEAP = 2  # operations that are sooner done again than saved


@dataclass(frozen=True)
class Places:
    """Where everything is: `spelling` of each version, statements to insert before an item of the forward sweep
    (by block and position), what stands in each slot of the reverse sweep, how each loop is counted.
    """

    spelling: dict[str, ir.Name]
    inserted: dict[tuple[int, int], list[tuple[int, ir.Stmt]]]
    slots: dict[int, list[ir.Stmt]]
    rounds: dict[int, ir.Expr]
    while_stack: dict[int, ir.Name]
    index: dict[int, ir.Name]
    carried: tuple[str, ...]  # names that the reverse sweep reads from the forward sweep
    unbound: ir.Block  # what makes sure that a carried name is bound
    upward: dict[int, ir.Expr] = field(default_factory=dict)  # the range of a loop, as the forward sweep has it
    outermost: frozenset[int] = frozenset()  # loops that are in no other loop
    appended: dict[int, ir.Block] = field(default_factory=dict)  # what is added to the body of a loop


@dataclass
class Recorder:
    """Finds the places for one function."""

    timeline: Timeline
    mirror: Mirror
    fresh: Callable[[str], str]
    recompute: bool = True
    everything: bool = False
    joint: bool = False  # both sweeps are one function: what a branch saves, the same branch reads
    keep: dict[str, Version] = field(default_factory=dict)  # versions read by the reverse sweep
    again: dict[str, Version] = field(default_factory=dict)  # versions computed again
    spelling: dict[str, ir.Name] = field(default_factory=dict)
    inserted: dict[tuple[int, int], list[tuple[int, ir.Stmt]]] = field(default_factory=dict)
    slots: dict[int, list[ir.Stmt]] = field(default_factory=dict)
    stacks: dict[int, ir.Name] = field(default_factory=dict)  # by segment
    ranged: frozenset[int] = frozenset()  # loops that are counted down, by number
    counters: list[Version] = field(default_factory=list)
    unbound: dict[str, ir.Stmt] = field(default_factory=dict)
    unranged: tuple[int, ...] = ()  # loops whose iterations are counted
    restored: frozenset[int] = frozenset()  # segments for which the reverse sweep has a place
    merged: Item | None = None  # the loop whose adjoint stands in its own body

    def places(self, reverse: ir.Block, result: Iterable[str]) -> Places:
        """Find places for what the reverse sweep and the result read."""
        used = versions_in(reverse)
        looped = {int(i) for s in statements(reverse) if (i := marked(s, INDEX))}
        self.unranged = tuple(int(i) for s in statements(reverse) if (i := marked(s, ROUNDS)))
        self.ranged = frozenset(looped) - set(self.unranged)
        self.restored = frozenset(int(i) for s in statements(reverse) if (i := marked(s, SLOT)))
        self.read([*used, *result])
        self.name()
        rounds, whiles = self.save()
        index = {k: n for k in sorted(looped) if (n := self.index_of(k)) is not None}
        free = [v for v in self.keep.values() if not v.lines.loops or self.is_invariant(v)]
        in_reverse = set(versions_in(reverse)) | {t for v in self.again.values() for t in names(v.value)}
        carried = [self.spelling[v.tag].id for v in free if v.tag in in_reverse or v in self.counters]
        carried += [n.id for n in self.stacks.values()]
        for v in free:
            if v.lines is not self.timeline.lines and self.spelling[v.tag].id in carried:
                self.start(v)
        return Places(
            self.spelling,
            self.inserted,
            self.slots,
            rounds,
            whiles,
            index,
            tuple(carried),
            tuple(self.unbound.values()),
            {k: self.upward(k) for k in sorted(self.ranged)},
            frozenset(k for k in looped if self.is_outermost(k)),
        )

    # --- what is needed -----------------------------------------------------------------------------------------------

    def read(self, tags: Iterable[str]) -> None:
        tags = [*tags, *(self.overwritten() if self.everything else ())]
        versions = sorted({self.timeline.versions[t] for t in tags}, key=lambda v: v.number)
        for v in versions:
            self.keep[v.tag] = v
        for v in versions:
            if self.is_at_hand(v):
                continue
            if self.is_invariant(v):
                continue
            if v.lines.loops and not self.is_index(v) and self.recompute and self.is_cheap(v):
                self.again[v.tag] = v
                assert v.value is not None
                for tag in names(v.value):
                    if tag in self.timeline.versions:
                        self.keep.setdefault(tag, self.timeline.versions[tag])

    def overwritten(self) -> list[str]:
        """All values that loops overwrite, read or not: what is saved without the analysis."""
        known = {id(self.mirror.segments[k].lines) for k in self.restored}
        return [
            v.tag
            for v in self.timeline.versions.values()
            if v.lines.loops
            and v.bound
            and v.counts is None
            and id(v.lines) in known
            and is_value(v)
            and self.segment_of(v) in self.restored
        ]

    def is_at_hand(self, v: Version) -> bool:
        """Whether a version is read in the iteration that makes it."""
        return self.merged is not None and v.lines.loops == (self.merged,)

    def is_index(self, v: Version) -> bool:
        """Whether a version is the variable of a loop that the reverse sweep counts down."""
        return v.counts is not None and any(
            item is v.counts and k in self.ranged for k, item in enumerate(self.mirror.loops)
        )

    def is_invariant(self, v: Version) -> bool:
        """Whether a value is the same in every iteration of all loops around it: its variable has it behind them."""
        if v.value is None or not v.real or not v.lines.loops or not self.recompute:
            return False
        operands = [self.timeline.versions[n] for n in names(v.value) if n in self.timeline.versions]
        once = sum(o.real for o in self.timeline.by_name[v.name]) == 1
        return is_plain_value(v.value) and once and all(not o.lines.loops or self.is_invariant(o) for o in operands)

    def is_cheap(self, v: Version) -> bool:
        """Whether a version costs no more than saving it, from values that are at hand."""
        if v.value is None or not v.real:
            return False
        operands = [self.timeline.versions.get(n) for n in names(v.value)]
        for o in operands:
            at_hand = o is None or o.tag in self.keep or self.is_index(o) or self.is_invariant(o)
            if o is not None and o.lines.loops and not at_hand:
                return False
        pure = all(is_arithmetic(e) for e in parts(v.value))
        table = Numbering()
        return pure and table.cost[table.number(v.value)] <= CHEAP

    # --- names --------------------------------------------------------------------------------------------------------

    def name(self) -> None:
        """A name for each version: the variable's own for the one that it holds in the end, or the last one."""
        by_variable: dict[str, list[Version]] = {}
        for v in sorted(self.keep.values(), key=lambda v: v.number):
            if self.is_at_hand(v):
                again = self.changes_later(v)
                self.spelling[v.tag] = ir.Name(self.fresh(f"{v.name}_0") if again else v.name)
            else:
                by_variable.setdefault(v.name, []).append(v)
        for variable, versions in by_variable.items():
            still = [v for v in versions if not v.lines.loops or self.is_invariant(v)]
            held = [v for v in still if not self.timeline.is_overwritten(v)]
            own = held[-1] if held else versions[-1]
            if own.lines.loops == () and own not in held:
                own = None  # type: ignore[assignment]
            number = 0
            for v in versions:
                if v is own or v in held:
                    self.spelling[v.tag] = ir.Name(variable)
                    continue
                while True:
                    name = f"{variable}_{number}"
                    number += 1
                    free = self.fresh(name)
                    if free == name:
                        break
                self.spelling[v.tag] = ir.Name(name)

    # --- storage ------------------------------------------------------------------------------------------------------

    def save(self) -> tuple[dict[int, ir.Expr], dict[int, ir.Name]]:
        by_segment: dict[int, list[Version]] = {}
        for v in sorted(self.keep.values(), key=lambda v: v.number):
            if not v.lines.loops or self.is_at_hand(v) or self.is_invariant(v):
                if self.spelling[v.tag].id != v.name:
                    self.copy(v)
            elif not self.is_index(v) and v.tag not in self.again:
                by_segment.setdefault(self.segment_of(v), []).append(v)
        for k in sorted(by_segment, key=lambda k: min(v.number for v in by_segment[k])):
            self.stack(k)  # named in the order of the source
        rounds: dict[int, ir.Expr] = {}
        whiles: dict[int, ir.Name] = {}
        # from the inside out: a count that an outer loop needs is saved there
        for k in sorted(self.unranged, key=lambda k: -len(self.mirror.loops[k].parts[0].loops)):
            item = self.mirror.loops[k]
            lines, index = self.where(item)
            first = next(i for i, s in enumerate(self.mirror.segments) if s.lines is item.parts[0] and s.start == 0)
            if first in by_segment and not lines.loops:
                stack = self.stack(first)
                whiles[k] = stack
                rounds[k] = call("len", stack)
                continue
            if first in by_segment:
                stack = self.stack(first)
                count: ir.Expr = call("len", stack)
                v = self.counter("mark", lines, index - 1)
                self.insert(lines, index, 1, ir.Assign((self.spelling[v.tag],), count))
                rounds[k] = ir.Binary("-", count, self.spelling[v.tag])
            else:
                v = self.counter("rounds", lines, index)
                one = ir.Const(1, "1")
                self.insert(lines, index, 1, ir.Assign((self.spelling[v.tag],), ir.Const(0, "0")))
                self.insert(item.parts[0], 0, 0, ir.Augment(self.spelling[v.tag], "+", one))
                rounds[k] = self.spelling[v.tag]
            if lines.loops:
                by_segment.setdefault(self.segment_of(v), []).append(v)
        for k, versions in sorted(by_segment.items()):
            self.push(k, versions)
        for name in dict.fromkeys(v.name for v in self.keep.values() if not v.bound and v.tag not in self.again):
            nothing = ir.Assign((ir.Name(name),), ir.Const(None, "None"))
            self.insert(self.timeline.lines, 0, -1, nothing)  # it is saved before it has a value
        for v in sorted(self.again.values(), key=lambda v: v.number):
            assert v.value is not None
            value = rename(v.value, lambda n: self.spelling.get(n))
            self.slots.setdefault(self.segment_of(v), []).append(ir.Assign((self.spelling[v.tag],), value))
        return rounds, whiles

    def counter(self, base: str, lines: Lines, index: int) -> Version:
        v = self.timeline.new(self.fresh(base), lines, index)
        self.keep[v.tag] = v
        self.spelling[v.tag] = ir.Name(v.name)
        if base == "rounds":
            self.counters.append(v)
        return v

    def insert(self, lines: Lines, index: int, rank: int, s: ir.Stmt) -> None:
        self.inserted.setdefault((id(lines), index), []).append((rank, s))

    def copy(self, v: Version) -> None:
        """A second name, given before the variable is overwritten."""
        again = self.overwritten_at(v)
        at = again if again is not None else v.index + 1
        comment = f"# {v.name} is overwritten below, and the reverse sweep reads it"
        s = ir.Assign((self.spelling[v.tag],), ir.Name(v.name), source=ir.Source(trail=comment))
        self.insert(v.lines, at, 1, s)

    def start(self, v: Version) -> None:
        """What only a branch assigns is carried, too: something has to be there when the branch is not taken."""
        name = self.spelling[v.tag]
        nothing = ir.Const(None, "None") if "_saved" in name.id else ir.Const(0.0, "0.0")
        if not (name.id == v.name and any(o.lines is self.timeline.lines for o in self.timeline.by_name[v.name][:1])):
            self.unbound[name.id] = ir.Assign((name,), nothing)

    def changes_later(self, v: Version) -> bool:
        """Whether a variable is assigned again in the same iteration of its loop."""
        return any(
            o.real
            and o.number > v.number
            and o.lines.loops[:1] == v.lines.loops[:1]
            and not exclusive(o.lines.arms, v.lines.arms)
            for o in self.timeline.by_name[v.name]
        )

    def overwritten_at(self, v: Version) -> int | None:
        """The next item of the same block that assigns the variable."""
        for k in range(v.index + 1, len(v.lines.items)):
            s = v.lines.items[k].stmt
            if v.name in changed(s) or any(v.name in bound_names(b) for b in blocks(s)):
                return k
        return None

    def segment_of(self, v: Version) -> int:
        """The segment in which a version comes into being."""
        starts = [(s.start, k) for k, s in enumerate(self.mirror.segments) if s.lines is v.lines]
        return max((start, k) for start, k in starts if start <= v.index + 1)[1]

    def push(self, segment: int, versions: list[Version]) -> None:
        """Save the versions of a segment together, where most of them are still in their variables."""
        s = self.mirror.segments[segment]
        items = s.lines.items
        limit = next((k for k in range(s.start, s.stop) if leaves(items[k].stmt, leave_loop) is Leaves.ALWAYS), s.stop)
        in_try = any(isinstance(i.stmt, ir.Try) and k < 2 for i, k in s.lines.arms[-1:])
        at = limit if in_try else min(max(v.index for v in versions) + 1, limit)  # a body that stops saves nothing
        values: list[ir.Expr] = []
        for v in versions:
            again = self.overwritten_at(v)
            if again is not None and again < at:
                if self.spelling[v.tag].id == v.name:
                    self.spelling[v.tag] = ir.Name(self.fresh(f"{v.name}_0"))
                self.insert(s.lines, again, 1, ir.Assign((self.spelling[v.tag],), ir.Name(v.name)))
                values.append(self.spelling[v.tag])
            else:
                values.append(ir.Name(v.name))
        stack = self.stack(segment)
        saved = values[0] if len(values) == 1 else ir.Display("(", tuple(values))
        push = ir.Call(ir.Attribute(stack, "append"), (ir.Arg(saved),))
        self.insert(s.lines, at, 2, ir.Effect(push))
        targets: list[ir.Expr] = [self.spelling[v.tag] for v in versions]
        target = targets[0] if len(targets) == 1 else ir.Display("(", tuple(targets))
        pop = ir.Assign((target,), ir.Call(ir.Attribute(stack, "pop"), ()))
        self.slots.setdefault(segment, []).insert(0, pop)

    def stack(self, segment: int) -> ir.Name:
        """The stack of a segment, made before the outermost loop."""
        if segment not in self.stacks:
            name = self.stacks[segment] = ir.Name(self.fresh("stack"))
            root = self.timeline.lines
            loop = self.mirror.segments[segment].lines.loops[0]
            at = next(k for k, item in enumerate(root.items) if item is loop or contains(item, loop))
            if self.joint:
                root, at = self.where(loop)
            self.insert(root, at, 0, ir.Assign((name,), ir.Display("[", ())))
        return self.stacks[segment]

    def where(self, item: Item) -> tuple[Lines, int]:
        stack = [self.timeline.lines]
        while stack:
            lines = stack.pop()
            for k, i in enumerate(lines.items):
                if i is item:
                    return lines, k
                stack += i.parts
        raise AssertionError(item)

    def upward(self, loop: int) -> ir.Expr:
        """The range of a loop that the reverse sweep runs through without reading its variable."""
        item = self.mirror.loops[loop]
        assert isinstance(item.stmt, ir.For)
        return rename(self.timeline.renamed(item.stmt.iterable, item.before), self.spelling.get)

    def is_outermost(self, loop: int) -> bool:
        """Whether a loop is in no other one, and saves what it reads once an iteration."""
        item = self.mirror.loops[loop]
        segments = self.mirror.segments
        first = next((k for k, s in enumerate(segments) if s.lines is item.parts[0] and s.start == 0), None)
        return not self.where(item)[0].loops and first in self.stacks

    def index_of(self, loop: int) -> ir.Name | None:
        """The variable of a loop that is counted down, if the reverse sweep reads it."""
        item = self.mirror.loops[loop]
        for v in self.keep.values():
            if v.counts is item and loop in self.ranged:
                return self.spelling[v.tag]
        return None


def versions_in(block: ir.Block) -> list[str]:
    """The versions that a reverse sweep reads."""
    return list(dict.fromkeys(n for s in statements(block) for e in expressions(s) for n in names(e) if "@" in n))


def marked(s: ir.Stmt, word: str) -> str:
    """The number behind a marker."""
    match s:
        case ir.For(ir.Name(id)) if word == INDEX and id.startswith(INDEX + " "):
            return id.split()[1]
        case ir.For(_, ir.Name(id)) if word == ROUNDS and id.startswith(ROUNDS + " "):
            return id.split()[1]
        case ir.Unread(what) if word == SLOT:
            return what.split()[1]
        case _:
            return ""


def is_value(v: Version) -> bool:
    """Whether a version is a value: no definition, and nothing that was deleted."""
    return v.index < 0 or not isinstance(v.lines.items[v.index].stmt, (ir.Inert, ir.Function))


def contains(item: Item, inner: Item) -> bool:
    return any(i is inner or contains(i, inner) for p in item.parts for i in p.items)


def parts(e: ir.Expr) -> list[ir.Expr]:
    from adtransform.traverse import walk

    return list(walk(e))


def is_arithmetic(e: ir.Expr) -> bool:
    match e:
        case ir.Name() | ir.Const() | ir.Binary() | ir.Unary() | ir.Subscript():
            return True
        case ir.Call(ir.Library("math", "sqrt" | "fabs")) | ir.Library("math", "sqrt" | "fabs"):
            return True
        case _:
            return False


def call(name: str, argument: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("builtins", name), (ir.Arg(argument),))
