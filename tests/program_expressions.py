"""Random expressions, as text: values stay small and functions inside their domains, whatever the variables hold.

`Expression.bound` says what an expression can reach, as far as that can be known without following the loops.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.program_scope import (
    ATOM,
    POWER,
    PRODUCT,
    SMALL,
    SUM,
    UNARY,
    Chooser,
    Expression,
    Scope,
    Signature,
)

CALLS = 4  # calls of user functions in one function
CONSTANTS = [(text, abs(float(text))) for text in "0.5 2.0 1.25 0.1 3 1e-1 7.5 1".split()]
# what takes any argument: text, bound by the bound of the argument
ANYWHERE: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("math.sin({})", lambda b: 1.0),
    ("math.cos({})", lambda b: 1.0),
    ("math.tanh({})", lambda b: 1.0),
    ("math.atan({})", lambda b: 1.6),
    ("abs({})", lambda b: b),
    ("math.fabs({})", lambda b: b),
    ("math.asinh({})", lambda b: 8.0),
    ("math.erf({})", lambda b: 1.0),
    ("math.exp(math.tanh({}))", lambda b: 2.8),
    ("math.expm1(math.sin({}))", lambda b: 1.8),
    ("math.sinh(math.tanh({}))", lambda b: 1.2),
    ("math.asin(0.9 * math.sin({}))", lambda b: 1.2),
    ("math.acos(0.9 * math.sin({}))", lambda b: 2.8),
    ("math.tan(math.sin({}))", lambda b: 1.6),
    ("math.atanh(0.9 * math.sin({}))", lambda b: 1.5),
    ("math.radians({})", lambda b: b),
    ("sin({})", lambda b: 1.0),
)
# what takes arguments above one: given 1.5 + e * e
ABOVE_ONE: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("math.sqrt({})", lambda b: 1.0 + b),
    ("math.log({})", lambda b: 12.0),
    ("math.log10({})", lambda b: 6.0),
    ("math.log2({})", lambda b: 16.0),
    ("math.log1p({})", lambda b: 12.0),
    ("math.cbrt({})", lambda b: 1.0 + b),
    ("math.acosh({})", lambda b: 12.0),
    ("math.log({}, 3.0)", lambda b: 12.0),
    ("({}) ** 0.75", lambda b: 1.0 + b * b),
    ("({}) ** -1", lambda b: 1.0),
    ("2.5 / ({})", lambda b: 2.0),
)


def expression(pick: Chooser, scope: Scope, depth: int) -> Expression:
    """Any expression with a float or int value."""
    if depth <= 0 or pick.chance(15):
        return leaf(pick, scope)
    kind = pick.number(0, 99)
    if kind < 38:
        return arithmetic(pick, scope, depth)
    if kind < 60:
        return elementary(pick, scope, depth)
    if kind < 68:
        return power(pick, scope, depth)
    if kind < 84:
        return of_several(pick, scope, depth)
    if kind < 92:
        return conditional(pick, scope, depth)
    return call(pick, scope, depth)


def small(pick: Chooser, scope: Scope, depth: int, bound: float = SMALL) -> Expression:
    """An expression that stays below a bound."""
    found = expression(pick, scope, depth)
    if found.bound <= bound:
        return found
    return Expression(pick.one(("math.sin({})", "math.tanh({})", "math.cos({})")).format(found.text), 1.0)


def leaf(pick: Chooser, scope: Scope) -> Expression:
    kind = pick.number(0, 9)
    if kind < 7 and scope.floats:
        name, bound = pick.one(list(scope.floats.items()))
        return Expression(name, bound)
    if kind == 7 and scope.ints:
        return Expression(pick.one(scope.ints), 6.0)
    text, bound = pick.one(CONSTANTS)
    return Expression(f"-{text}", bound, UNARY) if pick.chance(20) else Expression(text, bound)


def arithmetic(pick: Chooser, scope: Scope, depth: int) -> Expression:
    operator = pick.one("+-*/u%")
    left = expression(pick, scope, depth - 1)
    if operator == "u":
        return Expression(f"{pick.one('--+')}{left.at(UNARY)}", left.bound, UNARY)
    if operator == "%":
        text = pick.one(("{} % 2.5", "{} // 1.75", "{} % 0.7"))
        return Expression(text.format(left.at(PRODUCT)), left.bound + 3.0, PRODUCT)
    right = expression(pick, scope, depth - 1)
    if operator == "/":
        below = f"(1.5 + {right.at(POWER)} ** 2)" if pick.chance(50) else f"(3.0 + math.sin({right.text}))"
        return Expression(f"{left.at(PRODUCT)} / {below}", left.bound, PRODUCT)
    if operator == "*":
        return Expression(f"{left.at(PRODUCT)} * {right.at(UNARY)}", left.bound * right.bound, PRODUCT)
    return Expression(f"{left.at(SUM)} {operator} {right.at(PRODUCT)}", left.bound + right.bound, SUM)


def elementary(pick: Chooser, scope: Scope, depth: int) -> Expression:
    if pick.chance(60):
        inner = expression(pick, scope, depth - 1)
        text, bound = pick.one(ANYWHERE)
        return Expression(text.format(inner.text), bound(inner.bound))
    inner = small(pick, scope, depth - 1, 200.0)
    text, bound = pick.one(ABOVE_ONE)
    return Expression(text.format(f"1.5 + {inner.at(UNARY)} * {inner.at(POWER)}"), bound(inner.bound), PRODUCT)


def power(pick: Chooser, scope: Scope, depth: int) -> Expression:
    kind = pick.number(0, 4)
    if kind == 4:
        base, exponent = small(pick, scope, depth - 1, 60.0), small(pick, scope, depth - 1, 1.6)
        pattern = pick.one(("(1.1 + {0} ** 2) ** {1}", "math.pow(1.1 + {0} ** 2, {1})"))
        return Expression(pattern.format(base.at(ATOM), exponent.at(ATOM)), 5e5, POWER)
    base = small(pick, scope, depth - 1)
    exponent = pick.one((2, 3, 1, 4, 0))
    if kind == 3:
        return Expression(f"pow({base.text}, {exponent})", max(1.0, base.bound**exponent))
    return Expression(f"{base.at(ATOM)} ** {exponent}", max(1.0, base.bound**exponent), POWER)


def of_several(pick: Chooser, scope: Scope, depth: int) -> Expression:
    first, second = expression(pick, scope, depth - 1), expression(pick, scope, depth - 1)
    bound = first.bound + second.bound
    pattern = pick.one(SEVERAL)
    if "{2}" in pattern:
        third = leaf(pick, scope)
        return Expression(pattern.format(first.text, second.text, third.text), bound + third.bound)
    return Expression(pattern.format(first.text, second.text), bound + 4.0)


SEVERAL = (
    "max({0}, {1})",
    "min({0}, {1})",
    "math.atan2({0}, 1.5 + abs({1}))",
    "math.hypot({0}, {1}, 0.25)",
    "min({0}, {1}, {2})",
    "max({0}, {1}, {2})",
    "sum(({0}, {1}))",
    "math.copysign({0}, {1})",
    "math.fsum(({0}, {1}, {2}))",
)


def conditional(pick: Chooser, scope: Scope, depth: int) -> Expression:
    test = condition(pick, scope, 1)
    yes, no = expression(pick, scope, depth - 1), expression(pick, scope, depth - 1)
    return Expression(f"({yes.text} if {test} else {no.text})", max(yes.bound, no.bound))


def condition(pick: Chooser, scope: Scope, depth: int) -> str:
    kind = pick.number(0, 11)
    if kind >= 10 and depth:
        joined = f" {pick.one(('and', 'or'))} "
        return joined.join([condition(pick, scope, 0), condition(pick, scope, 0)])
    if kind == 9 and depth:
        return f"not ({condition(pick, scope, 0)})"
    if kind == 8 and scope.ints:
        return pick.one(("{} % 2 == 0", "{} == 1", "{} > 1", "{} != 2")).format(pick.one(scope.ints))
    first = expression(pick, scope, 1)
    if kind == 7:
        return f"-1.0 < {first.at(SUM)} <= 1.5"
    return f"{first.at(SUM)} {pick.one(('<', '>', '<=', '>='))} {leaf(pick, scope).text}"


def call(pick: Chooser, scope: Scope, depth: int) -> Expression:
    """A call of a function with one result, if there is one and it is not too expensive here."""
    known = [signature for signature in scope.functions if signature.results == 1]
    if not known or len(scope.calls) >= CALLS or scope.loops > 1:
        return elementary(pick, scope, depth)
    return Expression(call_text(pick, scope, pick.one(known), depth - 1), SMALL)


def call_text(pick: Chooser, scope: Scope, signature: Signature, depth: int) -> str:
    """A call with some arguments by keyword, or left to their defaults."""
    scope.calls.append(None)
    count = len(signature.parameters) - (pick.number(0, signature.defaults) if signature.defaults else 0)
    keywords = pick.number(0, count) if pick.chance(30) else 0
    arguments = []
    for index, name in enumerate(signature.parameters[:count]):
        argument = small(pick, scope, depth)
        arguments.append(f"{name}={argument.text}" if index >= count - keywords else argument.text)
    if signature.depth:
        arguments.append(f"{signature.depth}={pick.number(0, 3)}")
    return f"{signature.name}({', '.join(arguments)})"
