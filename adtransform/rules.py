"""The calculus: one line a scalar operator, its partial derivatives as Python expressions.

In a partial the argument names stand for the arguments and `v` for the value.  A partial may be a conditional
expression: that is where the conventions at points without a derivative live.  `inf` and `nan` say that the derivative
is infinite or undefined there; times a zero tangent they give zero, and nothing is ever raised.  `0` is no derivative.

Sources: Abramowitz and Stegun, Handbook of Mathematical Functions, chapters 4, 6 and 7; Griewank and Walther,
Evaluating Derivatives, table 2.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One operator.  `domain` is a Python condition on the arguments, true where tests may sample; `numpy`
    its twin there.
    """

    name: str
    params: tuple[str, ...]
    partials: tuple[str, ...]
    domain: str = "True"
    numpy: str = ""


RULES: dict[str, Rule] = {}  # the rule table, the one module state


def rule(signature: str, *partials: str, domain: str = "True", numpy: str | None = None) -> None:
    """Add a line: `rule("sqrt(x)", "0.5 / v if v else inf", domain="x > 0")`.

    The numpy twin has the same name unless `numpy` says otherwise; a name that starts with `np.` exists in numpy only.
    """
    if call := re.fullmatch(r"([\w.]+)\((.*)\)", signature):
        name, params = call[1], tuple(call[2].split(", "))
    else:
        name, params = re.sub(r"\w+ ?(\S+) ?\w+", r"\1", signature), tuple(re.findall(r"\w+", signature))
        name = name if len(params) == 2 else f"unary {signature[0]}"
    twin = name.removeprefix("np.") if numpy is None else numpy
    RULES[name] = Rule(name, params, partials, domain, twin)


# --- arithmetic ----------------------------------------------------------------
rule("x + y", "1", "1", numpy="add")
rule("x - y", "1", "-1", numpy="subtract")
rule("x * y", "y", "x", numpy="multiply")
rule("x / y", "1 / y", "-v / y", domain="y != 0", numpy="divide")
rule("x // y", "0", "0", domain="y != 0", numpy="floor_divide")
rule("x % y", "1", "-(x // y)", domain="y != 0", numpy="mod")
rule("-x", "-1", numpy="negative")
rule("+x", "1", numpy="positive")
# a base of zero: x ** 0 is constant, 0 ** n is constant for n > 0; a negative base has no derivative by its exponent
BY_BASE = "n * v / x if x else n * x ** (n - 1) if n >= 1 else 0 if n <= 0 else inf"
BY_EXPONENT = "v * log(x) if x > 0 else 0 if x == 0 else nan"
BY_BASE_INTEGER = "n * x ** (n - 1) if n > 0 else n * v / x if n else 0"
rule("x ** n", BY_BASE, BY_EXPONENT, domain="x > 0", numpy="power")
rule("pow(x, n)", BY_BASE, BY_EXPONENT, domain="x > 0", numpy="float_power")
rule("fma(x, y, z)", "y", "x", "1", numpy="")
rule("float(x)", "1", numpy="float64")

# --- kinks: zero where two slopes meet, the first argument where two arguments tie --------------------------
rule("abs(x)", "1 if x > 0 else -1 if x < 0 else 0")
rule("fabs(x)", "1 if x > 0 else -1 if x < 0 else 0")
rule("max(x, y)", "0 if y > x else 1", "1 if y > x else 0", numpy="maximum")
rule("min(x, y)", "0 if y < x else 1", "1 if y < x else 0", numpy="minimum")
rule("copysign(x, y)", "copysign(1, y) if x > 0 else -copysign(1, y) if x < 0 else 0", "0")
rule("fmod(x, y)", "1", "(v - x) / y", domain="y != 0")
rule("remainder(x, y)", "1", "(v - x) / y", domain="y != 0", numpy="")
rule("np.fmax(x, y)", "0 if y > x else 1", "1 if y > x else 0")
rule("np.fmin(x, y)", "0 if y < x else 1", "1 if y < x else 0")
rule("np.clip(x, low, high)", "1 if low <= x <= high else 0", "1 if x < low <= high else 0",
     "1 if x > high or low > high else 0", domain="low < high")  # fmt: skip

