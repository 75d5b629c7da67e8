# mode: reverse
# says: a chain of tuple assignments: not supported in reverse mode yet
def f(x: float, y: float) -> float:
    (a, b) = c = (x, x * y)  # refused: N161 (a, b) = c = (x, x * y)
    return a * b + c[0]
