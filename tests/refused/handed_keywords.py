def g(a, **k): return a * k['b']
def f(x: float) -> float: return g(2.0, b=x)  # refused: N103 x
