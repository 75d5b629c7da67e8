# adgen: partial x = v * (
def f(x: float) -> float:  # refused: U010 f
    return x * x
