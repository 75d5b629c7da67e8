class Box:
    value = 0.0


def f(x: float) -> float:
    box = Box()
    box.value = x  # refused: N171 box.value
    return box.value * x