# --- piecewise constant ----------------------------------------------------------------
rule("ceil(x)", "0")
rule("floor(x)", "0")
rule("trunc(x)", "0")
rule("round(x)", "0")
rule("np.rint(x)", "0")
rule("np.fix(x)", "0")
rule("np.sign(x)", "0")
rule("np.heaviside(x, y)", "0", "0")

# --- powers and roots ----------------------------------------------------------------
rule("sqrt(x)", "0.5 / v if v else inf", domain="x > 0")
rule("cbrt(x)", "v / (3 * x) if x else inf", domain="x != 0")
rule("hypot(x, y)", "x / v if v else 0", "y / v if v else 0")
rule("np.square(x)", "2 * x")
rule("np.reciprocal(x)", "-v / x", domain="x != 0")

# --- exponentials and logarithms ----------------------------------------------------------------
# log(2) is 0.6931471805599453, 1 / log(2) is 1.4426950408889634, 1 / log(10) is 0.4342944819032518
rule("exp(x)", "v")
rule("exp2(x)", "0.6931471805599453 * v")
rule("expm1(x)", "exp(x)")
rule("log(x)", "1 / x", domain="x > 0")
rule("log2(x)", "1.4426950408889634 / x", domain="x > 0")
rule("log10(x)", "0.4342944819032518 / x", domain="x > 0")
rule("log1p(x)", "1 / (1 + x)", domain="x > -1")
rule("np.logaddexp(x, y)", "exp(x - v)", "exp(y - v)")
rule("np.logaddexp2(x, y)", "exp2(x - v)", "exp2(y - v)")

# --- trigonometry ----------------------------------------------------------------
rule("sin(x)", "cos(x)")
rule("cos(x)", "-sin(x)")
rule("tan(x)", "1 + v * v", domain="abs(x) < 1.5")
rule("asin(x)", "1 / sqrt((1 - x) * (1 + x)) if -1 < x < 1 else inf", domain="abs(x) < 1", numpy="arcsin")
rule("acos(x)", "-1 / sqrt((1 - x) * (1 + x)) if -1 < x < 1 else -inf", domain="abs(x) < 1", numpy="arccos")
rule("atan(x)", "1 / (1 + x * x)", numpy="arctan")
rule("atan2(y, x)", "x / hypot(y, x) / hypot(y, x) if x or y else nan",
     "-y / hypot(y, x) / hypot(y, x) if x or y else nan", numpy="arctan2")  # fmt: skip
rule("degrees(x)", "180 / pi")
rule("radians(x)", "pi / 180")
rule("np.rad2deg(x)", "180 / pi")
rule("np.deg2rad(x)", "pi / 180")
# next to 0 the terms of (cos(pi * x) - v) / x cancel: its Taylor series
rule("np.sinc(x)", "(cos(pi * x) - v) / x if abs(x) > 0.02 else -pi * pi / 3 * x * (1 - (pi * x) ** 2 / 10 "
     "* (1 - (pi * x) ** 2 / 28 * (1 - (pi * x) ** 2 / 54)))")  # fmt: skip

# --- hyperbolic functions ----------------------------------------------------------------
rule("sinh(x)", "cosh(x)")
rule("cosh(x)", "sinh(x)")
rule("tanh(x)", "1 - v * v", domain="abs(x) < 2")
rule("asinh(x)", "1 / hypot(1, x)", numpy="arcsinh")
rule("acosh(x)", "1 / (sqrt(x - 1) * sqrt(x + 1)) if x > 1 else inf", domain="x > 1", numpy="arccosh")
rule("atanh(x)", "1 / ((1 - x) * (1 + x))", domain="abs(x) < 1", numpy="arctanh")

