def f(x: float) -> float:
    größe = "äöü"; y = x @ x  # refused: N110 x @ x
    return y
