"""In-place methods of a list of active values."""


def f(x: float, y: float) -> float:
    a = [x, y]  # refused: N141 [x, y]
    a.reverse()  # refused: N148 a.reverse
    return a[0] * 2.0


def g(x: float, y: float) -> float:
    a = [x, y]  # refused: N141 [x, y]
    a.pop()  # refused: N148 a.pop
    return a[-1] * 2.0


def h(x: float, y: float) -> float:
    a = [x, y]  # refused: N141 [x, y]
    del a[0]  # refused: N140 a[0]
    return a[0] * 2.0
