"""Source-to-source automatic differentiation: readable derivatives of plain Python functions.

>>> import adtransform as ad
>>> print(ad.derive("def square(x: float) -> float:\\n    return x * x\\n").splitlines()[3])
def square_d(x: float, x_d: float) -> tuple[float, float]:
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for true; `typing` itself takes 20 ms to import
if TYPE_CHECKING:
    from adtransform.diagnostics import Refusal as Refusal
    from adtransform.diagnostics import TransformError as TransformError
    from adtransform.live.checks import check_grads as check_grads
    from adtransform.live.curvature import hvp as hvp
    from adtransform.live.decorator import differentiable as differentiable
    from adtransform.live.directions import jvp as jvp
    from adtransform.live.directions import vjp as vjp
    from adtransform.live.generate import adjoint as adjoint
    from adtransform.live.generate import tangent as tangent
    from adtransform.live.hook import install_import_hook as install_import_hook
    from adtransform.live.jacobians import hessian as hessian
    from adtransform.live.jacobians import jacfwd as jacfwd
    from adtransform.live.jacobians import jacobian as jacobian
    from adtransform.live.jacobians import jacrev as jacrev
    from adtransform.live.magic import load_ipython_extension as load_ipython_extension
    from adtransform.live.operators import grad as grad
    from adtransform.live.operators import value_and_grad as value_and_grad
    from adtransform.pipeline import derive as derive

__version__ = "0.1.0"
__all__ = [
    "Refusal",
    "TransformError",
    "adjoint",
    "check_grads",
    "derive",
    "differentiable",
    "grad",
    "hessian",
    "hvp",
    "install_import_hook",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "tangent",
    "value_and_grad",
    "vjp",
]

HOMES = {
    "derive": "pipeline",
    "tangent": "live.generate",
    "adjoint": "live.generate",
    "grad": "live.operators",
    "value_and_grad": "live.operators",
    "jvp": "live.directions",
    "vjp": "live.directions",
    "hvp": "live.curvature",
    "jacfwd": "live.jacobians",
    "jacrev": "live.jacobians",
    "jacobian": "live.jacobians",
    "hessian": "live.jacobians",
    "check_grads": "live.checks",
    "differentiable": "live.decorator",
    "install_import_hook": "live.hook",
    "load_ipython_extension": "live.magic",
    "TransformError": "diagnostics",
    "Refusal": "diagnostics",
}


def __getattr__(name: str) -> object:
    """Import on first use: `import adtransform` alone costs next to nothing."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(__import__(f"{__name__}.{HOMES[name]}", fromlist=(name,)), name)  # importlib has to be imported
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
