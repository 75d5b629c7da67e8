"""Lambdas that are handed to functions get a name.

r = solve(lambda t: t * t - x, 1.0)        def function(t):
                                               return t * t - x

                                           r = solve(function, 1.0)
"""

from __future__ import annotations

import builtins
from collections.abc import Set
from dataclasses import replace

from adtransform import ir
from adtransform.traverse import expressions, map_blocks, map_expressions, rebuild, statements, walk


def with_named_lambdas(function: ir.Function, taken: Set[str]) -> ir.Function:
    """The function with its handed-on lambdas as nested functions in front of the statement; `taken` are used names."""
    if not any(is_handing(e) for s in every(function.body) for top in expressions(s) for e in walk(top)):
        return function
    used: set[str] = set(taken)

    def fresh() -> str:
        n = 1
        while (name := f"function{n if n > 1 else ''}") in used:
            n += 1
        used.add(name)
        return name

    def statement(s: ir.Stmt) -> list[ir.Stmt]:
        if isinstance(s, ir.Function):
            return [replace(s, body=block(s.body))]
        made: list[ir.Stmt] = []

        def expression(e: ir.Expr) -> ir.Expr:
            e = rebuild(e, expression) if not isinstance(e, (ir.Comprehension, ir.Lambda)) else e
            if not is_handing(e):
                return e
            assert isinstance(e, ir.Call)
            args = []
            for a in e.args:
                if isinstance(a.value, ir.Lambda) and a.keyword != "key":
                    name = fresh()
                    body = (ir.Return(a.value.body, at=a.value.at),)
                    made.append(ir.Function(name, a.value.params, body, at=a.value.at))
                    a = replace(a, value=ir.Name(name, at=a.value.at))
                args.append(a)
            return ir.Call(e.func, tuple(args), at=e.at)

        if isinstance(s, (ir.While, ir.Try, ir.Unread)):  # a test runs again: what stands before the loop does not
            return [map_blocks(s, block)]
        new = map_expressions(s, expression)
        if not made:
            return [map_blocks(s, block)]
        first = replace(made[0], source=ir.Source(s.source.lead))
        new = replace(new, source=replace(new.source, lead=(), text=None))
        return [first, *made[1:], map_blocks(new, block)]

    def block(b: ir.Block) -> ir.Block:
        return tuple(x for s in b for x in statement(s))

    return replace(function, body=block(function.body))


def every(block: ir.Block) -> list[ir.Stmt]:
    return list(statements(block, nested=True))


def is_handing(e: ir.Expr) -> bool:
    """Whether a call hands a lambda to a function of the user's."""
    match e:
        case ir.Call(ir.Name(id), args) if not hasattr(builtins, id):
            return any(isinstance(a.value, ir.Lambda) and a.keyword != "key" for a in args)
        case ir.Call(ir.Attribute(), args):
            return any(isinstance(a.value, ir.Lambda) and a.keyword != "key" for a in args)
        case _:
            return False
