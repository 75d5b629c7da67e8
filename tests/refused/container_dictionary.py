def f(x: float) -> float:
    d = {"a": x}  # refused: N123 {"a": x}
    return d["a"] * 2.0