# --- special functions; 2 / sqrt(pi) is 1.1283791670955126 ----------------------------------------
rule("erf(x)", "1.1283791670955126 * exp(-(x * x))", numpy="")
rule("erfc(x)", "-1.1283791670955126 * exp(-(x * x))", numpy="")
rule("gamma(x)", "v * digamma(x)", domain="x > 0", numpy="")
rule("lgamma(x)", "digamma(x)", domain="x > 0", numpy="")
rule("digamma(x)", "polygamma(1, x)", domain="x > 0", numpy="")
rule("polygamma(n, x)", "0", "polygamma(n + 1, x)", domain="x > 0", numpy="")

# --- floating-point format ----------------------------------------------------------------
rule("ldexp(x, i)", "ldexp(1, i)", "0")
rule("nextafter(x, y)", "1", "0")


def power(exponent: float) -> str:
    """The partial of `x ** c` for a constant `c`, by its size: products for small whole powers.

    >>> power(2), power(0.5), power(-1), power(2.5)
    ('2 * x', '0.5 / v if v else inf', 'c * v / x', 'c * x ** less')
    """
    match exponent:
        case 0 | 1:
            return str(int(exponent))
        case 2 | 3 | 4:
            return " * ".join([str(int(exponent)), *["x"] * (int(exponent) - 1)])
        case 0.5:
            return "0.5 / v if v else inf"
        case _ if exponent < 0:
            return "c * v / x"
        case _ if exponent < 1:
            return "c * v / x if x else inf"
        case _:
            return "c * x ** less"


# Names of `math`, `numpy` and the builtins whose results carry no derivative.
PASSIVE = frozenset(
    "isclose isnan isinf isfinite isqrt gcd lcm comb perm factorial ulp len int bool isinstance "
    "issubclass type range hasattr callable id hash print ord chr any all signbit issubdtype "
    "argmax argmin allclose array_equal ndim shape size isscalar iscomplex isreal iscomplexobj isrealobj "
    "bytes finfo iinfo argsort searchsorted nonzero flatnonzero count_nonzero digitize zeros_like ones_like empty_like "
    "eye identity logical_and logical_or logical_not one_hot equal less greater less_equal greater_equal".split()
) | {"the keys", "from the keys"}
HELPERS = frozenset({"digamma", "polygamma"})
CONSTANTS = frozenset({"s_", "pi", "e", "tau", "inf", "nan", "euler_gamma", "newaxis"})
BUILTINS = frozenset({"abs", "pow", "float", "max", "min", "round", "unary -", "unary +"})
NUMPY_ALIASES = {
    "true_divide": "/",
    "remainder": "%",
    "absolute": "abs",
    "around": "round",
    "acos": "acos",
    "asin": "asin",
    "atan": "atan",
    "atan2": "atan2",
    "acosh": "acosh",
    "asinh": "asinh",
    "atanh": "atanh",
    "pow": "x ** n",
    "float32": "float",
}
BY_NUMPY_NAME = {r.numpy: r for r in RULES.values() if r.numpy} | {
    n: RULES[r] for n, r in NUMPY_ALIASES.items() if r in RULES
}


def find(home: str, name: str) -> Rule | None:
    """The rule of an operator (`home` empty), a builtin (`builtins`) or a library function, by its name there.

    >>> find("numpy", "arctan2").name, find("math", "sin").name, find("", "/").name
    ('atan2', 'sin', '/')
    """
    if home == "numpy":
        return BY_NUMPY_NAME.get(name)
    if home == "builtins":
        return RULES.get(name) if name in BUILTINS else None
    if home == "math" and (name in BUILTINS - {"pow"} or name.startswith("np.") or name in HELPERS):
        return None
    if home == "scipy.special":
        return (
            RULES.get(name)
            if name in ("erf", "erfc", "gamma", "digamma", "polygamma", "cbrt", "exp2", "expm1", "log1p")
            else None
        )
    return RULES.get(name)


def library_names(home: str) -> frozenset[str]:
    """The names that a star import of `math` or `numpy` brings, as far as the table knows them.

    >>> "sin" in library_names("math"), "arcsin" in library_names("numpy")
    (True, True)
    """
    if home == "numpy":
        return frozenset(BY_NUMPY_NAME) | PASSIVE | CONSTANTS
    import math

    return frozenset(n for n in dir(math) if not n.startswith("_"))
