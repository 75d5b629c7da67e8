# mode: reverse
# says: a tuple stands here as a value: not supported in reverse mode yet
def first(point: tuple, scale: float) -> float:
    return point[0] * scale  # refused: N161 point[0]
