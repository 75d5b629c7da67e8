# mode: reverse
def f(x: float, n: int) -> float:
    stack = []
    for i in range(n):
        stack.append(x * i)
    other = stack
    return other.pop() * stack.pop()  # refused: N101
