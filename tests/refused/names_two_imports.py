def f(x: float, k: int = 1) -> float:
    if k > 1: from math import sin as g
    else: from math import cos as g
    return g(x)  # refused: N101 g(x)
