import math


def f(x: float) -> float:
    return math.nextafter(x, 2.0) + math.cos(x) + math.perm(3) + sorted((x, 1.0))[0]  # refused: N104 sorted((x, 1.0))
