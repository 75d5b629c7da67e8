def f(x: float, y: float) -> float:
    a = [1.0, 2.0]
    for a[0] in (x, y):  # refused: N140 a[0]
        pass
    return a[0]
