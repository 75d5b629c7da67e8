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

    def call(self, unit: Unit, e: ir.Call | ir.Attribute) -> frozenset[str]:
        """The attributes that may be set by a call."""
        return self.reached(self.callees(unit, e))

    def reached(self, units: list[Unit]) -> frozenset[str]:
        """The attributes that functions, and all that they call, may set."""
        seen, work, found = set(units), list(units), frozenset[str]()
        while work:
            own, called = self.unit(work.pop())
            found |= own
            work += [u for u in called if u not in seen]
            seen |= set(called)
        return found

    def callees(self, unit: Unit, e: ir.Call | ir.Attribute) -> list[Unit]:
        """The functions that a call, or a property, may run."""
        if isinstance(e, ir.Attribute):
            return [m for m in self.methods(unit, e.attr) if self.objects.is_property(m)]
        self.objects.program.reading += 1
        try:
            named = isinstance(e.func, (ir.Name, ir.Attribute))
            callee = self.objects.program.callee(unit, "", e.func) if named else None
        finally:
            self.objects.program.reading -= 1
        match callee:
            case UnitCall(other):
                return [other]
            case NestedCall():
                return []
            case _:
                return self.methods(unit, e.func.attr) if isinstance(e.func, ir.Attribute) else []

    def methods(self, unit: Unit, name: str) -> list[Unit]:
        """The methods of that name in the classes of a module."""
        key = (id(unit.module), name)
        if key not in self.objects.named:
            found = self.objects.named[key] = []
            for module in {id(m): m for m in (unit.module, self.objects.program.main)}.values():
                for n in (b for i in module.items if i.kind == "class" for b in i.binds):
                    cls = self.objects.classes.find(module, ir.Name(n))
                    if cls is not None and name in cls.methods and (m := self.objects.raw_method(cls, name)):
                        found.append(m)
        return self.objects.named[key]

    def unit(self, unit: Unit) -> tuple[frozenset[str], tuple[Unit, ...]]:
        """The attributes that a function sets itself, and the functions that it may call."""
        if unit not in self.objects.written:
            self.objects.written[unit] = frozenset(), ()  # while it is at work
            found, called = frozenset[str](), dict[Unit, None]()
            for s in statements(unit.function.body, nested=True):
                found = found.union(*(names for _, names in self.own(s)))
                for e in (x for top in expressions(s) for x in walk(top) if isinstance(x, (ir.Call, ir.Attribute))):
                    called |= dict.fromkeys(self.callees(unit, e))
            self.objects.written[unit] = found, tuple(called)
        return self.objects.written[unit]


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
