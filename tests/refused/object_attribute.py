def f(x: float) -> float:
    return x.imag + x  # refused: N121 x.imag
