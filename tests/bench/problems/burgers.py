"""Burgers' equation on a list: each step writes the items one after the other."""

import math

POINT = ([0.5 + 0.4 * math.sin(0.5 * i) for i in range(20)], 0.05, 10)
DIRECTION = tuple(math.cos(1.0 + i) for i in range(21))


def burgers(start: list[float], nu: float, steps: int) -> float:
    u = start[:]
    for _ in range(steps):
        left = u[0]
        for i in range(1, len(u) - 1):
            here = u[i]
            right = u[i + 1]
            u[i] = here - 0.1 * here * (right - left) + nu * (right - 2.0 * here + left)
            left = here
    total = 0.0
    for v in u:
        total += v * v
    return total


def burgers_by_hand(
    start: list[float], nu: float, steps: int, start_d: list[float], nu_d: float
) -> tuple[float, float]:
    u_d = start_d[:]
    u = start[:]
    for _ in range(steps):
        left_d = u_d[0]
        left = u[0]
        for i in range(1, len(u) - 1):
            here_d = u_d[i]
            here = u[i]
            right_d = u_d[i + 1]
            right = u[i + 1]
            slope = right - left
            bend = right - 2.0 * here + left
            u_d[i] = (
                here_d
                - 0.1 * (here_d * slope + here * (right_d - left_d))
                + nu_d * bend
                + nu * (right_d - 2.0 * here_d + left_d)
            )
            u[i] = here - 0.1 * here * slope + nu * bend
            left_d = here_d
            left = here
    total_d = 0.0
    total = 0.0
    for v, v_d in zip(u, u_d):
        total_d += v * v_d
        total += v * v
    return total, 2.0 * total_d


def burgers_adjoint(
    start: list[float], nu: float, steps: int, seed: float = 1.0
) -> tuple[float, tuple[list[float], float]]:
    u = start[:]
    rows = []
    for _ in range(steps):
        rows.append(u[:])
        left = u[0]
        for i in range(1, len(u) - 1):
            here = u[i]
            right = u[i + 1]
            u[i] = here - 0.1 * here * (right - left) + nu * (right - 2.0 * here + left)
            left = here
    total = 0.0
    for v in u:
        total += v * v

    t = 2.0 * seed
    u_b = [v * t for v in u]
    nu_b = 0.0
    while rows:
        u = rows.pop()
        left = u[0]
        here = u[1]
        left_b = u_b[0]  # of the item to the left, as far as it is known
        handed = 0.0  # to the item here by the one to its left
        for i in range(1, len(u) - 1):
            right = u[i + 1]
            b = u_b[i]
            e = nu * b
            t = 0.1 * here * b
            nu_b += (right - 2.0 * here + left) * b
            u_b[i - 1] = left_b + t + e
            left_b = b - 0.1 * (right - left) * b - 2.0 * e + handed
            handed = e - t
            left = here
            here = right
        u_b[-2] = left_b
        u_b[-1] += handed
    return total, (u_b, nu_b)
