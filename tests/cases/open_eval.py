"""`eval` of an expression of active variables."""


def f(x: float, y: float) -> float:
    return eval("x * x") * y


# open: WRONG: a silent zero
# at: f(0.7, 1.3)

# output
