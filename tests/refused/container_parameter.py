def f(values: dict) -> float:  # refused: N150 f
    return values[0] * 2.0


# functions: f
