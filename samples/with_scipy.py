"""Exact derivatives for scipy: the same problems with and without them, counting calls of the functions.

Run it as `python samples/with_scipy.py`; it needs scipy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares, minimize, root

import adtransform as ad


def rosenbrock(x: np.ndarray) -> float:
    """A long curved valley; the minimum is where all x are 1."""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def decay(p: np.ndarray, t: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """What a model with three parameters leaves of measurements."""
    return p[0] * np.exp(-p[1] * t) + p[2] - measured


def currents(v: np.ndarray) -> np.ndarray:
    """Two nodes with diodes: the currents into each are to be zero."""
    diode = 1e-6 * (np.exp(v / 0.05) - 1.0)
    flow = (v[0] - v[1]) / 100.0
    return np.array([(1.0 - v[0]) / 50.0 - flow - diode[0], flow - diode[1]])


def reaction(t: float, y: np.ndarray) -> list[float]:
    """Robertson's stiff chemical reaction."""
    slow, fast, quick = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
    return [fast - slow, slow - fast - quick, quick]


class Counted:
    """A function that counts its calls."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self.calls = 0

    def __call__(self, *args: Any) -> Any:
        self.calls += 1
        return self.f(*args)


def report(problem: str, derivative: str, counted: Counted, error: float) -> None:
    print(f"{problem:22}{derivative:26}{counted.calls:9}{error:12.1e}")


def minimum() -> None:
    x0 = np.linspace(-1.2, 1.0, 10)
    gradient, hessian = ad.grad(rosenbrock), ad.hessian(rosenbrock)
    choices: dict[str, dict[str, Any]] = {
        "differences": {"method": "BFGS"},
        "jac=grad(f)": {"method": "BFGS", "jac": gradient},
        "jac, hess=hessian(f)": {"method": "trust-exact", "jac": gradient, "hess": hessian},
        "jac, hessp by hvp": {
            "method": "trust-ncg",
            "jac": gradient,
            "hessp": lambda x, p: ad.hvp(rosenbrock, (x,), (p,)),
        },
    }
    for name, options in choices.items():
        f = Counted(rosenbrock)
        found = minimize(f, x0, **options)
        report("minimize, 10 inputs", name, f, float(np.max(np.abs(found.x - 1.0))))


def fit() -> None:
    true, t = np.array([2.5, 1.3, 0.5]), np.linspace(0.0, 4.0, 50)
    measured = decay(true, t, np.zeros(50))
    for name, jac in {"differences": "2-point", "jac=jacfwd(f)": ad.jacfwd(decay)}.items():
        f = Counted(decay)
        found = least_squares(f, [1.0, 1.0, 0.0], jac=jac, args=(t, measured))
        report("least_squares", name, f, float(np.max(np.abs(found.x - true))))


def operating_point() -> None:
    for name, jac in {"differences": None, "jac=jacfwd(f)": ad.jacfwd(currents)}.items():
        f = Counted(currents)
        found = root(f, [0.5, 0.5], jac=jac)
        report("root", name, f, float(np.max(np.abs(currents(found.x)))))


def kinetics() -> None:
    start, options = [1.0, 0.0, 0.0], {"method": "Radau", "rtol": 1e-6, "atol": 1e-10}
    for name, jac in {"differences": None, "jac=jacfwd(f, 1)": ad.jacfwd(reaction, 1)}.items():
        f = Counted(reaction)
        found = solve_ivp(f, (0.0, 1e4), start, jac=jac, **options)
        report("solve_ivp", name, f, float(abs(np.sum(found.y[:, -1]) - 1.0)))


if __name__ == "__main__":
    print(f"{'':22}{'derivative':26}{'calls of f':>9}{'error':>11}")
    for problem in (minimum, fit, operating_point, kinetics):
        problem()
