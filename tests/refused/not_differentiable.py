def f(x: float) -> int:  # refused: D002 f
    return int(x) + 1


# functions: f
