def f(x: float, n: int) -> float:
    g = (lambda t: t * x) if n else (lambda t: t + x)  # refused: N124 lambda t: t * x
    return g(x)  # refused: N143 g(x)
