def f(x: float, y: float) -> float:
    return x @ y  # refused: N110 x @ y
