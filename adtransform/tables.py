"""Lists in reverse mode: beside a list of active values lives the list of their adjoints, of the same structure.

    y[i] = a * x[i]            t_b = y_b[i]
                               y_b[i] = 0.0
                               a_b += x[i] * t_b
                               x_b[i] += a * t_b

An item that is read adds to the adjoint of that item; one that is written hands its adjoint on and starts from zero
(Griewank and Walther, Evaluating Derivatives, section 4.1, on overwriting).  A row has no adjoint of its own: it is
found where the row was found.  What a list holds is read again in the reverse sweep if nothing is written to it later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from adtransform import ir
from adtransform.calls import bind
from adtransform.containers import parts
from adtransform.methods import METHODS
from adtransform.operators import SEQUENCES
from adtransform.refusals import Refused
from adtransform.scopes import UnitCall
from adtransform.structure import Shape, cells_of, find, is_stack, lists_in
from adtransform.traverse import blocks, children, expressions, names, target_names, walk
from adtransform.work import Work

Loops = tuple[int, ...]
READING = frozenset({"index", "count", "copy"})
MOVING = METHODS - READING - {"append"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands: its number in the order of the text, the loops around it, the branches it is in."""

    order: int
    loops: Loops
    arms: tuple[tuple[int, int], ...] = ()


@dataclass
class Columns:
    """A loop over lists, as one that counts: `counter` is the number of an iteration, `items` what each loop variable
    is then; `flows` are the loop variables with the keys of these items; `counted` is the loop over the numbers.
    """

    counter: str
    items: dict[str, ir.Expr]
    counted: ir.For
    flows: tuple[tuple[str, str], ...] = ()
    ranged: bool = True  # whether the reverse sweep can count as well
    entry: Any = None  # the versions at the start of an iteration


