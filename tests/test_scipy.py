"""Derivatives where scipy asks for them: what it passes, and what it is given back."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize
from scipy.integrate import solve_ivp

import adtransform as ad

SAMPLE = Path(__file__).parent.parent / "samples" / "with_scipy.py"
START = np.array([-1.2, 1.0, 0.5])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def valley(x, a, b):
    return a * (x[1] - x[0] ** 2) ** 2 + (b - x[0]) ** 2


def summed(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return s


def residuals(p, t, y):
    return p[0] * np.exp(-p[1] * t) + p[2] - y


def residual_list(p, t, y):
    return [p[0] * math.exp(-p[1] * u) + p[2] - v for u, v in zip(t, y)]


def equations(x):
    return np.array([x[0] + 0.5 * (x[0] - x[1]) ** 3 - 1.0, 0.5 * (x[1] - x[0]) ** 3 + x[1]])


def equation_list(x):
    return [x[0] + 0.5 * (x[0] - x[1]) ** 3 - 1.0, 0.5 * (x[1] - x[0]) ** 3 + x[1]]


def oscillator(t, y, mu):
    return [y[1], mu * (1.0 - y[0] ** 2) * y[1] - y[0]]


def cubic(x):
    return x**3 - 2.0 * x - 5.0


def unpacked(x):
    a, b = x
    return a * b


@pytest.mark.parametrize(
    "options",
    [
        {"method": "BFGS"},
        {"method": "L-BFGS-B"},
        {"method": "Newton-CG", "hess": ad.hessian(rosenbrock)},
        {"method": "trust-exact", "hess": ad.hessian(rosenbrock)},
        {"method": "trust-ncg", "hessp": lambda x, p: ad.hvp(rosenbrock, (x,), (p,))},
    ],
)
def test_minimize(options: dict[str, Any]) -> None:
    found = optimize.minimize(rosenbrock, START, jac=ad.grad(rosenbrock), **options)
    assert found.success and np.allclose(found.x, 1.0, atol=1e-4)
    both = optimize.minimize(ad.value_and_grad(rosenbrock), START, jac=True, **options)
    assert np.array_equal(both.x, found.x)


@pytest.mark.parametrize("f", [summed, rosenbrock])
def test_gradients_are_those_of_scipy(f: Any) -> None:
    assert optimize.check_grad(f, ad.grad(f), START) < 1e-4
    assert optimize.check_grad(ad.grad(f), ad.hessian(f), START) < 1e-3


def test_further_arguments() -> None:
    options = {"jac": ad.grad(valley), "hess": ad.hessian(valley), "method": "trust-exact"}
    found = optimize.minimize(valley, [-1.2, 1.0], args=(100.0, 2.0), **options)
    assert np.allclose(found.x, [2.0, 4.0], atol=1e-4)
    found = optimize.minimize(valley, [-1.2, 1.0], args=(100, 2), **options)  # whole numbers
    assert np.allclose(found.x, [2.0, 4.0], atol=1e-4)


@pytest.mark.parametrize("f", [residuals, residual_list])
@pytest.mark.parametrize("jacobian", [ad.jacfwd, ad.jacrev, ad.jacobian])
def test_least_squares(f: Any, jacobian: Any) -> None:
    t = np.linspace(0.0, 4.0, 20)
    y = 2.5 * np.exp(-1.3 * t) + 0.5
    found = optimize.least_squares(f, [1.0, 1.0, 0.0], jac=jacobian(f), args=(t, y))
    assert np.allclose(found.x, [2.5, 1.3, 0.5]) and found.nfev < 10


@pytest.mark.parametrize("f", [equations, equation_list])
def test_root(f: Any) -> None:
    found = optimize.root(f, [0.0, 0.0], jac=ad.jacfwd(f))
    assert found.success and np.allclose(f(found.x), 0.0)


def test_solve_ivp() -> None:
    options = {"method": "Radau", "args": (5.0,)}
    exact = solve_ivp(oscillator, (0.0, 10.0), [2.0, 0.0], jac=ad.jacfwd(oscillator, 1), **options)
    assert exact.success and np.allclose(
        exact.y[:, -1], solve_ivp(oscillator, (0.0, 10.0), [2.0, 0.0], **options).y[:, -1]
    )


def test_numbers() -> None:
    slope, curvature = ad.grad(cubic), ad.grad(ad.grad(cubic))
    root = 2.0945514815423265
    assert optimize.newton(cubic, 2.0, fprime=slope, fprime2=curvature) == pytest.approx(root)
    assert optimize.root_scalar(cubic, x0=2.0, fprime=slope, method="newton").root == pytest.approx(root)
    for x in (np.float64(2.0), np.array(2.0)):
        assert slope(x) == 10.0 and curvature(x) == 12.0 and ad.hessian(cubic)(x) == 12.0


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(TypeError, match="array of whole numbers"):
        optimize.root(equations, [0, 0], jac=ad.jacfwd(equations))
    with pytest.raises(TypeError, match="gradients are of functions of one real value"):
        optimize.minimize(cubic, 2.0, jac=ad.grad(cubic))  # scipy passes an array of one number
    with pytest.raises(ad.TransformError, match="help: Give each number a variable of its own"):
        optimize.minimize(unpacked, [1.0, 2.0], jac=ad.grad(unpacked))


def test_the_sample(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(SAMPLE), run_name="__main__")
    rows = [row.split() for row in capsys.readouterr().out.splitlines()[1:]]
    calls: dict[str, list[int]] = {}
    for row in rows:
        calls.setdefault(row[0], []).append(int(row[-2]))
        assert float(row[-1]) < 1e-4
    assert set(calls) == {"minimize,", "least_squares", "root", "solve_ivp"}
    assert all(min(exact) < differences for differences, *exact in calls.values())
