# mode: reverse
# says: a tuple whose length does not show stands here with active values: not supported in reverse mode yet
def f(x: float, y: float) -> float:
    p = (x, y, x * y)
    a, b = p[1:]  # refused: N161 p[1:]
    return a * b
