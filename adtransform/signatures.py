"""Parameters and annotations of tangents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adtransform import ir
from adtransform.annotations import DICTIONARIES
from adtransform.calculus import ZERO
from adtransform.tangents import zero_like


def tangent_params(
    params: tuple[ir.Param, ...],
    wrt: list[str],
    tangent: Callable[[str], ir.Name],
    functions: frozenset[str],
    of_default: Callable[[ir.Expr], ir.Expr],
) -> tuple[ir.Param, ...]:
    """The parameters of a tangent: those of the primal, and the tangents behind the last positional one."""
    optional = has_default(params)
    variadic = any(p.role == "*" for p in params)
    added = []
    for p in params:
        if p.name not in wrt:
            continue
        default = (
            default_of(p, p.name in functions, of_default)
            if (optional and p.role != "*") or (p.role == "=" and p.default is not None)
            else None
        )
        if variadic and p.role == "*":
            default = None
        annotation = tangent_annotation_of_param(p)
        added.append(ir.Param(tangent(p.name).id, "=" if variadic else "", annotation, default))
    before = [p for p in params if p.role in ("/", "", "*")]
    if not variadic and any(a.default is not None for a in added):
        added = [a if a.default is not None else replace(a, default=ZERO) for a in added]
    after = [p for p in params if p.role in ("=", "**")]
    return (
        (*before, *added, *after)
        if not variadic
        else (*before, *[p for p in after if p.role == "="], *added, *[p for p in after if p.role == "**"])
    )


def has_default(params: tuple[ir.Param, ...]) -> bool:
    return any(p.default is not None and p.role in ("", "/") for p in params)


def default_of(p: ir.Param, is_function: bool, of_default: Callable[[ir.Expr], ir.Expr]) -> ir.Expr:
    """The default of a tangent parameter: the tangent of the primal's default; nothing for a function."""
    if is_function:
        return ir.Const(None, "None")
    if p.default is not None:
        return of_default(p.default)
    return ZERO if is_number(p.annotation) else ir.Const(None, "None")


LISTS = frozenset("list List Sequence Iterable".split())


def is_number(annotation: ir.Expr | None) -> bool:
    """Whether an annotation is none of a tuple, for which no zero would fit."""
    return not (isinstance(annotation, ir.Subscript) and isinstance(annotation.value, ir.Name))


def zero_of_param(p: ir.Param) -> ir.Expr:
    return zero_like(p.default) if p.default is not None else ZERO


def tangent_annotation_of_param(p: ir.Param) -> ir.Expr | None:
    if p.annotation is None:
        return None
    if p.role == "*":
        return ir.Subscript(ir.Name("tuple"), ir.Display("(", (ir.Name("float"), ir.Const(..., "..."))))
    return mirrored_annotation(p.annotation)


def mirrored_annotation(e: ir.Expr) -> ir.Expr:
    """The annotation of a derivative: floats for numbers, the same structure for tuples."""
    match e:
        case ir.Subscript(ir.Name(id) as name, inner) if id in LISTS:
            return ir.Subscript(name, mirrored_annotation(inner))
        case ir.Subscript(ir.Name("tuple"), ir.Display(record=ir.Record())):
            return e
        case ir.Subscript(ir.Name("tuple" | "Tuple") as name, ir.Display("(", items)):
            return ir.Subscript(name, ir.Display("(", tuple(mirrored_annotation(i) for i in items)))
        case ir.Subscript(ir.Name("tuple" | "Tuple") as name, item):
            return ir.Subscript(name, mirrored_annotation(item))
        case ir.Subscript(ir.Name(id)) if id in DICTIONARIES:
            return e
        case ir.Const(value) if value is ...:
            return e
        case ir.Name("Callable") | ir.Subscript(ir.Name("Callable")):
            return ir.Name("Callable") if isinstance(e, ir.Subscript) else e
        case ir.Attribute(_, "ndarray" | "NDArray") | ir.Subscript(ir.Attribute(_, "ndarray" | "NDArray")):
            return e
        case ir.Subscript(ir.Name("NDArray" | "ndarray")):
            return e
        case ir.Name(id) if id not in ("int", "bool", "str", "float", "complex"):
            return e
        case _:
            return ir.Name("float")


def tangent_annotation(returns: ir.Expr | None) -> ir.Expr | None:
    if returns is None or isinstance(returns, ir.Const):
        return None
    return ir.Subscript(ir.Name("tuple"), ir.Display("(", (returns, mirrored_annotation(returns))))
