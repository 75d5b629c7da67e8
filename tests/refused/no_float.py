def f(n: int) -> int:  # refused: D001 f
    return n + 1


# functions: f
