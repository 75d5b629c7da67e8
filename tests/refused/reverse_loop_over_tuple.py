# mode: reverse
# says: a tuple whose length does not show stands here with active values: not supported in reverse mode yet
def f(points: tuple[float, ...], x: float) -> float:  # refused: N161
    s = 0.0
    for p in points:
        s += p * x
    return s
