from functools import reduce


def f(x: float, y: float) -> float:
    return reduce(lambda a, b: a * b, (x, y))  # refused: N101 reduce(lambda a, b: a * b, (x, y))
