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
    p = Point(x)
    return 2.0 * p.scale(x)  # refused: N172 p.scale(x)
