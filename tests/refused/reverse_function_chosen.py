# mode: reverse
def f(x: float, k: int) -> float:
    def g(t):  # refused: N163 g
        return t * x

    def h(t):  # refused: N163 h
        return t + x

    pick = g if k else h
    return pick(x)  # refused: N163 pick(x)
