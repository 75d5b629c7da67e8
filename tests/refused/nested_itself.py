import adtransform as ad


def f(x: float) -> float:
    return x if x < 0.0 else ad.grad(f)(x - 1.0)  # refused: N180 ad.grad(f)
