def sq(u): return u * u
def f(x: float, k: int = 1) -> float:
    if k > 1:
        def g(u): return u * 2.0
    else: g = sq
    return g(x)  # refused: N143 g(x)
