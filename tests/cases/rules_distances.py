"""`hypot`, `dist`, `prod` and `fsum`."""
import math


def f(x: float, y: float) -> float:
    return math.hypot(x, y) + math.hypot(x, y, 2.0 * x) + math.hypot(x)


def g(x: float, y: float) -> float:
    return math.dist((x, 0.0), (y, x * y))


def h(x: float, y: float) -> float:
    return math.prod((x, y, x + y)) + math.fsum([x, y * y, 1.0]) + sum((x, y, 3.0))


def k(x: float, n: int) -> float:
    return sum(x**i / (i + 1) for i in range(n))


# at: f(0.7, 1.3)
# slope: f(0.0, 0.0) -> 0.0
# at: g(0.7, 1.3)
# at: h(0.7, 1.3)
# at: k(0.7, 4)

# output
