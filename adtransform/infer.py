"""Shapes of one unit, from its statements: see `structure`.

A list is a stack if it is only ever bound, pushed to, popped from, cleared, counted, iterated over, put into tuples,
taken out of them, and handed to functions of the user's.  Whatever else happens to it makes it odd.
"""

from __future__ import annotations

from collections.abc import Callable

from adtransform import ir
from adtransform.calls import bind
from adtransform.directives import is_passive
from adtransform.scopes import Callee, LibraryCall, Program, Unit, UnitCall
from adtransform.structure import Shape, Shapes, Signature, copied, escape, find, lists_in, many, number, unify
from adtransform.traverse import blocks, children, expressions, statements, walk

READS = frozenset("len bool print isinstance repr str id type".split())
NUMBERS = frozenset("float int abs round ord pow complex divmod".split())
INDEXED = "it is indexed"
COPIED = "it gets a second name"
NESTED = "it is used in a nested function"
KEPT = "it is stored in a container or an object"
HANDED = "it is handed to a function that is not known"
BUILT = "it stands in a lambda, a comprehension or a dictionary"

Lookup = Callable[[Unit], Signature | None]


def stack_call(e: ir.Expr) -> tuple[ir.Name, str, ir.Expr | None] | None:
    """The name, the operation and what is pushed, of `stack.append(v)`, `stack.pop()` or `stack.clear()`."""
    match e:
        case ir.Call(ir.Attribute(ir.Name() as name, "append"), (ir.Arg(value, "", ""),)):
            return name, "append", value
        case ir.Call(ir.Attribute(ir.Name() as name, "pop" | "clear" as operation), ()):
            return name, operation, None
        case _:
            return None


def backward(e: ir.Expr) -> ir.Expr | None:
    """`stack` where an expression is `stack[::-1]` or `reversed(stack)`."""
    match e:
        case ir.Call(ir.Library("builtins", "reversed"), (ir.Arg(value, "", ""),)):
            return value
        case ir.Subscript(value, ir.Slice(None, None, ir.Unary("-", ir.Const(1)))):
            return value
        case _:
            return None


