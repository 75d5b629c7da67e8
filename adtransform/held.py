"""Parts of variables by their keys."""

from __future__ import annotations

from adtransform import ir


def held_in(key: str, base: ir.Expr) -> ir.Expr:
    """What a key stands for: `p[1]` for `p#1`."""
    for k in key.split("#")[1:]:
        base = ir.Subscript(base, ir.Const(int(k), k))
    return base
