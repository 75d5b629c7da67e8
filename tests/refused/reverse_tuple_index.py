# mode: reverse
# says: a tuple stands here as a value: not supported in reverse mode yet
def pick(x: float, y: float, k: int) -> float:
    p = (x, y * y)
    return p[k] * x  # refused: N161 p[k]
