"""Statements about arrays with what their adjoints do: arrays that are made anew, changed in place, or viewed.

u[1:-1] += c * w               c_b += np.sum(w * u_b[1:-1])
                               w_b += c * u_b[1:-1]
x *= y                         y_b += x_0 * x_b          (x_0 is a copy of x before)
                               x_b *= y
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.array_adjoints import call, fitted, is_array
from adtransform.array_tangents import is_alias
from adtransform.containers import check_followed
from adtransform.names import temporary
from adtransform.pieces import with_lead, without_text
from adtransform.refusals import Refused
from adtransform.shapes import LIST
from adtransform.structure import Shape, array, cells_of, rank_of
from adtransform.tables import ROWS, base_of, root
from adtransform.transposed import Transposed
from adtransform.traverse import rebuild, walk

if TYPE_CHECKING:
    from adtransform.share import Numbering
    from adtransform.transpose import Transposer


def assigned(tr: Transposer, s: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr) -> list[ir.Stmt] | None:
    """An array gets a name: a view of one that is written to has no adjoint of its own; None for anything else."""
    target = targets[0]
    if len(targets) > 1 or not isinstance(target, ir.Name) or not is_array(tr.work, target):
        return None
    if tr.tables.alias(target.id):
        tr.lists.resolved(target)
        check_view(tr, value)
        return [s]
    is_result = target.id in tr.tables.results  # nothing is written behind it
    if is_array(tr.work, value) and tr.tables.is_reference(value) and not is_result:
        raise Refused(value, "N140", "an array that is written to has several names", ROWS)
    if is_written(tr, value) and is_alias(value) and not isinstance(base_of(value), ir.Name):
        raise Refused(value, "N162", "a view of an array that has no name is written to", NAME)
    if isinstance(value, ir.Choice):
        return tr.branches(s, target, value.test, value.body, value.orelse)
    if is_array(tr.work, value) or tr.work.shape_of(value, "").kind == "number":
        return tr.scalar(s, target, value)
    return None


def check_alone(tr: Transposer, e: ir.Expr) -> None:
    """Raise `Refused` where one of several variables that are set at once is a view of an array that is written to."""
    if is_array(tr.work, e) and tr.tables.is_reference(e):
        raise Refused(e, "N140", "an array that is written to gets another name among others", "Assign one by one.")


def check_view(tr: Transposer, e: ir.Expr) -> None:
    """Raise `Refused` where an item of an array that is written to may be a number, a copy, or a row, a view."""
    if isinstance(e, ir.Subscript) and is_written(tr, e) and rank_of(tr.work.shape_of(e, "")).count <= 0:
        entries = e.index.items if isinstance(e.index, ir.Display) else (e.index,)
        if not all(isinstance(i, ir.Slice) or i == ir.Const(..., "...") for i in entries):
            text = "whether this is a number or a row of an array that is written to does not show"
            raise Refused(e, "N162", text, "Annotate the array, as in `np.ndarray[tuple[int, int], np.dtype]`.")


def with_names(tr: Transposer, s: ir.Stmt) -> tuple[list[ir.Stmt], ir.Stmt]:
    """A statement with names for the arrays that it takes items of: `np.cumsum(x)[2]`."""
    found: list[ir.Stmt] = []
    targets = s.targets if isinstance(s, ir.Assign) else (s.target,) if isinstance(s, ir.Augment) else ()

    def visit(e: ir.Expr) -> ir.Expr:
        match e:
            case ir.Subscript(value, index) if is_array(tr.work, value) and not is_view(tr, value):
                inner = visit(value)
                is_copy = tr.lists.is_gathered(e) or is_masked(tr, e)
                named = e is getattr(s, "value", None) and any(is_written(tr, t) for t in targets)  # is a view of it
                if (is_alias(value) and any(e is t for t in targets)) or (named and not is_copy):
                    raise Refused(e, "N162", "a view of an array that has no name is written to", NAME)
                if is_alias(value) and any(is_written(tr, x) for x in walk(value) if isinstance(x, ir.Name)):
                    inner = call("array", inner)
                if not tr.work.is_active(value, ""):
                    return e if inner is value else ir.Subscript(inner, index)
                name = tr.work.temporary(temporary(value), "", True)
                register(tr, name, value)
                found.append(ir.Assign((name,), inner))
                return ir.Subscript(name, index)
            case ir.Comprehension() | ir.Lambda() | ir.Choice() | ir.Logic() | ir.Name() | ir.Const() | ir.Library():
                return e
            case _:
                return rebuild(e, visit)

    if tr.work.inference is None or not isinstance(s, (ir.Assign, ir.Augment, ir.Effect)):
        return [], s
    new: ir.Stmt = replace(s, value=visit(s.value))  # what is written to stays
    if not found:
        return [], s
    *pre, last = with_lead(found, replace(new, source=without_text(new.source)))
    return pre, last


def check_places(tr: Transposer, target: ir.Subscript) -> None:
    """Raise `Refused` where items are chosen by indices of which one may occur twice: the last that is written wins."""
    index = target.index
    apart = isinstance(index, ir.Display) and index.bracket == "[" and are_apart(index.items)
    if tr.lists.is_gathered(target) and not apart:
        text = "items that an array of indices chooses are written: one may be chosen twice"
        raise Refused(target, "N140", text, "Use `np.add.at`, a mask, or a loop.")


def added_at(tr: Transposer, s: ir.Effect, target: ir.Expr, index: ir.Expr, value: ir.Expr) -> list[ir.Stmt]:
    """`np.add.at(y, index, v)`: what was added to has the adjoint of what it was added to."""
    if not tr.work.is_active(value, ""):
        return [s]
    check_followed(tr.work, target, "", "items of an array are added to")
    match index:
        case ir.Subscript(ir.Library("numpy", "s_"), inside):
            index = inside
    item = ir.Subscript(target, index)
    place = tr.lists.adjoint(item)
    known = tr.work.extents.of(item)
    seed = fitted(tr.work, place, value) if known == tr.work.extents.of(value) else unbroadcast(place, value)
    flows = tr.gathered(value, seed)
    pre, primal, flows = tr.recorded(value, flows, "")
    if primal != value:
        call_ = s.value
        assert isinstance(call_, ir.Call)
        args = (*call_.args[:2], ir.Arg(primal))
        s = replace(s, value=replace(call_, args=args), source=without_text(s.source))
    before, flows = tr.shared(flows)
    found = with_lead(pre, s)
    flat = tuple(("", n, tr.work.finished(n, e)) for n, e in flows)
    tr.note(found[-1], Transposed((), flat, before, table=root(tr.lists.resolved(target))))
    return found


def unbroadcast(e: ir.Expr, like: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("helper", "unbroadcast"), (ir.Arg(e), ir.Arg(like)))


def are_apart(items: tuple[ir.Expr, ...]) -> bool:
    """Whether indices are literals that choose each item once."""
    values = [i.value for i in items if isinstance(i, ir.Const) and isinstance(i.value, int)]
    return len(values) == len(items) == len(set(values))


def is_written(tr: Transposer, e: ir.Expr) -> bool:
    from adtransform.tables import memory

    s = tr.work.shape_of(e, "")
    return s.kind == "array" and memory(s).changed


def is_view(tr: Transposer, e: ir.Expr) -> bool:
    """Whether an expression is an array that has a name, or a view of one: no copy of chosen items."""
    if isinstance(e, (ir.Subscript, ir.Attribute)):
        return not tr.lists.is_gathered(e) and not is_masked(tr, e) and is_view(tr, e.value)
    return isinstance(base_of(e), ir.Name)


def is_masked(tr: Transposer, e: ir.Expr) -> bool:
    """Whether items are chosen by a mask."""
    if not isinstance(e, ir.Subscript):
        return False
    entries = e.index.items if isinstance(e.index, ir.Display) else (e.index,)
    return any(is_array(tr.work, i) for i in entries)


def register(tr: Transposer, name: ir.Name, value: ir.Expr) -> None:
    """What is known of a value is known of the temporary that holds it."""
    work = tr.work
    if (
        work.inference is None
        or name.id in work.inference.shapes.variables
        and work.inference.shapes.variables[name.id].kind
    ):
        return
    known = work.extents.of(value)
    unknown = known is None or isinstance(known, str) or None in known
    work.extents.of_variable[name.id] = name.id if unknown and is_array(work, value) else known
    if not is_array(work, value):
        return
    active = name.id in work.active
    work.inference.shapes.add(name.id, copied(work.shape_of(value, "")))
    if work.shapes is not None:
        work.shapes.of[name.id] = LIST
    if active:
        work.active |= work.inference.shapes.leaves(name.id)
        work.varied |= work.inference.shapes.leaves(name.id)


def copied(s: Shape) -> Shape:
    """The shape of a copy, with cells of its own."""
    cells = cells_of(s)
    return array(Shape("cells", whole=cells.whole, mask=cells.mask), rank_of(s).count)


def held(tr: Transposer, value: ir.Expr) -> ir.Expr:
    """A value under a name that nothing else has: a copy, if it would be a view."""
    is_copy = tr.lists.is_gathered(value) or is_masked(tr, value)
    return call("array", value) if is_array(tr.work, value) and is_alias(value) and not is_copy else value


def whole_instead(tr: Transposer, table: Numbering, chosen: set[int]) -> set[int]:
    """One copy of an array in place of several of its slices."""
    found = set(chosen)
    by_root: dict[str, list[int]] = {}
    for n in chosen:
        e = table.example[n]
        root = base_of(e)
        if isinstance(e, ir.Subscript) and isinstance(root, ir.Name) and is_array(tr.work, e):
            by_root.setdefault(root.id, []).append(n)
    for id, several in by_root.items():
        numbers = {table.number(x) for n in several for x in walk(table.example[n]) if x == ir.Name(id)}
        if len(several) > 1 or numbers & chosen:
            found = (found - set(several)) | numbers
    return found


NAME = "Assign the array to a variable first."
