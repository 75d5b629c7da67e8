"""The rule table against mpmath, and against hand-written conventions where there is no derivative.

`EXACT` is written without looking at the table: it says what each operator computes, and mpmath differentiates that
with 50 digits.  A rule without a line in it fails.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from mpmath import mpf

import adtransform as ad
from adtransform.compiled import compile_module
from adtransform.helpers import HELPERS
from adtransform.rules import RULES, Rule, find, power

TOLERANCE = 1e-12
POINTS = 60

Number = Any


def remainder(x: Number, y: Number) -> Number:
    """IEEE 754: the quotient is the nearest whole number, even on ties."""
    return x - y * mpmath.nint(x / y)


def fmod(x: Number, y: Number) -> Number:
    quotient = x / y
    return x - y * (mpmath.floor(quotient) if quotient > 0 else mpmath.ceil(quotient))


EXACT: dict[str, Callable[..., Number]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "//": lambda x, y: mpmath.floor(x / y),
    "%": lambda x, y: x - y * mpmath.floor(x / y),
    "unary -": lambda x: -x,
    "unary +": lambda x: x,
    "**": mpmath.power,
    "pow": mpmath.power,
    "fma": lambda x, y, z: x * y + z,
    "float": lambda x: x,
    "abs": lambda x: x if x > 0 else -x,
    "fabs": lambda x: x if x > 0 else -x,
    "max": lambda x, y: y if y > x else x,
    "min": lambda x, y: y if y < x else x,
    "copysign": lambda x, y: (x if x > 0 else -x) * (1 if y > 0 else -1),
    "fmod": fmod,
    "remainder": remainder,
    "np.fmax": lambda x, y: y if y > x else x,
    "np.fmin": lambda x, y: y if y < x else x,
    "np.clip": lambda x, low, high: low if x < low else high if x > high else x,
    "ceil": mpmath.ceil,
    "floor": mpmath.floor,
    "trunc": lambda x: mpmath.floor(x) if x > 0 else mpmath.ceil(x),
    "round": mpmath.nint,
    "np.rint": mpmath.nint,
    "np.fix": lambda x: mpmath.floor(x) if x > 0 else mpmath.ceil(x),
    "np.sign": mpmath.sign,
    "np.heaviside": lambda x, y: mpf(x > 0),
    "sqrt": mpmath.sqrt,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "hypot": lambda x, y: mpmath.sqrt(x * x + y * y),
    "np.square": lambda x: x * x,
    "np.reciprocal": lambda x: 1 / x,
    "exp": mpmath.exp,
    "exp2": lambda x: mpmath.power(2, x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "log": mpmath.log,
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "log10": lambda x: mpmath.log(x) / mpmath.log(10),
    "log1p": lambda x: mpmath.log(1 + x),
    "np.logaddexp": lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)),
    "np.logaddexp2": lambda x, y: mpmath.log(mpmath.power(2, x) + mpmath.power(2, y)) / mpmath.log(2),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "degrees": lambda x: x * 180 / mpmath.pi,
    "radians": lambda x: x * mpmath.pi / 180,
    "np.rad2deg": lambda x: x * 180 / mpmath.pi,
    "np.deg2rad": lambda x: x * mpmath.pi / 180,
    "np.sinc": lambda x: mpmath.sin(mpmath.pi * x) / (mpmath.pi * x),
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "gamma": mpmath.gamma,
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "digamma": lambda x: mpmath.psi(0, x),
    "polygamma": mpmath.psi,
    "ldexp": lambda x, i: x * mpmath.power(2, i),
    "nextafter": lambda x, y: x,
}
WHOLE = {("polygamma", "n"): range(1, 6), ("ldexp", "i"): range(-20, 20)}  # by these there is nothing to differentiate

NAMES: dict[str, Any] = {name: value for name, value in vars(math).items() if not name.startswith("_")}
NAMES["math"] = math
NAMES["exp2"] = math.exp2
for text in HELPERS.values():
    exec(text, NAMES)


def evaluate(rule: Rule, which: int, arguments: tuple[float, ...], value: float) -> float:
    """A partial of the table as the generated code computes it."""
    names = dict(zip(rule.params, arguments, strict=True))
    return float(eval(rule.partials[which], NAMES, {**names, "v": value}))


def partial(name: str, which: int, *arguments: float, v: float) -> float:
    """The same by name, for the tests that stand at single points."""
    return evaluate(RULES[name], which, arguments, v)


def sample(rule: Rule, numbers: random.Random) -> tuple[float, ...]:
    """Random arguments in the domain of a rule, of all sizes."""
    while True:
        arguments: list[float] = []
        for param in rule.params:
            if (rule.name, param) in WHOLE:
                arguments.append(numbers.choice(WHOLE[rule.name, param]))
            elif numbers.random() < 0.7:
                arguments.append(numbers.uniform(-3, 3))
            else:
                arguments.append(numbers.choice((-1, 1)) * 10 ** numbers.uniform(-4, 3))
        if eval(rule.domain, NAMES, dict(zip(rule.params, arguments, strict=True))):
            return tuple(arguments)


def slope(rule: Rule, which: int, arguments: tuple[float, ...]) -> Number:
    """The partial derivative by mpmath; None where the value or the derivative is beyond the range of floats."""
    order = tuple(int(i == which) for i in range(len(arguments)))
    with mpmath.workdps(50):
        exact = [a if isinstance(a, int) else mpf(a) for a in arguments]
        value = EXACT[rule.name](*exact)
        found = mpmath.diff(EXACT[rule.name], tuple(exact), order)
        small = any(size and not 1e-290 < size < 1e290 for size in (abs(value), abs(found)))
        return None if small else (value, found)


PARTIALS = [(r.name, i) for r in RULES.values() for i, param in enumerate(r.params) if (r.name, param) not in WHOLE]


@pytest.mark.parametrize(("name", "which"), PARTIALS)
def test_partials_agree_with_mpmath(name: str, which: int) -> None:
    rule = RULES[name]
    numbers = random.Random(zlib.crc32(f"{name} {which}".encode()))
    tested = 0
    for _ in range(POINTS):
        arguments = sample(rule, numbers)
        pair = slope(rule, which, arguments)
        if pair is None:
            continue
        value, exact = pair
        found = evaluate(rule, which, arguments, float(value))
        assert abs(found - exact) <= TOLERANCE * abs(exact) + 1e-15 * min(1, abs(value)), (name, which, arguments)
        tested += 1
    assert tested >= POINTS // 2


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_partial_for_each_argument(name: str) -> None:
    rule = RULES[name]
    assert len(rule.partials) == len(rule.params)


@pytest.mark.parametrize("name", RULES)
def test_the_operators_of_a_partial_have_rules_themselves(name: str) -> None:
    import ast

    operators = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "Pow": "**", "FloorDiv": "//", "Mod": "%"}
    for text in RULES[name].partials:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                assert isinstance(node.func, ast.Name)
                assert node.func.id in RULES
            elif isinstance(node, ast.BinOp):
                assert operators[type(node.op).__name__] in RULES


@pytest.mark.parametrize("exponent", [-3, -1, -0.5, 0, 0.3, 0.5, 1, 1.5, 2, 3, 4, 5, 7.25])
def test_powers_with_constant_exponents(exponent: float) -> None:
    letters = {"c": exponent, "less": exponent - 1}
    for x in (0.3, 1.7, 42.0):
        found = eval(power(exponent), NAMES, {"x": x, "v": x**exponent, **letters})
        assert found == pytest.approx(exponent * x ** (exponent - 1), rel=TOLERANCE)
        if exponent == int(exponent):
            found = eval(power(exponent), NAMES, {"x": -x, "v": (-x) ** exponent, **letters})
            assert found == pytest.approx(exponent * (-x) ** int(exponent - 1), rel=TOLERANCE)
    if exponent >= 0:
        at_zero = {0: 0.0, 1: 1.0}.get(exponent, math.inf if exponent < 1 else 0.0)
        assert eval(power(exponent), NAMES, {"x": 0.0, "v": 0.0**exponent, **letters}) == at_zero


inf, nan = math.inf, math.nan

CONVENTIONS = [
    # two slopes meet: zero
    ("abs", (0.0,), 0.0, (0,)),
    ("abs", (-0.0,), 0.0, (0,)),
    ("fabs", (0.0,), 0.0, (0,)),
    ("copysign", (0.0, -2.0), -0.0, (0, 0)),
    ("copysign", (3.0, -0.0), -3.0, (-1, 0)),
    ("hypot", (0.0, 0.0), 0.0, (0, 0)),
    # ties: the first argument
    ("max", (2.0, 2.0), 2.0, (1, 0)),
    ("min", (2.0, 2.0), 2.0, (1, 0)),
    ("np.fmax", (2.0, 2.0), 2.0, (1, 0)),
    ("np.fmin", (2.0, 2.0), 2.0, (1, 0)),
    ("np.clip", (1.0, 1.0, 3.0), 1.0, (1, 0, 0)),
    ("np.clip", (3.0, 1.0, 3.0), 3.0, (1, 0, 0)),
    ("np.clip", (0.0, 1.0, 3.0), 1.0, (0, 1, 0)),
    ("np.clip", (4.0, 1.0, 3.0), 3.0, (0, 0, 1)),
    # the slope is infinite
    ("sqrt", (0.0,), 0.0, (inf,)),
    ("cbrt", (0.0,), 0.0, (inf,)),
    ("asin", (1.0,), math.pi / 2, (inf,)),
    ("asin", (-1.0,), -math.pi / 2, (inf,)),
    ("acos", (1.0,), 0.0, (-inf,)),
    ("acos", (-1.0,), math.pi, (-inf,)),
    ("acosh", (1.0,), 0.0, (inf,)),
    # there is none
    ("atan2", (0.0, 0.0), 0.0, (nan, nan)),
    # the base of a power is zero or negative
    ("**", (0.0, 0.0), 1.0, (0, 0)),
    ("**", (0.0, 0.5), 0.0, (inf, 0)),
    ("**", (0.0, 1.0), 0.0, (1, 0)),
    ("**", (0.0, 2.0), 0.0, (0, 0)),
    ("**", (0.0, 2.5), 0.0, (0, 0)),
    ("**", (-2.0, 3.0), -8.0, (12, nan)),
    ("**", (-2.0, -1.0), -0.5, (-0.25, nan)),
    ("**", (-2.0, 0.0), 1.0, (0, nan)),
    ("**", (2.0, 0.0), 1.0, (0, math.log(2))),
    ("pow", (0.0, 0.0), 1.0, (0, 0)),
    ("pow", (0.0, 0.5), 0.0, (inf, 0)),
    ("pow", (0.0, 1.0), 0.0, (1, 0)),
    # steps: zero
    ("floor", (2.0,), 2.0, (0,)),
    ("ceil", (2.0,), 2.0, (0,)),
    ("trunc", (0.0,), 0.0, (0,)),
    ("round", (2.5,), 2.0, (0,)),
    ("np.sign", (0.0,), 0.0, (0,)),
    ("//", (6.0, 3.0), 2.0, (0, 0)),
    ("%", (6.0, 3.0), 0.0, (1, -2)),
    ("%", (-1.0, 3.0), 2.0, (1, 1)),
    ("fmod", (-7.0, 3.0), -1.0, (1, 2)),
    ("remainder", (5.0, 3.0), -1.0, (1, -2)),
    # removable
    ("np.sinc", (0.0,), 1.0, (0,)),
]


@pytest.mark.parametrize(("name", "arguments", "value", "partials"), CONVENTIONS)
def test_conventions(name: str, arguments: tuple[float, ...], value: float, partials: tuple[float, ...]) -> None:
    for which, expected in enumerate(partials):
        assert partial(name, which, *arguments, v=value) == pytest.approx(expected, rel=1e-15, abs=0, nan_ok=True)


EXTREME = [
    ("hypot", 0, (1e200, 1e200)),
    ("hypot", 0, (1e-200, 1e-200)),
    ("atan2", 0, (1e200, 1e200)),
    ("atan2", 1, (1e-200, 1e-200)),
    ("asinh", 0, (1e200,)),
    ("acosh", 0, (1e200,)),
    ("sqrt", 0, (1e-300,)),
    ("cbrt", 0, (1e-300,)),
    ("/", 1, (1e200, 1e150)),
    ("log10", 0, (1e-300,)),
    ("log1p", 0, (1e-300,)),
    ("expm1", 0, (1e-300,)),
    ("np.sinc", 0, (1e-4,)),
    ("np.sinc", 0, (1e-9,)),
    ("np.logaddexp", 0, (1000.0, 990.0)),
    ("erfc", 0, (20.0,)),
    ("asin", 0, (1 - 1e-15,)),
    ("acos", 0, (-1 + 1e-15,)),
    ("acosh", 0, (1 + 1e-14,)),
    ("atanh", 0, (1 - 1e-15,)),
    ("lgamma", 0, (1e-200,)),
    ("lgamma", 0, (1e200,)),
]


@pytest.mark.parametrize(("name", "which", "arguments"), EXTREME)
def test_partials_stay_accurate_at_the_ends_of_the_domain(name: str, which: int, arguments: tuple[float, ...]) -> None:
    with mpmath.workdps(500):
        exact = tuple(mpf(a) for a in arguments)
        if name == "lgamma":
            value, expected = mpmath.loggamma(exact[0]), mpmath.psi(0, exact[0])
        else:
            value = EXACT[name](*exact)
            order = tuple(int(i == which) for i in range(len(exact)))
            expected = mpmath.diff(EXACT[name], exact, order, h=abs(exact[which]) * mpf(10) ** -150, relative=False)
        found = evaluate(RULES[name], which, arguments, float(value))
        assert abs(found - expected) <= TOLERANCE * abs(expected)


NO_RAISE = """
import math


