import math


def f(x: float, up: bool) -> float:
    h = math.sinh if up else math.cosh
    return h(x)  # refused: N143 h(x)
