def f(d: dict[str, float], x: float) -> float:
    v = d.get("a")  # refused: N174 d.get("a")
    return x if v is None else v * x
