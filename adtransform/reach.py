"""Where control can go, as far as the structure of the statements shows."""

from __future__ import annotations

from adtransform import ir


def falls_through(block: ir.Block) -> bool:
    """Whether the end of a block can be reached, as far as its structure shows."""
    last = next((s for s in reversed(block) if not isinstance(s, ir.Comment)), None)
    match last:
        case ir.Return():
            return False
        case ir.Inert("raise"):
            return False
        case ir.If(_, body, orelse):
            return not orelse or falls_through(body) or falls_through(orelse)
        case ir.Try(body, handlers, orelse, final):
            ends = not falls_through(final) if final else False
            return not ends and (falls_through(orelse or body) or any(falls_through(h.body) for h in handlers))
        case ir.With(_, body):
            return falls_through(body)
        case ir.While(ir.Const(True), body):
            return any(leaves(s) for s in body)
        case _:
            return True


def leaves(s: ir.Stmt) -> bool:
    """Whether a statement breaks the loop that it stands in."""
    match s:
        case ir.Keyword("break"):
            return True
        case ir.If(_, body, orelse):
            return any(leaves(x) for x in (*body, *orelse))
        case ir.Try(body, handlers, orelse, final):
            return any(leaves(x) for b in (body, *(h.body for h in handlers), orelse, final) for x in b)
        case ir.With(_, body):
            return any(leaves(x) for x in body)
        case ir.For(_, _, _, orelse) | ir.While(_, _, orelse):
            return any(leaves(x) for x in orelse)
        case _:
            return False
