# mode: reverse
def f(x: float, y: float) -> float:
    s = 0.0
    for a in sorted((x, y)):  # refused: N162 sorted((x, y))
        s += a * a
    return s
