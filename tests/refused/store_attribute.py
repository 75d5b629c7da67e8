class Box:
    value = 0.0


def f(x: float) -> float:
    box = Box()
    box.value = x  # refused: N140 box.value
    return box.value * x  # refused: N121 box.value
