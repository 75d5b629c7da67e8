# mode: reverse
# says: the list or the counter of a loop over active values is assigned in it
def f(m: list[list[float]], k: list[list[float]]) -> float:
    x = 0.0
    for row in m:  # refused: N162
        x += row[0] * row[1]
        m = k
    return x + m[0][0]
