import adtransform as ad


def f(x: float) -> float:
    inner = lambda y: x * y * y
    return sum([ad.grad(inner)(2.0) for x in [1.0, x]])  # refused: N181 ad.grad(inner)
