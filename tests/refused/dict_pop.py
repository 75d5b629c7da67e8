def f(x: float) -> float:
    d = {"a": x}
    return d.pop("a") * x  # refused: N174 d.pop("a")
