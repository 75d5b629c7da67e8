"""A passive list under a second name takes an active value."""


def f(x: float, y: float) -> float:
    a = [1.0, 2.0]
    b = a
    b += [x]  # refused: N140 [x]
    return a[2] * y