class Inferred:
    """The shapes in all units of a program, inferred when they are asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.found: dict[Unit, tuple[Shapes, Signature] | None] = {}  # None while it is being inferred
        self.touched: dict[Unit, bool] = {}

    def shapes(self, unit: Unit) -> Shapes | None:
        """The shapes in a unit that, or whose callees, push to lists or pop from them; None for any other."""
        if not self.touches(unit) or self.signature(unit) is None:
            return None
        known = self.found[unit]
        return known[0] if known is not None else None

    def signature(self, unit: Unit) -> Signature | None:
        """The shapes of parameters and result; None inside a cycle of calls."""
        if unit not in self.found:
            self.found[unit] = None
            self.found[unit] = infer(unit, self.program, self.signature)
        known = self.found[unit]
        return known[1] if known is not None else None

    def touches(self, unit: Unit) -> bool:
        seen, work = {unit}, [unit]
        while unit not in self.touched and work:
            current = work.pop()
            if self.touched.get(current) or any(f.stacks for f in current.features.values()):
                self.touched[unit] = True
            elif current not in self.touched:
                more = [u for u in self.callees(current) if u not in seen]
                seen |= set(more)
                work += more
        if unit not in self.touched:
            self.touched |= dict.fromkeys(seen, False)
        return self.touched[unit]

    def callees(self, unit: Unit) -> list[Unit]:
        calls = [(path, e) for path, f in unit.features.items() for e in f.calls]
        found = (self.program.callee(unit, path, e.func) for path, e in calls)
        return [c.unit for c in found if isinstance(c, UnitCall)]


def infer(unit: Unit, program: Program, lookup: Lookup) -> tuple[Shapes, Signature]:
    """The shapes in a unit; `lookup` has those of the functions that it calls, None for one that calls itself."""
    found = Inference(unit, program, lookup)
    found.function(unit.function, "")
    for s in found.copies:
        if find(s).kind == "list":
            escape(s, COPIED)
    for s in found.closed:
        if any(lists_in(s)):
            escape(s, NESTED)
    shapes = found.shapes
    shapes.name_lists()
    params = {p.name: shapes.variables[p.name] for p in unit.function.params}
    return shapes, Signature(params, shapes.results.get("", number()))


class Inference:
    """One walk over the statements of a unit, in any order of execution."""

    def __init__(self, unit: Unit, program: Program, lookup: Lookup) -> None:
        self.unit = unit
        self.program = program
        self.lookup = lookup
        self.shapes = Shapes()
        self.copies: list[Shape] = []  # what gets a second name: no lists
        self.closed: list[Shape] = []  # what is read in a nested function
        self.read = read_names(unit.function)

    def variable(self, key: str) -> Shape:
        return self.shapes.variables.setdefault(key, Shape())

    def function(self, f: ir.Function, path: str) -> None:
        for p in f.params:
            shape = self.variable(path + p.name)
            if path or p.role in ("*", "**"):
                escape(shape, NESTED)
            if p.default is not None:
                unify(shape, self.odd(p.default, path, KEPT))
        self.block(f.body, path)

    def block(self, block: ir.Block, path: str) -> None:
        for s in block:
            self.statement(s, path)
            for inner in blocks(s):
                self.block(inner, path)

    # --- statements ---------------------------------------------------------------------------------------------------

    def statement(self, s: ir.Stmt, path: str) -> None:
        match s:
            case ir.Assign(targets, value):
                shape = self.of(value, path)
                if len(targets) > 1 or isinstance(value, ir.Name):
                    self.copies.append(shape)
                if is_passive(s.source.trail):
                    escape(shape, KEPT)
                for t in targets:
                    self.bind(t, shape, path)
            case ir.Augment(target, _, value):
                unify(self.of(value, path), number())
                unify(self.of(target, path), number())
            case ir.Return(value) if value is not None:
                unify(self.shapes.results.setdefault(path, Shape()), self.of(value, path))
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
                    self.odd(e, path, KEPT)
            case _:
                for e in expressions(s):
                    self.test(e, path)

    def bind(self, target: ir.Expr, shape: Shape, path: str) -> None:
        match target:
            case ir.Name(id):
                if id in self.read:  # what nobody reads, like `_`, may be anything
                    unify(self.of(target, path), shape)
            case ir.Display(_, items):
                if any(isinstance(i, ir.Star) for i in items):
                    escape(shape, COPIED)
                    parts = [Shape(odd=COPIED) for _ in items]
                else:
                    parts = [Shape() for _ in items]
                    unify(shape, Shape("tuple", parts))
                for i, part in zip(items, parts, strict=True):
                    self.bind(i, part, path)
            case ir.Star(value):
                self.bind(value, Shape(odd=COPIED), path)
            case _:
                escape(shape, KEPT)
                self.of(target, path)

    def iterate(self, target: ir.Expr, iterable: ir.Expr, path: str) -> None:
        callee = self.callee(iterable, path)
        args = [a.value for a in iterable.args if not a.keyword] if isinstance(iterable, ir.Call) else []
        match callee, target:
            case (LibraryCall("builtins", "zip"), ir.Display(_, ts)) if len(ts) == len(args):
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
            case ir.Display("(" | "[", items) if not any(isinstance(i, ir.Star) for i in items):
                return self.common(items, path)
            case ir.Name():
                sequence = many("sequence")
                item = sequence.items[0]
                unify(self.of(e, path), sequence)
                return item
            case _:
                return self.odd(e, path, HANDED)

    # --- expressions --------------------------------------------------------------------------------------------------

    def callee(self, e: ir.Expr, path: str) -> Callee | None:
        return self.program.callee(self.unit, path, e.func) if isinstance(e, ir.Call) else None

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
        scopes = self.unit.scopes
        key = scopes.key(path, id)
        if key is None:
            return Shape(odd="it is a global")
        shape = self.variable(key)
        if scopes.owner(path, id) != path:
            self.closed.append(shape)
        return shape

    def of(self, e: ir.Expr, path: str) -> Shape:
        """The shape of a value."""
        match e:
            case ir.Name(id):
                return self.name(id, path)
            case ir.Const(None):
                return Shape()
            case ir.Const() | ir.Library():
                return number()
            case ir.Unary("not") | ir.Compare() | ir.Slice():
                for c in children(e):
                    self.test(c, path)
                return number()
            case ir.Binary("*", ir.Display("[") as items_, times):
                self.test(times, path)
                return self.display(items_, path)
            case ir.Binary() | ir.Unary():
                for c in children(e):
                    unify(self.of(c, path), number())
                return number()
            case ir.Logic(_, items):
                return self.common(items, path)
            case ir.Choice(test, body, orelse):
                self.test(test, path)
                return self.common((body, orelse), path)
            case ir.Call():
                operation = stack_call(e)
                return self.call(e, path) if operation is None else self.operation(*operation, path)
            case ir.Display("(" | "[", items) if not any(isinstance(i, ir.Star) for i in items):
                return self.display(e, path)
            case ir.Walrus(target, value):
                shape = self.of(value, path)
                self.copies.append(shape)
                self.bind(target, shape, path)
                return shape
            case ir.Subscript() | ir.Attribute():
                for c in children(e):
                    self.odd(c, path, INDEXED)
                return Shape(odd=INDEXED)
            case ir.Display() | ir.Star():
                for c in children(e):
                    self.odd(c, path, COPIED)
                return Shape(odd=COPIED)
            case ir.Comprehension() | ir.Lambda() | ir.Opaque():
                for x in walk(e):
                    if isinstance(x, ir.Name):
                        escape(self.name(x.id, path), BUILT)
                return Shape(odd=BUILT)

    def operation(self, name: ir.Name, what: str, pushed: ir.Expr | None, path: str) -> Shape:
        stack = many("list", changed=True)
        item = stack.items[0]
        unify(self.of(name, path), stack)
        if pushed is not None:
            unify(item, self.of(pushed, path))
        return item if what == "pop" else Shape()

    def display(self, e: ir.Display, path: str) -> Shape:
        if e.bracket == "(":
            return Shape("tuple", [self.of(i, path) for i in e.items])
        made = many("list")
        for i in e.items:
            unify(made.items[0], self.of(i, path))
        return made

    def call(self, e: ir.Call, path: str) -> Shape:
        match self.callee(e, path):
            case LibraryCall("builtins", name) if name in READS:
                for a in e.args:
                    shape = self.of(a.value, path)
                    if name == "len" and isinstance(a.value, ir.Name) and not find(shape).kind:
                        unify(shape, many("sequence"))
                        find(shape).downward = True
                return number()
            case LibraryCall("math"):
                for a in e.args:
                    shape = self.of(a.value, path)
                    escape(shape, HANDED) if isinstance(a.value, ir.Display) else unify(shape, number())
                return number()
            case UnitCall(unit) if not unit.directives.partials and not unit.directives.passive:
                return self.unit_call(e, unit, path)
            case callee:
                for a in e.args:
                    self.odd(a.value, path, HANDED)
                if isinstance(e.func, ir.Attribute):
                    self.odd(e.func.value, path, HANDED)
                is_number = isinstance(callee, LibraryCall) and callee.name in NUMBERS
                return number() if is_number else Shape(odd=HANDED)

    def unit_call(self, e: ir.Call, unit: Unit, path: str) -> Shape:
        """A call of the user's: the shapes of its own for this call are those of the arguments."""
        given = {id(a): self.of(a.value, path) for a in e.args}
        signature = self.lookup(unit)
        bound = bind(unit.function.params, e)
        if signature is None or bound is None or bound.loose:
            for shape in given.values():
                escape(shape, HANDED)
            return Shape(odd=HANDED)
        memo: dict[int, Shape] = {}
        pairs = self.shapes.arguments.setdefault(id(e), [])
        for p, a in bound.pairs:
            if p.role in ("*", "**"):
                escape(given[id(a)], HANDED)
            else:
                unify(copied(signature.params[p.name], memo), given[id(a)])
                pairs.append((p.name, given[id(a)]))
        return copied(signature.result, memo)


def read_names(f: ir.Function) -> frozenset[str]:
    """Every name that a function reads somewhere; targets of assignments alone do not count."""
    found: set[str] = set()
    for s in statements(f.body, nested=True):
        targets: tuple[ir.Expr, ...] = ()
        match s:
            case ir.Assign(targets=targets):
                pass
            case ir.For(target):
                targets = (target,)
            case _:
                pass
        for e in expressions(s):
            bound = e in targets and any(e is t for t in targets)
            found |= {x.id for x in walk(e) if isinstance(x, ir.Name) and not (bound and is_bound(x, e))}
    return frozenset(found)


def is_bound(name: ir.Name, target: ir.Expr) -> bool:
    """Whether a name in a target is bound by it, not read for an index."""
    match target:
        case ir.Name():
            return target is name
        case ir.Display(_, items):
            return any(is_bound(name, i) for i in items)
        case ir.Star(value):
            return is_bound(name, value)
        case _:
            return False
