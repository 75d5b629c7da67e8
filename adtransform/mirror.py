"""The reverse sweep: the forward sweep's statements backward, each as its adjoint.

Adjoints that are certainly zero are not computed: the first contribution to an adjoint assigns, later ones add; what
nothing flows into has no adjoint code (Hascoet and Pascual 2013, section 3.3, adjoint activity).

Values of the forward sweep are named by version; three kinds of statements hold places for what is known later: `SLOT`
where saved values come back, `ROUNDS` for the number of iterations of a loop, `INDEX` for its variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from adtransform import ir
from adtransform.attempts import flags_of
from adtransform.calculus import ZERO, finished, number, plus, positive_part
from adtransform.conditions import divided, elif_, may_break, negated, pruned, reads
from adtransform.containers import zeros
from adtransform.held import held_in
from adtransform.infer import backward as downward
from adtransform.iterations import Iteration
from adtransform.listwise import Lists
from adtransform.ranges import backward
from adtransform.refusals import Refused
from adtransform.tables import Columns
from adtransform.templates import substitute
from adtransform.transposed import Transposed
from adtransform.traverse import expressions, map_expressions, names, statements
from adtransform.versions import Env, Item, Lines, Timeline, leaves_loop, raises

NO_LIST = ir.Display("[", ())
SLOT, ROUNDS, INDEX = "slot", "rounds", "index"


@dataclass(eq=False)
class Segment:
    """The items of a block up to the next one that may leave the loop: what is saved for them is saved together."""

    lines: Lines
    start: int
    stop: int
    last: bool


@dataclass
class Mirror:
    """Mirrors one function.  `adjoint` gives the name of the adjoint of a variable."""

    timeline: Timeline
    adjoints: dict[int, Transposed]
    active: set[str]
    adjoint: Callable[[str], ir.Name]
    iterations: dict[int, Iteration]
    is_list: Callable[[str], bool]
    entries: dict[str, ir.Expr]
    tables: Lists
    seeds: dict[str, ir.Expr] = field(default_factory=dict)  # adjoints that are given
    segments: list[Segment] = field(default_factory=list)
    loops: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.nonzero = divided(self.timeline.lines, self.timeline)

    def name(self, variable: str) -> ir.Expr:
        return self.seeds.get(variable, self.adjoint(variable))

    def zero(self, variable: str, env: Env) -> ir.Stmt:
        """The adjoint of a variable set to zero; that of a stack is an empty one, that of a list one as long."""
        if self.tables.work.is_table(variable):
            base = variable.partition("#")[0]
            held = held_in(variable, ir.Name(env[base].tag)) if base in env else None
            shape = self.tables.tables.shape(held_in(variable, ir.Name(base)))
            return ir.Assign((self.name(variable),), zeros(shape, held) if held is not None else NO_LIST)
        return ir.Assign((self.name(variable),), self.empty(variable, env) if self.is_list(variable) else ZERO)

    def empty(self, variable: str, env: Env) -> ir.Expr:
        """A stack with a zero for each value that is still on the primal's: nobody popped it."""
        once = sum(v.real for v in self.timeline.by_name.get(variable, ())) < 2
        rest = (self.timeline.end if once else env).get(variable)
        if rest is None or is_emptied(self.timeline.lines, variable):
            return NO_LIST
        if variable not in self.entries:
            return zeros(self.tables.tables.shape(ir.Name(variable)), ir.Name(rest.tag))
        length = ir.Call(ir.Library("builtins", "len"), (ir.Arg(ir.Name(rest.tag)),))
        return ir.Binary("*", ir.Display("[", (self.entries[variable],)), length)

    def nothing(self, variable: str, env: Env) -> ir.Expr:
        """What stands for an adjoint that is zero."""
        s = self.zero(variable, env)
        return s.value if isinstance(s, ir.Assign) and self.tables.work.is_table(variable) else ZERO

    def sweep(self, lines: Lines, start: int, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """The reverse sweep of the items of a block from one on, and which adjoints are zero behind it."""
        found: list[ir.Stmt] = []
        stop = next((k for k in range(start, len(lines.items)) if self.is_exit(lines.items[k])), len(lines.items))
        end = stop
        segment = self.segment(lines, start, stop)
        if stop < len(lines.items):
            found, zeros = self.exit(lines, stop, zeros)
        for k in range(end - 1, start - 1, -1):
            more, zeros = self.item(lines.items[k], zeros)
            found += more
        return [ir.Unread(f"{SLOT} {segment}", (), ()), *found] if found else [], zeros

    def segment(self, lines: Lines, start: int, stop: int) -> int:
        for k, s in enumerate(self.segments):
            if s.lines is lines and s.start == start:
                return k
        self.segments.append(Segment(lines, start, stop, stop == len(lines.items)))
        return len(self.segments) - 1

    def is_exit(self, item: Item) -> bool:
        return isinstance(item.stmt, ir.If) and bool(item.parts) and any(leaves_loop(p) for p in item.parts)

    def exit(self, lines: Lines, at: int, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """A branch that leaves the loop: what follows it belongs to the other branch."""
        item = lines.items[at]
        ways = []
        for part in item.parts:
            if leaves_loop(part):
                ways.append(self.sweep(part, 0, zeros))
                continue
            rest, state = self.sweep(lines, at + 1, zeros)
            own, state = self.sweep(part, 0, state)
            if rest:  # what the branch saved comes back first
                slot = ir.Unread(f"{SLOT} {self.segment(part, 0, len(part.items))}", (), ())
                own = [slot, *rest, *own[1:]]
            ways.append((own, state))
        return self.joined(item, ways)

    # --- one item -----------------------------------------------------------------------------------------------------

    def item(self, item: Item, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        match item.stmt:
            case ir.If():
                return self.fork(item, zeros)
            case ir.For() | ir.While():
                return self.round(item, zeros)
            case ir.With():
                return self.sweep(item.parts[0], 0, zeros)
            case ir.Try():
                return self.attempt(item, zeros)
            case _:
                transposed = self.adjoints.get(id(item.stmt))
                return self.simple(item, transposed, zeros) if transposed is not None else ([], zeros)

    def simple(self, item: Item, t: Transposed, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """Adjoint of an assignment: contributions to others, then to what was overwritten."""
        if t.push:
            return self.pushed(item, t, zeros)
        if t.swaps:
            return self.swapped(item, t, zeros)
        if t.tables:
            begun = [self.zero(n, item.after) for n in self.ordered(n for n in t.tables if n in zeros)]
            one = replace(t, table=t.tables[0], tables=())
            more, zeros = self.simple(item, one, zeros - set(t.tables))
            return [*begun, *more], zeros
        alive = [n for n in t.targets if n not in zeros and n in self.active]
        if not alive and not t.table:
            return [], zeros | set(t.targets)
        if t.table and t.table in zeros:
            if not t.keeps:
                return [], zeros
            more, zeros = self.simple(item, t, zeros - {t.table})
            return [self.zero(t.table, item.after), *more], zeros
        dead = {self.adjoint(n).id: self.nothing(n, item.after) for n in t.targets if n not in alive}
        total: dict[str, ir.Expr] = {}
        lists: list[tuple[str, ir.Expr]] = []
        for target, n, e in t.flows:
            if target and target not in alive:
                continue
            if self.tables.work.is_table(n):
                lists.append((n, self.placed(item, t, e, dead)))
                continue
            both = plus(total.get(n), self.placed(item, t, e, dead))
            assert both is not None
            total[n] = both
        found = [map_expressions(s, lambda e: self.placed(item, t, e, dead)) for s in t.before]
        own = [n for n in t.targets if n in total]
        made = {n for n in t.targets if self.tables.work.is_table(n) and not t.keeps}
        state = set(zeros) | made
        if t.keeps:
            own += t.targets
        anew: dict[str, ir.Expr] = {}  # arrays that the statement makes anew from what they were
        for n, e in lists:
            if n in t.targets and self.tables.work.is_array_key(n):
                anew[n] = plus(anew.get(n), e) or ZERO
                continue
            if n not in t.targets or e != self.name(n):
                found += self.contribution(n, e, n in state)
            state.discard(n)
        own_targets = set() if t.keeps else set(t.targets)
        late = [n for n in total if n in self.tables.spreads and set(self.tables.spreads[n].touched) & own_targets]
        for n, e in total.items():
            if n in late:
                continue
            if n in self.tables.spreads:
                spread = self.tables.spreads[n]
                for touched in spread.touched:
                    found += [self.zero(touched, item.before)] if touched in state else []
                    state.discard(touched)
                found += spread.written(e, lambda x: self.placed(item, t, x, dead))
            elif n not in own:
                found += self.contribution(n, e, n in state)
                state.discard(n)
        seeds = [(n, ir.Name(self.tables.spreads[n].name or self.tables.temporary())) for n in late]
        found += [ir.Assign((seed,), total[n]) for n, seed in seeds]
        later = list(anew.items())
        if len(later) > 1:
            targets = ir.Display("(", tuple(self.name(n) for n, _ in later))
            found.append(ir.Assign((targets,), ir.Display("(", tuple(e for _, e in later))))
        for n, e in later if len(later) == 1 else ():
            found += self.contribution(n, e, True) if e != self.name(n) else []
        state -= {n for n, _ in later}
        replaced = [(n, total[n]) for n in own if n in total and total[n] != self.name(n)]
        clash = any(names(e) & {self.adjoint(m).id for m, _ in replaced if m != n} for n, e in replaced)
        if len(replaced) > 1 and clash:
            targets = ir.Display("(", tuple(self.name(n) for n, _ in replaced))
            found.append(ir.Assign((targets,), ir.Display("(", tuple(e for _, e in replaced))))
        else:
            for n, e in replaced:
                found += self.scaled(n, e)
        state |= {n for n in t.targets if n not in own and n not in made}
        state -= set(own)
        for n, seed in seeds:  # they add to what the statement assigns: its adjoint begins anew
            spread = self.tables.spreads[n]
            for touched in spread.touched:
                found += [self.zero(touched, item.before)] if touched in state else []
                state.discard(touched)
            found += spread.written(seed, lambda x: self.placed(item, t, x, dead))
        return found, frozenset(state)

    def swapped(self, item: Item, t: Transposed, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """Lists that change their names: so do their adjoints, back again."""
        if all(n in zeros for n in t.targets):
            return [], zeros
        begun = [self.zero(n, item.after) for n in self.ordered(n for n in t.targets if n in zeros)]
        old = ir.Display("(", tuple(self.name(n) for n in t.swaps))
        new = ir.Display("(", tuple(self.name(n) for n in t.targets))
        return [*begun, ir.Assign((old,), new)], zeros - set(t.targets)

    def pushed(self, item: Item, t: Transposed, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """The adjoints of what was popped go onto the adjoint of the stack."""
        dead: dict[str, ir.Expr] = {self.adjoint(n).id: ZERO for n in t.targets if n in zeros or n not in self.active}
        found = [self.zero(stack, item.after) for stack, _ in t.push if stack in zeros]
        found += [map_expressions(s, lambda e: self.placed(item, t, e, dead)) for s in t.before]
        for stack, entry in t.push:
            if entry is None:
                continue
            push = ir.Call(ir.Attribute(self.name(stack), "append"), (ir.Arg(substitute(entry, dead)),))
            found.append(ir.Effect(push))
        return found, (zeros | set(t.targets)) - {stack for stack, _ in t.push}

    def placed(self, item: Item, t: Transposed, e: ir.Expr, dead: dict[str, ir.Expr]) -> ir.Expr:
        """An expression of the adjoint with the versions of its values."""
        new = self.timeline.renamed(e, item.before)
        after: dict[str, ir.Expr] = {v: ir.Name(item.after[n].tag) for v, n in t.values.items()}
        seeds = {self.adjoint(n).id: self.seeds[n] for n in t.targets if n in self.seeds}
        return pruned(substitute(new, {**after, **seeds, **dead}), self.nonzero[id(item)])

    def contribution(self, variable: str, e: ir.Expr, first: bool) -> list[ir.Stmt]:
        """`x_b = e` the first time, `x_b += e` later; a condition with a zero branch becomes an `if`."""
        target = self.name(variable)
        if self.tables.work.is_table(variable):
            return [self.tables.handed(variable, target, e, first)]
        if self.is_list(variable) and not first:
            raise Refused(None, "N140", f"the list `{variable}` is handed on twice", "Use one list for each purpose.")
        match e:
            case ir.Choice(test, body, orelse) if not first and ZERO in (body, orelse):
                if body == ZERO:
                    return [ir.If(negated(test), tuple(self.contribution(variable, orelse, False)), ())]
                return [ir.If(test, tuple(self.contribution(variable, body, False)), ())]
            case _ if first:
                return [ir.Assign((target,), finished(e) or ZERO)]
            case _ if (minus := positive_part(e)) is not None:
                return [ir.Augment(target, "-", minus)]
            case ir.Binary("-", left, right) if positive_part(left) is not None:
                return [ir.Augment(target, "-", plus(positive_part(left), right) or ZERO)]
            case _:
                return [ir.Augment(target, "+", e)]

    def scaled(self, variable: str, e: ir.Expr) -> list[ir.Stmt]:
        """`x_b *= e` for a single factor, else `x_b = …`."""
        target = self.name(variable)
        match e:
            case ir.Binary("+", left, right) if left == target and target not in (right,) and not reads(right, target):
                return [ir.Augment(target, "+", right)]
            case ir.Binary("-", left, right) if left == target and not reads(right, target):
                return [ir.Augment(target, "-", right)]
            case ir.Binary("*", left, right) if right == target and not reads(left, target):
                return [ir.Augment(target, "*", left)] if number(left) != 0 else [ir.Assign((target,), ZERO)]
            case _:
                return [ir.Assign((target,), finished(e) or ZERO)]

    # --- branches and loops -------------------------------------------------------------------------------------------

    def fork(self, item: Item, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        return self.joined(item, [self.sweep(p, 0, zeros) for p in item.parts])

    def joined(
        self, item: Item, ways: list[tuple[list[ir.Stmt], frozenset[str]]]
    ) -> tuple[list[ir.Stmt], frozenset[str]]:
        """Two reverse branches; an adjoint that is zero behind one of them is set to zero there."""
        assert isinstance(item.stmt, ir.If)
        certain = [k for k, p in enumerate(item.parts) if raises(p)]
        if len(certain) == 1:  # the branch that raises has no reverse sweep
            return ways[1 - certain[0]]
        return self.met(self.timeline.renamed(item.stmt.test, item.before), ways, item.before)

    def met(
        self, test: ir.Expr, ways: list[tuple[list[ir.Stmt], frozenset[str]]], env: Env
    ) -> tuple[list[ir.Stmt], frozenset[str]]:
        (body, first), (orelse, second) = ways
        common = first & second
        body = body + [self.zero(n, env) for n in self.ordered(first - common)]
        orelse = orelse + [self.zero(n, env) for n in self.ordered(second - common)]
        if not body and not orelse:
            return [], common
        if not body:
            return [ir.If(negated(test), tuple(orelse), ())], common
        chained = len(orelse) == 1 and isinstance(orelse[0], ir.If)
        other = tuple(elif_(s) if chained else s for s in orelse)
        return [ir.If(test, tuple(body), other)], common

    def attempt(self, item: Item, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """`try` backward: `finally`, then the handler that caught, or `else` and the body."""
        assert isinstance(item.stmt, ir.Try)
        body, orelse, final, *handlers = item.parts
        found, zeros = self.sweep(final, 0, zeros)
        last, state = self.sweep(orelse, 0, zeros)
        first, state = self.sweep(body, 0, state)
        way = [*last, *first]
        for k, flag in reversed(flags_of(item.stmt).items()):
            caught, other = self.sweep(handlers[k], 0, zeros)
            test = ir.Name(item.after[flag].tag)
            way, state = self.met(test, [(caught, other), (way, state)], item.before)
        return [*found, *way], state

    def ordered(self, variables: Iterable[str]) -> list[str]:
        """Variables that have adjoints, in the order in which they first have a version."""
        order = list(self.timeline.by_name)
        known = (n for n in variables if n.partition("#")[0] in order and n not in self.seeds)
        return sorted(known, key=lambda n: (order.index(n.partition("#")[0]), n))

    def round(self, item: Item, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """A loop backward: what it adds to from one iteration to the next must be zero before it, not unset."""
        (part, *_) = item.parts
        iteration = self.iterations.get(id(item.stmt))
        columns = self.timeline.columns.get(id(item.stmt))
        state = zeros
        while True:
            body, out = self.sweep(part, 0, state)
            if iteration is not None:
                gathered, out = self.gathered(iteration, out)
                body += gathered
            if columns is not None:
                gathered, out = self.returned(item, columns, out)
                body += gathered
            if (t := self.adjoints.get(id(item.stmt))) is not None and t.push:
                pushes, out = self.pushed(item, t, out)
                body += pushes
            if state <= out:
                break
            state &= out
        body += [self.zero(n, item.entry) for n in self.ordered(out - state)]
        if not body:
            return [], zeros
        if not isinstance(body[0], ir.Unread):  # what it reads comes back first
            stop = next((k for k, i in enumerate(part.items) if self.is_exit(i)), len(part.items))
            body = [ir.Unread(f"{SLOT} {self.segment(part, 0, stop)}", (), ()), *body]
        found: list[ir.Stmt] = [self.zero(n, item.after) for n in self.ordered(zeros - state)]
        self.loops += [item] if item not in self.loops else []
        which = self.loops.index(item)
        target = ir.Name(f"{INDEX} {which}")
        if iteration is not None:
            found = [*self.lists(iteration, iteration.uneven or may_break(part)), *found]
        rounds = None
        lists = isinstance(item.stmt, ir.For) and any(self.is_list(n) for n in names(item.stmt.iterable))
        fixed = isinstance(item.stmt, ir.While) or self.timeline.repeatable(
            item.stmt,
            item.stmt.iterable,  # type: ignore[union-attr]
        )
        fixed = columns.ranged if columns is not None else fixed
        if iteration is None and not may_break(part) and not lists and fixed:
            header_ = item.stmt if columns is None else columns.counted
            rounds = backward(header_, lambda e: self.timeline.renamed(e, item.before))
        header = rounds if rounds is not None else ir.Name(f"{ROUNDS} {which}")
        found.append(ir.For(target, header, tuple(body), ()))
        if iteration is not None:
            more, state = self.distributed(item, iteration, state)
            found += more
        return found, state

    def lists(self, iteration: Iteration, left_out: bool) -> list[ir.Stmt]:
        """The stacks for the adjoints of the numbers that a loop runs over; zeros below where some may be left out."""
        return [ir.Assign((c.gathers,), c.zeros if left_out else NO_LIST) for c in iteration.columns]

    def gathered(self, iteration: Iteration, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """The adjoint of a loop variable goes onto its stack."""
        found: list[ir.Stmt] = []
        for c in iteration.columns:
            adjoint = self.name(c.variable) if c.variable not in zeros else ZERO
            found.append(ir.Effect(ir.Call(ir.Attribute(c.gathers, "append"), (ir.Arg(adjoint),))))
        return found, zeros | {c.variable for c in iteration.columns}

    def returned(self, item: Item, columns: Columns, zeros: frozenset[str]) -> tuple[list[ir.Stmt], frozenset[str]]:
        """The adjoint of a loop variable is added to that of the item that it was."""
        found: list[ir.Stmt] = []
        state = set(zeros)
        entry = Env(item.before).then(columns.entry) if columns.entry else item.before
        for variable, key in columns.flows:
            if variable in state:
                continue
            spread = self.tables.spreads[key]
            for touched in spread.touched:
                found += [self.zero(touched, item.before)] if touched in state else []
                state.discard(touched)
            found += spread.written(self.name(variable), lambda e: self.timeline.renamed(e, entry))
            state.add(variable)
        return found, frozenset(state)

    def distributed(
        self, item: Item, iteration: Iteration, zeros: frozenset[str]
    ) -> tuple[list[ir.Stmt], frozenset[str]]:
        """Behind the loop, the adjoints of the numbers flow to the variables that they come from."""
        total: dict[str, ir.Expr] = {}
        pops: list[ir.Stmt] = []
        for c in iteration.columns:
            for name, flows in c.items:
                pops.append(ir.Assign((name,), ir.Call(ir.Attribute(c.gathers, "pop"), ())))
                for n, e in flows:
                    total[n] = plus(total.get(n), self.timeline.renamed(e, item.before)) or ZERO
        found = pops
        for n, e in total.items():
            found += self.contribution(n, e, n in zeros)
        return found, zeros - set(total)


def is_emptied(lines: Lines, stack: str) -> bool:
    """Whether all that is on a stack is taken or read in the end: by a loop behind which nothing is pushed."""
    for item in reversed(lines.items):
        if not any(stack in names(e) for s in statements((item.stmt,)) for e in expressions(s)):
            continue
        part = item.parts[0] if item.parts else None
        match item.stmt:
            case ir.While(ir.Name(id)) if part is not None and id == stack:
                return not may_break(part)
            case ir.For(_, iterable) if part is not None and downward(iterable) == ir.Name(stack):
                return not may_break(part)
            case ir.For() | ir.While() if part is not None:
                return is_emptied(part, stack)
            case _:
                return False
    return False
