def f(x: float) -> float:
    a = []
    a.append(x)  # refused: N148 a.append
    return a[0]
