def f(x: float, y: float) -> float:
    if (t := x * y) > 0.0 and (u := t * 2.0) < 5.0:  # refused: N105 (u := t * 2.0) < 5.0
        return t + u
    return t
