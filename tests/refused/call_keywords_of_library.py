def f(x: float, y: float) -> float:
    return max(x, y, key=abs)  # refused: N103 max(x, y, key=abs)