def f(a: float, b: float) -> float:
    return {}
"""


@pytest.mark.parametrize(
    ("text", "point", "by_a"),
    [
        ("abs(a) + b", (0.0, 1.0), 0.0),
        ("math.sqrt(a) + b", (0.0, 1.0), inf),
        ("a ** 0.5 + b", (0.0, 1.0), inf),
        ("a ** 2.0 + b", (0.0, 1.0), 0.0),
        ("a ** 2.0 + b", (-3.0, 1.0), -6.0),
        ("a ** b", (0.0, 0.0), 0.0),
        ("a ** b", (0.0, 1.0), 1.0),
        ("a ** b", (-2.0, 3.0), 12.0),
        ("math.pow(a, b)", (-2.0, 3.0), 12.0),
        ("math.hypot(a, b)", (0.0, 0.0), 0.0),
        ("math.atan2(a, b)", (0.0, 0.0), nan),
        ("math.asin(a) + b", (1.0, 1.0), inf),
        ("math.acos(a) + b", (-1.0, 1.0), -inf),
        ("max(a, b)", (2.0, 2.0), 1.0),
        ("min(a, b)", (2.0, 2.0), 1.0),
        ("math.cbrt(a) * b", (0.0, 1.0), inf),
        ("math.fmod(a, b)", (6.0, 3.0), 1.0),
        ("math.lgamma(a) + b", (inf, 1.0), inf),
    ],
)
def test_generated_code_follows_the_conventions(text: str, point: tuple[float, float], by_a: float) -> None:
    generated = compile_module(ad.derive(NO_RAISE.format(text), functions="f"), "f.py")
    assert generated.f_d(*point, 1.0, 0.0)[1] == pytest.approx(by_a, nan_ok=True)
    if all(map(math.isfinite, point)):
        assert generated.f_d(*point, 0.0, 0.0)[1] == 0.0  # whatever the partials are


def test_numpy_twins_exist_in_numpy_and_compute_the_same() -> None:
    import numpy as np

    numbers = random.Random(3)
    for rule in RULES.values():
        if rule.numpy:
            assert hasattr(np, rule.numpy), rule
            assert find("numpy", rule.numpy) is not None
            for _ in range(5):
                arguments = sample(rule, numbers)
                with np.errstate(all="ignore"):
                    found = getattr(np, rule.numpy)(*arguments)
                if np.isfinite(found):
                    exact = EXACT[rule.name](*(mpf(a) for a in arguments))
                    assert float(found) == pytest.approx(float(exact), rel=1e-11, abs=1e-12), (rule, arguments)
