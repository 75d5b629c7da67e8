def g(a: float, b: float) -> float:
    return a * b


def f(d: dict[str, float]) -> float:
    return g(**d)  # refused: N174 g(**d)


# functions: f
