# mode: reverse
# says: the end is reached without a `return`
def f(x: float) -> float:  # refused: N166
    if x > 0.0:
        return x * x