@dataclass
class Tables:
    """The lists of one function: who names them, and where they are written to.

    `paths` are variables that hold a row of another list, with what they were set to and where; `bound` counts how
    often each name is assigned.
    """

    work: Work
    places: dict[int, Place] = field(default_factory=dict)
    writes: dict[int, list[Place]] = field(default_factory=dict)
    resized: dict[int, list[Place]] = field(default_factory=dict)
    moved: dict[int, ir.Node] = field(default_factory=dict)  # lists whose items are taken out or moved about
    bound: dict[str, int] = field(default_factory=dict)
    made: dict[str, Loops] = field(default_factory=dict)  # the loops in which a variable is assigned
    paths: dict[str, tuple[ir.Expr, Loops]] = field(default_factory=dict)
    rows: dict[tuple[int, str], ir.Expr] = field(default_factory=dict)  # by loop and its variable
    kept: list[ir.Stmt] = field(default_factory=list)
    swaps: list[tuple[str, ...]] = field(default_factory=list)  # names that change their lists
    results: frozenset[str] = frozenset()  # the variables of the result

    # --- what is known of a function ----------------------------------------------------------------------------------

    def read(self, block: ir.Block, loops: Loops = (), arms: tuple[tuple[int, int], ...] = ()) -> None:
        """Take down what the statements of a function do to its lists."""
        for s in block:
            self.kept.append(s)
            self.places[id(s)] = place = Place(len(self.places), loops, arms)
            self.note(s, place)
            inner = (*loops, id(s)) if isinstance(s, (ir.For, ir.While)) else loops
            for k, b in enumerate(blocks(s)):
                self.read(b, inner, (*arms, (id(s), k)) if isinstance(s, ir.If) else arms)
        for swap in self.swaps * 2 if not (loops or arms) else ():
            self.made |= dict.fromkeys(swap, shared([self.made.get(n, ()) for n in swap]))

    def note(self, s: ir.Stmt, place: Place) -> None:
        targets: tuple[ir.Expr, ...] = ()
        match s:
            case ir.Assign(targets):
                named = targets[0].id if len(targets) == 1 and isinstance(targets[0], ir.Name) else ""
                if swap := swapped(targets, s.value):
                    self.swaps.append(swap)
                if named and named not in self.results and self.is_reference(s.value):
                    self.paths[named] = s.value, place.loops
            case ir.Augment(ir.Name() as target) if self.shape(target).kind == "array":
                self.write(target, place)  # in place: it is bound to nothing else
            case ir.Augment(target) | ir.For(target):
                targets = (target,)
            case ir.Effect(ir.Call(ir.Library("numpy", "add.at"), (ir.Arg(target), *_))):
                self.write(target, place)
            case ir.Inert("del"):
                targets = expressions(s)
            case _:
                pass
        for t in targets:
            self.assigned(t, s, place)
        for e in expressions(s):
            for x in walk(e):
                if isinstance(x, ir.Call):
                    self.called(x, place)
                if isinstance(x, ir.Binary) and x.op == "*" and self.is_list(x) and self.holds_lists(x):
                    for inner in (i for t in targets if self.is_list(t) for i in lists_in(self.shape(t))):
                        self.moved.setdefault(id(find(inner)), x)  # one row many times

    def assigned(self, target: ir.Expr, s: ir.Stmt, place: Place) -> None:
        for n in target_names(target):
            self.bound[n] = self.bound.get(n, 0) + 1
            known = self.made.get(n, place.loops)
            self.made[n] = common(known, place.loops)
            if isinstance(s, ir.Augment) and self.is_list(ir.Name(n)):
                self.write(ir.Name(n), place, moves=self.shape(ir.Name(n)).kind != "array")
        for part in parts(target):
            if isinstance(part, ir.Subscript):
                moves = isinstance(part.index, ir.Slice) or self.is_list(part) or isinstance(s, ir.Inert)
                moves = moves and self.shape(part.value).kind != "array"
                self.write(part.value, place, moves)

    def called(self, e: ir.Call, place: Place) -> None:
        callee = self.work.callee(e.func, "")
        if isinstance(e.func, ir.Attribute) and e.func.attr in METHODS - READING and self.is_list(e.func.value):
            last = e.func.attr == "pop" and not e.args and not self.holds_lists(e.func.value)
            self.write(e.func.value, place, e.func.attr in MOVING and not last, True)
        if isinstance(callee, UnitCall):
            signature, bound = self.work.signature(callee.unit), bind(callee.unit.function.params, e)
            for p, a in bound.pairs if bound is not None and signature is not None else ():
                assert signature is not None
                for inner in changed_in(signature.params[p.name], self.shape(a.value)) if self.is_list(a.value) else ():
                    self.writes.setdefault(id(inner), []).append(place)
                    self.resized.setdefault(id(inner), []).append(place)
                    if not inner.items or find(inner.items[0]).kind in SEQUENCES:
                        self.moved.setdefault(id(inner), e)

    def outlive(self, names: tuple[str, ...]) -> None:
        """Lists of the caller, who may write to them later."""
        later = Place(NEVER, ())
        for n in names:
            for inner in lists_in(self.shape(ir.Name(n))):
                self.writes.setdefault(id(find(inner)), []).append(later)
                self.resized.setdefault(id(find(inner)), []).append(later)

    def write(self, base: ir.Expr, place: Place, moves: bool = False, resizes: bool = False) -> None:
        shape = memory(self.shape(base))
        self.writes.setdefault(id(shape), []).append(place)
        if moves or resizes:
            self.resized.setdefault(id(shape), []).append(place)
        if moves:
            self.moved.setdefault(id(shape), base)

    def shape(self, e: ir.Expr) -> Shape:
        return self.work.shape_of(e, "")

    def is_list(self, e: ir.Expr) -> bool:
        """Whether an expression is a list that is no stack."""
        if isinstance(e, (ir.Const, ir.Library)):
            return False
        s = self.shape(e)
        return s.kind == "array" or (s.kind in ("list", "sequence") and not s.odd and not is_stack(s))

    def holds_lists(self, e: ir.Expr) -> bool:
        return find(self.shape(e).items[0]).kind in SEQUENCES

    def holds_numbers(self, e: ir.Expr) -> bool:
        """Whether a list that is no array holds no lists."""
        return self.shape(e).kind != "array" and not self.holds_lists(e)

    def is_reference(self, e: ir.Expr) -> bool:
        """Whether an expression names a list that exists, or an array, or a view of one, that is written to."""
        if (s := find(self.shape(e))).kind == "array":
            return cells_of(s).changed and self.is_view(e)
        is_item = isinstance(e, ir.Subscript) and not isinstance(e.index, ir.Slice)
        return (isinstance(e, ir.Name) or is_item) and self.is_list(e)

    def is_view(self, e: ir.Expr) -> bool:
        """Whether an expression is an array that has a name, or a part of one with the same cells."""
        match e:
            case ir.Name():
                return self.shape(e).kind == "array"
            case ir.Subscript(value) | ir.Attribute(value, "T"):
                s, whole = find(self.shape(e)), find(self.shape(value))
                alike = s.kind == whole.kind == "array" and cells_of(s) is cells_of(whole)
                return alike and self.is_view(value)
            case _:
                return False

    # --- questions ----------------------------------------------------------------------------------------------------

    def is_stable(self, base: ir.Expr, place: Place, writes: dict[int, list[Place]] | None = None) -> bool:
        """Whether nothing is written later to a list that is read at a place, nor to the lists in it; `writes` are
        those to the list alone that matter.
        """
        root = base_of(base)
        if not isinstance(root, ir.Name):
            return False
        if self.work.unit.scopes.key("", root.id) is None:
            return True  # a constant of the module
        shape = self.shape(base)
        if shape.kind == "tuple" or not shape.kind:
            return not shape.changed
        if shape.odd:
            return not shape.changed and root.id not in self.bound
        own = len(self.made.get(self.root_of(root.id), ()))
        shape = memory(shape)
        inner = [shape] if writes is not None else [shape, *(s for i in shape.items for s in lists_in(i))]
        for w in (w for s in inner for w in (self.writes if writes is None else writes).get(id(find(s)), ())):
            later = w.order >= place.order and not exclusive(w, place)
            if later or len(common(w.loops, place.loops)) > own:
                return False
        return True

    def root_of(self, name: str) -> str:
        seen: set[str] = set()
        while name in self.paths and self.bound.get(name) == 1 and name not in seen:
            seen.add(name)
            e = base_of(self.paths[name][0])
            name = e.id if isinstance(e, ir.Name) else name
        return name

    def unstable(self, e: ir.Expr, place: Place) -> list[ir.Expr]:
        """The items in an expression, and what is computed from whole lists, that cannot be read again later."""
        found: list[ir.Expr] = []
        for x in read_parts(e):
            match x:
                case ir.Name() if self.shape(x).kind == "array" and not self.is_stable(x, place):
                    found.append(x)
                case ir.Subscript(value) if self.shape(value).kind == "array":
                    found += [x] if not self.is_stable(base_of(value), place) else []
                case ir.Subscript(value, index) if not isinstance(index, ir.Slice) and not self.is_stable(value, place):
                    is_row = self.is_list(x) and self.shape(x).kind != "array"
                    found += [x] if not is_row else []  # a row is found again, what it holds is kept
                case ir.Call(ir.Library(), args) if any(self.is_whole(a.value) for a in args):
                    found += [x] if not self.is_repeatable(x, place) else []
                case _:
                    pass
        return found

    def is_whole(self, e: ir.Expr) -> bool:
        """Whether an argument is a list, or made of one."""
        return isinstance(e, ir.Comprehension) or self.is_list(e)

    def is_repeatable(self, e: ir.Expr, place: Place) -> bool:
        """Whether an expression gives the same value in the reverse sweep."""
        match e:
            case ir.Call(ir.Library("builtins", "len"), (ir.Arg(value),)) if self.is_reference(value):
                return self.is_stable(value, place, self.resized) and (
                    not isinstance(value, ir.Subscript) or self.is_repeatable(value, place)
                )
            case ir.Subscript(value) if not self.is_stable(value, place) and self.shape(base_of(value)).kind:
                return False
            case ir.Name() | ir.Subscript() if self.is_list(e) and not self.is_stable(e, place):
                return False
            case _:
                return all(self.is_repeatable(c, place) for c in children(e))

    def row(self, name: str, loops: Loops) -> ir.Expr | None:
        """The item that the variable of a loop stands for in its body."""
        return next((self.rows[loop, name] for loop in reversed(loops) if (loop, name) in self.rows), None)

    def alias(self, name: str) -> bool:
        """Whether a variable stands for a list that another one holds."""
        if self.row(name, self.work.place.loops) is not None:  # type: ignore[attr-defined]
            return True
        return name in self.paths and self.bound.get(name) == 1 and not self.is_param(name)

    def is_param(self, name: str) -> bool:
        return any(p.name == name for p in self.work.unit.function.params)

    def resolved(self, e: ir.Expr, loops: Loops) -> ir.Expr:
        """An item or a list, by the variable that owns it.

        Raises `Refused` where that does not show.
        """
        match e:
            case ir.Name(name) if (row := self.row(name, loops)) is not None:
                return self.resolved(row, loops)
            case ir.Name(name) if self.alias(name) or (name in self.paths and name not in self.bound):
                ref, own = self.paths[name]
                if loops[: len(own)] != own:
                    raise Refused(e, "N162", f"`{name}` is used behind the loop that sets it", ROWS)
                for n in names(ref) if name in self.bound else ():
                    if self.bound.get(n, 0) + self.is_param(n) > 1:
                        raise Refused(e, "N162", f"`{name}` is found by `{n}`, which is assigned more than once", ROWS)
                return self.resolved(ref, loops)
            case ir.Name():
                return e
            case ir.Subscript(value, index):
                shape = find(self.shape(value))
                if shape.kind != "array" and self.is_list(e) and id(shape) in self.moved:
                    raise Refused(e, "N162", "lists are moved about in the list that this one is found in", ROWS)
                return ir.Subscript(self.resolved(value, loops), index)
            case ir.Attribute(value, "T"):
                return ir.Attribute(self.resolved(value, loops), "T")
            case _:
                raise Refused(e, "N161", "a list stands here that has no name", "Assign it to a variable.")


