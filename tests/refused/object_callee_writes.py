from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float = 1.0
    n: int = 1

    def scale(self, k: float) -> float:
        self.x *= k
        return self.y


def move(p: Point, k: float) -> None:
    p.x = p.x + k


def f(x: float) -> float:
    p = Point(x)
    move(p, 2.0)  # refused: N172 move(p, 2.0)
    return p.x
