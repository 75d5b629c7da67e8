def f(x: float) -> float:
    return (x + 1j * x).real  # refused: D003 1j
