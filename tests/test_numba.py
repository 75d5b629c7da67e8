"""Numba: what is compiled has derivatives that are compiled.  Values are those of the functions that are not compiled.

Where Numba is not installed there is nothing to test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adtransform as ad
from adtransform.live.unwrap import inner

numba = pytest.importorskip("numba")
njit, vectorize, guvectorize, prange = numba.njit, numba.vectorize, numba.guvectorize, numba.prange

pytestmark = pytest.mark.filterwarnings("ignore::Warning")  # Numba's, of loops that do not run in parallel

POINT = np.linspace(0.5, 1.5, 4)


@njit
def area(d):
    return math.pi * d * d / 4.0


@njit(cache=True, fastmath=True)
def flow(x, y):
    s = 0.0
    for i in range(10):
        s += math.sin(x * i) * y + area(x)
    return s


@njit
def rosenbrock(x: np.ndarray):
    s = 0.0
    for i in range(x.size - 1):
        s += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return s


@njit
def scaled(x, c):
    y = np.empty_like(x)
    for i in range(x.size):
        y[i] = math.sin(x[i]) * c
    return y


@njit
def weighed(x, w):
    return np.sum(np.exp(x[1:] * w)) + np.dot(x, x)


@njit("float64(float64, float64)")
def stated(x, y):
    return x * x * y


@njit(parallel=True)
def summed(x):
    s = 0.0
    for i in prange(x.size):
        s += math.sin(x[i]) * x[0]
    return s


@ad.differentiable
@njit
def decorated(x, y):
    return x * x * y


def hvp(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: ad.hvp(f, args[:1], (np.ones_like(args[0]),)) if len(args) == 1 else ad.hvp(f, args, args)


@pytest.mark.parametrize(
    ("f", "args", "operators"),
    [
        (flow, (0.3, 0.7), [ad.grad, ad.value_and_grad, hvp, lambda f: ad.grad(ad.grad(f)), ad.hessian]),
        (rosenbrock, (POINT,), [ad.grad, hvp, ad.hessian]),
        (weighed, (POINT, 0.5), [ad.grad, lambda f: ad.grad(f, 1)]),
        (scaled, (POINT, 2.0), [ad.jacfwd, ad.jacrev]),
        (stated, (2.0, 3.0), [ad.grad, ad.hessian]),
        (summed, (np.linspace(0.5, 1.0, 1000),), [ad.grad]),
    ],
)
def test_values_are_those_without_numba(f: Any, args: tuple[Any, ...], operators: list[Any]) -> None:
    for operator in operators:
        compiled, plain = operator(f)(*args), operator(f.py_func)(*args)
        for one, other in zip(compiled, plain) if isinstance(plain, tuple) else [(compiled, plain)]:
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_derivatives_are_compiled() -> None:
    backward, forward = ad.adjoint(flow), ad.tangent(flow, "x")
    assert type(backward) is type(forward) is type(flow)
    assert backward.targetoptions["fastmath"] and forward.targetoptions["nopython"]
    assert backward(0.3, 0.7)[0] == pytest.approx(flow.py_func(0.3, 0.7))
    assert len(backward.signatures) == 1 and backward.overloads
    assert inner(backward) is backward.py_func


def test_gradients_run_compiled() -> None:
    @njit
    def f(x):
        return area(x) * x

    gradient, second = ad.grad(f), ad.grad(ad.grad(f))
    assert gradient(2.0) == pytest.approx(3.0 * math.pi) and second(2.0) == pytest.approx(3.0 * math.pi)
    assert ad.adjoint(f)(2.0)[1] == gradient(2.0)
    assert ad.adjoint(f).signatures


def test_closures() -> None:
    def make(k):
        @njit
        def inside(x):
            return k * x * x

        return inside

    assert [ad.grad(make(k))(2.0) for k in (3.0, 5.0)] == [12.0, 20.0]


def test_the_decorator() -> None:
    assert decorated(2.0, 3.0) == 12.0 and decorated.signatures
    assert decorated.grad(2.0, 3.0) == 12.0
    assert decorated.tangent(2.0, 3.0, 1.0, 0.0) == (12.0, 12.0)
    assert decorated.adjoint(2.0, 3.0) == (12.0, (12.0, 4.0))
    assert "@njit\ndef decorated_b(" in decorated.source


def test_adjoints_of_array_functions_check_axes() -> None:
    assert ad.adjoint(rosenbrock, "x")(POINT)[0] == pytest.approx(rosenbrock.py_func(POINT))


@pytest.mark.parametrize("make", [vectorize, vectorize(["float64(float64)"])])
def test_functions_of_elements_are_refused(make: Callable[..., Any]) -> None:
    def kernel(x):
        return x * x

    for operator in (ad.tangent, ad.adjoint, lambda f: ad.grad(f)(1.0)):
        with pytest.raises(ad.TransformError, match="Numba does more with `kernel`") as caught:
            operator(make(kernel))
        assert "give its derivative to `vectorize`" in caught.value.refusals[0].help


def test_functions_of_rows_are_refused() -> None:
    @guvectorize(["void(float64[:], float64[:])"], "(n)->(n)")
    def kernel(x, y):
        y[0] = x[0]

    with pytest.raises(ad.TransformError, match="Numba does more with `kernel`"):
        ad.tangent(kernel)


def test_what_is_done_instead() -> None:
    @njit
    def kernel(x):
        return x * x * x

    slope = ad.tangent(kernel)
    slopes = vectorize(lambda x: slope(x, 1.0)[1])
    np.testing.assert_allclose(slopes(POINT), 3.0 * POINT**2)
