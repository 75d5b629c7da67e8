"""`eval` of an expression of active variables."""


def f(x: float, y: float) -> float:
    return eval("x * x") * y  # refused: N133 eval("x * x")
