def f(x: float, y: float) -> float:
    t = (x, y)
    return sum(v * v for v in t)  # refused: N122 t
