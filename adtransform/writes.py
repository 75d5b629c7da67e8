"""Which attributes a statement, or a function with all that it calls, may set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.scopes import NestedCall, Unit, UnitCall
from adtransform.traverse import expressions, statements, walk

if TYPE_CHECKING:
    from adtransform.objects import Objects

ANY = frozenset({"*"})
SETTERS = frozenset({"setattr", "delattr", "__setattr__", "__delattr__", "vars"})


class Writes:
    """Asks about the units of a program; inside constructors and `__post_init__` an object has no other name yet."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.seen: set[Unit] = set()

    def own(self, s: ir.Stmt) -> list[tuple[ir.Expr, frozenset[str]]]:
        """The attributes that a statement itself sets."""
        targets: tuple[ir.Expr, ...] = ()
        match s:
            case ir.Assign(targets=targets):
                pass
            case ir.Augment(target) | ir.For(target):
                targets = (target,)
            case ir.With(items):
                targets = tuple(t for _, t in items if t is not None)
            case ir.Inert("del"):
                targets = expressions(s)
        found: list[tuple[ir.Expr, frozenset[str]]] = []
        for t in targets:
            found += [(x, frozenset({x.attr})) for x in set_in(t)]
        for e in (x for top in expressions(s) for x in walk(top)):
            match e:
                case ir.Call(ir.Library("builtins", name) | ir.Name(name) | ir.Attribute(_, name)) if name in SETTERS:
                    found.append((e, ANY))
                case ir.Attribute(_, "__dict__"):
                    found.append((e, ANY))
        return found

    def call(self, unit: Unit, e: ir.Call) -> frozenset[str]:
        """The attributes that may be set by a call."""
        self.objects.program.reading += 1
        try:
            callee = (
                self.objects.program.callee(unit, "", e.func) if isinstance(e.func, (ir.Name, ir.Attribute)) else None
            )
        finally:
            self.objects.program.reading -= 1
        match callee:
            case UnitCall(other):
                return self.unit(other)
            case NestedCall():
                return frozenset()
            case _ if isinstance(e.func, ir.Attribute):
                found = frozenset[str]()
                for other in self.methods(unit, e.func.attr):
                    found |= self.unit(other)
                return found
            case _:
                return frozenset()

    def methods(self, unit: Unit, name: str) -> list[Unit]:
        """The methods of that name in the classes of a module."""
        found = []
        for module in {id(m): m for m in (unit.module, self.objects.program.main)}.values():
            for n in (b for i in module.items if i.kind == "class" for b in i.binds):
                cls = self.objects.classes.find(module, ir.Name(n))
                if cls is not None and name in cls.methods and (m := self.objects.raw_method(cls, name)) is not None:
                    found.append(m)
        return found

    def unit(self, unit: Unit) -> frozenset[str]:
        if unit in self.seen:
            return frozenset()
        self.seen.add(unit)
        found = frozenset[str]()
        for s in statements(unit.function.body, nested=True):
            found = found.union(*(names for _, names in self.own(s)))
            for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, (ir.Call, ir.Attribute))):
                if isinstance(e, ir.Call):
                    found |= self.call(unit, e)
                else:  # it may be a property
                    found = found.union(*(self.unit(m) for m in self.methods(unit, e.attr)))
        self.seen.discard(unit)
        return found


def set_in(target: ir.Expr) -> list[ir.Attribute]:
    """The attributes that a target sets."""
    match target:
        case ir.Attribute():
            return [target]
        case ir.Display(_, items):
            return [x for i in items for x in set_in(i)]
        case ir.Star(value):
            return set_in(value)
        case _:
            return []
