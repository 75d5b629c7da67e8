"""A lambda as an argument of a solver."""


def newton(g, dg, x: float) -> float:
    for _ in range(60):
        step = g(x) / dg(x)
        x -= step
        if abs(step) < 1e-15:
            break
    return x


def solve(a: float) -> float:
    return newton(lambda x: x * x - a, lambda x: 2.0 * x, 1.0)


# open: refused, N124: lambdas as arguments
# functions: solve
# at: solve(2.0)

# output
