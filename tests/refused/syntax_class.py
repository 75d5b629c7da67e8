def f(x: float) -> float:
    class Local:  # refused: N132
        pass

    return x * x
