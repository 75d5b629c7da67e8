"""The shapes in one unit: one walk over its statements, in any order of execution.

Each assignment makes the shapes of its sides equal; what an operator gives (`a + b` is a sum or a list) is settled when
the shapes of its operands are known.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from adtransform import arrays, ir
from adtransform.annotations import shape_of as of_annotation
from adtransform.array_rules import ARRAY_RULES
from adtransform.calls import bind
from adtransform.directives import is_passive
from adtransform.methods import call, method, receiver
from adtransform.module_values import GLOBAL, UNBOUND, module_value
from adtransform.operators import Operation, settled
from adtransform.scopes import Callee, LibraryCall, NestedCall, Program, Unit, UnitCall, UnknownCall
from adtransform.structure import (
    SEVERAL,
    Shape,
    Shapes,
    Signature,
    array,
    cells_of,
    copied,
    escape,
    find,
    keyed,
    many,
    more,
    number,
    rank_of,
    unify,
)
from adtransform.traverse import blocks, children, expressions, statements, walk

Lookup = Callable[[Unit], Signature | None]

NUMBER_HELPERS = frozenset({"digamma", "polygamma"})
ARITHMETIC = frozenset("+ - * / **".split())
INDEXED = "it is indexed"
COPIED = "it gets a second name"
NESTED = "it is used in a nested function"
KEPT = "it is stored in a container or an object"
HANDED = "it is handed to a function that is not known"
BUILT = "it stands in a lambda or a dictionary"


class Inference:
    """The shapes of one unit in the making."""

    def __init__(self, unit: Unit, program: Program, lookup: Lookup, read: frozenset[str]) -> None:
        self.unit = unit
        self.program = program
        self.lookup = lookup
        self.read = read
        self.shapes = Shapes()
        self.copies: list[Shape] = []  # what gets a second name: no stacks
        self.closed: list[Shape] = []  # what is read in a nested function
        self.local: dict[str, Shape] = {}  # variables of comprehensions and lambdas
        self.handed: list[tuple[Unit, ir.Param, Shape, Shape]] = []  # what functions take, and what they are given
        self.taken: dict[tuple[str, ir.Expr], Shape] = {}  # items of arrays
        self.open: list[Operation] = []  # operators whose results are not known yet

    def variable(self, key: str) -> Shape:
        return self.shapes.variables.setdefault(key, Shape())

    def shape(self, e: ir.Expr, path: str) -> Shape:
        """The shape of an expression, when all is inferred."""
        found = self.of(e, path)
        self.settle()
        return find(found)

    def advance(self) -> None:
        """Find out what those operators give whose operands are known by now."""
        self.open[:] = [o for o in self.open if not settled(o, certain=True)]

    def settle(self) -> None:
        """Find out what operators give, until nothing changes; what is still unknown is a number."""
        while True:
            left = [o for o in self.open if not settled(o, certain=True)]
            if len(left) == len(self.open):
                break
            self.open = left
        for s in (find(v) for p in self.unit.function.params if (v := self.shapes.variables.get(p.name)) is not None):
            if s.kind in ("list", "sequence") and s.items:
                s = find(s.items[0])
            if s.kind == "array":
                rank_of(s).guarded = True
        # what an array is combined with may be a row; many indices tell the number of axes
        given = [s for p in self.unit.function.params if not (s := find(self.variable(p.name))).kind]
        for o in (o for o in self.open if o.op in ARITHMETIC and o.meets_array):  # before what meets numbers alone
            if any(find(s) is g for s in o.operands for g in given):
                settled(o, certain=False)
        for o in sorted(self.open, key=lambda o: (o.op == "item", not o.chooses, -o.depth)):
            settled(o, certain=False)
        self.open = []

    def arrays_given(self) -> set[tuple[Unit, str]]:
        """The parameters of other functions that are numbers as far as they show, and get arrays here."""
        return {
            (unit, p.name)
            for unit, p, taken, given in self.handed
            if p.annotation is None and find(taken).kind in ("number", "sequence", "") and find(given).kind == "array"
        }

    def function(self, f: ir.Function, path: str) -> None:
        for p in f.params:
            shape = self.variable(path + p.name)
            if p.role in ("*", "**"):
                unify(shape, many("sequence") if p.role == "*" else Shape(odd=HANDED))
                more(shape, NESTED)
            elif p.annotation is not None:
                unify(shape, of_annotation(p.annotation))
            if path:
                more(shape, NESTED)
            if p.default is not None:
                default = self.of(p.default, path)
                if find(default).kind in ("list", "tuple"):
                    unify(shape, default)
        if not path and (returned := of_annotation(f.returns)).kind == "array":
            unify(self.shapes.results.setdefault("", Shape()), returned)
        self.block(f.body, path)

    def block(self, block: ir.Block, path: str) -> None:
        for s in block:
            self.statement(s, path)
            self.advance()
            for inner in blocks(s):
                self.block(inner, path)

    # --- statements ---------------------------------------------------------------------------------------------------

    def statement(self, s: ir.Stmt, path: str) -> None:
        match s:
            case ir.Assign(targets, value):
                shape = self.of(value, path)
                if len(targets) > 1 or isinstance(value, ir.Name):
                    self.copies.append(shape)
                for t in targets:
                    if is_passive(s.source.trail):
                        self.of(t, path)
                    else:
                        self.bind(t, shape, path)
            case ir.Augment(target, op, value):
                here, given = self.of(target, path), self.of(value, path)
                self.open.append(Operation(op, here, (here, given), in_place=True))
                self.written(target, path)
            case ir.Return(value) if value is not None:
                returned = self.of(value, path)
                arrays.kept(returned)
                unify(self.shapes.results.setdefault(path, Shape()), returned)
            case ir.For(target, iterable):
                self.iterate(target, iterable, path)
            case ir.With(items):
                for context, bound in items:
                    shape = self.odd(context, path, HANDED)
                    if bound is not None:
                        self.bind(bound, shape, path)
            case ir.Function(name):
                self.function(s, f"{path}{name}/")
            case ir.Unread(_, reads, binds):
                for n in (*reads, *binds):
                    self.odd(ir.Name(n), path, HANDED)
            case ir.Inert("del"):
                for e in expressions(s):
                    self.written(e, path)
            case _:
                for e in expressions(s):
                    self.test(e, path)

    def bind(self, target: ir.Expr, shape: Shape, path: str) -> None:
        arrays.kept(shape)
        match target:
            case ir.Name(id):
                if id in self.read:  # what nobody reads, like `_`, may be anything
                    unify(self.of(target, path), shape)
            case ir.Display(_, items):
                if any(isinstance(i, ir.Star) for i in items):
                    self.unpack(items, shape, path)
                    return
                if find(shape).kind in ("list", "sequence"):
                    more(shape, INDEXED)
                    parts = [find(shape).items[0] for _ in items]
                elif find(shape).odd and self.has_arrays:
                    parts = [self.opaque(find(shape).odd) for _ in items]
                else:
                    parts = [Shape() for _ in items]
                    unify(shape, Shape("tuple", parts, record=find(shape).record))
                for i, part in zip(items, parts, strict=True):
                    self.bind(i, part, path)
            case ir.Subscript(base) if self.is_array(base, target.index, path):
                self.of(target, path)
                self.written(target, path)
            case ir.Subscript(_, ir.Slice()):
                self.open.append(Operation("+", self.of(target, path), (self.of(target, path), shape), in_place=True))
                self.written(target, path)
            case ir.Subscript():
                unify(self.of(target, path), shape)
                self.written(target, path)
            case _:
                escape(shape, KEPT)
                self.of(target, path)

    def unpack(self, items: tuple[ir.Expr, ...], shape: Shape, path: str) -> None:
        """`a, *rest = values`: the items of a list; of a tuple of which nothing else is known."""
        known = find(shape)
        if known.kind == "tuple":
            plain = len(items) - 1
            at = next(k for k, i in enumerate(items) if isinstance(i, ir.Star))
            behind = plain - at
            if len(known.items) < plain:
                escape(shape, COPIED)
                return
            rest = known.items[at : len(known.items) - behind]
            middle = self.one_of(rest)
            parts = [*known.items[:at], many("list", middle), *known.items[len(known.items) - behind :]]
        else:
            unify(shape, many("sequence"))
            more(shape, COPIED)
            item = find(shape).items[0] if find(shape).items else Shape(odd=COPIED)
            parts = [many("list", item) if isinstance(i, ir.Star) else item for i in items]
        for i, part in zip(items, parts, strict=True):
            self.bind(i.value if isinstance(i, ir.Star) else i, part, path)

    def is_array(self, base: ir.Expr, index: ir.Expr, path: str) -> bool:
        s = find(self.of(base, path))
        return s.kind == "array" or (not s.kind and not s.odd and is_grid(index))

    def written(self, target: ir.Expr, path: str) -> None:
        """Items of something are assigned, deleted or augmented."""
        if isinstance(target, ir.Subscript):
            base = self.of(target.value, path)
            if not find(base).kind:
                unify(base, array() if is_grid(target.index) else many("sequence"))
            if find(base).kind == "array":
                arrays.kept(base)
                cells_of(base).changed = True
            find(base).changed = True
            more(base, INDEXED)

    def iterate(self, target: ir.Expr, iterable: ir.Expr, path: str) -> None:
        callee = self.callee(iterable, path)
        args = [a.value for a in iterable.args if not a.keyword] if isinstance(iterable, ir.Call) else []
        match callee, target:
            case (LibraryCall("builtins", "zip"), ir.Display(_, ts)) if len(ts) == len(args) and not starred(args):
                for t, a in zip(ts, args, strict=True):
                    self.iterate(t, a, path)
            case (LibraryCall("builtins", "enumerate"), ir.Display(_, (i, t))) if args:
                self.bind(i, number(), path)
                self.iterate(t, args[0], path)
            case (LibraryCall("builtins", "range"), _):
                self.of(iterable, path)
                self.bind(target, number(), path)
            case _:
                self.bind(target, self.elements(iterable, path), path)

    def elements(self, e: ir.Expr, path: str) -> Shape:
        """The shape of what a loop takes out of an expression."""
        if (value := backward(e)) is not None:
            if isinstance(value, ir.Name):
                find(self.of(value, path)).downward = True
            return self.elements(value, path)
        match e:
            case ir.Display("(" | "[", items) if not starred(list(items)):
                return self.common(items, path)
            case ir.Call(ir.Library("builtins", "range")):
                self.of(e, path)
                return number()
            case _:
                return self.items(self.of(e, path))

    def items(self, s: Shape) -> Shape:
        """The shape of what a sequence holds."""
        found = find(s)
        if found.odd:
            return self.opaque(found.odd)
        match found.kind:
            case "list":
                return found.items[0]
            case "tuple":
                return self.one_of(found.items)
            case "" | "sequence":
                unify(s, many("sequence"))
                item = find(s).items[0]
                self.open.append(Operation("item", item, (s,), depth=1))
                return item
            case "array":
                result = Shape()
                self.open.append(Operation("item", result, (s,), depth=1))
                return result
            case _:
                return Shape(odd=HANDED)

    def one_of(self, shapes: list[Shape]) -> Shape:
        """The shape that several values have in common."""
        found = Shape()
        for s in shapes:
            unify(found, s)
        return found

    # --- expressions --------------------------------------------------------------------------------------------------

    def callee(self, e: ir.Expr, path: str) -> Callee | None:
        if not isinstance(e, ir.Call) or (isinstance(e.func, ir.Name) and e.func.id in self.local):
            return UnknownCall("") if isinstance(e, ir.Call) else None
        return self.program.callee(self.unit, path, e.func)

    def opaque(self, why: str) -> Shape:
        """A value of which nothing is known: where there are arrays it may be one."""
        shape = array(rank=SEVERAL) if self.has_arrays and why != UNBOUND else Shape()
        shape.odd = why
        return shape

    def odd(self, e: ir.Expr, path: str, why: str) -> Shape:
        """An expression that stands where lists cannot be followed."""
        escape(self.of(e, path), why)
        return Shape(odd=why)

    def common(self, items: tuple[ir.Expr, ...], path: str) -> Shape:
        """One of several values."""
        shape = Shape()
        for i in items:
            unify(shape, self.of(i, path))
            self.copies.append(shape)
        return shape

    def test(self, e: ir.Expr, path: str) -> None:
        """A value that is only asked whether it is true."""
        match e:
            case ir.Logic(_, values):
                for v in values:
                    self.test(v, path)
            case ir.Unary("not", operand):
                self.test(operand, path)
            case _:
                self.of(e, path)

    def name(self, id: str, path: str) -> Shape:
        if id in self.local:
            return self.local[id]
        scopes = self.unit.scopes
        if (nested := scopes.nested(path, id)) is not None:  # as a value: it may be called with anything
            for f in nested.functions:
                for p in f.params:
                    escape(self.variable(nested.path + p.name), HANDED)
        key = scopes.key(path, id)
        if key is None:
            return self.module_value(id)
        shape = self.variable(key)
        if scopes.owner(path, id) != path:
            self.closed.append(shape)
        return shape

    def module_value(self, id: str) -> Shape:
        """The shape of a global: lists of a module are not followed."""
        program = self.unit.program
        found = module_value(program.project, self.unit.module, id) if program is not None else Shape()
        if not found.kind and not found.odd:
            return self.opaque(GLOBAL)
        if found.kind != "number" and not found.odd:
            found.odd = GLOBAL
        return found

    @cached_property
    def has_arrays(self) -> bool:
        """Whether operations on whole arrays occur, so that a global that nothing is known of may be one."""
        return any(
            is_array_operation(e)
            for s in statements(self.unit.function.body, nested=True)
            for top in expressions(s)
            for e in walk(top)
        )

    def of(self, e: ir.Expr, path: str) -> Shape:
        """The shape of a value."""
        match e:
            case ir.Name(id):
                return self.name(id, path)
            case ir.Const(None):
                return Shape()
            case ir.Const() | ir.Library():
                return number()
            case ir.Unary("not"):
                self.test(e.operand, path)
                return number()
            case ir.Compare():
                return self.comparison(e, path)
            case ir.Slice():
                for c in children(e):
                    unify(self.of(c, path), number())
                return Shape("slice")
            case ir.Binary(op):
                result = Shape()
                self.open.append(Operation(op, result, (self.of(e.left, path), self.of(e.right, path)), e))
                return result
            case ir.Unary(op, operand):
                result = Shape()
                self.open.append(Operation(op, result, (self.of(operand, path),)))
                return result
            case ir.Logic(_, items):
                return self.common(items, path)
            case ir.Choice(test, body, orelse):
                self.test(test, path)
                return self.common((body, orelse), path)
            case ir.Call():
                return self.call(e, path)
            case ir.Display("(" | "[") | ir.Star():
                return self.display(e, path)
            case ir.Walrus(target, value):
                shape = self.of(value, path)
                self.copies.append(shape)
                self.bind(target, shape, path)
                return shape
            case ir.Subscript(value, index):
                return self.subscript(value, index, path)
            case ir.Attribute(value, attr) if (s := self.attribute(value, attr, path)) is not None:
                return s
            case ir.Attribute(value):
                self.odd(value, path, KEPT)
                return self.opaque(KEPT) if not isinstance(value, ir.Library) else number()
            case ir.Comprehension("[" | "("):
                return self.comprehension(e, path)
            case ir.Lambda(params, body):
                saved = dict(self.local)
                self.local |= {p.name: Shape(odd=HANDED) for p in params}
                self.of(body, path)
                self.local = saved
                return Shape(odd=BUILT)
            case ir.Display() | ir.Comprehension() | ir.Opaque():
                for x in walk(e):
                    if isinstance(x, ir.Name):
                        escape(self.name(x.id, path), BUILT)
                return Shape(odd=BUILT)

    def attribute(self, value: ir.Expr, attr: str, path: str) -> Shape | None:
        """The shape of an attribute of an array."""
        return arrays.attribute(self, value, attr, path) if not isinstance(value, ir.Library) else None

    def comparison(self, e: ir.Compare, path: str) -> Shape:
        """A truth value, or an array of them."""
        given = [self.of(c, path) for c in children(e)]
        plain = not any(isinstance(c, (ir.Const, ir.Display)) and not is_number(c) for c in children(e))
        if not plain or any(op in ("in", "not in", "is", "is not") for op, _ in e.rest):
            return number()
        result = Shape()
        self.open.append(Operation("compare", result, tuple(given), compared=True))
        return result

    def subscript(self, value: ir.Expr, index: ir.Expr, path: str) -> Shape:
        """An item or a slice; a slice of a list is a new list of the same items."""
        whole = self.of(value, path)
        if not isinstance(value, ir.Name):
            self.advance()
        known = find(whole)
        if not known.kind and not known.odd and is_grid(index):
            unify(whole, array())
            known = find(whole)
        if known.kind == "array":
            return arrays.item(self, ir.Subscript(value, index), whole, path)
        at = find(self.of(index, path))
        if known.odd:
            return self.opaque(known.odd)
        k = index.value if isinstance(index, ir.Const) else None
        if isinstance(index, ir.Unary) and isinstance(index.operand, ir.Const):
            k = -index.operand.value if isinstance(index.operand.value, int) else None
        if isinstance(k, str) and (known.keyed or not known.kind):
            unify(whole, keyed())
            more(whole, INDEXED)
            return find(whole).items[0]
        if known.keyed:
            if at.kind == "slice":
                escape(whole, INDEXED)
                return Shape(odd=INDEXED)
            more(whole, INDEXED)
            return find(whole).items[0]
        if isinstance(k, str) or at.kind not in ("", "number", "slice"):
            escape(whole, BUILT)
            return Shape(odd=BUILT)
        if known.kind == "tuple":
            if isinstance(k, int) and -len(known.items) <= k < len(known.items):
                return known.items[k]
            if at.kind == "slice":
                return self.sliced(known, index)
            return self.one_of(known.items)
        if known.kind not in ("", "list", "sequence"):
            escape(whole, INDEXED)
            return Shape(odd=INDEXED)
        unify(whole, many("sequence"))
        more(whole, INDEXED)
        item = find(whole).items[0]
        if known.kind == "list":
            return item if at.kind != "slice" else many("list", item)
        result = Shape() if at.kind == "slice" else item  # it may turn out to be an array
        self.open.append(Operation("item" if at.kind != "slice" else "slice", result, (whole,), depth=1))
        return result

    def sliced(self, known: Shape, index: ir.Expr) -> Shape:
        assert isinstance(index, ir.Slice)
        bounds = []
        for b in (index.lower, index.upper, index.step):
            value = b.operand.value if isinstance(b, ir.Unary) and isinstance(b.operand, ir.Const) else None
            if isinstance(value, int):
                value = -value
            value = b.value if isinstance(b, ir.Const) else value
            if b is not None and not isinstance(value, int):
                return Shape(odd=INDEXED)
            bounds.append(value if isinstance(value, int) else None)
        return Shape("tuple", known.items[slice(*bounds)])

    def comprehension(self, e: ir.Comprehension, path: str) -> Shape:
        saved = dict(self.local)
        for c in e.clauses:
            inner = self.elements(c.iterable, path)
            self.bind_local(c.target, inner)
            for condition in c.conditions:
                self.test(condition, path)
        item = self.of(e.element, path)
        self.copies.append(item)
        self.local = saved
        return many("list" if e.bracket == "[" else "sequence", item)

    def bind_local(self, target: ir.Expr, shape: Shape) -> None:
        match target:
            case ir.Name(id):
                self.local[id] = shape
            case ir.Display(_, items):
                known = find(shape)
                parts = [Shape() for _ in items]
                if known.kind in ("list", "sequence"):
                    parts = [known.items[0] for _ in items]
                else:
                    unify(shape, Shape("tuple", parts, record=known.record))
                for i, part in zip(items, parts, strict=True):
                    self.bind_local(i.value if isinstance(i, ir.Star) else i, part)
            case _:
                escape(shape, KEPT)

    def display(self, e: ir.Expr, path: str) -> Shape:
        if isinstance(e, ir.Star):
            return self.of(e.value, path)
        assert isinstance(e, ir.Display)
        has_star = starred(list(e.items))
        if e.bracket == "(" and not has_star:
            parts = [self.of(i, path) for i in e.items]
            for s in parts:
                arrays.kept(s)
            return Shape("tuple", parts, record=e.record)
        made = keyed() if e.keys is not None else many("list" if e.bracket == "[" else "sequence")
        for i in e.items:
            shape = self.items(self.of(i.value, path)) if isinstance(i, ir.Star) else self.of(i, path)
            arrays.kept(shape)
            unify(made.items[0], shape)
        if has_star:
            more(made, COPIED)
        return made

    def call(self, e: ir.Call, path: str) -> Shape:
        callee = self.callee(e, path)
        match callee:
            case UnitCall(unit) if not unit.directives.partials and not unit.directives.passive:
                return self.unit_call(e, unit, path)
            case UnitCall(unit) if unit.directives.partials:
                for a in e.args:
                    unify(self.of(a.value, path), number())
                return number()
            case NestedCall(inner, functions):
                return self.nested_call(e, inner, functions, path)
            case LibraryCall("numpy" | "helper", name) if not (callee.home == "helper" and name in NUMBER_HELPERS):
                return arrays.function(self, e, name, path)
            case LibraryCall(home, name):
                return call(self, e, home, name, path)
            case _ if isinstance(e.func, ir.Attribute) and (s := self.on_array(e, e.func, path)) is not None:
                return s
            case _ if isinstance(e.func, ir.Attribute) and receiver(self, e.func, path) is not None:
                return method(self, e, e.func, path)
            case _:
                return self.unknown(e, path)

    def on_array(self, e: ir.Call, func: ir.Attribute, path: str) -> Shape | None:
        """The shape of a method of an array."""
        if func.attr not in arrays.METHODS and find(self.of(func.value, path)).kind != "array":
            return None
        return arrays.method(self, e, func, path)

    def unknown(self, e: ir.Call, path: str) -> Shape:
        """A call of which nothing is known: it may keep what it is given."""
        for a in e.args:
            self.odd(a.value, path, HANDED)
        if isinstance(e.func, ir.Attribute):
            self.odd(e.func.value, path, HANDED)
        return self.opaque(HANDED)

    def nested_call(self, e: ir.Call, inner: str, functions: tuple[ir.Function, ...], path: str) -> Shape:
        """A nested function has one shape for all of its calls."""
        given = {id(a): self.of(a.value, path) for a in e.args}
        for s in given.values():
            arrays.kept(s)
        for f in functions:
            bound = bind(f.params, e)
            for p, a in bound.pairs if bound else ():
                if p.role in ("*", "**"):
                    escape(given[id(a)], HANDED)
                else:
                    unify(self.variable(inner + p.name), given[id(a)])
            for a in bound.loose if bound else e.args:
                escape(given[id(a)], HANDED)
        result = self.shapes.results.setdefault(inner, Shape())
        more(result, NESTED)
        return result

    def unit_call(self, e: ir.Call, unit: Unit, path: str) -> Shape:
        """A call of the user's: the shapes of its own for this call are those of the arguments."""
        given = {id(a): self.of(a.value, path) for a in e.args}
        for s in given.values():
            arrays.kept(s)
        own = unit is self.unit
        signature = self.lookup(unit) if not own else None
        bound = bind(unit.function.params, e)
        if (signature is None and not own) or bound is None or bound.loose:
            for shape in given.values():
                escape(shape, HANDED)
            return self.opaque(HANDED)
        memo: dict[int, Shape] = {}
        pairs = self.shapes.arguments.setdefault(id(e), [])
        for p, a in bound.pairs:
            if p.role in ("*", "**"):
                escape(given[id(a)], HANDED)
                continue
            taken = self.variable(p.name) if signature is None else copied(signature.params[p.name], memo)
            if signature is not None:
                self.handed.append((unit, p, signature.params[p.name], given[id(a)]))
            unify(taken, given[id(a)])
            pairs.append((p.name, given[id(a)]))
        if signature is None:
            return self.shapes.results.setdefault("", Shape())
        return copied(signature.result, memo)


def is_grid(index: ir.Expr) -> bool:
    """Whether an index is one of an array: `x[i, j]`, `x[:, 0]`, `x[[0, 2]]`."""
    return isinstance(index, ir.Display) and (index.bracket == "[" or len(index.items) > 1)


def is_number(e: ir.Expr) -> bool:
    return isinstance(e, ir.Const) and isinstance(e.value, (int, float))


def starred(items: list[ir.Expr]) -> bool:
    return any(isinstance(i, ir.Star) for i in items)


def backward(e: ir.Expr) -> ir.Expr | None:
    """`stack` where an expression is `stack[::-1]` or `reversed(stack)`."""
    match e:
        case ir.Call(ir.Library("builtins", "reversed"), (ir.Arg(value, "", ""),)):
            return value
        case ir.Subscript(value, ir.Slice(None, None, ir.Unary("-", ir.Const(1)))):
            return value
        case _:
            return None


def is_array_operation(e: ir.Expr) -> bool:
    """Whether an expression is `@`, or names a function of whole arrays."""
    match e:
        case ir.Binary("@"):
            return True
        case ir.Library("numpy", name):
            return name in ARRAY_RULES
        case _:
            return False
