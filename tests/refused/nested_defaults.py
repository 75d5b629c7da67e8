import adtransform as ad


def f(x: float) -> float:
    s = 0.0
    for k in [x, 2.0]:
        s += ad.grad(lambda y, k=k: y * k)(1.0)  # refused: N181 k
    return s
