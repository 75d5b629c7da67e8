def f(x: float, d: dict[str, float]) -> float:
    e = {"a": x, **d}  # refused: N123 {"a": x, **d}
    return e["a"] * 2.0
