"""What is known of a value without running the program: a lower bound, and the truth of a condition.

Used to leave out the branches of partials that cannot be taken: `sqrt(1.0 + x * x)` has no root at zero.
"""

from __future__ import annotations

import math

from adtransform.ir import Binary, Call, Compare, Const, Expr, Library, Logic, Name, Unary

NONNEGATIVE = frozenset({"exp", "exp2", "sqrt", "abs", "fabs", "hypot", "cosh", "dist"})


def lower_bound(e: Expr) -> float:
    """A number that the value never falls below (rounding and underflow included); minus infinity if none is known.

    >>> from adtransform.templates import template
    >>> lower_bound(template("1 + x * x")), lower_bound(template("x"))
    (1.0, -inf)
    """
    match e:
        case Const(int() | float() as value) if not isinstance(value, bool):
            return value
        case Unary("-", Const(int() | float() as value)):
            return -value
        case Binary("+", left, right):
            return lower_bound(left) + lower_bound(right)
        case Binary("*", left, right) if left == right and isinstance(left, Name):
            return 0.0
        case Binary("*", left, right):
            low = (lower_bound(left), lower_bound(right))
            return low[0] * low[1] if min(low) >= 0.0 and max(low) < math.inf else -math.inf
        case Binary("/", left, Const(int() | float() as value)) if value > 0:
            bound = lower_bound(left)
            return bound / value if bound >= 0.0 else -math.inf
        case Binary("**", left, Const(int() | float() as value)):
            if math.isfinite(value) and value == int(value) and int(value) % 2 == 0 and value > 0:
                low_power = max(lower_bound(left), 0.0)
                return low_power**value if low_power < 1e9 and value < 30 else 0.0
            return 0.0 if lower_bound(left) >= 0.0 else -math.inf
        case Call(func, args) if (name := function_name(func)) in NONNEGATIVE and args:
            inner = lower_bound(args[0].value)
            return math.sqrt(inner) if name == "sqrt" and 0.0 < inner < math.inf else 0.0
        case _:
            return -math.inf


def function_name(func: Expr) -> str:
    return func.name if isinstance(func, Library) else ""


def truth(test: Expr) -> bool | None:
    """Whether a condition always holds (True), never holds (False), or may do either (None)."""
    match test:
        case Const(value):
            return bool(value)
        case Logic("or", values):
            known = [truth(v) for v in values]
            return True if True in known else False if all(k is False for k in known) else None
        case Logic("and", values):
            known = [truth(v) for v in values]
            return False if False in known else True if all(k is True for k in known) else None
        case Compare(left, ((op, right),)):
            return comparison(op, left, right)
        case _:
            return True if lower_bound(test) > 0.0 else None


def comparison(op: str, left: Expr, right: Expr) -> bool | None:
    match left, right:
        case (Const(int() | float() as a), Const(int() | float() as b)):
            return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}.get(op)
        case (_, Const(int() | float() as b)):
            low = lower_bound(left)
            return True if (op == ">" and low > b) or (op == ">=" and low >= b) else None
        case _:
            return None
