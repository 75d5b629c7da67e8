def g(a: float) -> float:
    return a * a


def f(x: float, y: float) -> float:
    return g(x, y)  # refused: N144 g(x, y)
