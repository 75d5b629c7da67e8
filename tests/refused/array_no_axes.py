import numpy as np


def f(c: float, x: float, y: float) -> float:
    s = np.where(c > 0.0, x, y)
    t = s
    t *= 2.0  # refused: N140 t *= 2.0
    return s * t
