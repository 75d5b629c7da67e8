# mode: reverse
# says: the result depends on the value of an exception
import math


def f(x: float) -> float:
    try:  # refused: N134
        y = math.sqrt(x)
    except ValueError as error:
        y = x * float(str(error))
    return y
