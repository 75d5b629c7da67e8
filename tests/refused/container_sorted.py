def f(x: float, y: float) -> float:
    a = sorted((x, y))  # refused: N104 sorted((x, y))
    return a[0]
