"""Annotations of parameters, as shapes."""

from __future__ import annotations

from adtransform import ir
from adtransform.structure import Shape, array, keyed, many, number

NUMBERS = frozenset("float int bool float64 float32 floating Real Number".split())
DICTIONARIES = frozenset("dict Dict Mapping MutableMapping".split())
ARRAYS = frozenset({"ndarray", "NDArray"})


def shape_of(e: ir.Expr | None) -> Shape:
    """The shape that an annotation states; an unknown one where it says nothing.

    >>> from adtransform.templates import template
    >>> shape_of(template("list[float]")).kind, shape_of(template("float")).kind
    ('list', 'number')
    """
    match e:
        case ir.Name(id) | ir.Attribute(_, id) if id in DICTIONARIES:
            return keyed()
        case ir.Subscript(ir.Name(id) | ir.Attribute(_, id), inner) if id in ARRAYS:
            return array(rank=axes_of(inner))
        case ir.Name(id) | ir.Attribute(_, id) if id in ARRAYS:
            return array()
        case ir.Const(str() as text):
            is_array = text.rpartition(".")[2].partition("[")[0] in ARRAYS
            return number() if text in NUMBERS else array() if is_array else Shape()
        case ir.Name(id) | ir.Attribute(_, id) if id in NUMBERS:
            return number()
        case ir.Name("list" | "List"):
            return many("list")
        case ir.Name("Sequence" | "Iterable") | ir.Attribute(_, "Sequence" | "Iterable"):
            return many("sequence")
        case ir.Subscript(ir.Name(id) | ir.Attribute(_, id), inner):
            return subscripted(id, inner)
        case ir.Binary("|", left, right):
            return shape_of(right if left == ir.Const(None, "None") else left)
        case _:
            return Shape()


def axes_of(e: ir.Expr) -> int:
    """The number of axes that `np.ndarray[tuple[int, int], …]` states; 0 if it states none."""
    match e:
        case ir.Display(_, (ir.Subscript(ir.Name("tuple"), inner), *_)) | ir.Subscript(ir.Name("tuple"), inner):
            items = inner.items if isinstance(inner, ir.Display) else (inner,)
            return 0 if any(i == ir.Const(..., "...") for i in items) else len(items)
        case _:
            return 0


def subscripted(name: str, inner: ir.Expr) -> Shape:
    items = inner.items if isinstance(inner, ir.Display) else (inner,)
    match name:
        case "list" | "List":
            return many("list", shape_of(inner))
        case _ if name in DICTIONARIES:
            return keyed(shape_of(items[-1]))
        case "tuple" | "Tuple" if len(items) == 2 and isinstance(items[1], ir.Const) and items[1].value is ...:
            return many("sequence", shape_of(items[0]))
        case "tuple" | "Tuple":
            return Shape("tuple", [shape_of(i) for i in items], record=getattr(inner, "record", None))
        case "Sequence" | "Iterable" | "Collection" | "MutableSequence":
            return many("sequence", shape_of(inner))
        case "Optional" | "Final" | "Annotated":
            return shape_of(items[0])
        case _:
            return Shape()
