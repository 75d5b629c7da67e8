import math


def f(x: float) -> float:
    return math.nextafter(x, 2.0) + math.cos(x) + math.perm(3) + slice(x)  # refused: N104 slice(x)
