# mode: reverse
# says: the comprehension holds the list `c` several times
def f(c: list[float], x: float) -> float:
    m = [c for _ in range(3)]  # refused: N122 [c for _ in range(3)]
    return m[0][0] * m[1][1] * x + c[0]
