LST = [0.0]
def keep(u): LST[0] = u; return 1.0
def f(x: float) -> float:
    if keep(x * x) > 0: x = x * 2  # refused: N148 keep(x * x)
    return LST[0] + x
