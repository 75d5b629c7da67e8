"""Names of types: an annotation that is one says what the name stands for, and is printed as the name.

Vector = npt.NDArray[np.float64]

def f(x: Vector) -> float:        x is an array
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir, reader
from adtransform.modules import Imported, Module, Project, Value
from adtransform.traverse import names as mentioned
from adtransform.traverse import rebuild

DEEP = 20
NUMBERS = frozenset({"float", "int"})


def expanded(project: Project, module: Module, e: ir.Expr | None, depth: int = 0) -> ir.Expr | None:
    """An annotation with what its names stand for in their place."""

    def inner(x: ir.Expr) -> ir.Expr:
        return expanded(project, module, x, depth) or x

    match e:
        case None | ir.Const():
            return e
        case ir.Name(id):
            return meaning(project, module, id, depth) or e
        case ir.Subscript() | ir.Binary("|") | ir.Display():
            return rebuild(e, inner)
        case _:
            return e


def meaning(project: Project, module: Module, name: str, depth: int) -> ir.Expr | None:
    """The type that a name stands for: one that is bound once, to what looks like a type."""
    binding = module.bindings.get(name)
    if depth > DEEP or not isinstance(binding, (Value, Imported)):
        return None
    match project.resolve(module, name):
        case (home, original, Value()):
            items = [item for item in home.items if original in item.binds]
            if len(items) != 1 or items[0].kind != "assign":
                return None
            match reader.statement(items[0].node)[0]:
                case ir.Assign((ir.Name(),), ir.Attribute() | ir.Subscript() | ir.Name() | ir.Binary("|") as value):
                    found = expanded(project, home, value, depth + 1) or value
                    return found if is_type(found) else None
    return None


def is_type(e: ir.Expr) -> bool:
    """Whether an expression names a kind of value that is known."""
    from adtransform.kinds import Kind, of_annotation

    return of_annotation(e) not in (None, Kind.OTHER)


def contracted(project: Project, module: Module, raw: ir.Function, f: ir.Function) -> ir.Function:
    """A generated function with the names of types that the source has for them."""
    notes = [*(p.annotation for p in raw.params), raw.returns]
    names = {x for e in notes if e is not None for x in mentioned(e)}
    known = {m: ir.Name(n) for n in sorted(names) if (m := meaning(project, module, n, 0)) is not None}
    if not known:
        return f

    def back(e: ir.Expr) -> ir.Expr:
        return known[e] if e in known else rebuild(e, back) if isinstance(e, (ir.Subscript, ir.Display)) else e

    params = tuple(replace(p, annotation=p.annotation and back(p.annotation)) for p in f.params)
    return replace(f, params=params, returns=f.returns and back(f.returns))