def memory(s: Shape) -> Shape:
    """What is written to when an item is: the cells of an array, or the list."""
    s = find(s)
    return cells_of(s) if s.kind == "array" else s


def changed_in(asked: Shape, given: Shape) -> Iterator[Shape]:
    """The lists in a shape that a function changes which asks for another one."""
    asked, given = find(asked), find(given)
    if asked.changed:
        yield given
    for a, g in zip(asked.items, given.items, strict=False):
        yield from changed_in(a, g)


def shared(places: list[Loops]) -> Loops:
    """The loops that stand around all of some places."""
    found = places[0]
    for p in places:
        found = common(found, p)
    return found


def swapped(targets: tuple[ir.Expr, ...], value: ir.Expr) -> tuple[str, ...]:
    """The names in `a, b = b, a`, in the order of the values: each value is given on once."""
    match targets, value:
        case (ir.Display(_, ts),), ir.Display(_, vs) if len(ts) == len(vs):
            new, old = [t.id for t in ts if isinstance(t, ir.Name)], [v.id for v in vs if isinstance(v, ir.Name)]
            return tuple(old) if len(set(new)) == len(ts) and set(new) == set(old) else ()
        case _:
            return ()


def exclusive(a: Place, b: Place) -> bool:
    """Whether two statements stand in different branches of one."""
    return any(i == j and k != n for i, k in a.arms for j, n in b.arms)


