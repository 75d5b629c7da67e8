# mode: reverse
def f(m: list[list[float]], x: float) -> float:  # refused: N153
    for _ in range(2):
        for v in m[_]:
            x += v * x
    return x
