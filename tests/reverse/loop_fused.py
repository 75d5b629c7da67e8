"""Loops that carry nothing from one iteration to the next but sums: one loop computes value and adjoints."""


def mean(x: float, y: float, n: int) -> float:
    total = 0.0
    for k in range(n):
        total += (k * x - y) ** 2 / n
    return total


def moments(x: float, n: int) -> tuple[float, float]:
    first, second = 0.0, 0.0
    for k in range(n):
        first += k * x / n
        second += (k * x) ** 2 / n
    return first, second


# open: the seeds of a result of several numbers have no values
# at: mean(0.7, 1.3, 4)
# at: moments(0.7, 4)

# output
