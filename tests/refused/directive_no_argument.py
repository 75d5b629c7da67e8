# adgen: partial z = v
def f(x: float) -> float:  # refused: U010 f
    return x * x


# functions: f
