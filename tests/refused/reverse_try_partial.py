# mode: reverse
# says: `r` may be assigned when the `try` body stops half-way, and is read afterwards
def f(x: float, y: float) -> float:
    r = x
    try:  # refused: N165 try:
        r = r * y
        r = r / (x - y)
    except ZeroDivisionError:
        pass
    return r


def g(x: float, y: float) -> float:
    r = x
    try:  # refused: N165 try:
        for i in range(3):
            r = r / (y - i)
    except ZeroDivisionError:
        r = r * x
    return r
