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
    from adtransform.live.decorator import differentiable as differentiable
    from adtransform.live.generate import adjoint as adjoint
    from adtransform.live.generate import tangent as tangent
    from adtransform.live.hook import install_import_hook as install_import_hook
    from adtransform.pipeline import derive as derive

__version__ = "0.1.0"
__all__ = ["Refusal", "TransformError", "adjoint", "derive", "differentiable", "install_import_hook", "tangent"]

HOMES = {
    "derive": "pipeline",
    "tangent": "live.generate",
    "adjoint": "live.generate",
    "differentiable": "live.decorator",
    "install_import_hook": "live.hook",
    "TransformError": "diagnostics",
    "Refusal": "diagnostics",
}


def __getattr__(name: str) -> object:
    """Import on first use: `import adtransform` alone costs next to nothing."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
