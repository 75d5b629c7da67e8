# mode: reverse
def f(x: float, n: int) -> float:
    stack = []
    for i in range(n):
        stack.append(x * i)  # refused: N148 stack.append
    other = stack
    return other.pop() * stack.pop()  # refused: N148 other.pop
