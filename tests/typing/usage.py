"""A module of a user: everything that the package offers, under `mypy --strict`.

`reveal_type` would say more than is wanted here: an assignment to what has an annotation fails where a type is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import adtransform as ad
from adtransform import Refusal, TransformError


def drag(v: float, c: float = 0.3, *, area: float = 1.0) -> float:
    return 0.5 * c * area * v * v


def norm(x: npt.NDArray[np.float64]) -> float:
    return float(np.sum(x * x))


def pair(x: float) -> tuple[float, dict[str, float]]:
    return x * x, {"x": x}


def squares(x: list[float]) -> list[float]:
    return [u * u for u in x]


# --- text in, text out ------------------------------------------------------------------------------------------------

TEXT = "def f(x: float) -> float:\n    return x\n"
source: str = ad.derive(TEXT, mode="reverse", functions=["f"], wrt="x", filename="f.py")

# --- generated functions ----------------------------------------------------------------------------------------------

value, along = ad.tangent(drag, "v")(3.0, v_d=1.0)
slope: float = along
reverse = ad.adjoint(drag, wrt=("v", "c"))
number, (by_v, by_c) = reverse(3.0, seed=1.0)
slope = number

# --- as in JAX; gradients keep the parameters of their functions ------------------------------------------------------

gradient: Callable[[float], float] = ad.grad(lambda x: x * x)
plain: float = ad.grad(drag)(3.0, 0.5, area=2.0)
by_name: tuple[float, float] = ad.grad(drag, wrt=("v", "area"))(3.0, area=2.0)
by_number: tuple[float, float] = ad.grad(drag, argnums=(0, 1))(3.0, c=0.2)
curvature: float = ad.grad(ad.grad(drag))(3.0)
both: tuple[float, float] = ad.value_and_grad(drag)(3.0)
(first, aux), with_aux = ad.value_and_grad(pair, has_aux=True)(3.0)
more: dict[str, float] = aux
array: npt.NDArray[np.float64] = ad.grad(norm)(np.ones(3))

pushed, pushed_along = ad.jvp(drag, (3.0, 0.5), (1.0, 0.0))
pulled, pull = ad.vjp(drag, 3.0, 0.5)
rows: list[list[float]] = ad.jacfwd(squares)([1.0, 2.0])
rows = ad.jacrev(squares, argnums=0)([1.0, 2.0])
rows = ad.jacobian(squares, wrt="x")([1.0, 2.0])
second: npt.NDArray[np.float64] = ad.hessian(norm)(np.ones(3))
product: npt.NDArray[np.float64] = ad.hvp(norm, (np.ones(3),), (np.ones(3),))
ad.check_grads(drag, (3.0, 0.5), order=2, modes=("fwd", "rev"), atol=1e-6, rtol=1e-6)

# --- decorated --------------------------------------------------------------------------------------------------------


@ad.differentiable
def lift(u: float, k: float = 2.0) -> float:
    """Newtons."""
    return k * u


@ad.differentiable(wrt="x", modes="reverse")
def work(x: float, n: int) -> float:
    return x**n


@dataclass
class Body:
    mass: float

    @ad.differentiable(wrt="v")
    def energy(self, v: float) -> float:
        return 0.5 * self.mass * v * v


force: float = lift(3.0, k=1.0)
lift_value, lift_along = lift.tangent(3.0, 1.0)
lifted: float = lift.grad(3.0)
text: str = lift.source
name: str = lift.__name__
worked: float = work.grad(2.0, 3)
energy: float = Body(2.0).energy(3.0)
slope = Body.energy.tangent(Body(2.0), 3.0, v_d=1.0)[1]

# --- the hook, refusals -----------------------------------------------------------------------------------------------

with ad.install_import_hook("mypackage.physics", "mypackage.chemistry.*", wrt="x", modes="forward") as hook:
    hook.uninstall()

try:
    ad.derive("def f(x: float) -> float:\n    return open(x)\n")
except TransformError as error:
    first_refusal: Refusal = error.refusals[0]
    shown: str = first_refusal.frame() + first_refusal.code + first_refusal.help
    line: int | None = error.lineno
