def f(x: float) -> float:
    a = [0.0]
    a[0] += x  # refused: N140 a[0]
    return a[0]
