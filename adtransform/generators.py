"""Comprehensions and generators: the element is differentiated where its loop variables are bound.

[w * x for w, x in zip(ws, xs)]     [w_d * x + w * x_d for w, w_d, x, x_d in zip(ws, ws_d, xs, xs_d)]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from adtransform import ir
from adtransform.calculus import Derivative
from adtransform.refusals import Refused
from adtransform.traverse import target_names, walk

if TYPE_CHECKING:
    from adtransform.tangents import Tangents

Found = TypeVar("Found")


def comprehension(work: Tangents, e: ir.Comprehension, path: str) -> ir.Expr:
    """The tangents of a list that is written as a comprehension."""
    made = of_element(work, e, path, lambda element: work.stored(element, path))
    return ir.Comprehension(e.bracket, made[0], made[1])


def generated(work: Tangents, e: ir.Call, g: ir.Comprehension, path: str) -> Derivative:
    """The sum of the tangents of a generator's elements."""
    d, clauses = of_element(work, g, path, lambda element: work.derivative(element, path))
    return None if d is None else ir.Call(e.func, (ir.Arg(ir.Comprehension("(", d, clauses)),))


def of_element(
    work: Tangents, g: ir.Comprehension, path: str, differentiate: Callable[[ir.Expr], Found]
) -> tuple[Found, tuple[ir.Clause, ...]]:
    """What `differentiate` makes of the element, and the clauses that run over values and tangents together."""
    from adtransform.loops import together

    if any(isinstance(x, ir.Walrus) for x in walk(g)):
        raise Refused(g, "N122", "an assignment expression stands in a comprehension", "Write a loop.")
    saved = dict(work.probe.local), dict(work.bound), work.integers
    shapes = dict(work.inference.local) if work.inference is not None else {}
    clauses: list[ir.Clause] = []
    try:
        for c in g.clauses:
            sources = work.probe.clause(c, path)
            item = work.inference.elements(c.iterable, path) if work.inference is not None else None
            target, iterable = c.target, c.iterable
            if work.is_active(iterable, path):
                own = {n for n, found in sources.items() if not work.active.isdisjoint(found)}
                work.probe.local |= sources
                work.bound |= {n: work.tangent(n) if n in own else None for n in target_names(target)}
                target, iterable = together(work, target, iterable, path)
            work.probe.local |= sources
            if work.inference is not None and item is not None:
                work.inference.bind_local(c.target, item)
            counted = set(target_names(c.target)) if is_range(c.iterable) else set()
            work.integers = (work.integers - set(target_names(c.target))) | counted
            clauses.append(ir.Clause(target, iterable, c.conditions))
        return differentiate(g.element), tuple(clauses)
    finally:
        work.probe.local, work.bound, work.integers = saved
        if work.inference is not None:
            work.inference.local = shapes


def is_range(e: ir.Expr) -> bool:
    return isinstance(e, ir.Call) and e.func == ir.Library("builtins", "range")
