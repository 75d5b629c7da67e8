def f(x: float):
    yield x * x  # refused: N132 yield x * x


# functions: f
# wrt: x
