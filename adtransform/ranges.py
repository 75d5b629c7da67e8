"""Loops over ranges, backward: `range(1, n + 1)` becomes `range(n, 0, -1)`."""

from __future__ import annotations

from collections.abc import Callable

from adtransform import ir
from adtransform.calculus import number
from adtransform.traverse import walk

SIMPLE = frozenset({"len", "int", "abs", "min", "max"})


def backward(s: ir.Stmt, renamed: Callable[[ir.Expr], ir.Expr]) -> ir.Expr | None:
    """The range of a loop from its end to its start; None if the loop is over something else."""
    match s:
        case ir.For(ir.Name(), ir.Call(ir.Library("builtins", "range"), args)) if all(
            not a.keyword and not a.star and is_simple(a.value) for a in args
        ):
            values = [renamed(a.value) for a in args]
        case _:
            return None
    start, stop, step = {
        1: lambda: (integer(0), values[0], integer(1)),
        2: lambda: (values[0], values[1], integer(1)),
        3: lambda: (values[0], values[1], values[2]),
    }[len(values)]()
    by = number(step)
    if by is None or not isinstance(by, int) or by == 0:
        return None
    if by == 1:
        ends = add(stop, -1), add(start, -1)
    elif by == -1:
        ends = add(stop, 1), add(start, 1)
    else:
        sign = 1 if by > 0 else -1
        span = ir.Binary("-", stop, start) if number(start) != 0 else stop
        whole = ir.Binary("//", add(span, -sign), integer(by))
        jump: ir.Expr = ir.Binary("*", whole, integer(by))
        last = ir.Binary("+", start, jump) if number(start) != 0 else jump
        ends = last, add(start, -sign)
    shown = (*ends, integer(-by)) if by != -1 else ends if number(ends[0]) != 0 else ends[1:]
    return ir.Call(ir.Library("builtins", "range"), tuple(ir.Arg(e) for e in shown))


def is_simple(e: ir.Expr) -> bool:
    """Whether an expression may be evaluated again."""
    for x in walk(e):
        match x:
            case ir.Call(ir.Library("builtins", name)) if name in SIMPLE:
                pass
            case ir.Library("builtins", name) if name in SIMPLE:
                pass
            case ir.Name() | ir.Const() | ir.Unary() | ir.Binary("+" | "-" | "*" | "//" | "%"):
                pass
            case _:
                return False
    return True


def integer(value: int) -> ir.Expr:
    return ir.Const(value, str(value)) if value >= 0 else ir.Unary("-", ir.Const(-value, str(-value)))


def add(e: ir.Expr, value: int) -> ir.Expr:
    """`e + value` with the literals gathered.

    >>> from adtransform.printer import show
    >>> show(add(ir.Binary("+", ir.Name("n"), integer(1)), -1)), show(add(integer(1), -1))
    ('n', '0')
    """
    known = number(e)
    if isinstance(known, int):
        return integer(known + value)
    match e:
        case ir.Binary("+" | "-" as op, left, right) if isinstance(n := number(right), int):
            total = (n if op == "+" else -n) + value
            return left if total == 0 else signed(left, total)
        case _:
            return signed(e, value) if value else e


def signed(e: ir.Expr, value: int) -> ir.Expr:
    return ir.Binary("+" if value > 0 else "-", e, integer(abs(value)))
