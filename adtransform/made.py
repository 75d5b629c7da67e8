"""Lists that are made within an expression get names in reverse mode, so that they have adjoints.

for a, b in zip(x, x[1:]):      t1 = x[1:]
                                for a, b in zip(x, t1):
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.infer import backward as downward
from adtransform.structure import find, is_stack

if TYPE_CHECKING:
    from adtransform.flatten import Flatten

OF_LISTS = frozenset({"sorted", "reversed", "list", "tuple"})
REDUCTIONS = frozenset({"sum", "fsum"})
AROUND = frozenset({"zip", "enumerate"})


def with_operands(flat: Flatten, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr | None:
    """An expression of lists with names for those lists that have none; None for any other expression."""

    def named(value: ir.Expr) -> ir.Expr:
        if isinstance(value, ir.Call) and (values := downward(value)) is not None:
            value = ir.Subscript(values, BACK, at=value.at)
        return flat.put(flat.expr(value, path, pre), path, pre) if is_made(flat, value, path) else value

    match e:
        case ir.Subscript(value, ir.Slice() as index) if is_made(flat, value, path):
            return ir.Subscript(named(value), index, at=e.at)
        case ir.Call(ir.Library("builtins", "list" | "tuple"), (ir.Arg(ir.Call() as inner),)) if downward(inner):
            values = downward(inner)
            assert values is not None
            return ir.Subscript(values, BACK, at=e.at) if is_list(flat, values, path) else None
        case ir.Call(ir.Library("builtins", "sorted"), (ir.Arg(ir.Display("(", items) as pair, "", ""), *rest)) if (
            flat.work.is_active(pair, path) and not any(isinstance(i, ir.Star) for i in items)
        ):
            values = flat.put(flat.children(replace(pair, bracket="["), path, pre), path, pre)
            return replace(e, args=(ir.Arg(values), *rest))
        case ir.Call(ir.Library("builtins", name), (first, *rest)) if name in OF_LISTS | REDUCTIONS:
            if not is_made(flat, first.value, path) or first.star or isinstance(first.value, ir.Comprehension):
                return None
            return replace(e, args=(replace(first, value=named(first.value)), *rest))
        case ir.Binary("+") if is_list(flat, e, path):
            return joined(flat, e, path, pre)
        case ir.Comprehension(_, _, (first_, *others)) if not flat.is_unrolled(e, path):
            over = iterated(flat, first_.iterable, path, pre)
            return None if over is None else replace(e, clauses=(replace(first_, iterable=over), *others))
        case _:
            return None


def joined(flat: Flatten, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr | None:
    """`a + x[1:]`, with names for what is neither a list that has one nor written out."""
    if isinstance(e, ir.Binary) and e.op == "+":
        left, right = joined(flat, e.left, path, pre), joined(flat, e.right, path, pre)
        if left is None and right is None:
            return None
        return ir.Binary("+", left or e.left, right or e.right, at=e.at)
    match e:
        case ir.Display("["):
            new = flat.children(e, path, pre)
            return None if new == e else new
        case ir.Binary("*", ir.Display("[")):
            return None
        case _ if is_made(flat, e, path):
            return flat.put(flat.expr(e, path, pre), path, pre)
        case _:
            return None


def iterated(flat: Flatten, e: ir.Expr, path: str, pre: list[ir.Stmt]) -> ir.Expr | None:
    """What a loop runs over, with names for the lists that are made for it; None if there are none."""
    match e:
        case ir.Call(ir.Library("builtins", name), args) if name in AROUND and not any(a.star for a in args):
            new = [iterated(flat, a.value, path, pre) for a in args]
            if all(n is None for n in new):
                return None
            pairs = zip(args, new, strict=True)
            return replace(e, args=tuple(a if n is None else replace(a, value=n) for a, n in pairs))
        case ir.Call(ir.Library("builtins", "range" | "reversed")):
            return None
        case ir.Subscript(ir.Name() as base) if flat.work.is_stack(base, path):
            return None
        case _ if is_made(flat, e, path) and find(flat.work.shape_of(e, path)).kind == "list":
            return flat.put(flat.expr(e, path, pre), path, pre)
        case _:
            return None


def is_list(flat: Flatten, e: ir.Expr, path: str) -> bool:
    """Whether an expression is a list, or a tuple of any length, of active values."""
    if not flat.work.is_active(e, path) or isinstance(e, ir.Star):
        return False
    shape = find(flat.work.shape_of(e, path))
    return shape.kind in ("list", "sequence") and not shape.odd and not is_stack(shape)


def is_made(flat: Flatten, e: ir.Expr, path: str) -> bool:
    """Whether an expression makes a list of active values, or goes through one backward."""
    match e:
        case ir.Subscript(_, ir.Slice()) | ir.Binary() | ir.Display("[") | ir.Comprehension("["):
            return is_list(flat, e, path)
        case ir.Call(ir.Library("builtins", name)):
            return name in OF_LISTS and is_list(flat, e, path)
        case ir.Call(ir.Library()):
            return False
        case ir.Call(ir.Attribute(_, name)):
            return name == "copy" and is_list(flat, e, path)
        case ir.Call():
            return is_list(flat, e, path)
        case _:
            return False


BACK = ir.Slice(None, None, ir.Unary("-", ir.Const(1, "1")))
