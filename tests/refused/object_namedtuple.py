from collections import namedtuple

Point = namedtuple("Point", "x y")


def f(x: float) -> float:
    p = Point(x, 2.0)  # refused: N101 Point(x, 2.0)
    return p.x * p.y  # refused: N121 p.x
