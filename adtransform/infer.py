"""Shapes of the units of a program, from their statements: see `structure` and `inference`.

A list is a stack if it is only ever bound, pushed to, popped from, cleared, counted, iterated over, put into tuples,
taken out of them, and handed to functions of the user's.
"""

from __future__ import annotations

from adtransform import ir
from adtransform.inference import COPIED, NESTED, Inference, Lookup, backward
from adtransform.module_values import module_value
from adtransform.scopes import Program, Unit, UnitCall
from adtransform.structure import (
    SEVERAL,
    Shapes,
    Signature,
    array,
    escape,
    find,
    is_list,
    lists_in,
    more,
    number,
    unify,
)
from adtransform.traverse import expressions, statements, walk

__all__ = ["Inferred", "backward", "stack_call"]


def stack_call(e: ir.Expr) -> tuple[ir.Name, str, ir.Expr | None] | None:
    """The name, the operation and what is pushed, of `stack.append(v)`, `stack.pop()` or `stack.clear()`."""
    match e:
        case ir.Call(ir.Attribute(ir.Name() as name, "append"), (ir.Arg(value, "", ""),)):
            return name, "append", value
        case ir.Call(ir.Attribute(ir.Name() as name, "pop" | "clear" as operation), ()):
            return name, operation, None
        case _:
            return None


class Inferred:
    """The shapes in all units of a program, inferred when they are asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.found: dict[Unit, Inference | None] = {}  # None while it is being inferred
        self.touched: dict[Unit, bool] = {}
        self.arrays: set[tuple[Unit, str]] = set()  # parameters that nothing is known of, and that get arrays

    def prepare(self, units: list[Unit]) -> None:
        """Infer units with all that they call, until it shows which parameters get arrays somewhere."""
        while True:
            for u in units:
                if self.touches(u):
                    self.signature(u)
            new = {x for known in self.found.values() if known is not None for x in known.arrays_given()} - self.arrays
            if not new:
                return
            self.arrays |= new
            self.found = {}
            self.touched |= {u: True for u, _ in new}

    def shapes(self, unit: Unit) -> Shapes | None:
        """The shapes in a unit that, or whose callees, make lists or write to them; None for any other."""
        if not self.touches(unit) or self.signature(unit) is None:
            return None
        known = self.found[unit]
        return known.shapes if known is not None else None

    def signature(self, unit: Unit) -> Signature | None:
        """The shapes of parameters and result; None inside a cycle of calls."""
        if unit not in self.found:
            self.found[unit] = None
            given = frozenset(n for u, n in self.arrays if u is unit)
            self.found[unit] = infer(unit, self.program, self.signature, given)
        known = self.found[unit]
        return signature_of(known) if known is not None else None

    def inference(self, unit: Unit) -> Inference | None:
        """All that was inferred of a unit; None where `shapes` gives None."""
        return self.found[unit] if self.shapes(unit) is not None else None

    def touches(self, unit: Unit) -> bool:
        seen, work = {unit}, [unit]
        while unit not in self.touched and work:
            current = work.pop()
            own = any(f.lists for f in current.features.values())
            if self.touched.get(current) or own or self.reads_arrays(current):
                self.touched[unit] = True
            elif current not in self.touched:
                more = [u for u in self.callees(current) if u not in seen]
                seen |= set(more)
                work += more
        if unit not in self.touched:
            self.touched |= dict.fromkeys(seen, False)
        return self.touched[unit]

    def reads_arrays(self, unit: Unit) -> bool:
        """Whether a unit reads an array of its module."""
        own = unit.scopes.locals[""]
        reads = (n for n in read_names(unit.function) if n not in own and n in unit.module.bindings)
        return any(module_value(self.program.project, unit.module, n).kind == "array" for n in reads)

    def callees(self, unit: Unit) -> list[Unit]:
        calls = [(path, e) for path, f in unit.features.items() for e in f.calls]
        found = (self.program.callee(unit, path, e.func) for path, e in calls)
        return [c.unit for c in found if isinstance(c, UnitCall)]


def infer(unit: Unit, program: Program, lookup: Lookup, arrays: frozenset[str] = frozenset()) -> Inference:
    """The shapes in a unit; `lookup` has those of the functions that it calls, None for one that calls itself.

    `arrays` are parameters that get arrays.
    """
    found = Inference(unit, program, lookup, read_names(unit.function))
    for n in arrays:
        unify(found.variable(n), array(rank=SEVERAL))
    found.function(unit.function, "")
    found.settle()
    for p in unit.function.params:
        shape = find(found.shapes.variables[p.name])
        if isinstance(p.default, (ir.Display, ir.Comprehension)) and shape.changed:
            escape(shape, "its default is shared by all calls")
    for s in found.copies:
        if is_list(s):
            more(s, COPIED)
    for s in found.closed:
        if any(lists_in(s)):
            more(s, NESTED)
    found.shapes.name_lists()
    return found


def signature_of(found: Inference) -> Signature:
    shapes = found.shapes
    params = {p.name: shapes.variables[p.name] for p in found.unit.function.params}
    return Signature(params, shapes.results.get("", number()))


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
