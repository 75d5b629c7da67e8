# mode: reverse
# says: the list `stack` is read by a loop and used again
def f(x: float, n: int) -> float:
    stack = []
    for i in range(n):
        stack.append(x * i)
    s = 0.0
    for v in stack[::-1]:  # refused: N140 stack[::-1]
        s += v * v
    while stack:
        s += stack.pop()
    return s


def g(x: float, n: int) -> float:
    stack = []
    for i in range(n):
        stack.append(x * i)
    s = 0.0
    for _ in range(2):
        for v in reversed(stack):  # refused: N140 reversed(stack)
            s += v * v
    return s
