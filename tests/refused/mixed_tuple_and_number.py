def f(x: float) -> float:
    t = (x, 1.0); t = t[0]
    return t * t  # refused: N126 t * t
