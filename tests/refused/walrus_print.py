def f(x: float, y: float) -> float:
    print(z := x * y)  # refused: N105 print(z := x * y)
    return z
