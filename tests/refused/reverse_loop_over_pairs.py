# mode: reverse
# says: a loop over active values in a form that is not supported yet
def f(x: float, y: float) -> float:
    s = 0.0
    for a, b in ((x, y), (y, x * y)):  # refused: N162 (x, y), (y, x * y)
        s += a * b
    return s
