"""Recursion and mutual recursion."""


def power(x: float, n: int) -> float:
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def even(x: float, n: int) -> float:
    return x if n == 0 else odd(x * x, n - 1)


def odd(x: float, n: int) -> float:
    return 2.0 * x if n == 0 else even(x + 1.0, n - 1)


# at: power(0.7, 0)
# at: power(0.7, 4)
# at: even(0.7, 3)
# at: odd(0.7, 2)

# output
