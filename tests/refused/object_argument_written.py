from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float = 1.0
    n: int = 1

    def scale(self, k: float) -> float:
        self.x *= k
        return self.y


def f(p: Point, k: float) -> float:
    p.x = k * p.x  # refused: N172 p.x
    return p.x * p.y