def common(a: Loops, b: Loops) -> Loops:
    """The loops that stand around both of two places."""
    k = 0
    while k < min(len(a), len(b)) and a[k] == b[k]:
        k += 1
    return a[:k]


def read_parts(e: ir.Expr) -> Iterator[ir.Expr]:
    """The parts of an expression, but for the arrays and lists that only an item is read of."""
    yield e
    for c in children(e):
        if isinstance(e, (ir.Subscript, ir.Attribute)) and c is e.value and isinstance(c, ir.Name):
            continue
        yield from read_parts(c)


def base_of(e: ir.Expr) -> ir.Expr:
    """The array that a view is a view of."""
    while isinstance(e, (ir.Subscript, ir.Attribute)):
        e = e.value
    return e


def aligned(target: ir.Expr, iterable: ir.Expr) -> list[tuple[ir.Expr, ir.Expr]]:
    """The targets of a loop, each with what it runs over."""
    match target, iterable:
        case ir.Display(_, ts), ir.Call(ir.Library("builtins", "zip"), args) if len(ts) == len(args):
            if all(not a.star and not a.keyword for a in args):
                return [p for t, a in zip(ts, args, strict=True) for p in aligned(t, a.value)]
        case ir.Display(_, (_, t)), ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(inner, "", ""), *_)):
            return aligned(t, inner)
        case _:
            pass
    return [(target, iterable)]


def root(e: ir.Expr) -> str:
    """The variable at the root of an item."""
    e = base_of(e)
    assert isinstance(e, ir.Name)
    return e.id


ROWS = "Index the outer list instead; use one name for each array that is written to."
NEVER = 10**9  # behind all statements
