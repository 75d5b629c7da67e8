"""In-place methods of a list of active values."""


def f(x: float, y: float) -> float:
    a = [x, y]
    a.reverse()
    return a[0] * 2.0


def g(x: float, y: float) -> float:
    a = [x, y]
    a.pop()
    return a[-1] * 2.0


def h(x: float, y: float) -> float:
    a = [x, y]
    del a[0]
    return a[0] * 2.0


# open: WRONG: only the primal list is changed
# at: f(0.7, 1.3)
# at: g(0.7, 1.3)
# at: h(0.7, 1.3)

# output
