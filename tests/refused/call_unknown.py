from somewhere import density


def f(x: float) -> float:
    return density(x) * x  # refused: N101 density(x)
