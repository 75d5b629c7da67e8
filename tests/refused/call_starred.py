def g(a: float, b: float) -> float:
    return a * b


def f(x: float, y: float) -> float:
    both = (x, y)
    return g(*both)  # refused: N103 g(*both)
