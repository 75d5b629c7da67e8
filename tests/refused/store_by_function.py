def keep(a, v):
    a.append(v)


def f(x: float) -> float:
    a = []
    keep(a, x)  # refused: N148 keep(a, x)
    return a[0]


# functions: f
