"""The functions that generated modules carry along, against mpmath."""

from __future__ import annotations

import math
import random
from typing import Any

import mpmath
import pytest
from mpmath import mpf

import adtransform as ad
from adtransform.compiled import compile_module
from adtransform.helpers import HELPERS

inf, nan = math.inf, math.nan
TOLERANCE = 1e-12

NAMES: dict[str, Any] = {"math": math}
for text in HELPERS.values():
    exec(text, NAMES)
digamma, polygamma = NAMES["digamma"], NAMES["polygamma"]
ROOT = 1.4616321449683623


def positives(numbers: random.Random) -> list[float]:
    """Positive arguments: ordinary, tiny, huge, and next to the root of digamma."""
    return [
        *(numbers.uniform(0, 3) for _ in range(200)),
        *(numbers.uniform(3, 100) for _ in range(100)),
        *(10 ** numbers.uniform(-290, -3) for _ in range(30)),
        *(10 ** numbers.uniform(2, 8) for _ in range(30)),
        *(ROOT + numbers.choice((-1, 1)) * 10 ** numbers.uniform(-17, -1) for _ in range(200)),
    ]


def negatives(numbers: random.Random) -> list[float]:
    """Negative arguments: ordinary, next to the poles, tiny, far out."""
    return [
        *(numbers.uniform(-20, 0) for _ in range(200)),
        *(-numbers.randint(1, 30) + numbers.choice((-1, 1)) * 10 ** numbers.uniform(-10, -1) for _ in range(60)),
        *(-(10 ** numbers.uniform(-290, -1)) for _ in range(30)),
        *(-numbers.randint(30, 500) + numbers.uniform(0.1, 0.9) for _ in range(30)),
    ]


def test_digamma() -> None:
    numbers = random.Random(1)
    with mpmath.workdps(40):
        for x in positives(numbers):
            exact = mpmath.psi(0, mpf(x))
            assert abs(digamma(x) - exact) <= TOLERANCE * abs(exact), x
        for x in negatives(numbers):
            # Between two poles there is a zero, where the value is the difference of two others.
            exact, other = mpmath.psi(0, mpf(x)), mpmath.psi(0, 1 - mpf(x))
            assert abs(digamma(x) - exact) <= 1e-2 * TOLERANCE * (abs(exact) + abs(other)), x


@pytest.mark.parametrize("n", [1, 2, 3, 4, 8])
def test_polygamma(n: int) -> None:
    numbers = random.Random(n)
    with mpmath.workdps(40):
        for x in positives(numbers)[::5] + [ROOT]:
            if 1e-30 < x < 1e4:
                exact = mpmath.psi(n, mpf(x))
                assert abs(polygamma(n, x) - exact) <= TOLERANCE * abs(exact), x
        for x in negatives(numbers)[::5]:
            if x < -1e-30:
                exact, other = mpmath.psi(n, mpf(x)), mpmath.psi(n, 1 - mpf(x))
                size = abs(exact) + abs(other) + mpmath.factorial(n)
                assert abs(polygamma(n, x) - exact) <= 0.1 * TOLERANCE * size, x


def test_the_helpers_at_the_ends_of_the_range() -> None:
    assert digamma(inf) == inf
    assert math.isnan(digamma(-inf)) and math.isnan(digamma(nan))
    assert digamma(1e-310) == -inf
    assert digamma(1e300) == math.log(1e300)
    assert polygamma(1, inf) == 0.0
    assert math.isnan(polygamma(2, -inf)) and math.isnan(polygamma(2, nan))
    assert polygamma(1, 1e-200) == inf
    assert polygamma(1, 1e300) == pytest.approx(1e-300)
    for pole in (0.0, -1.0, -2.0, -50.0):
        with pytest.raises(ZeroDivisionError):
            digamma(pole)
        with pytest.raises(ZeroDivisionError):
            polygamma(2, pole)


@pytest.mark.parametrize("x", [0.1, 1.0, ROOT, ROOT + 1e-3, 3.7, 25.0, -0.5, -3.3])
def test_the_helpers_can_be_differentiated_again(x: float) -> None:
    text = "import math\n\n\n" + "\n\n".join((HELPERS["digamma"], HELPERS["polygamma"]))
    generated = compile_module(ad.derive(text, wrt="x"), "helpers.py")
    value, slope_ = generated.digamma_d(x, 1.0)
    assert value == digamma(x)
    assert slope_ == pytest.approx(polygamma(1, x), rel=1e-10)
    assert generated.polygamma_d(2, x, 1.0)[1] == pytest.approx(polygamma(3, x), rel=1e-10)


@pytest.mark.parametrize("x", [0.3, 2.5, -0.7])
def test_second_derivatives_of_the_gamma_functions(x: float) -> None:
    for name, exact in (("gamma", mpmath.gamma), ("lgamma", lambda t: mpmath.log(abs(mpmath.gamma(t))))):
        source = f"import math\n\n\ndef f(x: float) -> float:\n    return math.{name}(x)\n"
        once = ad.derive(source)
        twice = compile_module(ad.derive(once, functions="f_d", wrt="x"), "f.py")
        (value, slope_), (_, curvature) = twice.f_d_d2(x, 1.0, 1.0)
        with mpmath.workdps(40):
            assert value == pytest.approx(float(exact(mpf(x))))
            assert slope_ == pytest.approx(float(mpmath.diff(exact, mpf(x))), rel=TOLERANCE)
            assert curvature == pytest.approx(float(mpmath.diff(exact, mpf(x), 2)), rel=1e-10)
