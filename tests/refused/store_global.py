cache = 0.0


def f(x: float) -> float:
    global cache
    cache = x * x  # refused: N147 cache
    return cache * x
