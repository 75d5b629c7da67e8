"""Lists in forward mode: which of them can be followed, and the zeros of their tangents.

Beside each list of active values stands the list of their tangents, of the same structure: whatever is done to the one
is done to the other, so that second names, rows and slices of the one are those of the other.
"""

from __future__ import annotations

from adtransform import ir
from adtransform.arrays import SHARED
from adtransform.calculus import ZERO
from adtransform.methods import FROM_KEYS, METHODS
from adtransform.operators import SEQUENCES
from adtransform.records import field_of, made
from adtransform.refusals import Refused
from adtransform.scopes import LibraryCall
from adtransform.structure import Shape, cells_of, find, is_list
from adtransform.traverse import children, names, walk
from adtransform.work import Work

INDEX = frozenset("len int abs min max range round".split())


def list_call(work: Work, e: ir.Call, path: str) -> tuple[ir.Expr, str, list[ir.Expr]] | None:
    """The list, the method and the arguments of `xs.insert(0, x)`, where the list can be followed."""
    if not isinstance(e.func, ir.Attribute) or e.func.attr not in METHODS or any(a.star or a.keyword for a in e.args):
        return None
    shape = work.shape_of(e.func.value, path)
    if shape.kind not in ("list", "sequence") or not is_followed(shape):
        return None
    return e.func.value, e.func.attr, [a.value for a in e.args]


def is_followed(s: Shape) -> bool:
    """Whether it is known what a shape is, and who holds the lists in it."""
    s = find(s)
    if s.kind == "cells":
        return not s.odd and not (s.copy and s.changed)
    return s.kind in ("number", "rank") or (not s.odd and all(is_followed(i) for i in s.items))


def holds_lists(s: Shape) -> bool:
    s = find(s)
    return is_list(s) or s.kind == "sequence" or any(holds_lists(i) for i in s.items)


def check_followed(work: Work, e: ir.Expr, path: str, what: str, at: ir.Expr | None = None) -> None:
    """Raise `Refused`, at the place `at`, for a list of which it is not known who else holds it."""
    shape = work.shape_of(e, path)
    if shape.kind == "array" and cells_of(shape).whole:
        text = "an active value is stored in an array of whole numbers, which cuts it off"
        raise Refused(at or e, "N140", text, "Make the array with `dtype=float`.")
    if shape.kind == "array" and cells_of(shape).of is not None:
        raise Refused(at or e, "N140", f"{what}, and {SHARED}", "Write to the array itself.")
    if not is_followed(shape) or shape.kind not in (*SEQUENCES, "array"):
        why = reason(shape)
        text = f"{what}, and {why}" if why else what
        raise Refused(
            at or e, "N140", text, "Keep active values in variables, tuples, or lists that stay in the function."
        )


def reason(s: Shape) -> str:
    """Why a shape cannot be followed."""
    s = find(s)
    if s.kind == "cells" and s.copy and s.changed:
        return SHARED
    return s.odd or next((r for i in s.items if (r := reason(i))), "")


def check_index(work: Work, index: ir.Expr, path: str) -> None:
    """An index stands twice, beside the list and beside its tangent: it must be the same both times."""
    for e in walk(index):
        match e:
            case ir.Call(ir.Attribute(_, "index" | "count")):
                pass
            case ir.Call(func):
                callee = work.callee(func, path)
                if not (isinstance(callee, LibraryCall) and (callee.home != "builtins" or callee.name in INDEX)):
                    raise Refused(e, "N152", "the index is the result of a call", "Assign it to a variable first.")
            case ir.Walrus() | ir.Comprehension() | ir.Lambda():
                raise Refused(e, "N152", "the index is more than arithmetic", "Assign it to a variable first.")
            case _:
                pass


def check_parts(work: Work, targets: tuple[ir.Expr, ...], path: str) -> None:
    """Items that an assignment sets: their indices do not change while it runs."""
    several = [p for t in targets for p in parts(t)]
    bound = {n.id for n in several if isinstance(n, ir.Name)}
    written = set[str]().union(*(mates(work, p, path) for p in several)) if len(several) > 1 else set()
    for part in several:
        own = part
        while isinstance(own, ir.Subscript):
            check_index(work, own.index, path)
            if names(own.index) & bound or items_read(own.index) & written or names(own) & bound:
                text = "an index or a list is assigned in the statement that uses it"
                raise Refused(part, "N152", text, "Assign one by one.")
            own = own.value


