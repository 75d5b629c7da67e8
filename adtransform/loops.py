"""Loops over active values run over values and tangents together."""

from __future__ import annotations

from adtransform import ir
from adtransform.operators import SEQUENCES
from adtransform.pieces import keywords, zipped
from adtransform.refusals import Refused
from adtransform.scopes import LibraryCall, UnknownCall
from adtransform.stores import tangent_target
from adtransform.tangents import Tangents
from adtransform.traverse import target_names


def together(work: Tangents, target: ir.Expr, iterable: ir.Expr, path: str) -> tuple[ir.Expr, ir.Expr]:
    callee = work.callee(iterable.func, path) if isinstance(iterable, ir.Call) else None
    args = [a.value for a in iterable.args if not a.keyword] if isinstance(iterable, ir.Call) else []
    if isinstance(iterable, ir.Call) and any(a.star for a in iterable.args):
        raise Refused(iterable, "N103", "the loop runs over starred arguments", "Write them out.")
    match callee, target:
        case (LibraryCall("builtins", "zip"), ir.Display(_, ts)) if len(ts) == len(args):
            both = [c for t, a in zip(ts, args, strict=True) for c in columns(work, t, a, path)]
            assert isinstance(iterable, ir.Call)
            return ir.Display("(", tuple(t for t, _ in both)), zipped([a for _, a in both], keywords(iterable))
        case (LibraryCall("builtins", "enumerate"), ir.Display(_, (i, t))):
            inner, source = together(work, t, args[0], path)
            assert isinstance(iterable, ir.Call)
            rest = (*[ir.Arg(a) for a in args[1:]], *keywords(iterable))
            counted = ir.Call(ir.Library("builtins", "enumerate"), (ir.Arg(source), *rest))
            return ir.Display("(", (i, inner)), counted
        case (LibraryCall("builtins", "reversed"), _):
            back = [
                ir.Call(ir.Library("builtins", "reversed"), (ir.Arg(a),))
                for _, a in columns(work, target, args[0], path)
            ]
            return ir.Display("(", (target, tangent_target(work, target, path))), zipped(list(back))
        case (None | LibraryCall("builtins", "sorted" | "list" | "tuple") | UnknownCall(), _):
            both = columns(work, target, iterable, path)
            return ir.Display("(", tuple(t for t, _ in both)), zipped([a for _, a in both])
    raise Refused(
        iterable,
        "N146",
        "the loop runs over active values in a way that is not supported yet",
        "Loop over a tuple, zip, enumerate or reversed.",
    )


def columns(work: Tangents, target: ir.Expr, values: ir.Expr, path: str) -> list[tuple[ir.Expr, ir.Expr]]:
    if not work.is_active(values, path):
        if any(work.is_active(t, path) for t in [ir.Name(n) for n in target_names(target)]):
            if work.shape_of(values, path).kind not in SEQUENCES:
                raise Refused(values, "N146", "a loop variable is active here and passive there", "Use another name.")
            return [(target, values), (tangent_target(work, target, path), work.zero(values, path))]
        return [(target, values)]
    return [(target, values), (tangent_target(work, target, path), work.mirrored(values, path))]
