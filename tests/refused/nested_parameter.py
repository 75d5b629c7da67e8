import adtransform as ad


def f(x: float, op) -> float:
    return ad.grad(op)(x)  # refused: N180 op
