"""The adjoint of an expression: the chain rule, transposed.

The tangent of `e` is a sum of partials times the tangents of its operands.  Its transpose sends the adjoint of `e` to
each operand, times the same partial (Griewank and Walther, Evaluating Derivatives, section 3.2).  The partials are those
of `Tangents.derivative`: an operand's share is the tangent of `e` when the operand's tangent is the adjoint of `e` and
all others are zero.  One rule table serves both modes.
"""

from __future__ import annotations

from adtransform import ir
from adtransform.calculus import ZERO, Derivative
from adtransform.refusals import Refused
from adtransform.tangents import MIXED, Tangents

Shares = list[tuple[str, ir.Expr]]


class Adjoints(Tangents):
    """Transposes the expressions of one unit; the adjoint of `x` is called `x_b`."""

    operands: list[ir.Expr] | None = None  # of the operator at hand, as its rule asks for them
    chosen = -1  # the operand whose tangent is the seed
    seed: ir.Expr = ZERO

    def derivative(self, e: ir.Expr, path: str) -> Derivative:
        if self.operands is None:
            return super().derivative(e, path)
        if not self.is_active(e, path):
            return None
        self.operands.append(e)
        return self.seed if len(self.operands) - 1 == self.chosen else None

    def shares(self, e: ir.Expr, seed: ir.Expr, path: str) -> Shares:
        """What the adjoint `seed` of an expression adds to the adjoints of the variables in it.

        Raises `Refused` for what has no rule.
        """
        if not self.is_active(e, path):
            return []
        match e:
            case ir.Name(id):
                return [(id, seed)]
            case ir.Display() | ir.Star() | ir.Subscript():
                raise Refused(e, "N161", "a tuple stands here as a value: not supported in reverse mode yet", TUPLES)
            case ir.Binary("+" | "*", left, right) if self.is_sequence(left, path) or self.is_sequence(right, path):
                raise Refused(e, *MIXED)
            case ir.Comprehension():
                raise Refused(e, "N122", "a comprehension with active values is not supported yet", "Write a loop.")
            case _:
                found: Shares = []
                for k, operand in enumerate(self.asked(e, path)):
                    share = self.run(e, path, k, seed)
                    if share is not None:
                        found += self.shares(operand, share, path)
                return found

    def asked(self, e: ir.Expr, path: str) -> list[ir.Expr]:
        """The active operands of an operator, in the order in which its rule asks for their tangents."""
        self.operands = []
        try:
            self.chosen = -1
            super().derivative(e, path)
            return self.operands
        finally:
            self.operands = None

    def run(self, e: ir.Expr, path: str, operand: int, seed: ir.Expr) -> Derivative:
        """The tangent of an operator when one operand has the tangent `seed` and the others have none."""
        self.operands, self.chosen, self.seed = [], operand, seed
        try:
            return super().derivative(e, path)
        finally:
            self.operands = None


TUPLES = "Give each number a variable of its own."
