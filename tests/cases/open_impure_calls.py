"""Calls that give another value each time are not shared."""


def f(x: float) -> float:
    numbers = iter((1.0, 2.0, 3.0))
    return next(numbers) * x + next(numbers) * x * x


# open: WRONG primal: `next(numbers)` is called once
# at: f(0.7)

# output
