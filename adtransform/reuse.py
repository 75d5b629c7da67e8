"""Library calls with equal arguments are made once in straight-line code.

    s = math.sin(x)                  s = math.sin(x)
    s_d = math.cos(x) * x_d          cos_x = math.cos(x)
    c_d = -math.sin(x) * x_d         s_d = cos_x * x_d
    c = math.cos(x)                  c_d = -s * x_d
                                     c = cos_x

A call is remembered until one of its arguments, or the variable that holds its value, is assigned (available
expressions; Aho, Lam, Sethi and Ullman, Compilers, section 9.2.6). Statements that stand as the user wrote them
stay, but for an assignment of nothing else than the call.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from functools import partial

from adtransform import ir
from adtransform.share import MAKING, lazy_parts
from adtransform.traverse import (
    blocks,
    children,
    expressions,
    map_blocks,
    map_expressions,
    names,
    own_names,
    rebuild,
    rename,
    walk,
)

New = Callable[[ir.Expr], ir.Name]
Available = dict[ir.Call, ir.Name]
OF_ITEMS = frozenset({"fsum", "prod", "dist", "sumprod"})
ITEMS = "the items of all lists"  # no name
IMPURE_HOMES = frozenset({"builtins", "helper"})


def reuse(block: ir.Block, new: New, temporaries: Set[str], arrays: Set[str] = frozenset()) -> ir.Block:
    """The block of a function with repeated library calls made once.

    `new` makes a temporary; `temporaries` are the names of all of them, `arrays` those of arrays that are written to.
    """
    return Reuse(new, temporaries, Facts(arrays)).block(block, {})


@dataclass(frozen=True)
class Fact:
    """The names that a block binds, how often each name occurs in it, and whether it declares some global."""

    bound: frozenset[str]
    counts: Counter[str]
    outer: bool


@dataclass
class Facts:
    """Facts of blocks, from the inside out; `total` are the counts of the first one that is asked for."""

    arrays: Set[str] = frozenset()
    known: dict[int, tuple[ir.Block, Fact]] = field(default_factory=dict)
    total: Counter[str] | None = None

    def of(self, block: ir.Block) -> Fact:
        if id(block) not in self.known:
            self.known[id(block)] = block, self.find(block)
        return self.known[id(block)][1]

    def writes(self, s: ir.Stmt) -> bool:
        """Whether a statement may change what lists and arrays hold."""
        return writes(s) or (isinstance(s, ir.Augment) and bool(names(s.target) & self.arrays))

    def find(self, block: ir.Block) -> Fact:
        bound: set[str] = set()
        counts: Counter[str] = Counter()
        outer = False
        for s in block:
            bound |= own_names(s) | ({s.name} if isinstance(s, ir.Function) else set())
            bound |= {ITEMS} if self.writes(s) else set()
            counts.update(e.id for top in expressions(s) for e in walk(top) if isinstance(e, ir.Name))
            outer |= isinstance(s, ir.Outer)
            for inner in map(self.of, blocks(s)):
                bound |= inner.bound
                counts.update(inner.counts)
                outer |= inner.outer
            if isinstance(s, ir.Function):
                counts.update(self.of(s.body).counts)
        return Fact(frozenset(bound), counts, outer)


@dataclass(frozen=True)
class Reuse:
    """One run over a function; `facts` knows what is in its blocks."""

    new: New
    temporaries: Set[str]
    facts: Facts

    def block(self, block: ir.Block, available: Available) -> ir.Block:
        known: Available = dict(available)
        here = self.facts.of(block).counts
        self.facts.total = total = self.facts.total or here
        copies: dict[str, ir.Name] = {}
        calls, assigned = occurrences(block), self.assignments(block)
        found: list[ir.Stmt] = []
        for i, s in enumerate(block):
            lead: list[ir.Stmt] = []
            for c in calls_in(s):
                if c not in known and c != held(s) and (later := recurs(c, i, calls, assigned)):
                    known[c] = holder(block[later], self.temporaries) or self.new(c)
                    lead.append(ir.Assign((known[c],), rename(c, copies.get)))
            s = put(s, known, copies)
            if (copy := self.copied(s)) is not None and here[copy[0]] == total[copy[0]] and len(assigned[copy[0]]) == 1:
                copies[copy[0]] = copy[1]
                continue
            if lead:
                lead[0] = replace(lead[0], source=ir.Source(s.source.lead))
                s = replace(s, source=replace(s.source, lead=()))
            changed = self.changed(s)
            kept = {c: n for c, n in known.items() if not (reads(c) | {n.id}) & changed}
            inside = known if isinstance(s, (ir.If, ir.With)) else kept
            outer = isinstance(s, ir.Outer) or any(self.facts.of(b).outer for b in blocks(s))
            s = map_blocks(s, partial(renamed, copies=copies)) if copies else s
            found += [*lead, map_blocks(s, partial(self.block, available=inside))]
            known = {c: n for c, n in known.items() if c in kept and not outer}
            match s:
                case ir.Assign((ir.Name(id),), ir.Call() as c) if is_pure(c) and id not in names(c):
                    known.setdefault(c, ir.Name(id))
        return tuple(found)

    def copied(self, s: ir.Stmt) -> tuple[str, ir.Name] | None:
        """A second name for the value of a temporary, and the first one."""
        match s:
            case ir.Assign((ir.Name(id),), ir.Name(other) as source) if {id, other} <= self.temporaries:
                return (id, source) if s.source.text is None else None
            case _:
                return None

    def changed(self, s: ir.Stmt) -> set[str]:
        own = own_names(s) | ({ITEMS} if self.facts.writes(s) else set())
        return own.union(*(self.facts.of(b).bound for b in blocks(s)))

    def assignments(self, block: ir.Block) -> dict[str, list[int]]:
        """Where each name is assigned, blocks of compound statements included."""
        found: dict[str, list[int]] = {}
        for i, s in enumerate(block):
            for n in self.changed(s):
                found.setdefault(n, []).append(i)
        return found


def reads(c: ir.Call) -> set[str]:
    """The names that a call depends on; the items of lists and arrays count as one."""
    of_items = isinstance(c.func, ir.Library) and (c.func.home in ("numpy", "statistics") or c.func.name in OF_ITEMS)
    return names(c) | ({ITEMS} if of_items else set())


def writes(s: ir.Stmt) -> bool:
    """Whether a statement may change what lists and arrays hold."""
    for e in expressions(s):
        for x in walk(e):
            if isinstance(x, ir.Call) and not isinstance(x.func, ir.Library):
                return True
    match s:
        case ir.Assign(targets):
            return any(isinstance(x, (ir.Subscript, ir.Attribute)) for t in targets for x in walk(t))
        case ir.Augment(target) | ir.For(target):
            return isinstance(target, (ir.Subscript, ir.Attribute))
        case ir.Inert("del"):
            return True
        case _:
            return False


def is_pure(e: ir.Expr) -> bool:
    """A call of `math` or `numpy` with arguments that are names, literals or short expressions of them."""
    match e:
        case ir.Call(ir.Library(home, name), args) if home not in IMPURE_HOMES and name not in MAKING:
            return all(not a.keyword and not a.star and is_small(a.value) for a in args) and bool(names(e))
        case _:
            return False


def is_small(e: ir.Expr, room: int = 3) -> bool:
    match e:
        case ir.Name() | ir.Const() | ir.Library():
            return True
        case ir.Unary(_, operand):
            return is_small(operand, room)
        case ir.Binary(_, left, right):
            return room > 0 and is_small(left, room - 1) and is_small(right, room - 1)
        case _:
            return False


def is_open(s: ir.Stmt) -> bool:
    """Whether a statement may be written anew: a generated one, or an assignment of nothing else than a call."""
    if not isinstance(s, (ir.Assign, ir.Augment, ir.Return)):
        return False
    return s.source.text is None or (
        isinstance(s, ir.Assign) and is_pure(s.value) and isinstance(s.targets[0], ir.Name)
    )


def calls_in(s: ir.Stmt) -> list[ir.Call]:
    """The pure calls that a statement always makes, in order."""
    if not is_open(s) or not isinstance(s, (ir.Assign, ir.Augment, ir.Return)) or s.value is None:
        return []
    found: list[ir.Call] = []
    stack: list[ir.Expr] = [s.value]
    while stack:
        e = stack.pop()
        if isinstance(e, ir.Call) and is_pure(e) and e not in found:
            found.append(e)
        stack.extend(children(e)[: lazy_parts(e)][::-1])
    return found


def occurrences(block: ir.Block) -> dict[ir.Call, list[int]]:
    found: dict[ir.Call, list[int]] = {}
    for i, s in enumerate(block):
        for c in calls_in(s):
            found.setdefault(c, []).append(i)
    return found


def recurs(c: ir.Call, i: int, calls: dict[ir.Call, list[int]], assigned: dict[str, list[int]]) -> int:
    """The later statement that makes the same call, with nothing in between that changes its arguments; 0 if none."""
    places = calls.get(c, [])
    at = bisect_right(places, i)
    if at == len(places):
        return 0
    for n in reads(c):
        changes = assigned.get(n, [])
        k = bisect_right(changes, i - 1)
        if k < len(changes) and changes[k] < places[at]:
            return 0
    return places[at]


def holder(s: ir.Stmt, temporaries: Set[str]) -> ir.Name | None:
    """The temporary that a statement makes for a call."""
    match s:
        case ir.Assign((ir.Name(id) as name,), ir.Call()) if id in temporaries:
            return name
        case _:
            return None


def held(s: ir.Stmt) -> ir.Expr | None:
    """The value of a statement that does nothing but give it a name."""
    match s:
        case ir.Assign((ir.Name(id),), value) if id not in names(value):
            return value
        case _:
            return None


def renamed(block: ir.Block, copies: dict[str, ir.Name]) -> ir.Block:
    """A block with the second names of values replaced."""

    def expression(e: ir.Expr) -> ir.Expr:
        return copies.get(e.id, e) if isinstance(e, ir.Name) else rebuild(e, expression)

    return tuple(map_blocks(map_expressions(s, expression), lambda b: renamed(b, copies)) for s in block)


def put(s: ir.Stmt, known: Available, copies: dict[str, ir.Name]) -> ir.Stmt:
    """A statement with known values in place of calls."""
    if copies and not is_open(s) and any(names(e) & copies.keys() for e in expressions(s)):
        new = map_expressions(s, lambda e: rename(e, copies.get))
        return replace(new, source=replace(new.source, text=None))
    if not (known or copies) or not is_open(s):
        return s

    def expression(e: ir.Expr) -> ir.Expr:
        if isinstance(e, ir.Call) and e in known:
            return known[e]
        if isinstance(e, ir.Name) and e.id in copies:
            return copies[e.id]
        return e if isinstance(e, (ir.Name, ir.Const, ir.Library, ir.Lambda)) else rebuild(e, expression)

    new = map_expressions(s, expression)
    return s if new == s else replace(new, source=replace(new.source, text=None))
