from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float = 1.0
    n: int = 1

    def scale(self, k: float) -> float:
        self.x *= k
        return self.y


def f(x: float) -> float:
    p = Point(1.0, 2.0, x)  # refused: N171 x
    return p.n * p.x
