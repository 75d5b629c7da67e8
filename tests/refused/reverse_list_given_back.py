# mode: reverse
# functions: f
def pick(values: list[float]) -> list[float]:
    total = values[0] + values[1]
    if total < 0.0:
        raise ValueError(total)
    return values


def f(x: float) -> float:
    d = [x, 2.0]
    e = pick(d)  # refused: N148 d
    e[0] = x * x
    return d[0] * d[1]
