def f(x: float, y: float) -> float:
    print(z := x * y)  # refused: N105 z := x * y
    return z
