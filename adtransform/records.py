"""Objects as tuples of their fields: how the engine makes and reads them.

Objects are read as tuples (`objects`) and spelled as objects again in the end (`respell`); in between, a tuple of a
class is one that says so (`Display.record`), and the index of a field knows its name (`Field`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.refusals import Refused
from adtransform.structure import Shape, find
from adtransform.traverse import expressions, walk

if TYPE_CHECKING:
    from adtransform.work import Work


def field_of(record: ir.Record, k: int) -> ir.Field:
    """The index of a field."""
    return ir.Field(k, f".{record.fields[k]}", record.passive[k])


def made(record: ir.Record, items: tuple[ir.Expr, ...], derivative: Callable[[ir.Expr], ir.Expr]) -> ir.Expr:
    """The derivative of an object: an object of its class; what carries no derivative is copied over."""
    if not record.plain:
        text = f"the constructor of `{record.name}` does more than set the fields, so that no derivative can be made"
        raise Refused(items[0] if items else None, "N171", text, "Keep the computation out of the constructor.")
    parts = []
    for i, passive in zip(items, record.passive, strict=True):
        if passive and not is_plain(i):
            text = "what is computed for a field without a derivative would be computed twice"
            raise Refused(i, "N171", text, "Assign it to a variable first.")
        parts.append(i if passive else derivative(i))
    return ir.Display("(", tuple(parts), record=record)


def check_fields(work: Work, s: ir.Stmt, path: str) -> None:
    """No active value goes into a field that carries no derivative."""
    found = [x for top in expressions(s) for x in walk(top)]
    targets = [*(s.targets if isinstance(s, ir.Assign) else (s.target,) if isinstance(s, ir.For) else ())]
    targets += [c.target for x in found if isinstance(x, ir.Comprehension) for c in x.clauses]
    bound = {id(x) for t in targets for x in walk(t)}
    for e in (x for x in found if isinstance(x, ir.Display) and x.record and id(x) not in bound):
        assert isinstance(e, ir.Display) and e.record is not None
        for k, (i, is_passive) in enumerate(zip(e.items, e.record.passive, strict=True)):
            if is_passive and work.is_varied(i, path):
                text = f"the field `{e.record.fields[k]}` of `{e.record.name}` gets an active value, and is no float"
                raise Refused(i if i.at is not None else e, "N171", text, "Annotate the field with `float`.")


def carried_names(target: ir.Expr) -> list[str]:
    """The names that an assignment target binds, without those that passive fields of objects go to."""
    match target:
        case ir.Display(items=items, record=record):
            passive = record.passive if record is not None else (False,) * len(items)
            return [n for i, p in zip(items, passive, strict=True) if not p for n in carried_names(i)]
        case ir.Star(value):
            return carried_names(value)
        case ir.Name(id):
            return [id]
        case _:
            return []


def is_plain(e: ir.Expr) -> bool:
    """Whether an expression may be evaluated once more."""
    return not any(isinstance(x, (ir.Call, ir.Walrus, ir.Comprehension, ir.Lambda)) for x in walk(e))


def index_in(display: ir.Display, k: int) -> ir.Expr:
    """The index of an item of a tuple, or of a field of an object."""
    return ir.Const(k, str(k)) if display.record is None else field_of(display.record, k)


def is_field(e: ir.Expr) -> bool:
    """Whether an expression is a field of a variable, as cheap as the variable itself."""
    return isinstance(e, ir.Subscript) and isinstance(e.index, ir.Field) and (is_field(e.value) or is_name(e.value))


def is_name(e: ir.Expr) -> bool:
    return isinstance(e, ir.Name)


def holds_records(s: Shape) -> bool:
    s = find(s)
    return s.record is not None or any(holds_records(i) for i in s.items)
