def f(x: float) -> float:
    try: from math import cbrt as cb
    except ImportError: cb = lambda v: v ** (1 / 3)
    return cb(x)  # refused: N101 cb(x)
