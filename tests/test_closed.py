"""Generated modules are accepted again, to third order."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import pytest

import adtransform as ad
from adtransform.compiled import compile_module
from adtransform.differences import differentiate

POINTS = (0.3, 0.7, 1.3)
Function = Callable[[float], float]


def powers(x: float, n: float) -> list[float]:
    """`x ** n` and its first three derivatives."""
    return [x**n, n * x ** (n - 1), n * (n - 1) * x ** (n - 2), n * (n - 1) * (n - 2) * x ** (n - 3)]


CLOSED: dict[str, Callable[[float], list[float]]] = {
    "math.sin(x)": lambda x: [math.sin(x), math.cos(x), -math.sin(x), -math.cos(x)],
    "math.exp(2.0 * x)": lambda x: [2.0**k * math.exp(2.0 * x) for k in range(4)],
    "math.log(x)": lambda x: [math.log(x), 1 / x, -1 / x**2, 2 / x**3],
    "math.sqrt(x)": lambda x: powers(x, 0.5),
    "1.0 / x": lambda x: powers(x, -1.0),
    "x**3": lambda x: powers(x, 3),
    "x**5": lambda x: powers(x, 5),
    "x**2.5": lambda x: powers(x, 2.5),
    "x * x * x * x": lambda x: powers(x, 4),
    "math.atan(x)": lambda x: [
        math.atan(x),
        1 / (1 + x * x),
        -2 * x / (1 + x * x) ** 2,
        (6 * x * x - 2) / (1 + x * x) ** 3,
    ],
    "math.tanh(x)": lambda x: [
        (t := math.tanh(x)),
        1 - t * t,
        -2 * t * (1 - t * t),
        (6 * t * t - 2) * (1 - t * t),
    ],
}


def third_order(body: str) -> list[object]:
    """The functions of orders one to three: `f_d`, `f_d_d2`, `f_d_d2_d3`."""
    source = f"import math\n\n\ndef f(x: float) -> float:\n{body}"
    found = []
    for name in ("f", "f_d", "f_d_d2"):
        source = ad.derive(source, functions=name, wrt="x")
        (generated,) = [n for n in ("f_d", "f_d_d2", "f_d_d2_d3") if f"def {n}(" in source][-1:]
        found.append(getattr(compile_module(source, "f.py"), generated))
    return found


def derivative(f: Callable[..., object], x: float, order: int) -> float:
    """The derivative of one order: all directions are one."""
    value: object = f(x, *[1.0] * order)
    for _ in range(order):
        assert isinstance(value, tuple)
        value = value[1]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("expression", CLOSED)
def test_closed_forms(expression: str) -> None:
    functions = third_order(f"    return {expression}\n")
    for x in POINTS:
        expected = CLOSED[expression](x)
        for order, f in enumerate(functions, 1):
            assert derivative(f, x, order) == pytest.approx(expected[order], rel=1e-12, abs=1e-13), (order, x)  # type: ignore[arg-type]


BODIES = {
    "power": "    return x**x\n",
    "branches": "    y = x * x\n    if y > 1.0:\n        return math.sin(y) / x\n    return math.exp(y) * abs(x)\n",
    "loop": "    y = 1.0\n    for i in range(4):\n        y = math.sin(y * x) + i * x\n    return y\n",
    "heron": "    y = x\n    for _ in range(8):\n        y = 0.5 * (y + x / y)\n    return y\n",
    "tuple": "    a, b = x, x * x\n    a, b = b * a, a + b\n    return a / b\n",
    "kinks": "    return max(x * x, 0.5 * x) * min(math.cos(x), 2.0)\n",
    "hypot": "    return math.hypot(x, 2.0 * x * x) * math.atan2(x, 1.0 + x)\n",
    "gamma": "    return math.gamma(x) + math.lgamma(1.0 + x) * math.erf(x)\n",
    "nested": "    def g(t):\n        return t * x\n\n    return g(x) * g(2.0) * math.cosh(x)\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_each_order_is_the_derivative_of_the_one_before(name: str) -> None:
    functions = third_order(BODIES[name])
    for x in POINTS:
        for order in (1, 2):
            below, above = functions[order - 1], functions[order]
            slope = differentiate(partial(derivative, below, order=order), x)[()]  # type: ignore[arg-type]
            found = derivative(above, x, order + 1)  # type: ignore[arg-type]
            assert abs(found - slope.value) <= max(10 * slope.error, 1e-8 * abs(slope.value)), (order, x)
