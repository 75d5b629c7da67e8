# mode: reverse
# functions: f
def mix(v: list[float], w: list[float]) -> None:
    for i in range(len(v)):
        v[i] += w[0] * v[i]
    v[0] = w[1]


def f(x: list[float], a: float) -> float:
    y = [a * v for v in x]
    mix(y, y)  # refused: N148 mix(y, y)
    return y[0] * y[1]
