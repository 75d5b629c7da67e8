def f(x: float) -> float:
    x += x * (x := 3.0 * x)  # refused: N106 x * (x := 3.0 * x)
    return x
