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
    points = [Point(x), Point(1.0)]
    points[0].x = 2.0 * x  # refused: N172 points[0].x
    return points[0].x
