"""Loop recurrence: the logistic map."""

POINT = (0.3, 3.57, 1000)
DIRECTION = (0.7, 0.01)


def logistic(x: float, r: float, n: int) -> float:
    for _ in range(n):
        x = r * x * (1.0 - x)
    return x


def logistic_by_hand(x: float, r: float, n: int, x_d: float, r_d: float) -> tuple[float, float]:
    for _ in range(n):
        y = 1.0 - x
        t = r * x
        x_d = r_d * x * y + (r * y - t) * x_d
        x = t * y
    return x, x_d


def logistic_adjoint(x: float, r: float, n: int, seed: float = 1.0) -> tuple[float, tuple[float, float]]:
    saved = []
    for _ in range(n):
        saved.append(x)
        x = r * x * (1.0 - x)
    x_b = seed
    r_b = 0.0
    for v in saved[::-1]:
        y = 1.0 - v
        r_b += v * y * x_b
        x_b *= r * (y - v)
    return x, (x_b, r_b)
