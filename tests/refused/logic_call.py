def g(x: float) -> float:
    return x * x


def f(x: float, y: float) -> float:
    z = x or g(y)  # refused: N107 g(y)
    return z
