def f(x: float) -> float:
    a = [x * i for i in range(3)]  # refused: N141 [x * i for i in range(3)]
    return a[0] + a[1]
