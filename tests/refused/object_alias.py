from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float = 1.0


def f(x: float, t: float) -> float:
    p = Point(x)
    q = Point(t)
    if t > 0.0:
        q = p  # refused: N172 p
    q.x = 2.0 * t
    return p.x * q.y
