"""Where the adjoint of a value goes when that is no variable: to an item of a list, to all of them, through a loop.

s = sum(w * x for w, x in zip(ws, xs))       for k, (w, x) in enumerate(zip(ws, xs)):
                                                 ws_b[k] += x * s_b
                                                 xs_b[k] += w * s_b
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adtransform import ir
from adtransform.calculus import plus, positive_part
from adtransform.traverse import map_blocks, map_expressions, rename

SEED = ir.Name("the seed")  # stands for the adjoint that goes there; no variable has this name


@dataclass(frozen=True, slots=True)
class Spread:
    """Statements of the reverse sweep; they add to the adjoints of the variables `touched`.

    `name` is for the seed where it is read several times, empty where it goes in as it is.
    """

    body: tuple[ir.Stmt, ...]
    touched: tuple[str, ...]
    name: str = ""

    def written(self, seed: ir.Expr, placed: Callable[[ir.Expr], ir.Expr]) -> list[ir.Stmt]:
        """The statements for one seed; `placed` gives values their versions."""
        pre: list[ir.Stmt] = []
        if self.name and not isinstance(seed, (ir.Name, ir.Const)):
            pre.append(ir.Assign((ir.Name(self.name),), seed))
            seed = ir.Name(self.name)
        return [*pre, *(with_seed(s, seed, placed) for s in self.body)]


def with_seed(s: ir.Stmt, seed: ir.Expr, placed: Callable[[ir.Expr], ir.Expr]) -> ir.Stmt:
    def expression(e: ir.Expr) -> ir.Expr:
        return seed if e == SEED else rename(placed(e), lambda n: seed if n == SEED.id else None)

    inner = map_blocks(s, lambda b: tuple(with_seed(x, seed, placed) for x in b))
    match map_expressions(inner, expression):
        case ir.Augment(target, "+", value):
            return added(target, value)
        case new:
            return new


def added(target: ir.Expr, e: ir.Expr) -> ir.Stmt:
    """`x_b += e`, with the sign in the operator."""
    if (minus := positive_part(e)) is not None:
        return ir.Augment(target, "-", minus)
    match e:
        case ir.Binary("-", left, right) if (first := positive_part(left)) is not None:
            return ir.Augment(target, "-", plus(first, right) or first)
        case _:
            return ir.Augment(target, "+", e)


def shadow(item: ir.Expr, adjoint: Callable[[str], ir.Expr]) -> ir.Expr:
    """The adjoint of an item: `x_b[i]` for `x[i]`."""
    match item:
        case ir.Name(id):
            return adjoint(id)
        case ir.Attribute(value, attr):
            return ir.Attribute(shadow(value, adjoint), attr)
        case ir.Subscript(value, index):
            return ir.Subscript(shadow(value, adjoint), index)
        case _:
            raise AssertionError(item)
