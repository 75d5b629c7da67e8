# mode: reverse
def f(x: float) -> float:
    total = 0.0

    def add(t):  # refused: N163 add
        nonlocal total
        total += t * x

    add(x)  # refused: N148 add(x)
    return total
