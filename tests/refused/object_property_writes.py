class Point:
    def __init__(self, x: float):
        self.x = x
        self.reads = 0.0

    @property
    def twice(self) -> float:
        self.reads = self.reads + 1.0
        return 2.0 * self.x


def f(p: Point, t: float) -> float:
    if p.twice > 1.0:  # refused: N172 p.twice
        return p.x * t
    return p.reads * p.x


# functions: f
