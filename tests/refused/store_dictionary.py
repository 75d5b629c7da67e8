def f(x: float) -> float:
    d = {}
    d["x"] = x * x  # refused: N140 d["x"]
    return d["x"]
