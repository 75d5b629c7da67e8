"""Burgers' equation on an array: each step writes a slice."""

import numpy as np

POINT = (0.5 + 0.4 * np.sin(0.05 * np.arange(200.0)), 0.05, 10)
DIRECTION = tuple(np.cos(1.0 + np.arange(201.0)).tolist())


def burgers_array(start: np.ndarray, nu: float, steps: int) -> float:
    u = start.copy()
    for _ in range(steps):
        u[1:-1] += nu * (u[2:] - 2.0 * u[1:-1] + u[:-2]) - 0.1 * u[1:-1] * (u[2:] - u[:-2])
    return np.sum(u * u)


def burgers_array_pure(start: np.ndarray, nu: float, steps: int) -> float:
    u = start
    for _ in range(steps):
        inner = u[1:-1] + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2]) - 0.1 * u[1:-1] * (u[2:] - u[:-2])
        u = np.concatenate([u[:1], inner, u[-1:]])
    return np.sum(u * u)


def burgers_array_by_hand(
    start: np.ndarray, nu: float, steps: int, start_d: np.ndarray, nu_d: float
) -> tuple[float, float]:
    u_d = start_d.copy()
    u = start.copy()
    for _ in range(steps):
        here = u[1:-1]
        here_d = u_d[1:-1]
        slope = u[2:] - u[:-2]
        bend = u[2:] - 2.0 * here + u[:-2]
        here_d += (
            nu_d * bend
            + nu * (u_d[2:] - 2.0 * here_d + u_d[:-2])
            - 0.1 * (here_d * slope + here * (u_d[2:] - u_d[:-2]))
        )
        here += nu * bend - 0.1 * here * slope
    return np.sum(u * u), 2.0 * np.sum(u * u_d)


def burgers_array_adjoint(
    start: np.ndarray, nu: float, steps: int, seed: float = 1.0
) -> tuple[float, tuple[np.ndarray, float]]:
    u = start.copy()
    rows = []
    for _ in range(steps):
        rows.append(u.copy())
        u[1:-1] += nu * (u[2:] - 2.0 * u[1:-1] + u[:-2]) - 0.1 * u[1:-1] * (u[2:] - u[:-2])
    value = np.sum(u * u)

    u_b = 2.0 * seed * u
    nu_b = 0.0
    for u in reversed(rows):
        b = u_b[1:-1].copy()
        nu_b += np.dot(u[2:] - 2.0 * u[1:-1] + u[:-2], b)
        t = 0.1 * u[1:-1] * b
        e = nu * b
        u_b[1:-1] -= 2.0 * e + 0.1 * (u[2:] - u[:-2]) * b
        u_b[2:] += e - t
        u_b[:-2] += e + t
    return value, (u_b, float(nu_b))
