def f(n: int) -> int:  # refused: D002 f
    return n + 1


# functions: f
