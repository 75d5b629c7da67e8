def f(x: float) -> float:
    a = [x, 1.0]
    a[0] = x  # refused: N140 a[0]
    d = {"x": x}  # refused: N123 {"x": x}
    return a[0] + d["x"] + x.imag  # refused: N121 x.imag


def g(x: float) -> float:
    y = x * x
    return y @ x  # refused: N110 y @ x
