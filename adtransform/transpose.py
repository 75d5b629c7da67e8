"""Every active statement with what its adjoint does; the forward sweep's statements with what they keep for it.

    y = math.sin(x) * z        sin_x = math.sin(x)
                               y = sin_x * z
    gives                      x_b += math.cos(x) * z * y_b
                               z_b += sin_x * y_b

Expressions read the values before the statement, `VALUE` the assigned one (Griewank and Walther, Evaluating
Derivatives, section 3.2 and table 3.3).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from adtransform import array_adjoints, ir, moves, transpose_arrays, transpose_lists
from adtransform.activity import passive_line
from adtransform.adjoints import TUPLES, Adjoints, Shares
from adtransform.attempts import flagged, touches
from adtransform.changing import changed_args, changing
from adtransform.containers import check_followed, check_parts, parts
from adtransform.effects import divisors
from adtransform.exits import as_elif, behind_else
from adtransform.guards import check_names
from adtransform.handback import SAVED, Handback, Split
from adtransform.infer import stack_call
from adtransform.iterations import Iteration, iteration
from adtransform.listwise import Lists
from adtransform.methods import METHODS
from adtransform.names import temporary
from adtransform.pieces import STORE_HELP, with_lead, without_text
from adtransform.popped import entry, is_last, over_stacks, popped, zeros_of, zeros_of_shape
from adtransform.pushes import on
from adtransform.refusals import Refused
from adtransform.repeatable import is_repeatable, passes
from adtransform.shapes import stack_names
from adtransform.share import Numbering, evaluated, in_order, insert, is_value, share
from adtransform.stacks import changes, stack_operation
from adtransform.stores import check_effect, check_lists, check_store, check_target
from adtransform.tables import Columns, Place, Tables
from adtransform.terms import collected
from adtransform.transposed import VALUE, Transposed
from adtransform.traverse import (
    blocks,
    children,
    expressions,
    map_blocks,
    rebuild,
    statements,
    walk,
)


class Transposer:
    """Prepares one unit for its sweeps."""

    def __init__(self, work: Adjoints, calls: Handback, worth: int, worth_in_loop: int) -> None:
        self.work = work
        self.calls = calls
        self.worth = worth
        self.worth_in_loop = worth_in_loop
        self.adjoints: dict[int, Transposed] = {}
        self.temporaries: set[str] = set()  # of the reverse sweep
        self.iterations: dict[int, Iteration] = {}
        self.entries: dict[str, ir.Expr] = {}  # the zero of what is pushed to a stack
        self.whole: ir.Block = ()
        self.stacks: set[str] = set()  # the names of stacks
        self.kept: list[ir.Stmt] = []  # so that identities stay
        self.columns: dict[int, Columns] = {}  # loops over lists
        self.places: dict[int, Place] = {}  # where statements stand that are new

    def function(self, body: ir.Block) -> ir.Block:
        self.whole = body
        self.stacks = {n for n in stack_names(body) if not self.tables.is_list(ir.Name(n))}
        return self.block(body)

    def block(self, block: ir.Block) -> ir.Block:
        found: list[ir.Stmt] = []
        for s in block:
            self.work.loops += isinstance(s, (ir.For, ir.While))
            here = self.work.place
            self.work.place = self.tables.places.get(id(s), here)
            try:
                pre, s = transpose_lists.with_indices(self, s)
                bases, s = transpose_arrays.with_names(self, s)
                pre += [x for b in bases for x in self.statement(b)]
                new = self.statement(s)
                new, self.lists.copies = [*pre, *self.lists.copies, *new], []
                self.kept += new
                self.places |= {id(x): self.work.place for x in new}
                found += new
            except Refused as refused:
                self.work.refuse(refused, s)
            self.work.place = here
            self.work.loops -= isinstance(s, (ir.For, ir.While))
        return tuple(found)

    @property
    def tables(self) -> Tables:
        assert self.work.lists is not None
        return self.work.lists.tables

    @property
    def lists(self) -> Lists:
        assert self.work.lists is not None
        return self.work.lists

    def is_repeatable(self, s: ir.Stmt, e: ir.Expr) -> bool:
        """Whether an expression of a statement has the same value in the reverse sweep, which a target still holds."""
        place = self.places.get(id(s))
        targets = s.targets if isinstance(s, ir.Assign) else ()
        if place is None or any(self.tables.is_list(t) and not self.tables.is_stable(t, place) for t in targets):
            return False
        return self.tables.is_repeatable(e, place)

    def statement(self, s: ir.Stmt) -> list[ir.Stmt]:
        work = self.work
        if (call := stack_operation(work, s, "")) is not None:
            return self.stacked(s, call)
        check_lists(work, s, "")
        match s:
            case ir.Assign(targets, value):
                return self.assign(s, targets, value)
            case ir.Augment(target, op, value):
                check_store(work, target, value, "")
                if passive_line(s) or not work.is_active(target, ""):
                    return [s]
                if isinstance(target, ir.Subscript):
                    return transpose_lists.item_augmented(self, s, target, op, value)
                assert isinstance(target, ir.Name)
                if array_adjoints.is_array(work, target):
                    return self.augmented_array(s, target, op, value)
                check_names(work, target, s)
                if self.tables.is_list(target):
                    return moves.extended(self, s, target, value)
                return self.scalar(s, target, ir.Binary(op, target, value, at=s.at))
            case ir.For(target, iterable):
                if stacks := over_stacks(work, target, iterable):
                    return [self.over_stacks(s, stacks)]
                if (columns := transpose_lists.over_lists(self, s, target, iterable)) is not None:
                    return columns
                if work.is_active(iterable, ""):
                    return [self.iteration(s, target, iterable)]
                check_target(work, target, "")
                return [map_blocks(s, self.block)]
            case ir.Effect(ir.Call(ir.Attribute(base, "append"), (ir.Arg(value),))) if self.tables.is_list(base):
                return transpose_lists.appended(self, s, base, value) if work.is_active(base, "") else [s]
            case ir.Effect(ir.Call(ir.Attribute(base, attr), args)) if self.changes(base, attr):
                return moves.moved(self, s, base, attr, tuple(a.value for a in args))
            case ir.Inert("del", ("del ", ir.Subscript() as item)) if work.is_active(item.value, ""):
                return moves.deleted(self, s, item)
            case ir.Inert("del") if any(isinstance(e, ir.Subscript) and work.is_active(e, "") for e in expressions(s)):
                raise Refused(s, "N140", "an item of a list of active values is deleted", "Make another list.")
            case ir.Effect(ir.Call(ir.Library("numpy", "add.at"), (target, at, given))) if work.is_active(
                target.value, ""
            ):
                return transpose_arrays.added_at(self, s, target.value, at.value, given.value)
            case ir.Effect(ir.Call() as call_) if changes(work, call_, ""):
                return self.called(s, None, call_)
            case ir.Effect(value):
                check_effect(work, value, "")
                return [s]
            case ir.Function(name):
                if f"{name}/return" in work.active:
                    raise Refused(
                        s, "N163", "a nested function of active values: not supported in reverse mode yet", NESTED
                    )
                return [s]
            case ir.Unread(what):
                raise Refused(s, "N132", f"{what} is not in the language that is differentiated", "")
            case ir.Outer(_, names) if any(n in work.active for n in names):
                raise Refused(s, "N147", "an active variable is global", "Return it instead.")
            case ir.With(items) if any(work.is_active(c, "") for c, _ in items):
                raise Refused(items[0][0], "N131", "a context manager gets an active value", "Compute it before.")
            case ir.Try(_, handlers) if any(h.name and h.name in work.useful for h in handlers):
                raise Refused(s, "N134", "the result depends on the value of an exception", "Use a variable instead.")
            case ir.Try():
                *flags, attempt = flagged(work, s, self.whole)
                return [*flags, map_blocks(attempt, self.block)]
            case ir.With(items) if touches(work, s) and not all(passes(c) for c, _ in items):
                text = "active values are assigned in `with`: not supported in reverse mode yet"
                raise Refused(s, "N165", text, "Move the statements out of the `with` statement.")
            case ir.If(test) if not self.repeats(test):
                new = map_blocks(s, self.block)
                return self.kept_test(new, test) if self.matters(new) else [new]
            case _:
                return [map_blocks(s, self.block)]

    def augmented_array(self, s: ir.Augment, target: ir.Name, op: str, value: ir.Expr) -> list[ir.Stmt]:
        """`x *= y` of an array: as if it was made anew, but for a view, which changes the array behind it."""
        check_followed(self.work, target, "", "an array of active values is changed in place")
        if self.tables.alias(target.id):
            return transpose_lists.item_augmented(self, s, ir.Subscript(target, ir.Const(..., "...")), op, value)
        return self.scalar(s, target, ir.Binary(op, target, value, at=s.at))

    def changes(self, base: ir.Expr, method: str) -> bool:
        """Whether a method is one of a list of active values."""
        return method in METHODS and self.tables.is_list(base) and self.work.is_active(base, "")

    def stacked(self, s: ir.Stmt, call: ir.Expr) -> list[ir.Stmt]:
        """Pushing and popping change places: the adjoint of a stack is a stack."""
        found = stack_call(call)
        assert found is not None
        name, operation, value = found
        if not self.work.is_active(name, ""):
            return [s]
        if isinstance(s, ir.Effect) and value is not None:
            return self.pushed(s, name, value)
        if operation == "pop" and isinstance(s, ir.Assign) and len(s.targets) == 1:
            keys = tuple(self.work.keys(s.targets[0]))
            return [self.note(s, Transposed(keys, push=((name.id, entry(self.work, s.targets[0])),)))]
        shape = self.work.stack(name, "")
        if operation == "pop" and shape is not None and (zero := zeros_of_shape(shape.items[0])) is not None:
            return [self.note(s, Transposed((), push=((name.id, zero),)))]
        raise Refused(s, "N140", "active values are taken from a list and dropped", "Assign each to a variable.")

    def pushed(self, s: ir.Effect, name: ir.Name, value: ir.Expr) -> list[ir.Stmt]:
        """`stack.append(e)`: the adjoint of `e` is on top of the adjoint of the stack."""
        self.entries.setdefault(name.id, zeros_of(value))
        target, flows = popped(self.work, value, self.gathered)
        pop = ir.Assign((target,), ir.Call(ir.Attribute(self.work.tangent(name.id), "pop"), ()))
        pre, primal, shares = self.recorded(value, [(n, e) for _, n, e in flows], "")
        if primal != value:
            s = replace(s, value=on(name, "append", primal), source=without_text(s.source))
        before, shares = self.shared(shares)
        found = with_lead(pre, s)
        flat = tuple(("", n, self.work.finished(n, e)) for n, e in shares)
        self.note(found[-1], Transposed((name.id,), flat, (pop, *before), keeps=True))
        return found

    def started(self, s: ir.Assign, stack: ir.Name, value: ir.Display) -> ir.Stmt:
        """`stack = [x, y]`: an empty one to which they are pushed."""
        self.allow_zeros(stack)
        before: list[ir.Stmt] = []
        flows: list[tuple[str, str, ir.Expr]] = []
        for i in reversed(value.items):
            target, more = popped(self.work, i, self.gathered)
            before.append(ir.Assign((target,), ir.Call(ir.Attribute(self.work.tangent(stack.id), "pop"), ())))
            flows += more
        return self.note(s, Transposed((stack.id,), tuple(flows), tuple(before)))

    def allow_zeros(self, stack: ir.Name) -> None:
        """Take down the zero of what a stack holds, for what nobody takes from it."""
        shape = self.work.stack(stack, "")
        if shape is not None and (zero := zeros_of_shape(shape.items[0])) is not None:
            self.entries.setdefault(stack.id, zero)

    def over_stacks(self, s: ir.For, stacks: list[tuple[ir.Expr, ir.Name]]) -> ir.Stmt:
        """`for v in stack[::-1]`: what pops would give, one an iteration."""
        for _, stack in stacks:
            if not is_last(self.whole, s, stack.id):
                text = f"the list `{stack.id}` is read by a loop and used again"
                raise Refused(
                    s.iterable, "N140", text, "Fill one list for each loop, or take the values out with `pop`."
                )
            shape = self.work.stack(stack, "")
            if shape is not None and (zero := zeros_of_shape(shape.items[0])) is not None:
                self.entries.setdefault(stack.id, zero)
        keys = tuple(k for t, _ in stacks for k in self.work.keys(t))
        pushes = tuple((stack.id, entry(self.work, t)) for t, stack in stacks)
        return self.note(map_blocks(s, self.block), Transposed(keys, push=pushes))

    def iteration(self, s: ir.For, target: ir.Expr, iterable: ir.Expr) -> ir.Stmt:
        """A loop over numbers: their adjoints are gathered in a list."""
        found = iteration(self.work, target, iterable, self.gathered)
        new = map_blocks(s, self.block)
        if found is not None:
            self.iterations[id(new)] = found
            self.temporaries |= {adjoint.id for c in found.columns for adjoint, _ in c.items}
            self.kept.append(new)
        return new

    def kept_test(self, s: ir.Stmt, test: ir.Expr) -> list[ir.Stmt]:
        """A test that cannot be evaluated again gets a name; behind `else` if it was an `elif`."""
        assert isinstance(s, ir.If)
        name = self.work.temporary("taken", "", False)
        new = as_elif(replace(s, test=name, source=without_text(s.source)), False)
        return [
            ir.Assign((name,), test, source=ir.Source(s.source.lead)),
            replace(new, source=ir.Source((), s.source.trail)),
        ]

    def matters(self, s: ir.Stmt) -> bool:
        """Whether the reverse sweep has to know which branch was taken."""
        inside = [x for b in blocks(s) for x in statements(b)]
        return any(id(x) in self.adjoints or isinstance(x, ir.Keyword) and x.word != "pass" for x in inside)

    def assign(self, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr) -> list[ir.Stmt]:
        work = self.work
        if passive_line(s):
            return [s]
        for t in targets:
            check_store(work, t, value, "")
        if not work.targets_active(s, ""):
            return [s]
        check_parts(work, targets, "")
        if any(isinstance(p, ir.Subscript) and self.tables.is_list(p.value) for t in targets for p in parts(t)):
            return transpose_lists.items_assigned(self, s, targets, value)
        if swaps := transpose_lists.swapped_lists(self, targets, value):
            keys = work.keys(targets[0])
            return [self.note(s, Transposed(tuple(keys), swaps=swaps))]
        if any(self.tables.is_list(t) for t in targets if isinstance(t, ir.Name)) and work.is_active(value, ""):
            if not (isinstance(value, ir.Call) and self.calls.is_call(value)):
                if (arrays := transpose_arrays.assigned(self, s, targets, value)) is not None:
                    return arrays
                return transpose_lists.list_assigned(self, s, targets, value)
        if not work.is_active(value, ""):
            return [self.note(s, Transposed(tuple(k for t in targets for k in work.keys(t))))]
        if len(targets) > 1:
            if not all(isinstance(t, ir.Name) for t in targets):
                raise Refused(s, "N161", "a chain of tuple assignments: not supported in reverse mode yet", TUPLES)
            return self.chain(s, [t for t in targets if isinstance(t, ir.Name)], value)
        (target,) = targets
        match value:
            case ir.Call(ir.Attribute(base, "pop"), args) if self.tables.is_list(base) and (
                args or not isinstance(base, ir.Name)
            ):
                if not isinstance(target, (ir.Name, ir.Display)):
                    return transpose_lists.through_name(self, s, target, value)
                return moves.taken_out(self, s, target, base, tuple(a.value for a in args))
            case ir.Call(ir.Attribute(ir.Name() as base, "pop"), ()) if self.tables.is_list(base):
                if not isinstance(owner := self.lists.resolved(base), ir.Name):
                    raise Refused(value, "N140", "a value is taken from a row of another list", "Index the outer list.")
                return [self.note(s, Transposed(tuple(work.keys(target)), push=((owner.id, entry(work, target)),)))]
            case _:
                pass
        if isinstance(value, ir.Call) and self.calls.is_call(value):
            return self.called(s, target, value)
        if isinstance(target, ir.Name) and isinstance(value, ir.Display) and work.is_stack(target, ""):
            return [self.started(s, target, value)]
        if isinstance(value, ir.Call) and isinstance(target, ir.Display) and work.shape(value) is not None:
            return self.halves(s, work.keys(target), value)
        if isinstance(value, ir.Choice):
            return self.branches(s, target, value.test, value.body, value.orelse)
        if isinstance(target, ir.Name) and work.shape(value) is None:
            return self.scalar(s, target, value)
        return self.several(s, *self.work_pairs(target, value))

    def work_pairs(self, target: ir.Expr, value: ir.Expr) -> tuple[list[str], tuple[ir.Expr, ...]]:
        pairs = self.work.pairs(target, value)
        return [k for k, _ in pairs], tuple(v for _, v in pairs)

    def halves(self, s: ir.Assign, targets: list[str], value: ir.Call) -> list[ir.Stmt]:
        """`q, r = divmod(x, y)`: each number of the result flows by itself."""
        flows: list[tuple[str, str, ir.Expr]] = []
        for k, t in enumerate(targets):
            shares = self.work.spread(self.work.item_shares(value, k, self.work.tangent(t), ""))
            flows += [(t, n, e) for n, e in shares]
        return [self.note(s, Transposed(tuple(targets), tuple(flows)))]

    def chain(self, s: ir.Assign, targets: list[ir.Name], value: ir.Expr) -> list[ir.Stmt]:
        """`a = b = e`: an active target first, the others are copies of it."""
        first = value if value in targets else next(t for t in targets if self.work.is_active(t, ""))
        found: list[ir.Stmt] = []
        if first != value:
            new = replace(s, targets=(first,), source=without_text(s.source))
            found = self.assign(new, (first,), value)
        for t in dict.fromkeys(targets):
            if t != first:
                copy = ir.Assign((t,), first)
                found += self.assign(copy, (t,), first)
        return found or [ir.Keyword("pass")]

    def branches(self, s: ir.Assign, target: ir.Expr, test: ir.Expr, body: ir.Expr, orelse: ir.Expr) -> list[ir.Stmt]:
        """`y = a if c else b` as an `if` statement."""
        ways = [tuple(self.assign(ir.Assign((target,), v, at=s.at), (target,), v)) for v in (body, orelse)]
        new = ir.If(test, ways[0], behind_else(ways[1]), at=s.at, source=ir.Source(s.source.lead, s.source.trail))
        return [new] if self.repeats(test) else self.kept_test(new, test)

    def repeats(self, test: ir.Expr) -> bool:
        """Whether a test can be evaluated again."""
        plain = map_items(test)
        return is_repeatable(plain, self.stacks) and self.tables.is_repeatable(test, self.work.place)

    def note(self, s: ir.Stmt, transposed: Transposed) -> ir.Stmt:
        self.adjoints[id(s)] = transposed
        self.kept.append(s)
        return s

    # --- expressions --------------------------------------------------------------------------------------------------

    def scalar(self, s: ir.Assign | ir.Augment, target: ir.Name, value: ir.Expr) -> list[ir.Stmt]:
        with array_adjoints.seeded(self.work, target, value) as seed:
            flows = self.gathered(value, seed)
        written = transpose_arrays.is_written(self, target)
        pre, primal, flows = self.recorded(value, flows, "" if written else VALUE)
        new: ir.Stmt
        if isinstance(s, ir.Augment):
            kept = primal.right if isinstance(primal, ir.Binary) else s.value
            new = replace(s, value=kept, source=s.source if kept == s.value else without_text(s.source))
        else:
            new = replace(s, value=primal, source=s.source if primal == value else without_text(s.source))
        before, flows = self.shared(flows)
        flows = [(n, self.work.finished(n, e)) for n, e in flows]
        flat = tuple((target.id, n, e) for n, e in flows)
        found = with_lead(pre, new)
        self.note(found[-1], Transposed((target.id,), flat, before, values={VALUE: target.id}))
        return found

    def several(self, s: ir.Assign, targets: list[str], values: tuple[ir.Expr, ...]) -> list[ir.Stmt]:
        """`a, b = c, d`: each value flows to its own target."""
        places: list[tuple[str, str]] = []
        flows: Shares = []
        for k, (t, v) in enumerate(zip(targets, values, strict=True)):
            if t.partition("#")[0] not in self.tables.results:
                transpose_arrays.check_alone(self, v)
            if t in targets[k + 1 :] or t.partition("#")[0] not in self.work.active:
                continue  # overwritten at once, or not active
            for n, e in self.gathered(v, self.work.tangent(t)):
                places.append((t, n))
                flows.append((str(len(flows)), e))
        pre: list[ir.Stmt] = []
        if isinstance(s.value, ir.Display):
            pre, primal, flows = self.recorded(s.value, flows, "")
            s = s if primal == s.value else replace(s, value=primal, source=without_text(s.source))
        before, flows = self.shared(flows)
        flat = tuple((t, n, self.work.finished(n, e)) for (t, n), (_, e) in zip(places, flows, strict=True))
        found = with_lead(pre, s)
        self.note(found[-1], Transposed(tuple(targets), flat, before))
        return found

    def gathered(self, value: ir.Expr, seed: ir.Expr) -> Shares:
        """The shares of the variables in an expression, one a variable."""
        self.work.nonzero = divisors(value) if self.work.signs else []
        shares = self.work.joined(self.work.shares(value, seed, ""))
        whole = [(n, collected(e, self.work.parts, array_adjoints.has_arrays(self.work, e))) for n, e in shares]
        return self.work.spread(whole)

    def recorded(self, value: ir.Expr, flows: Shares, root: str) -> tuple[list[ir.Stmt], ir.Expr, Shares]:
        """What the statement and its adjoint both compute, and what costs enough to be kept, gets a name."""
        table = Numbering(slices=True)
        top = table.number(value)
        hoistable = evaluated(table, [value])
        worth = self.worth_in_loop if self.work.loops else self.worth
        chosen: set[int] = set()
        uses = Counter(table.number(e) for _, e in flows)
        for n in range(len(table.parts) - 1, -1, -1):
            if n == top or not uses[n]:
                continue
            if n in hoistable and uses[n] * table.cost[n] >= worth and is_value(table.example[n]):
                chosen |= {n} if not is_view(table.example[n]) else set()
            else:
                for part in table.parts[n]:
                    uses[part] += uses[n]
        changing = {table.number(x) for x in self.tables.unstable(value, self.work.place)}
        chosen |= {n for n in changing if read_in(table, n, flows, chosen) and (n != top or not root)}
        chosen = transpose_arrays.whole_instead(self, table, chosen)
        in_order(table, value, top, chosen)
        names: dict[int, ir.Name] = {}
        own: dict[int, ir.Name] = {}  # without copies, whose items may lie elsewhere: the primal keeps what it has
        pre: list[ir.Stmt] = []
        for n in sorted(chosen):
            example = table.example[n]
            base = f"{example.id}_0" if isinstance(example, ir.Name) else temporary(example)
            name = self.work.temporary(base, "", False)
            transpose_arrays.register(self, name, example)
            held = transpose_arrays.held(self, new := insert(table, example, own, skip=n))
            pre.append(ir.Assign((name,), held))
            names[n] = name
            own |= {n: name} if held is new else {}
        in_flows = {**names, top: ir.Name(root)} if root else names
        return pre, insert(table, value, own), [(n, insert(table, e, in_flows)) for n, e in flows]

    def shared(self, flows: Shares) -> tuple[tuple[ir.Stmt, ...], Shares]:
        """What several adjoints of one statement need is computed once."""
        worth = self.worth_in_loop if self.work.loops else self.worth
        new = lambda e: self.work.temporary(temporary(e), "", False)  # noqa: E731
        found = share(ir.Display("(", ()), tuple(e for _, e in flows), new, None, min(worth, 2))
        before = tuple(ir.Assign((n,), array_adjoints.own(self.work, e)) for n, e in found.temporaries)
        self.temporaries |= {n.id for n, _ in found.temporaries}
        return before, [(n, e) for (n, _), e in zip(flows, found.tangents, strict=True)]

    # --- calls --------------------------------------------------------------------------------------------------------

    def called(self, s: ir.Assign | ir.Effect, target: ir.Expr | None, value: ir.Call) -> list[ir.Stmt]:
        """`y = g(x)`: the forward sweep calls `g`, or `g_fwd` where something is saved; the reverse sweep `g_bwd`."""
        keys = self.work.keys(target) if target is not None else []
        active = [k for k in keys if k.partition("#")[0] in self.work.active]
        if len(set(active)) < len(active):
            raise Refused(target or s, "N161", "a variable is assigned twice at once", TUPLES)
        changed = changed_args(self, value)
        if copies := transpose_lists.copied(self, value, tuple(changed.values())):
            new = replace(value, args=tuple(replace(a, value=copies.get(a.value, a.value)) for a in value.args))
            pre = [s_ for e, name in copies.items() for s_ in transpose_lists.copy(self, name, e)]
            again = replace(s, value=new, source=without_text(s.source))
            return [*pre, *self.called(again, target, new)]
        split = changing(self, s, target, value, changed) if changed else None
        if split is not None and split.tables:
            return self.flown(split, keys)
        if not isinstance(s, ir.Assign) or target is None:
            raise Refused(value, "N148", "an active value is handed to a call that may keep it", STORE_HELP)
        return self.flown(split or self.calls.split(s, target, value), keys)

    def flown(self, call: Split, keys: list[str]) -> list[ir.Stmt]:
        """A call with the flows of the adjoints of its arguments."""
        flows: list[tuple[str, str, ir.Expr]] = []
        for argument, adjoint in call.arguments:
            for value_, share_ in self.calls.numbers(argument, adjoint):
                flows += [("", n, e) for n, e in self.work.shares(value_, share_, "")]
        joined = self.work.joined([(n, e) for _, n, e in flows])
        gathered = [(n, collected(e, self.work.parts, array_adjoints.has_arrays(self.work, e))) for n, e in joined]
        before, shares = self.shared(self.work.spread(gathered))
        flat = tuple(("", n, self.work.finished(n, e)) for n, e in shares)
        values = ({SAVED: call.saved} if call.saved else {}) | call.partials
        t = Transposed(tuple(keys), flat, (*call.backward, *before), values=values, tables=call.tables)
        self.note(call.forward[-1], t)
        return call.forward


def is_view(e: ir.Expr) -> bool:
    """Whether an expression may be a view of an array."""
    return isinstance(e, ir.Subscript) and any(isinstance(x, ir.Slice) for x in walk(e.index))


def read_in(table: Numbering, n: int, flows: Shares, named: set[int]) -> bool:
    """Whether the adjoint reads a value, but for what is computed from it and gets a name."""

    def inside(e: ir.Expr) -> bool:
        number = table.number(e)
        return number == n or (number not in named and any(inside(c) for c in children(e)))

    return any(inside(e) for _, e in flows)


def map_items(e: ir.Expr) -> ir.Expr:
    """An expression with names in place of items of lists."""
    return ir.Name("an item") if isinstance(e, ir.Subscript) else rebuild(e, map_items)


NESTED = "Define the function at the top level and pass what it uses."
