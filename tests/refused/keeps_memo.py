TAB = {}
def memo(u):
    if u in TAB: return TAB[u]
    TAB[u] = u * u
    return TAB[u]
def f(x: float) -> float: return x * memo(x)  # refused: N148 memo(x)
