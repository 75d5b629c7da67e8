"""Tangents of array operations: each mirrors its operation, so that views are views of the tangent.

y = x @ w + b              y_d = x_d @ w + x @ w_d + b_d
v = a[1:]                  v_d = a_d[1:]
x *= y                     x_d *= y
                           x_d += x * y_d
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adtransform import array_calculus as calculus
from adtransform import ir
from adtransform.array_calculus import vectorised
from adtransform.array_rules import LIKE
from adtransform.arrays import SURE, VIEWS
from adtransform.calculus import ZERO, Derivative, plus, product
from adtransform.refusals import Refused
from adtransform.scopes import LibraryCall
from adtransform.structure import cells_of
from adtransform.traverse import walk

if TYPE_CHECKING:
    from adtransform.tangents import Tangents

JOINING = {"concatenate": 1, "stack": 1, "hstack": 1, "vstack": 1, "column_stack": 1, "append": 2}
NEW = ("zeros", "ones", "empty", "full")


def is_array(work: Tangents, e: ir.Expr, path: str) -> bool:
    return work.inference is not None and work.shape_of(e, path).kind == "array"


def tangent(work: Tangents, e: ir.Expr, path: str) -> tuple[Derivative] | None:
    """The tangent of an array operation, in a tuple; None for anything else."""
    if (joined := joining(work, e, path)) is not None:
        return (joined,)
    if isinstance(e, ir.Call) and (name := library_name(work, e, path)) in ("einsum", "linalg.slogdet"):
        return (einsum(work, e, path) if name == "einsum" else slogdet(work, e, path),)
    op = calculus.operation(work, e, path)
    if op is None:
        return None
    if op.rule.equivalent:
        return (work.derivative(calculus.equivalent(work, op, path), path),)
    total: Derivative = None
    for n, a in op.args.items():
        if not work.is_active(a, path):
            continue
        if LIKE.get(op.rule.name) == n and n not in op.rule.tangents:
            continue
        if n not in op.rule.tangents:
            raise Refused(e, "N104", f"there is no rule for `numpy.{op.rule.name}` by `{n}`", calculus.UNKNOWN)
        total = plus(total, calculus.tangent(work, op, n, work.mirrored(a, path), path))
    return (vectorised(work, total, path),)


def library_name(work: Tangents, e: ir.Call, path: str) -> str:
    callee = work.callee(e.func, path)
    return callee.name if isinstance(callee, LibraryCall) and callee.home == "numpy" else ""


def joining(work: Tangents, e: ir.Expr, path: str) -> ir.Expr | None:
    """`np.concatenate((a, b))`: the tangents joined in the same way."""
    if not isinstance(e, ir.Call) or (count := JOINING.get(library_name(work, e, path))) is None:
        return None
    args = tuple(
        ir.Arg(work.mirrored(a.value, path), a.keyword, a.star) if k < count else a for k, a in enumerate(e.args)
    )
    return ir.Call(e.func, args)


def einsum(work: Tangents, e: ir.Call, path: str) -> Derivative:
    """A sum over the operands: one is replaced by its tangent."""
    total: Derivative = None
    for k, a in enumerate(e.args):
        if k and not a.keyword and work.is_active(a.value, path):
            args = tuple(ir.Arg(work.mirrored(b.value, path)) if k == j else b for j, b in enumerate(e.args))
            total = plus(total, ir.Call(e.func, args))
    return total


def slogdet(work: Tangents, e: ir.Call, path: str) -> Derivative:
    a = e.args[0].value
    solved = ir.Call(ir.Library("numpy", "linalg.solve"), (ir.Arg(a), ir.Arg(work.mirrored(a, path))))
    return ir.Display("(", (ZERO, ir.Call(ir.Library("numpy", "trace"), (ir.Arg(solved),))))


def sum_of(work: Tangents, e: ir.Binary, path: str, d: Derivative) -> Derivative:
    """The tangent of `a + b`, as large as the sum: an operand without a tangent may be the larger one."""
    if d is None or work.backward or not is_array(work, e, path):
        return d
    if is_array(work, e.left, path) and is_array(work, e.right, path):
        for passive, active in ((e.left, e.right), (e.right, e.left)):
            if not work.is_active(passive, path) and not work.extents.equal(passive, active, path):
                return plus(d, zeros_like(passive))
        return d
    for whole in (e.left, e.right):
        if is_array(work, whole, path) and not work.is_active(whole, path):
            return ir.Binary("+", d, zeros_like(whole))
    return d


def zeros_like(e: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("numpy", "zeros_like"), (ir.Arg(e),))


def created(e: ir.Expr) -> ir.Expr | None:
    """The zeros beside a new array: `np.zeros(n)` for `np.ones(n)`."""
    match e:
        case ir.Call(ir.Library("numpy", name), args) if name in NEW and args:
            kept = tuple(a for k, a in enumerate(args) if k == 0 or a.keyword == "dtype")
            return ir.Call(ir.Library("numpy", "zeros"), kept)
        case ir.Call(ir.Library("numpy", "zeros_like" | "ones_like" | "empty_like" | "full_like"), args) if args:
            kept = tuple(a for k, a in enumerate(args) if k == 0 or a.keyword == "dtype")
            return ir.Call(ir.Library("numpy", "zeros_like"), kept)
        case _:
            return None


def owned(work: Tangents, value: ir.Expr, d: ir.Expr, path: str) -> ir.Expr:
    """A tangent that nothing else names where the value is a new array: either may be written to."""
    if work.inference is None or is_alias(value) or not is_alias(d):
        return d
    if work.shape_of(value, path).kind != "array" or not work.writes_arrays:
        return d
    return ir.Call(ir.Library("numpy", "array"), (ir.Arg(d),))


def is_alias(e: ir.Expr) -> bool:
    """Whether an expression may name the cells of an array that exists."""
    match e:
        case ir.Name():
            return True
        case ir.Subscript(value) | ir.Attribute(value):
            return is_alias(value)
        case ir.Call(ir.Library("helper", "unbroadcast" | "owned"), (ir.Arg(value), *_)):
            return is_alias(value)
        case ir.Call(ir.Library("numpy", name), (ir.Arg(value), *_)) | ir.Call(ir.Attribute(value, name)):
            return (name in SURE or name in VIEWS) and is_alias(value)
        case _:
            return False


def augmented(
    work: Tangents, target: ir.Name, own: ir.Expr, op: str, value: ir.Expr, path: str
) -> list[ir.Stmt] | None:
    """`x *= y` of an array: its tangent is changed in place as well; the statements before the primal, None if there
    are none for this operator.
    """
    d = work.derivative(value, path)
    active = work.is_active(value, path)
    match op:
        case "+" | "-":
            return [ir.Augment(own, op, d)] if d is not None else []
        case "*":
            scaled = ir.Augment(own, "*", value)
            if not active or d is None:
                return [scaled]
            share = product(target, d)
            if not shares_cells(work, target, value, path):
                return [scaled, ir.Augment(own, "+", share)]
            held = work.temporary("t#", path, False)
            return [ir.Assign((held,), share), scaled, ir.Augment(own, "+", held)]
        case "/" if active and d is not None:
            share = product(ir.Binary("/", target, value), d)
            return [ir.Augment(own, "-", share), ir.Augment(own, "/", value)]
        case "/":
            return [ir.Augment(own, "/", value)]
        case "**" if not active and work.value(value, path) is not None:
            partial = work.power(ir.Binary("**", target, value), target, value, path)
            whole = partial if partial is not None else ZERO
            return [ir.Assign((ir.Subscript(own, ir.Const(..., "...")),), whole)]
        case _:
            return None


def shares_cells(work: Tangents, target: ir.Expr, e: ir.Expr, path: str) -> bool:
    """Whether an expression reads an array with cells of another one."""
    own = cells_of(work.shape_of(target, path))
    read = (work.shape_of(x, path) for x in walk(e) if isinstance(x, ir.Name))
    return any(s.kind == "array" and cells_of(s) is own for s in read)


__all__ = ["augmented", "created", "is_array", "owned", "sum_of", "tangent", "zeros_like"]
