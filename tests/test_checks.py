"""`check_grads`: right derivatives pass, wrong ones fail with a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import adtransform as ad


def f(x, y):
    return x * x * y + math.sin(x)


def on_list(x):
    return [x[0] * x[1], x[1] ** 2]


@dataclass
class Point:
    x: float
    y: float


def of_point(p):
    return p.x * p.y * p.y


def on_arrays(a, b):
    return np.sum(a @ b, axis=0) * b[0, 0]


# adgen: partial x = 2 * x
def wrong(x: float) -> float:
    return x**3


def calls_wrong(x: float) -> float:
    return wrong(x) + math.sin(x)


# adgen: partial x = 3 * x * x
def once(x: float) -> float:
    return x**3


# adgen: partial x = g(x)
def second_is_wrong(x: float) -> float:
    return x**3


# adgen: partial x = 5 * x
def g(x: float) -> float:
    return 3 * x * x


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (f, (2.0, 3.0)),
        (on_list, ([2.0, 3.0],)),
        (of_point, (Point(2.0, 3.0),)),
        (on_arrays, (np.arange(6.0).reshape(2, 3) + 1.0, np.ones((3, 2)))),
        (lambda x, n: x**n, (2.0, 3)),
        (lambda x: 3.0 * x, (2.0,)),
        (math.sin, (0.5,)),
        (once, (0.7,)),
    ],
)
@pytest.mark.parametrize("modes", ["fwd", ("rev",), ("fwd", "rev")])
def test_right_derivatives_pass(function: Any, args: tuple[Any, ...], modes: Any) -> None:
    ad.check_grads(function, args, order=2, modes=modes)


def test_wrong_derivatives_fail_with_a_table() -> None:
    with pytest.raises(AssertionError) as caught:
        ad.check_grads(calls_wrong, (2.0,))
    table = str(caught.value)
    assert table.startswith("derivatives of calls_wrong at x=2.0")
    assert "generated" in table and "difference" in table
    assert (
        sum(line.strip().startswith(("fwd: x", "rev: x")) and line.endswith("WRONG") for line in table.splitlines())
        == 2
    )


def test_second_derivatives_are_checked_if_asked_for() -> None:
    ad.check_grads(second_is_wrong, (2.0,), order=1)
    with pytest.raises(AssertionError, match="fwd fwd: x"):
        ad.check_grads(second_is_wrong, (2.0,), order=2)


def test_tolerances() -> None:
    ad.check_grads(f, (2.0, 3.0), rtol=1e-6, atol=1e-6)
    with pytest.raises(AssertionError):
        ad.check_grads(calls_wrong, (2.0,), rtol=1e-6)
    ad.check_grads(calls_wrong, (2.0,), atol=1e3)


def test_where_nothing_can_be_compared_the_check_fails() -> None:
    with pytest.raises(AssertionError, match="kink"):
        ad.check_grads(abs_of, (0.0,))


def abs_of(x: float) -> float:
    return abs(x)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"args": (1.0, 2.0), "modes": "forward"}, ValueError, "takes 'fwd', 'rev' or both"),
        ({"args": (1.0, 2.0), "order": 0}, ValueError, "at least 1"),
        ({"args": (1.0, 2.0), "modes": ()}, ValueError, "`modes` takes"),
        ({"args": 1.0}, TypeError, "tuple or list"),
        ({"args": ("a", None)}, TypeError, "no floats"),
    ],
)
def test_wrong_use(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ad.check_grads(f, **arguments)


def test_functions_with_assertions() -> None:
    k = 3.0

    def checked(x: float) -> float:
        assert x > 0.0
        return k * x * x

    ad.check_grads(checked, (2.0,), order=2)


def test_what_has_its_default_is_left_alone() -> None:
    def drag(v: float, c: float = 0.3, *, area: float = 1.0) -> float:
        return 0.5 * c * area * v * v

    ad.check_grads(drag, (3.0,), order=2)
    ad.check_grads(drag, (3.0, 0.5))


def test_only_what_is_given_is_moved() -> None:
    ad.check_grads(lambda x, y=2.0, *, z=3.0: x * y * z, (3.0,), order=2)
    with pytest.raises(TypeError, match="parameters of its own"):
        ad.check_grads(lambda x, *rest: x * rest[0], (3.0, 4.0))
