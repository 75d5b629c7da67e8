def f(x: float, y: float) -> float:
    a = [x, y]  # refused: N141 [x, y]
    a[0] = y  # refused: N140 a[0]
    return a[0]
