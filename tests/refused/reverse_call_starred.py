# mode: reverse
# says: a function of yours is called with starred arguments
def g(a: float, b: float) -> float:
    return a * b


def f(x: float, y: float) -> float:
    p = (x, y)
    return g(*p)  # refused: N103 g(*p)
