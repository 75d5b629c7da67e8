"""The adjoints of statements about lists: items that are written, lists that are made, filled, summed and handed on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adtransform import ir, portions
from adtransform.arrays import VIEWS
from adtransform.containers import check_index
from adtransform.held import held_in
from adtransform.methods import KEYS
from adtransform.operators import SEQUENCES
from adtransform.refusals import Refused
from adtransform.spreads import SEED, Spread, added, shadow
from adtransform.structure import Shape, cells_of, find, lists_in
from adtransform.tables import ROWS, Tables, aligned, root
from adtransform.traverse import map_blocks, map_expressions, rename, target_names, walk

if TYPE_CHECKING:
    from adtransform.adjoints import Adjoints

Shares = list[tuple[str, ir.Expr]]
OWNED = ir.Library("helper", "owned")  # see `array_adjoints`
LIST = ("N161", "a list that is made like this has no adjoint yet", "Fill it item by item.")


class Lists:
    """Where adjoints go in the lists of one unit; the spreads that it makes have names that no variable has."""

    def __init__(self, work: Adjoints, tables: Tables) -> None:
        self.work = work
        self.tables = tables
        self.spreads: dict[str, Spread] = {}
        self.keys: dict[object, str] = {}
        self.copies: list[ir.Stmt] = []  # to be made before the statement at hand
        self.fresh: set[str] = set()  # names of lists that were made for one purpose
        self.items: dict[str, ir.Expr] = {}  # variables of comprehensions, each with the item that it stands for

    # --- items --------------------------------------------------------------------------------------------------------

    def adjoint(self, e: ir.Expr) -> ir.Expr:
        """The place of the adjoint of an item, or of a list."""
        return shadow(self.resolved(e), lambda n: self.work.tangent(n))

    def resolved(self, e: ir.Expr) -> ir.Expr:
        found = self.tables.resolved(e, self.work.place.loops)
        if not self.tables.is_list(ir.Name(root(found))):
            raise Refused(e, "N161", "a list in a tuple is used without a name of its own", "Unpack the tuple first.")
        inner = found
        while isinstance(inner, (ir.Subscript, ir.Attribute)):
            if isinstance(inner, ir.Attribute):
                inner = inner.value
                continue
            check_index(self.work, inner.index, "")
            if not self.tables.is_repeatable(inner.index, self.work.place):
                raise Refused(e, "N162", "the index is found in a list that is written to later", INDEX)
            inner = inner.value
        return found

    def new(self, key: object, spread: Spread) -> str:
        if key not in self.keys:
            self.keys[key] = name = f"the spread {len(self.keys)}"
            self.spreads[name] = spread
        return self.keys[key]

    def item(self, e: ir.Expr) -> str:
        """The key of an item: what flows there is added to its adjoint."""
        found = self.resolved(e)
        target = shadow(found, lambda n: self.work.tangent(n))
        if self.is_gathered(found):
            return self.new(("item", found), Spread((added_at(target),), (root(found),)))
        return self.new(("item", found), Spread((ir.Augment(target, "+", SEED),), (root(found),)))

    def is_gathered(self, e: ir.Expr) -> bool:
        """Whether items are chosen by an array or a list of indices, where one may be chosen several times."""
        if not isinstance(e, ir.Subscript) or self.tables.shape(e.value).kind != "array":
            return False
        entries = e.index.items if isinstance(e.index, ir.Display) and e.index.bracket == "(" else (e.index,)
        return any(is_choosing(self.tables.shape(i), i) for i in entries)

    def at(self, values: ir.Expr, index: ir.Expr) -> str:
        """The key of an item that is found by a search."""
        found = ir.Subscript(self.resolved(values), rename(index, self.held(values).get))
        target = shadow(found, lambda n: self.work.tangent(n))
        return self.new(("item", found), Spread((ir.Augment(target, "+", SEED),), (root(found),)))

    def each(self, e: ir.Expr) -> str:
        """The key of all items of a list of numbers."""
        found = self.resolved(e)
        if self.tables.shape(e).kind == "array":
            whole = shadow(found, lambda n: self.work.tangent(n))
            return self.new(("item", found), Spread((ir.Augment(in_place(whole), "+", SEED),), (root(found),)))
        k = self.work.temporary("k", "", False)
        item = shadow(ir.Subscript(found, k), lambda n: self.work.tangent(n))
        own = shadow(found, lambda n: self.work.tangent(n))  # as long as the list was there
        loop = ir.For(k, counted(own), (ir.Augment(item, "+", SEED),), ())
        return self.new(("each", found), Spread((loop,), (root(found),), self.temporary()))

    def whole(self, e: ir.Expr) -> str:
        """The key of a list, which gets another list of adjoints."""
        match e:
            case ir.Name(id) if not self.tables.alias(id) and id not in self.items and self.tables.is_list(e):
                return id
            case ir.Subscript() if (key := self.work.component(e)) is not None:
                return key
            case _:
                found = self.resolved(e)
                target = shadow(found, lambda n: self.work.tangent(n))
                body = self.sum(target, SEED, find(self.tables.shape(e)))
                return self.new(("whole", len(self.keys)), Spread((body,), (root(found),)))

    def sum(self, target: ir.Expr, e: ir.Expr, shape: Shape) -> ir.Stmt:
        """A list of adjoints added to another one, item by item."""
        if find(shape).kind == "array":
            return ir.Augment(in_place(target), "+", e)
        if not shape.items:
            raise Refused(None, *LIST)
        inner = find(shape.items[0])
        k, v = self.work.temporary("k", "", False), self.work.temporary("v", "", False)
        item = ir.Subscript(target, k)
        if find(shape).keyed:
            if inner.kind in SEQUENCES:
                raise Refused(e, *LIST)
            keys = ir.Call(ir.Library("builtins", KEYS), (ir.Arg(e),))
            if not isinstance(e, ir.Name):
                raise Refused(e, *LIST)
            return ir.For(k, keys, (ir.Augment(item, "+", ir.Subscript(e, k)),), ())
        body = self.onto(item, v, inner)
        both = ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(e),))
        return ir.For(ir.Display("(", (k, v)), both, (body,), ())

    def onto(self, item: ir.Expr, e: ir.Expr, inner: Shape) -> ir.Stmt:
        """An adjoint added to that of an item, which may be a list."""
        if inner.kind == "tuple":
            raise Refused(e, *LIST)
        return self.sum(item, e, inner) if inner.kind in SEQUENCES else ir.Augment(item, "+", e)

    def temporary(self) -> str:
        return self.work.temporary(f"t{self.work.supply.suffix}#", "", False).id

    # --- whole lists --------------------------------------------------------------------------------------------------

    def shares(self, e: ir.Expr, seed: ir.Expr) -> Shares:
        """Where the adjoint of a list goes, a list of the same structure."""
        match e:
            case _ if not self.work.is_active(e, ""):
                return []
            case ir.Name() | ir.Subscript() if self.tables.is_reference(e):
                if not self.tables.is_stable(e, self.work.place):
                    raise Refused(e, "N140", "a list has two names, and is written to later", ROWS)
                return [(self.whole(e), seed)]
            case ir.Display("[", items):
                found: Shares = []
                keys = e.keys or tuple(ir.Const(k, str(k)) for k in range(len(items)))
                for k, i in zip(keys, items, strict=True):
                    piece: ir.Expr = ir.Subscript(seed, k)
                    is_number = self.tables.shape(i).kind == "number"
                    found += self.value(i, self.work.whole(i, piece) if is_number else piece)
                return found
            case ir.Binary("*", ir.Display("[", (item,)), _) if not self.tables.is_list(item):
                return self.work.shares(item, ir.Call(ir.Library("builtins", "sum"), (ir.Arg(seed),)), "")
            case ir.Comprehension("["):
                return [(self.loop(e, True), seed)]
            case ir.Call(ir.Library("builtins", "list" | "tuple"), (ir.Arg(value, "", ""),)):
                return self.copied(value, seed)
            case ir.Call(ir.Attribute(value, "copy"), ()):
                return self.copied(value, seed)
            case ir.Subscript(value, ir.Slice() as index):
                return portions.portion(self, value, index, seed)
            case ir.Call(ir.Library("builtins", "sorted"), (ir.Arg(value, "", ""), *rest)):
                return portions.in_order(self, value, tuple(rest), seed)
            case ir.Call(ir.Library("builtins", "reversed"), (ir.Arg(value, "", ""),)):
                return portions.portion(self, value, portions.BACK, seed)
            case ir.Binary("+"):
                return portions.joined(self, e, seed)
            case _:
                raise Refused(e, *LIST)

    def copied(self, value: ir.Expr, seed: ir.Expr) -> Shares:
        """A copy of a list of numbers."""
        inner = find(self.tables.shape(value).items[0]) if self.tables.is_list(value) else None
        if inner is None:
            raise Refused(value, *LIST)
        if not self.tables.is_reference(value):
            return self.shares(value, seed)
        return portions.portion(self, value, portions.NONE, seed)

    def value(self, e: ir.Expr, seed: ir.Expr) -> Shares:
        """Where the adjoint of a number or a list goes."""
        if find(self.tables.shape(e)).kind == "array":
            return self.work.shares(e, seed, "")
        return self.shares(e, seed) if self.tables.is_list(e) else self.work.shares(e, seed, "")

    def handed(self, variable: str, target: ir.Expr, e: ir.Expr, first: bool) -> ir.Stmt:
        """A list of adjoints becomes that of a variable; where it has one, it is added to that."""
        shape = self.tables.shape(held_in(variable, ir.Name(variable.partition("#")[0])))
        if find(shape).kind == "array":
            return self.handed_array(variable, target, e, first)
        if not first:
            return self.sum(target, e, shape)
        return ir.Assign((target,), e if self.is_fresh(e) else copy_of(shape, e))

    def handed_array(self, variable: str, target: ir.Expr, e: ir.Expr, first: bool) -> ir.Stmt:
        match e:
            case ir.Call(ir.Library("numpy", "full_like"), (_, ir.Arg(value))) if not first:
                return added(target, value)
            case _ if not first:
                return added(target, e)
            case ir.Name() if self.is_fresh(e):
                return ir.Assign((target,), e)
            case _:
                return ir.Assign((target,), ir.Call(OWNED, (ir.Arg(e),)) if is_shared(e) else e)

    def is_fresh(self, e: ir.Expr) -> bool:
        """Whether nobody else has a list: a function has just returned it, or it was taken off another list."""
        return isinstance(e, (ir.Call, ir.Binary)) or (isinstance(e, ir.Name) and e.id in self.fresh)

    # --- comprehensions -----------------------------------------------------------------------------------------------

    def loop(self, g: ir.Comprehension, indexed: bool) -> str:
        """The key of a comprehension: its adjoint is a loop over the same values.

        `indexed` if each element has an adjoint of its own, as in a list; a sum has one for all.
        """
        if indexed and (len(g.clauses) > 1 or g.clauses[0].conditions):
            raise Refused(g, "N122", "a comprehension with several clauses or a condition has no adjoint yet", LOOP)
        with self.inside(g) as (clauses, new, counter):
            element = rename(g.element, new.get)
            seed: ir.Expr = ir.Subscript(SEED, counter) if indexed else SEED
            body: list[ir.Stmt] = []
            touched: list[str] = []
            for n, e in self.work.spread(self.work.joined(self.value(element, seed))):
                if n in self.spreads:
                    body += self.spreads[n].written(e, lambda x: x)
                    touched += self.spreads[n].touched
                elif self.work.is_table(n):
                    raise Refused(g, "N122", f"the comprehension holds the list `{n}` several times", LOOP)
                else:
                    body.append(ir.Augment(self.work.tangent(n), "+", e))
                    touched.append(n)
        for c in reversed(clauses):
            for condition in reversed(c.conditions):
                body = [ir.If(condition, tuple(body), ())]
            body = [ir.For(c.target, c.iterable, tuple(body), ())]
        held = self.held(g)
        body = [with_names(s, held) for s in body]
        spread = Spread(tuple(body), tuple(dict.fromkeys(touched)), self.temporary())
        return self.new(("loop", len(self.keys)), spread)

    def held(self, e: ir.Expr) -> dict[str, ir.Expr]:
        """Names for copies of the lists that an expression reads and that are written to later."""
        found: dict[str, ir.Expr] = {}
        clauses = (c for x in walk(e) if isinstance(x, ir.Comprehension) for c in x.clauses)
        own = {n for c in clauses for n in target_names(c.target)}
        for x in walk(e):
            if not isinstance(x, (ir.Name, ir.Subscript)) or not self.tables.is_reference(x):
                continue
            owner = root(x)
            if owner in own or owner in found or self.tables.is_stable(x, self.work.place):
                continue
            shape = self.tables.shape(ir.Name(owner))
            name = self.work.temporary(f"{owner}_0", "", False)
            assert self.work.inference is not None
            items = [Shape("cells"), shape.items[1]] if shape.kind == "array" else shape.items
            self.work.inference.shapes.add(name.id, Shape(shape.kind, items, keyed=shape.keyed))
            comment = f"# {owner} is written to below, and the reverse sweep reads it"
            self.copies.append(ir.Assign((name,), copy_of(shape, ir.Name(owner)), source=ir.Source(trail=comment)))
            found[owner] = name
        return found

    @contextmanager
    def inside(self, g: ir.Comprehension) -> Iterator[tuple[list[ir.Clause], dict[str, ir.Expr], ir.Expr]]:
        """The clauses with variables of their own and a counter, the new names, and the counter of the first."""
        work, inference = self.work, self.work.inference
        assert inference is not None
        if any(isinstance(x, (ir.Walrus, ir.Lambda)) for x in walk(g)):
            raise Refused(g, "N122", "an assignment expression or a lambda stands in a comprehension", LOOP)
        saved = dict(work.probe.local), dict(inference.local), dict(self.items), dict(self.tables.paths)
        new: dict[str, ir.Expr] = {}
        clauses: list[ir.Clause] = []
        first: ir.Expr | None = None
        try:
            for c in g.clauses:
                iterable = rename(c.iterable, new.get)
                new |= {n: self.local(n) for n in target_names(c.target)}
                target = rename(c.target, new.get)
                work.probe.local |= work.probe.clause(ir.Clause(target, iterable), "")
                inference.bind_local(target, inference.elements(iterable, ""))
                made, counter = self.counted(target, iterable)
                first = first or counter
                conditions = tuple(rename(x, new.get) for x in c.conditions)
                clauses.append(ir.Clause(*made, conditions))
            assert first is not None
            yield clauses, new, first
        finally:
            work.probe.local, inference.local, self.items, self.tables.paths = saved

    def local(self, name: str) -> ir.Expr:
        """A name for the variable of a comprehension in the reverse sweep, which has other variables, too."""
        if self.work.unit.scopes.key("", name) is None and name not in self.work.mentioned:
            return ir.Name(name)
        return self.work.temporary(name, "", False)

    def counted(self, target: ir.Expr, iterable: ir.Expr) -> tuple[tuple[ir.Expr, ir.Expr], ir.Expr]:
        """A clause that counts its iterations; its variables stand for items of what it runs over."""
        match target, iterable:
            case ir.Name(), ir.Call(ir.Library("builtins", "range"), (_,)):
                return (target, iterable), target
            case ir.Display(_, (ir.Name() as k, inner)), ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(e),)):
                self.stands_for(inner, e, k)
                return (target, iterable), k
            case _:
                k = self.work.temporary("k", "", False)
                self.stands_for(target, iterable, k)
                both = ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(iterable),))
                return (ir.Display("(", (k, target)), both), k

    def stands_for(self, target: ir.Expr, iterable: ir.Expr, k: ir.Expr) -> None:
        for t, e in aligned(target, iterable):
            if not self.work.is_active(e, ""):
                continue
            if not self.tables.is_reference(e) or not isinstance(t, ir.Name):
                raise Refused(e, "N122", "a comprehension runs over active values in this form", LOOP)
            self.items[t.id] = ir.Subscript(e, k)
            if self.tables.is_list(t):
                self.tables.paths[t.id] = ir.Subscript(e, k), self.work.place.loops


def in_place(target: ir.Expr) -> ir.Expr:
    """A target for what is added to a view: `x_b.T[...]`, as an attribute cannot be set."""
    return ir.Subscript(target, ir.Const(..., "...")) if isinstance(target, ir.Attribute) else target


def is_shared(e: ir.Expr) -> bool:
    """Whether an array may be, or be a view of, one that exists."""
    match e:
        case ir.Binary() | ir.Unary():
            return False
        case ir.Call(ir.Library("numpy", name)):
            return name in VIEWS
        case ir.Call(ir.Library("helper", name)):
            return name == "unbroadcast"
        case _:
            return True


def is_choosing(s: Shape, i: ir.Expr) -> bool:
    """Whether an index is an array or a list of whole numbers; a mask chooses each item once."""
    if isinstance(i, (ir.Slice, ir.Compare, ir.Const)) or (s.kind == "array" and cells_of(s).mask):
        return False
    return s.kind in ("array", "list", "sequence", "tuple")


def added_at(target: ir.Expr) -> ir.Stmt:
    """`np.add.at(x_b, index, seed)`: an index that occurs twice counts twice."""
    assert isinstance(target, ir.Subscript)
    index = target.index
    if any(isinstance(x, ir.Slice) for x in walk(index)):
        index = ir.Subscript(ir.Library("numpy", "s_"), index)
    args = tuple(map(ir.Arg, (target.value, index, SEED)))
    return ir.Effect(ir.Call(ir.Library("numpy", "add.at"), args))


def with_names(s: ir.Stmt, new: dict[str, ir.Expr]) -> ir.Stmt:
    """A statement that reads other lists."""
    if not new:
        return s
    inner = map_blocks(s, lambda b: tuple(with_names(x, new) for x in b))
    return map_expressions(inner, lambda e: rename(e, new.get))


def copy_of(shape: Shape, e: ir.Expr) -> ir.Expr:
    """A copy of a list, its inner lists copied as well.

    >>> from adtransform.printer import show
    >>> from adtransform.structure import many, number
    >>> show(copy_of(many("list", many("list", number())), ir.Name("seed")))
    '[list(row) for row in seed]'
    """
    s = find(shape)
    if s.kind == "array":
        return ir.Call(ir.Library("numpy", "array"), (ir.Arg(e),))
    if not any(lists_in(s)) and s.kind != "sequence":
        return e
    if s.keyed:
        if any(lists_in(s.items[0])):
            raise Refused(e, *LIST)
        return ir.Call(ir.Library("builtins", "dict"), (ir.Arg(e),))
    if s.kind == "tuple":
        parts = (copy_of(i, ir.Subscript(e, ir.Const(k, str(k)))) for k, i in enumerate(s.items))
        return ir.Display("(", tuple(parts))
    inner = find(s.items[0])
    if not any(lists_in(inner)) and inner.kind != "sequence":
        return ir.Call(ir.Library("builtins", "list"), (ir.Arg(e),))
    row = unpacked(inner, "row" if e != ir.Name("row") else "part")
    return ir.Comprehension("[", copied_as(inner, row), (ir.Clause(row, e),))


def unpacked(shape: Shape, name: str) -> ir.Expr:
    """A target for a value: a tuple is taken apart."""
    s = find(shape)
    if s.kind != "tuple":
        return ir.Name(name)
    return ir.Display("(", tuple(unpacked(i, f"{name}_{k + 1}") for k, i in enumerate(s.items)))


def copied_as(shape: Shape, target: ir.Expr) -> ir.Expr:
    """A copy of what a target was set to."""
    s = find(shape)
    if isinstance(target, ir.Display):
        return ir.Display("(", tuple(copied_as(i, t) for i, t in zip(s.items, target.items, strict=True)))
    return copy_of(s, target)


def counted(e: ir.Expr) -> ir.Expr:
    """`range(len(e))`."""
    length = ir.Call(ir.Library("builtins", "len"), (ir.Arg(e),))
    return ir.Call(ir.Library("builtins", "range"), (ir.Arg(length),))


INDEX = "Assign the index to a variable first."
LOOP = "Write a loop."
