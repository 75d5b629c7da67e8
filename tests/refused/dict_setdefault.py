def f(x: float) -> float:
    d = {}
    d.setdefault("a", x)  # refused: N174 d.setdefault("a", x)
    return d["a"]
