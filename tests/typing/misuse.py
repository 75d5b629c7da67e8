"""What a type checker is to find: each line that says so is an error."""

from __future__ import annotations

import adtransform as ad


def drag(v: float, c: float = 0.3, *, area: float = 1.0) -> float:
    return 0.5 * c * area * v * v


ad.grad(drag)("fast")  # error: arg-type
ad.grad(drag)(1.0, areas=2.0)  # error: call-arg
ad.hessian(drag)(1.0, 2.0, 3.0)  # error: call-arg
ad.grad(3)  # error: arg-type
ad.value_and_grad(drag)(1.0)[0].upper()  # error: attr-defined
ad.adjoint(drag)(1.0)[0].upper()  # error: attr-defined
ad.tangent(drag, 3)  # error: arg-type
ad.derive("x", mod="reverse")  # error: call-arg
ad.install_import_hook(3)  # error: arg-type
