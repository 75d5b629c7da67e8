"""A nested function that writes into a list of the outer one."""


def f(x: float, y: float) -> float:
    z = [0.0]

    def g() -> None:
        z[0] = x  # refused: N140 z[0]

    g()
    return z[0] * y
