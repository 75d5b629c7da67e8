import math
def comp(f, u): return f(u) * u
def sq(u): return u * u
def f(x: float) -> float: return comp(sq, x) + comp(math.sin, x)  # refused: N145 math.sin
