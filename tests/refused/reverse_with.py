# mode: reverse
# says: active values are assigned in `with`: not supported in reverse mode yet
import contextlib
import math


def f(x: float) -> float:
    y = x
    with contextlib.suppress(ValueError):  # refused: N165
        y = x * x
        y = math.sqrt(x - 1.0)
    return y
