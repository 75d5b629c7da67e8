def f(values: list) -> float:  # refused: N150 f
    values.sort(key=abs)
    return values[0] * 2.0


# functions: f
