"""Expressions written as text: the partials of the rule table, and those that users write above their functions."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache

from adtransform import ir
from adtransform.traverse import rebuild

OPERATORS = {
    "Add": "+",
    "Sub": "-",
    "Mult": "*",
    "Div": "/",
    "FloorDiv": "//",
    "Mod": "%",
    "Pow": "**",
    "USub": "-",
    "UAdd": "+",
    "Not": "not",
    "And": "and",
    "Or": "or",
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "Eq": "==",
    "NotEq": "!=",
    "Is": "is",
    "IsNot": "is not",
    "MatMult": "@",
}


@cache
def template(text: str) -> ir.Expr:
    """An expression from its text; whole numbers become floats except in exponents and calls.

    >>> from adtransform.printer import show
    >>> show(template("2 * x ** (n - 1)"))
    '2.0 * x ** (n - 1)'
    """
    return convert(ast.parse(text, mode="eval").body, True)


def operator(node: ast.AST) -> str:
    return OPERATORS[type(node).__name__]


def convert(node: ast.expr, as_float: bool) -> ir.Expr:
    """One node; raises `ValueError` for what a partial cannot hold."""
    match node:
        case ast.Name(id):
            return ir.Name(id)
        case ast.Constant(int() as value) if as_float and not isinstance(value, bool):
            return ir.Const(float(value), repr(float(value)))
        case ast.Constant(value):
            return ir.Const(value, repr(value))
        case ast.BinOp(left, op, right):
            exponent = isinstance(op, ast.Pow)
            return ir.Binary(operator(op), convert(left, as_float), convert(right, as_float and not exponent))
        case ast.UnaryOp(op, operand):
            return ir.Unary(operator(op), convert(operand, as_float))
        case ast.Compare(left, ops, right):
            rest = tuple((operator(o), convert(r, as_float)) for o, r in zip(ops, right, strict=True))
            return ir.Compare(convert(left, as_float), rest)
        case ast.BoolOp(op, values):
            return ir.Logic(operator(op), tuple(convert(v, as_float) for v in values))
        case ast.IfExp(test, body, orelse):
            return ir.Choice(convert(test, as_float), convert(body, as_float), convert(orelse, as_float))
        case ast.Call(func, args, keywords):
            given = (*(ir.Arg(convert(a, False)) for a in args),)
            named = (*(ir.Arg(convert(k.value, False), k.arg or "") for k in keywords),)
            return ir.Call(convert(func, False), (*given, *named))
        case ast.Tuple(items):
            return ir.Display("(", tuple(convert(i, False) for i in items))
        case ast.Slice(lower, upper, step):
            return ir.Slice(*(None if b is None else convert(b, False) for b in (lower, upper, step)))
        case ast.Attribute(value, attr):
            return ir.Attribute(convert(value, False), attr)
        case ast.Subscript(value, index):
            return ir.Subscript(convert(value, False), convert(index, False))
        case _:
            raise ValueError(f"a partial cannot hold {type(node).__name__}")


def substitute(e: ir.Expr, values: Mapping[str, ir.Expr]) -> ir.Expr:
    """The expression with names replaced; equal parts stay shared."""
    if isinstance(e, ir.Name):
        return values.get(e.id, e)
    return rebuild(e, lambda x: substitute(x, values))
