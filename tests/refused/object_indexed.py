from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float = 1.0
    n: int = 1

    def scale(self, k: float) -> float:
        self.x *= k
        return self.y


def f(p: Point) -> float:
    return p[0]  # refused: N173 p[0]
