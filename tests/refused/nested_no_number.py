import adtransform as ad
import numpy as np


def f(x: float) -> float:
    return ad.grad(lambda y: (y, x))(x)[0]  # refused: N180 ad.grad(lambda y: (y, x))


def g(x: float) -> float:
    ones = np.ones(3)
    return ad.grad(lambda y: y * ones)(x)  # refused: N180 ad.grad(lambda y: y * ones)
