"""Which value a variable holds where: each assignment makes a version of its variable.

    s = x            s@1
    for i in …:      s@2 at the start of an iteration
        s = s * i    s@3
    return s         s@4 behind the loop

A reverse sweep reads values as they were at a point of the forward sweep.  It names them by version; `recording`
decides where each version is kept (static single assignment on structured code; Brandis and Moessenboeck 1994).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from adtransform import ir
from adtransform.exits import Leaves, always, ends, leave_loop, leaves
from adtransform.tables import Columns
from adtransform.traverse import bound_names, own_names, rename, target_names


class Env(Mapping[str, "Version"]):
    """Which version each variable holds at a point.  A later point shares most of it: layers that grow downward."""

    def __init__(self, *layers: Mapping[str, Version]) -> None:
        self.layers = layers

    def then(self, new: Mapping[str, Version]) -> Env:
        """A later point, with other versions of some variables."""
        layers = [*self.layers, new] if new else [*self.layers]
        while len(layers) > 1 and len(layers[-2]) <= 2 * len(layers[-1]):
            upper = layers.pop()
            layers[-1] = {**layers[-1], **upper}
        return Env(*layers)

    def __getitem__(self, name: str) -> Version:
        for layer in reversed(self.layers):
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(n for layer in self.layers for n in layer))

    def __len__(self) -> int:
        return len(dict.fromkeys(self))


Arm = tuple["Item", int]


@dataclass(eq=False)
class Version:
    """A value of a variable.  It exists behind item `index` of `lines` (-1: from the start).

    `real` if a statement assigns it; otherwise several others meet in it.  `bound` if it certainly has a value.
    `value` is what is assigned, if that shows.
    """

    name: str
    number: int
    lines: Lines
    index: int
    real: bool = True
    bound: bool = True
    value: ir.Expr | None = None
    counts: Item | None = None  # the loop over a range whose variable this is

    @property
    def tag(self) -> str:
        """The name of the version in a reverse sweep whose values have no place yet; no variable has such a name."""
        return f"{self.name}@{self.number}"


@dataclass(eq=False)
class Lines:
    """A block: its items, the loops around it (outermost first), and the branches that it is part of."""

    loops: tuple[Item, ...]
    arms: tuple[Arm, ...]
    items: list[Item] = field(default_factory=list)


@dataclass(eq=False)
class Item:
    """A statement with the versions before and behind it.  `parts` are its blocks."""

    stmt: ir.Stmt
    before: Env
    parts: tuple[Lines, ...] = ()
    entry: Env = field(default_factory=Env)  # of a loop: at the start of an iteration
    after: Env = field(default_factory=Env)


class Timeline:
    """The versions of one function."""

    def __init__(
        self,
        params: tuple[str, ...],
        body: ir.Block,
        columns: dict[int, Columns],
        repeatable: Callable[[ir.Stmt, ir.Expr], bool],
    ) -> None:
        self.columns = columns
        self.repeatable = repeatable
        self.versions: dict[str, Version] = {}
        self.by_name: dict[str, list[Version]] = {}
        self.lines = Lines((), ())
        start = Env({n: self.new(n, self.lines, -1) for n in params})
        self.end = self.fill(self.lines, body, start)

    def new(self, name: str, lines: Lines, index: int, real: bool = True, bound: bool = True) -> Version:
        version = Version(name, len(self.versions), lines, index, real, bound)
        self.versions[version.tag] = version
        self.by_name.setdefault(name, []).append(version)
        return version

    def fill(self, lines: Lines, block: ir.Block, env: Env) -> Env:
        for s in block:
            item = Item(s, env)
            lines.items.append(item)
            match s:
                case ir.If():
                    env = self.fork(lines, item, (s.body, s.orelse))
                case ir.For() | ir.While():
                    env = self.round(lines, item, s)
                case ir.Try():
                    env = self.attempt(lines, item, s)
                case ir.With():
                    env = self.inside(lines, item, s)
                case _:
                    env = self.simple(lines, item, s)
            item.after = env
        return env

    def simple(self, lines: Lines, item: Item, s: ir.Stmt) -> Env:
        names = changed(s)
        if not names:
            return item.before
        new = {n: self.new(n, lines, len(lines.items) - 1) for n in sorted(names)}
        match s:
            case ir.Assign(_, value) | ir.Augment(_, _, value) if not self.repeatable(s, value):
                pass
            case ir.Assign((ir.Name(id),), value):
                new[id].value = self.renamed(value, item.before)
            case ir.Assign((ir.Display(_, ts),), ir.Display(_, vs)) if len(ts) == len(vs):
                for t, v in zip(ts, vs, strict=True):
                    if isinstance(t, ir.Name):
                        new[t.id].value = self.renamed(v, item.before)
            case ir.Augment(ir.Name(id) as target, op, value):
                new[id].value = self.renamed(ir.Binary(op, target, value), item.before)
            case _:
                pass
        return item.before.then(new)

    def fork(self, lines: Lines, item: Item, blocks: tuple[ir.Block, ...]) -> Env:
        """Branches: what they leave behind meets, unless a branch leaves for good."""
        item.parts = tuple(Lines(lines.loops, (*lines.arms, (item, k))) for k in range(len(blocks)))
        before = self.through(item, item.stmt, lines)
        ways = [self.fill(p, b, before) for p, b in zip(item.parts, blocks, strict=True)]
        open_ = [w for w, b in zip(ways, blocks, strict=True) if not (always(b, leave_loop) or ends(b))]
        return self.meet(lines, open_ or ways)

    def through(self, item: Item, s: ir.Stmt, lines: Lines) -> Env:
        """The versions behind the test of a statement, which may assign."""
        names = own_names(s)
        new = {n: self.new(n, lines, len(lines.items) - 1) for n in sorted(names)}
        return item.before.then(new) if new else item.before

    def meet(self, lines: Lines, ways: list[Env]) -> Env:
        first = ways[0]
        if all(w is first for w in ways):
            return first
        found: dict[str, Version] = {}
        for n in dict.fromkeys(n for w in ways for n in w):
            versions = {w[n] for w in ways if n in w}
            bound = all(n in w and w[n].bound for w in ways)
            one = len(versions) == 1 and all(n in w for w in ways)
            found[n] = next(iter(versions)) if one else self.new(n, lines, len(lines.items) - 1, False, bound)
        return Env(found)

    def round(self, lines: Lines, item: Item, s: ir.For | ir.While) -> Env:
        """A loop: what its body assigns has a version at the start of an iteration and one behind the loop."""
        body = Lines((*lines.loops, item), lines.arms)
        item.parts = (body,)
        assigned = sorted(bound_names(s.body) | own_names(s))
        counted = target_names(s.target) if isinstance(s, ir.For) else ()
        old = {n for n, v in item.before.items() if v.bound}
        entry = {n: self.new(n, body, -1, n in counted, n in counted or n in old) for n in assigned}
        if isinstance(s, ir.For) and isinstance(s.target, ir.Name) and id(s) not in self.columns:
            entry[s.target.id].counts = item
        if (columns := self.columns.get(id(s))) is not None:
            self.count(columns, item, body, entry)
        item.entry = item.before.then(entry)
        self.fill(body, s.body, item.entry)
        behind = {n: self.new(n, lines, len(lines.items) - 1, False, n in old) for n in assigned}
        return item.before.then(behind)

    def count(self, columns: Columns, item: Item, body: Lines, entry: dict[str, Version]) -> None:
        """A loop over lists: its variables are the items at the number of the iteration."""
        if columns.counter not in entry:
            entry[columns.counter] = self.new(columns.counter, body, -1)
        if columns.ranged:
            entry[columns.counter].counts = item
        columns.entry = entry
        env = item.before.then(entry)
        for n, e in columns.items.items():
            if self.repeatable(item.stmt, e):
                entry[n].value = self.renamed(e, env)

    def inside(self, lines: Lines, item: Item, s: ir.With) -> Env:
        body = Lines(lines.loops, lines.arms)
        item.parts = (body,)
        self.fill(body, s.body, self.through(item, s, lines))
        assigned = sorted(bound_names(s.body) | own_names(s))
        return item.before.then({n: self.new(n, lines, len(lines.items) - 1, real=False) for n in assigned})

    def attempt(self, lines: Lines, item: Item, s: ir.Try) -> Env:
        """`try`: its parts are the body, `else`, `finally` and the handlers; a handler may start anywhere."""
        blocks = (s.body, s.orelse, s.final, *(h.body for h in s.handlers))
        item.parts = tuple(Lines(lines.loops, (*lines.arms, (item, k))) for k in range(len(blocks)))
        names = (bound_names(b) for b in blocks)
        assigned = sorted(set[str]().union(*names) | own_names(s))
        old = {n for n, v in item.before.items() if v.bound}
        body, orelse, final, *handlers = item.parts
        behind = self.fill(orelse, s.orelse, self.fill(body, s.body, item.before))
        ways = [behind]
        for part, h in zip(handlers, s.handlers, strict=True):
            start = {n: self.new(n, part, -1, False, n in old) for n in assigned}
            way = self.fill(part, h.body, item.before.then(start))
            ways += [way] if not ends(h.body) else []
        if s.final:
            start = {n: self.new(n, final, -1, False, n in old) for n in assigned}
            behind = self.fill(final, s.final, item.before.then(start))
            return item.before.then({n: self.new(n, lines, len(lines.items) - 1, False, n in old) for n in assigned})
        return self.meet(lines, ways)

    # --- questions ----------------------------------------------------------------------------------------------------

    def renamed(self, e: ir.Expr, env: Env) -> ir.Expr:
        """The expression with the versions of its variables at a point."""
        return rename(e, lambda n: ir.Name(env[n].tag) if n in env else None)

    def is_overwritten(self, version: Version) -> bool:
        """Whether the variable is assigned again after the version exists."""
        return any(
            v.real and v.number > version.number and not exclusive(v.lines.arms, version.lines.arms)
            for v in self.by_name[version.name]
        )


def changed(s: ir.Stmt) -> set[str]:
    """The variables whose values a statement changes, its blocks aside."""
    found = own_names(s)
    match s:
        case ir.Function(name):
            found.add(name)
        case ir.Inert("del", parts):
            found |= {n for p in parts if not isinstance(p, str) for n in target_names(p)}
    return found


def exclusive(a: tuple[Arm, ...], b: tuple[Arm, ...]) -> bool:
    """Whether two blocks lie in different branches of one statement."""
    where = {id(item): k for item, k in a}
    for item, k in b:
        other = where.get(id(item), k)
        if (
            other != k
            and (isinstance(item.stmt, ir.If) or (other >= HANDLERS) != (k >= HANDLERS))
            and FINAL not in (k, other)
        ):
            return True
    return False


FINAL, HANDLERS = 2, 3  # parts of a `try`: before them its body and `else`


def leaves_loop(lines: Lines) -> bool:
    """Whether a block certainly leaves the loop around it."""
    return any(leaves(i.stmt, leave_loop) is Leaves.ALWAYS for i in lines.items)


def raises(lines: Lines) -> bool:
    """Whether a block ends in `raise`."""
    return ends(tuple(i.stmt for i in lines.items))
