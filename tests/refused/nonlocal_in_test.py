def f(x: float) -> float:
    s = x

    def g(t: float) -> float:
        nonlocal s
        s = s * t
        return s

    if g(x) > 0.1:  # refused: N149 g
        return s
    return 3.0 * s
