from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float = 1.0
    n: int = 1

    def scale(self, k: float) -> float:
        self.x *= k
        return self.y


def f(p: Point, q: Point) -> float:
    r = max([p, q], key=lambda v: v.x)  # refused: N173 [p, q]
    return r.y
