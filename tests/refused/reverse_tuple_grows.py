# mode: reverse
def f(x: float, n: int) -> float:
    p = (x,)  # refused: N161
    for i in range(n):
        p = p + (x * i,)  # refused: N161 p + (x * i,)
    return p[0]  # refused: N161 p[0]
