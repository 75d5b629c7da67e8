def f(d: dict[str, float], x: float) -> float:
    e = d | {"a": x}  # refused: N174 d | {"a": x}
    return e["a"] * e["b"]


# functions: f
