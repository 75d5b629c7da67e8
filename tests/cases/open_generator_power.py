"""A power series as the sum of a generator."""


def f(x: float, n: int) -> float:
    return sum(x**i / (i + 1) for i in range(n))


# open: refused, N122
# at: f(0.7, 4)

# output
