# mode: reverse
# says: a loop over active values whose number does not show: not supported yet
def f(x: float, n: int) -> float:
    stack = []
    for i in range(n):
        stack.append(x * i)
    s = 0.0
    for v in stack:  # refused: N162 stack
        s += v * v
    return s
