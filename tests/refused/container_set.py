def f(x: float) -> float:
    s = {x, 2.0}  # refused: N120 {x, 2.0}
    return max(s)
