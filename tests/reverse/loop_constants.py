"""Constants that overwrite active variables in a loop cut the flow."""


def f(x: float, y: float, n: int) -> float:
    total = 0.0
    term = x
    for i in range(n):
        total += term * y
        if i % 3 == 2:
            term = 1.0
        term = term * x
    return total


def last(x: float, n: int) -> float:
    y = 0.0
    for i in range(n):
        y = 0.0
        y += i * x
    return y * x


def once(x: float, n: int) -> float:
    z = x
    total = x * x
    for i in range(1, n):
        total += i * z
        z = 0.0
    return total


# open: `once`: one loop for both sweeps, though the adjoint of z is assigned in it, not added to
# at: f(0.7, 1.3, 5)
# at: f(0.7, 1.3, 0)
# at: last(0.7, 4)
# at: last(0.7, 0)
# at: once(0.7, 4)

# output
