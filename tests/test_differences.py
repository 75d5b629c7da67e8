"""Differences: right where they claim to be, and modest where they cannot know."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import mpmath
import pytest

from adtransform.differences import Difference, differentiate


def at(f: Callable[[float], object], x: float) -> Difference:
    return differentiate(f, x)[()]


SMOOTH = [
    (math.sin, math.cos, 0.7),
    (math.sin, math.cos, 1e3),
    (math.sin, math.cos, 1e-8),
    (math.sin, math.cos, 0.0),
    (math.exp, math.exp, -5.0),
    (math.exp, math.exp, 50.0),
    (math.sqrt, lambda x: 0.5 / math.sqrt(x), 1e-12),
    (math.sqrt, lambda x: 0.5 / math.sqrt(x), 1e12),
    (math.log, lambda x: 1 / x, 1e300),
    (math.log, lambda x: 1 / x, 1e-290),
    (math.tan, lambda x: 1 + math.tan(x) ** 2, 1.57),
    (lambda x: x**3, lambda x: 3 * x * x, 1e100),
    (lambda x: math.sin(1e6 * x), lambda x: 1e6 * math.cos(1e6 * x), 0.7),
    (lambda x: math.sin(1 / x), lambda x: -math.cos(1 / x) / x**2, 1e-3),
    (lambda x: 1e6 + x * x, lambda x: 2 * x, 0.7),
    (lambda x: x * x if x < 0.7001 else 3 * x, lambda x: 2 * x, 0.7),  # a kink near by
    (lambda x: math.tanh(1e6 * x), lambda x: 1e6, 0.0),
]


@pytest.mark.parametrize(("f", "slope", "x"), SMOOTH)
def test_smooth_functions_are_differentiated_to_seven_digits(
    f: Callable[[float], float], slope: Callable[[float], float], x: float
) -> None:
    found = at(f, x)
    assert found.kind == "central"
    assert abs(found.value - slope(x)) <= 10 * found.error
    assert found.error <= 1e-7 * abs(slope(x))


@pytest.mark.parametrize("x", [0.7, -3.0, 0.0])
def test_constants_have_slope_zero(x: float) -> None:
    assert abs(at(lambda t: 5.0, x).value) == 0.0
    assert abs(at(lambda t: 5, x).value) == 0.0


CHAIN = [math.sin, math.exp, math.log, math.sqrt, math.tanh, math.atan, math.cosh, lambda x: 1 / x]
EXACT = [mpmath.sin, mpmath.exp, mpmath.log, mpmath.sqrt, mpmath.tanh, mpmath.atan, mpmath.cosh, lambda x: 1 / x]


def test_the_error_estimate_is_honest_on_random_functions() -> None:
    numbers = random.Random(5)
    tried = precise = 0
    while tried < 300:
        steps = [(numbers.randrange(8), numbers.uniform(-3, 3), numbers.uniform(-3, 3)) for _ in range(3)]
        x = numbers.choice([numbers.uniform(-3, 3), 10 ** numbers.uniform(-6, 1)])

        def f(t: float, functions: list[Callable[[float], float]], steps=steps) -> float:  # type: ignore[no-untyped-def]
            for which, a, b in steps:
                t = functions[which](a * t + b)
            return t

        try:
            found = at(lambda t, f=f: f(t, CHAIN), x)  # type: ignore[misc]
            with mpmath.workdps(40):
                slope = mpmath.diff(lambda t, f=f: f(t, EXACT), mpmath.mpf(x))
                height = abs(f(mpmath.mpf(x), EXACT))  # type: ignore[arg-type]
        except (ValueError, ArithmeticError):
            continue
        if isinstance(slope, mpmath.mpc) or abs(slope * x) > 1e8 * height:  # no step could tell
            continue
        tried += 1
        # Nothing claims seven digits and has fewer.
        assert abs(found.value - slope) <= max(10 * found.error, 1e-7 * abs(slope)), (steps, x)
        precise += found.error <= 1e-6 * abs(slope)
    assert precise > 0.9 * tried


@pytest.mark.parametrize(
    ("f", "x", "left", "right"),
    [
        (abs, 0.0, -1.0, 1.0),
        (lambda x: max(0.0, x), 0.0, 0.0, 1.0),
        (lambda x: x if x < 0.7 else 0.7 + 3 * (x - 0.7), 0.7, 1.0, 3.0),
        (lambda x: abs(x - 0.7) + math.exp(x), 0.7, math.exp(0.7) - 1, math.exp(0.7) + 1),
    ],
)
def test_kinks_are_told(f: Callable[[float], float], x: float, left: float, right: float) -> None:
    found = at(f, x)
    assert found.kind == "kink"
    assert found.value == pytest.approx((left + right) / 2)
    assert found.error == pytest.approx(abs(right - left) / 2)


def only_right(x: float) -> float:
    if x < 0.7:
        raise ValueError("math domain error")
    return (x - 0.2) ** 2


@pytest.mark.parametrize(
    "f",
    [
        only_right,
        lambda x: (x - 0.2) ** 2 if x >= 0.7 else None,
        lambda x: (x - 0.2) ** 2 if x >= 0.7 else 1j,
        lambda x: (x - 0.2) ** 2 if x >= 0.7 else math.nan,
        lambda x: (x - 0.2) ** 2 if x >= 0.7 else "text",
    ],
)
def test_one_side_is_enough(f: Callable[[float], object]) -> None:
    found = at(f, 0.7)
    assert found.kind == "forward"
    assert found.value == pytest.approx(1.0, rel=1e-9)
    mirrored = at(lambda x: f(1.4 - x), 0.7)
    assert mirrored.kind == "backward"
    assert mirrored.value == pytest.approx(-1.0, rel=1e-9)


def test_no_side_at_all() -> None:
    found = at(lambda x: 1.0 if x == 0.7 else math.nan, 0.7)
    assert found.kind == "none"
    assert math.isnan(found.value)
    assert found.error == math.inf


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (math.sqrt, 0.0),
        (math.cbrt, 0.0),
        (math.asin, 1.0),
        (lambda x: math.sqrt(abs(x)), 0.0),
        (lambda x: x + (x >= 0.7), 0.7),  # a jump
        (lambda x: 1e16 + x * x, 0.7),  # lost in rounding
        (lambda x: x * math.sin(1 / x) if x else 0.0, 0.0),
        (lambda x: random.Random(str(x)).random(), 0.7),  # nothing but noise
    ],
)
def test_where_nothing_can_be_said_the_error_says_so(f: Callable[[float], float], x: float) -> None:
    found = at(f, x)
    assert found.error > 1e-2 * abs(found.value) or found.kind == "kink"


def test_noise_shows_in_the_error() -> None:
    found = at(lambda x: x * x + 1e-9 * random.Random(str(x)).random(), 0.7)
    assert abs(found.value - 1.4) <= 10 * found.error
    assert 1e-12 < found.error < 1e-3


@pytest.mark.parametrize("x", [0.7, 0.70003, 12.3456])
def test_stairs_have_slope_zero_at_a_step(x: float) -> None:
    found = at(lambda t: round(t, 3), x)
    assert found.value == 0.0
    assert found.error < 1e-6


def test_each_component_of_a_tuple_has_its_own_difference() -> None:
    found = differentiate(lambda x: (x * x, (abs(x - 0.7), None), "text", 4), 0.7)
    assert sorted(found) == [(0,), (1, 0), (3,)]
    assert found[(0,)].value == pytest.approx(1.4)
    assert found[(1, 0)].kind == "kink"
    assert found[(3,)].value == 0.0


def test_what_the_function_raises_at_the_point_is_raised() -> None:
    with pytest.raises(ValueError, match="math domain error"):
        differentiate(math.sqrt, -1.0)


def test_the_scale_of_the_steps_can_be_given() -> None:
    assert differentiate(lambda x: math.tanh(1e12 * x), 0.0, scale=1e-12)[()].value == pytest.approx(1e12)
    assert at(lambda x: math.tanh(1e12 * x), 0.0).error > 1.0


def test_few_evaluations_are_needed() -> None:
    calls = []

    def f(x: float) -> float:
        calls.append(x)
        return math.sin(x)

    at(f, 0.7)
    assert len(calls) == len(set(calls)) < 60
