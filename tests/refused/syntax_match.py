def f(x: float, n: int) -> float:
    match n:  # refused: N132
        case 0:
            return x
        case _:
            return x * x


# functions: f
