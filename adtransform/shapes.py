"""The shapes of tuples: how many numbers a variable holds, where that is always the same.

A shape is None for a number and a tuple of shapes for a tuple; the adjoint of a tuple has the same shape.  A variable
that holds tuples of different lengths has no shape (`UNKNOWN`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from adtransform import ir
from adtransform.calculus import number
from adtransform.infer import backward, stack_call
from adtransform.records import field_of
from adtransform.scopes import Program, Unit, UnitCall
from adtransform.structure import is_stack
from adtransform.traverse import expressions, own_names, statements, target_names, walk

Shape = tuple[object, ...] | str | None  # the items of a tuple are shapes
UNKNOWN = "unknown"
STACK = "stack"  # a list that is only pushed to and popped from; its adjoint is one, too
LIST = "list"  # any other list that can be followed


class Fields(tuple[object, ...]):
    """The shape of an object: those of its fields, and its class."""

    record: ir.Record

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self.record == other.record and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.record, tuple.__hash__(self)))


def of_record(items: Iterable[object], record: ir.Record | None) -> tuple[object, ...]:
    """The shape of a tuple, or of an object."""
    if record is None:
        return tuple(items)
    found = Fields(items)
    found.record = record
    return found


def record_of(shape: Shape) -> ir.Record | None:
    return shape.record if isinstance(shape, Fields) else None


def index_of(shape: Shape, k: int) -> ir.Expr:
    """The index of one number of a tuple, or of a field of an object."""
    record = record_of(shape)
    return ir.Const(k, str(k)) if record is None else field_of(record, k)


def label_of(shape: Shape, k: int) -> str:
    """What an item is called in the names of variables: by its number from 1, or by its name."""
    record = record_of(shape)
    return str(k + 1) if record is None else record.fields[k].strip("_") or str(k + 1)


def displayed(shape: Shape, items: Iterable[ir.Expr]) -> ir.Expr:
    """A tuple or object of a shape."""
    return ir.Display("(", tuple(items), record=record_of(shape))


@dataclass
class Shapes:
    """The shapes of the variables of one unit, and of what it returns."""

    unit: Unit
    program: Program
    of: dict[str, Shape] = field(default_factory=dict)
    pushed: dict[str, Shape] = field(default_factory=dict)  # what stands on the stacks

    def inferred(self, e: ir.Expr) -> Shape:
        """`LIST` for a list that can be followed and is no stack."""
        inference = self.program.inferred.inference(self.unit) if self.program.inferred is not None else None
        if inference is None:
            return None
        s = inference.shape(e, "")
        return LIST if s.kind == "array" or (s.kind in ("list", "sequence") and not s.odd and not is_stack(s)) else None

    def expression(self, e: ir.Expr) -> Shape:
        match e:
            case ir.Name(id):
                return self.of.get(id)
            case (
                ir.Display("[", (_, *_))
                | ir.Comprehension("[")
                | ir.Call()
                | ir.Binary()
                | ir.Unary()
                | ir.Subscript()
                | ir.Attribute()
                | ir.Compare()
            ) if self.inferred(e) == LIST:
                return LIST
            case ir.Display("(", items):
                if any(isinstance(i, ir.Star) for i in items):
                    return UNKNOWN
                return of_record((self.expression(i) for i in items), e.record)
            case ir.Display("[", ()):
                return None  # what it is shows by its name
            case ir.Display() | ir.Comprehension("["):
                return UNKNOWN
            case ir.Choice(_, body, orelse):
                return met(self.expression(body), self.expression(orelse))
            case ir.Subscript(value, index):
                whole, k = self.expression(value), number(index)
                if isinstance(whole, tuple) and isinstance(k, int) and -len(whole) <= k < len(whole):
                    found = whole[k]
                    assert found is None or isinstance(found, (tuple, str))
                    return found
                if whole == LIST:
                    return self.inferred(e)
                return None if not isinstance(whole, tuple) else UNKNOWN if any(whole) else None
            case ir.Binary("+" | "*", left, right):
                sides = self.expression(left), self.expression(right)
                return UNKNOWN if any(isinstance(s, tuple) or s == UNKNOWN for s in sides) else None
            case ir.Call(ir.Attribute(ir.Name(id), "pop"), ()):
                return self.pushed.get(id)
            case ir.Call(func) if isinstance(callee := self.program.callee(self.unit, "", func), UnitCall):
                found_ = None if callee.unit.directives.partials else result(callee.unit, self.program)
                return opaque(found_) if isinstance(found_, tuple) else found_
            case ir.Call(ir.Library("builtins", "tuple" | "divmod" | "reversed" | "sorted")):
                return (None, None) if e.func == ir.Library("builtins", "divmod") else UNKNOWN
            case ir.Call(ir.Library("math", "modf" | "frexp")):
                return (None, None)
            case _:
                return None

    def bind(self, target: ir.Expr, shape: Shape) -> None:
        match target:
            case ir.Name(id) if self.of.get(id) not in (STACK, LIST):
                shape = None if shape == RECURSIVE else shape
                self.of[id] = met(self.of[id], shape) if id in self.of else shape
            case ir.Display(_, items) if isinstance(shape, tuple) and len(shape) == len(items):
                for i, s in zip(items, shape, strict=True):
                    assert s is None or isinstance(s, (tuple, str))
                    self.bind(i, s)
            case ir.Display(_, items):
                for i in items:
                    self.bind(i.value if isinstance(i, ir.Star) else i, None)
            case _:
                pass

    def pattern(self, target: ir.Expr) -> Shape:
        """The shape of what a target unpacks."""
        match target:
            case ir.Display(_, items):
                if any(isinstance(i, ir.Star) for i in items):
                    return UNKNOWN
                return of_record(map(self.pattern, items), target.record)
            case ir.Name(id):
                return self.of.get(id)
            case _:
                return None

    def block(self, block: ir.Block) -> None:
        for s in statements(block):
            match s:
                case ir.Assign(targets, value):
                    shape = self.expression(value)
                    for t in targets:
                        if isinstance(value, ir.Name) and isinstance(t, ir.Display) and shape is None:
                            self.bind(value, self.pattern(t))
                        self.bind(t, self.expression(value))
                case ir.For(target, iterable) if isinstance(stack := backward(iterable), ir.Name):
                    self.bind(target, self.pushed.get(stack.id))
                case ir.For(target) | ir.Augment(target):
                    self.bind(target, None)
                case ir.Effect(value) if (found := stack_call(value)) is not None and found[2] is not None:
                    name, item = found[0].id, self.expression(found[2])
                    self.pushed[name] = met(self.pushed[name], item) if name in self.pushed else item
                case _:
                    for n in own_names(s):
                        self.bind(ir.Name(n), None)


def opaque(shape: Shape) -> Shape:
    """A shape in which what a recursive call returns counts as one value."""
    if isinstance(shape, tuple):
        return of_record((opaque(s) for s in shape), record_of(shape))  # type: ignore[arg-type]
    return None if shape == RECURSIVE else shape


def stack_names(block: ir.Block) -> set[str]:
    """The names that are pushed to or popped from."""
    return {
        found[0].id
        for s in statements(block, nested=True)
        if isinstance(s, (ir.Effect, ir.Assign)) and (found := stack_call(s.value)) is not None
    }


def downward_names(block: ir.Block) -> set[str]:
    """The names of what is read from its end, `for v in stack[::-1]`, or counted."""
    found = [backward(s.iterable) for s in statements(block) if isinstance(s, ir.For)]
    for e in (e for s in statements(block) for top in expressions(s) for e in walk(top)):
        match e:
            case ir.Call(ir.Library("builtins", "len"), (ir.Arg(value),)):
                found.append(value)
            case _:
                pass
    return {e.id for e in found if isinstance(e, ir.Name)}


def met(a: Shape, b: Shape) -> Shape:
    """The shape that two values have in common."""
    return a if a == b or b == RECURSIVE else b if a == RECURSIVE else UNKNOWN


def of_annotation(e: ir.Expr | None) -> Shape:
    """The shape that an annotation states."""
    match e:
        case ir.Subscript(ir.Name("tuple" | "Tuple"), ir.Display(_, items)) as e:
            if any(isinstance(i, ir.Const) and i.value is ... for i in items):
                return UNKNOWN
            return of_record((of_annotation(i) for i in items), record_in(e))
        case ir.Subscript(ir.Name("tuple" | "Tuple"), item):
            return (of_annotation(item),)
        case _:
            return None


def record_in(e: ir.Subscript) -> ir.Record | None:
    return e.index.record if isinstance(e.index, ir.Display) else None


def shapes(unit: Unit, program: Program, block: ir.Block) -> Shapes:
    """The shapes of the variables of a unit whose body is `block`."""
    found = Shapes(unit, program, dict.fromkeys(stack_names(block), STACK))
    lists = {n for n in unit.scopes.locals[""] if found.inferred(ir.Name(n)) == LIST}
    found.of |= dict.fromkeys(lists, LIST)
    downward = downward_names(block)
    unpacked: dict[str, Shape] = {}
    for s in statements(block):
        if isinstance(s, ir.Assign) and isinstance(s.value, ir.Name):
            for t in s.targets:
                if isinstance(t, ir.Display):
                    found.of |= dict.fromkeys(downward & set(target_names(t)) - lists, STACK)
                    unpacked.setdefault(s.value.id, found.pattern(t))
    for p in unit.function.params:
        stated = of_annotation(p.annotation)
        if stated is None and p.annotation is None:
            stated = unpacked.get(p.name)
            if stated is None and isinstance(p.default, ir.Display):
                stated = found.expression(p.default)
            if stated is None and p.name in unit.sequences - downward:
                stated = UNKNOWN
        if found.of.get(p.name) not in (STACK, LIST):
            found.of[p.name] = UNKNOWN if p.role in ("*", "**") else stated
    found.block(block)
    for n in downward:
        if found.of.get(n) is None:
            found.of[n] = STACK
    found.block(block)  # once more for what is used before it is assigned, in loops
    return found


def result(unit: Unit, program: Program) -> Shape:
    """The shape of what a function returns; a recursive call has the shape of the others."""
    known = program.results
    if unit in known.found:
        shape: Shape = known.found[unit]
        return shape
    if unit in known.pending:
        known.guessed.add(unit)
        return RECURSIVE
    known.pending.append(unit)
    variables = shapes(unit, program, unit.function.body)
    found: list[Shape] = []
    for s in statements(unit.function.body):
        if isinstance(s, ir.Return):
            shape = variables.expression(s.value) if s.value is not None else None
            if shape != RECURSIVE and shape not in found:
                found.append(shape)
    known.pending.remove(unit)
    known.guessed.discard(unit)
    whole = UNKNOWN if len(found) > 1 else found[0] if found else RECURSIVE if known.pending else None
    if not known.guessed:  # nothing that is still open was guessed
        known.found[unit] = whole
    return whole


RECURSIVE = "recursive"


def parts(name: str, shape: Shape) -> list[str]:
    """The keys of the numbers that a variable holds: `p#0`, `p#1` for a pair `p`."""
    if not isinstance(shape, tuple):
        return [name]
    return [k for i, s in enumerate(shape) for k in parts(f"{name}#{i}", s)]  # type: ignore[arg-type]
