"""The adjoint of an expression: the chain rule, transposed.

The tangent of `e` is a sum of partials times the tangents of its operands.  Its transpose sends the adjoint of `e` to
each operand, times the same partial (Griewank and Walther, Evaluating Derivatives, section 3.2).  The partials are those
of `Tangents.derivative`: an operand's share is the tangent of `e` when the operand's tangent is the adjoint of `e` and
all others are zero.  One rule table serves both modes.
"""

from __future__ import annotations

from typing import Any

from adtransform import ir
from adtransform.calculus import ZERO, Derivative, constant, neg, over, plus, positive_part, product, times
from adtransform.library import of_element
from adtransform.refusals import Refused
from adtransform.tangents import MIXED, Tangents
from adtransform.traverse import children, rebuild

ONE = constant(1.0)
Shares = list[tuple[str, ir.Expr]]


class Adjoints(Tangents):
    """Transposes the expressions of one unit; the adjoint of `x` is called `x_b`."""

    operands: list[ir.Expr] | None = None  # of the operator at hand, as its rule asks for them
    chosen = -1  # the operand whose tangent is the seed
    seed: ir.Expr = ZERO
    parts: dict[str, ir.Expr]  # adjoints of operands, by name

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.parts = {}

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
            case ir.Call(ir.Library("builtins" | "math", "sum" | "fsum"), (ir.Arg(ir.Comprehension() as g), *_)):
                return self.summed(e, g, seed, path)
            case ir.Comprehension():
                raise Refused(e, "N122", "a comprehension with active values is not supported yet", "Write a loop.")
            case _:
                found: Shares = []
                for k, operand in enumerate(self.asked(e, path)):
                    share = self.run(e, path, k, seed)
                    if share is not None:
                        found += self.shares(operand, self.whole(operand, share), path)
                return found

    def whole(self, operand: ir.Expr, share: ir.Expr) -> ir.Expr:
        """The adjoint of an operand that is an expression, under a name: it stays one factor of what follows."""
        if isinstance(operand, ir.Name) or isinstance(share, (ir.Name, ir.Const, ir.Choice)):
            return share
        minus = positive_part(share)
        name = ir.Name(f"the adjoint {len(self.parts)}")
        self.parts[name.id] = share if minus is None else minus
        return name if minus is None else ir.Unary("-", name)

    def spread(self, shares: Shares) -> Shares:
        """Expressions with the adjoints of their parts written out; one that occurs once joins what is around it."""
        count: dict[str, int] = {}
        stack = [e for _, e in shares]
        while stack:
            e = stack.pop()
            if isinstance(e, ir.Name) and e.id in self.parts:
                count[e.id] = count.get(e.id, 0) + 1
                stack += [self.parts[e.id]] if count[e.id] == 1 else []
            stack += children(e)

        def written(e: ir.Expr) -> ir.Expr:
            if isinstance(e, ir.Name):
                return written(self.parts[e.id]) if e.id in self.parts else e
            new = rebuild(e, written)
            inner = [c for c in children(e) if isinstance(c, ir.Name) and c.id in self.parts]
            return flat(new) if inner and all(count[c.id] == 1 for c in inner if isinstance(c, ir.Name)) else new

        return [(n, written(e)) for n, e in shares]

    def summed(self, e: ir.Call, g: ir.Comprehension, seed: ir.Expr, path: str) -> Shares:
        """The sum of a generator: each variable gets the sum of its partials, times the seed."""
        found: Shares = []
        for a in e.args[1:]:
            found += self.shares(a.value, seed, path)
        total: dict[str, ir.Expr] = {}
        for n, share in of_element(self, g, path, lambda element: self.shares(element, ONE, path)):
            total[n] = plus(total.get(n), share) or ZERO
        for n, partial in total.items():
            whole = ir.Call(e.func, (ir.Arg(ir.Comprehension("(", partial, g.clauses)),))
            share_ = times(whole, seed)
            found += [(n, share_)] if share_ is not None else []
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


def flat(e: ir.Expr) -> ir.Expr:
    """A product, quotient or sum with its new operands joined in.

    >>> from adtransform.printer import show
    >>> from adtransform.templates import template
    >>> show(flat(template("a * (b * c)"))), show(flat(template("a * (-b)")))
    ('a * b * c', '-a * b')
    """
    match e:
        case ir.Binary("*", left, right):
            return product(left, right)
        case ir.Binary("/", left, right):
            return over(left, right) or ZERO
        case ir.Binary("+", left, right):
            return plus(left, right) or ZERO
        case ir.Binary("-", left, right):
            return plus(left, neg(right)) or ZERO
        case ir.Unary("-", operand):
            return neg(operand) or ZERO
        case _:
            return e


TUPLES = "Give each number a variable of its own."