def check_kept(work: Work, targets: tuple[ir.Expr, ...], path: str) -> None:
    """An index that is read again behind the assignment does not hang on what it writes: `x[x > 0.0] = f(y)`."""
    for part in (p for t in targets for p in parts(t)):
        own = part
        while isinstance(own, ir.Subscript):
            if items_read(own.index) & mates(work, part, path):
                text = "an index is found in what the statement writes to"
                raise Refused(part, "N152", text, "Assign the index to a variable first.")
            own = own.value


def items_read(e: ir.Expr) -> set[str]:
    """The names in an expression, but for those of lists that are only counted."""
    match e:
        case ir.Call(ir.Library("builtins", "len")):
            return set()
        case ir.Name(id):
            return {id}
        case _:
            return set[str]().union(*(items_read(c) for c in children(e)))


def parts(target: ir.Expr) -> list[ir.Expr]:
    """The names and items that a target assigns."""
    match target:
        case ir.Display(_, items):
            return [p for i in items for p in parts(i)]
        case ir.Star(value):
            return parts(value)
        case _:
            return [target]


def is_written_out(e: ir.Expr) -> bool:
    """Whether the structure of a list or tuple shows in an expression."""
    match e:
        case ir.Const():
            return True
        case ir.Display():
            return True
        case ir.Binary("*", left):
            return isinstance(left, ir.Display)
        case ir.Comprehension("[", element, clauses):
            return is_written_out(element) and all(isinstance(c.iterable, ir.Call) for c in clauses)
        case _:
            return False


def mates(work: Work, target: ir.Expr, path: str) -> set[str]:
    """The names of the variables that may hold the lists that an assignment writes to."""
    shapes = work.probe.shapes
    found: set[str] = set()
    for part in parts(target):
        while isinstance(part, (ir.Subscript, ir.Attribute)):
            part = part.value
        if not isinstance(part, ir.Name) or shapes is None:
            continue
        key = work.unit.scopes.key(path, part.id)
        leaves = shapes.leaves(key) if key is not None else frozenset()
        found |= {part.id, *(k.rpartition("/")[2] for k in shapes.variables if not leaves.isdisjoint(shapes.leaves(k)))}
    return found


def zeros(s: Shape, e: ir.Expr, new: str = "item") -> ir.Expr:
    """Zeros of the structure of a value.

    >>> from adtransform.printer import show
    >>> from adtransform.structure import many, number
    >>> show(zeros(many("list", many("list", number())), ir.Name("rows")))
    '[[0.0] * len(row) for row in rows]'
    """
    s = find(s)
    length = ir.Call(ir.Library("builtins", "len"), (ir.Arg(e),))
    match s.kind:
        case "tuple" if s.record is not None:
            fields: list[ir.Expr] = [ir.Subscript(e, field_of(s.record, k)) for k in range(len(s.items))]
            inner_ = dict(zip(fields, s.items, strict=True))
            return made(s.record, tuple(fields), lambda x: zeros(inner_[x], x))
        case "array":
            return ir.Call(ir.Library("numpy", "zeros_like"), (ir.Arg(e),))
        case "tuple":
            items = (zeros(i, ir.Subscript(e, ir.Const(k, str(k)))) for k, i in enumerate(s.items))
            return ir.Display("(", tuple(items))
        case "list" if s.keyed:
            if find(s.items[0]).kind in (*SEQUENCES, "array"):
                raise Refused(e, "N174", "a dictionary of lists needs zeros", "Use a dictionary of floats.")
            return ir.Call(ir.Library("builtins", FROM_KEYS), (ir.Arg(e), ir.Arg(ZERO)))
        case "list" | "sequence" if find(s.items[0]).kind in (*SEQUENCES, "array"):
            plural = isinstance(e, ir.Name) and len(e.id) > 1 and e.id.endswith("s")
            name = e.id[:-1] if isinstance(e, ir.Name) and plural else new
            inner = zeros(s.items[0], ir.Name(name), "entry" if new == "item" else new + "_")
            return ir.Comprehension("[", inner, (ir.Clause(ir.Name(name), e),))
        case "list" | "sequence":
            return ir.Binary("*", ir.Display("[", (ZERO,)), length)
        case _:
            return ZERO
