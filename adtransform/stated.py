"""Kinds of parameters that are known from actual arguments, stated as annotations.

def f(x, n):  with ("x", "list[float]"), ("n", "int")  →  def f(x: list[float], n: int):
"""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.annotations import shape_of
from adtransform.refusals import Refused

SEQUENCES = ({"list", "sequence"}, {"tuple", "sequence"}, {"number", ""})
CALLED = {"number": "a number", "list": "a list", "array": "an array", "tuple": "a tuple", "sequence": "a sequence"}


def with_kinds(function: ir.Function, kinds: tuple[tuple[str, str], ...]) -> ir.Function:
    """The function with annotations for the parameters that have none, or some that say nothing.

    Arguments:
        function: as it was read.
        kinds: names of parameters, and the annotations that fit their arguments.

    Raises:
        Refused: an annotation of the function says something else.
    """
    known = dict(kinds)
    return replace(function, params=tuple(with_kind(function, p, known.get(p.name, "")) for p in function.params))


def with_kind(function: ir.Function, p: ir.Param, kind: str) -> ir.Param:
    """One parameter with its annotation.

    Raises:
        Refused: it has one that says something else.
    """
    if not kind or p.role in ("*", "**"):
        return p
    given = annotation(kind)
    if p.annotation is None:
        return replace(p, annotation=given)
    said, is_ = shape_of(p.annotation), shape_of(given)
    several = isinstance(p.annotation, ir.Binary)  # `float | np.ndarray`
    if (several or not said.kind) and is_.kind:  # the name of a type, `Vector`, says less than the argument
        return replace(p, annotation=given)
    if said.kind and is_.kind and said.kind != is_.kind and {said.kind, is_.kind} not in SEQUENCES:
        message = f"`{p.name}` is annotated as {CALLED[said.kind]}, and {CALLED[is_.kind]} is given"
        raise Refused(function, "U009", message, "Pass what is annotated, or leave the annotation out.")
    return p


def annotation(text: str) -> ir.Expr:
    """An annotation from its text."""
    import libcst as cst

    from adtransform import reader

    return reader.expression(cst.parse_expression(text))
