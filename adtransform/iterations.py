"""Loops over numbers that are active: `for v in (x, y, z)`.

The adjoint of the loop variable goes onto a list, one number an iteration; behind the reversed loop each number
flows to where it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adtransform import ir
from adtransform.adjoints import Adjoints, Shares
from adtransform.calculus import ZERO
from adtransform.refusals import Refused


@dataclass(frozen=True)
class Column:
    """A loop variable, the list that gathers its adjoints, and for each number a name for its adjoint and its flows."""

    variable: str
    gathers: ir.Name
    items: tuple[tuple[ir.Name, tuple[tuple[str, ir.Expr], ...]], ...]

    @property
    def zeros(self) -> ir.Expr:
        count = len(self.items)
        return ir.Binary("*", ir.Display("[", (ZERO,)), ir.Const(count, str(count)))


@dataclass(frozen=True)
class Iteration:
    """A loop over numbers; `uneven` if some of them may be left out since another sequence is shorter."""

    columns: tuple[Column, ...]
    uneven: bool


Gathered = Callable[[ir.Expr, ir.Expr], Shares]


def iteration(work: Adjoints, target: ir.Expr, iterable: ir.Expr, gathered: Gathered) -> Iteration | None:
    """What the adjoint of a loop needs to know; None if no loop variable has one.

    Raises `Refused` for loops over values whose number does not show.
    """
    pairs = paired(work, target, iterable)
    columns = tuple(column(work, t, e, gathered) for t, e in pairs if work.is_active(e, "") and work.is_active(t, ""))
    uneven = len(columns) < len(pairs) or len({len(c.items) for c in columns}) > 1
    return Iteration(columns, uneven) if columns else None


def paired(work: Adjoints, target: ir.Expr, iterable: ir.Expr) -> list[tuple[ir.Expr, ir.Expr]]:
    """The loop variables, each with what it runs over."""
    match target, iterable:
        case ir.Display(_, ts), ir.Call(ir.Library("builtins", "zip"), args) if len(ts) == len(args):
            if all(not a.star and not a.keyword for a in args):
                return [p for t, a in zip(ts, args, strict=True) for p in paired(work, t, a.value)]
        case ir.Display(_, (i, t)), ir.Call(ir.Library("builtins", "enumerate"), args) if not args[0].star:
            if not work.is_active(i, ""):
                return paired(work, t, args[0].value)
        case ir.Name(), _:
            return [(target, iterable)]
        case _ if not work.is_active(iterable, ""):
            return [(target, iterable)]
    raise Refused(iterable, "N162", "a loop over active values in a form that is not supported yet", LOOP)


def column(work: Adjoints, target: ir.Expr, e: ir.Expr, gathered: Gathered) -> Column:
    """A loop variable, and what the adjoint of each number adds to which variable."""
    back = False
    match e:
        case ir.Call(ir.Library("builtins", "reversed"), (ir.Arg(inner, "", ""),)):
            e, back = inner, True
        case ir.Call(ir.Library("builtins", "tuple" | "list"), (ir.Arg(inner, "", ""),)):
            e = inner
    shape = work.shape(e) if not isinstance(e, ir.Display) else tuple(work.shape(i) for i in e.items)
    if not isinstance(target, ir.Name) or not isinstance(shape, tuple) or any(x is not None for x in shape):
        raise Refused(e, "N162", "a loop over active values whose number does not show: not supported yet", LOOP)
    items = (
        list(e.items)
        if isinstance(e, ir.Display)
        else [ir.Subscript(e, ir.Const(k, str(k))) for k in range(len(shape))]
    )
    name = work.supply.fresh(f"{target.id}_items{work.supply.suffix}")
    found = []
    for item in items[::-1] if back else items:
        adjoint = work.temporary(f"{target.id}{work.supply.suffix}#", "", False)
        found.append((adjoint, tuple(gathered(item, adjoint))))
    return Column(target.id, ir.Name(name), tuple(found))


LOOP = "Write the statements one by one, or index a tuple."
