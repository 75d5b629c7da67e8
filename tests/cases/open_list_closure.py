"""A nested function that writes into a list of the outer one."""


def f(x: float, y: float) -> float:
    z = [0.0]

    def g() -> None:
        z[0] = x

    g()
    return z[0] * y


# open: WRONG: a silent zero
# at: f(0.7, 1.3)

# output
