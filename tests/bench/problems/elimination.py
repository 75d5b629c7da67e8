"""A linear system on lists, by LU elimination in place and substitution."""

import math

POINT = (
    [[5.0 * (i == j) + math.sin(3.0 * i + 7.0 * j) for j in range(6)] for i in range(6)],
    [math.cos(2.0 * i) for i in range(6)],
)
DIRECTION = tuple(math.cos(1.0 + i) for i in range(42))


def elimination(matrix: list[list[float]], right: list[float]) -> float:
    a = [row[:] for row in matrix]
    x = right[:]
    n = len(x)
    for k in range(n):
        for i in range(k + 1, n):
            a[i][k] /= a[k][k]
            for j in range(k + 1, n):
                a[i][j] -= a[i][k] * a[k][j]
            x[i] -= a[i][k] * x[k]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= a[i][j] * x[j]
        x[i] /= a[i][i]
    total = 0.0
    for v in x:
        total += v * v
    return total


def elimination_by_hand(
    matrix: list[list[float]], right: list[float], matrix_d: list[list[float]], right_d: list[float]
) -> tuple[float, float]:
    a_d = [row[:] for row in matrix_d]
    a = [row[:] for row in matrix]
    x_d = right_d[:]
    x = right[:]
    n = len(x)
    for k in range(n):
        pivot_d, pivot = a_d[k], a[k]
        for i in range(k + 1, n):
            row_d, row = a_d[i], a[i]
            row[k] /= pivot[k]
            f = row[k]
            f_d = (row_d[k] - f * pivot_d[k]) / pivot[k]
            row_d[k] = f_d
            for j in range(k + 1, n):
                row_d[j] -= f_d * pivot[j] + f * pivot_d[j]
                row[j] -= f * pivot[j]
            x_d[i] -= f_d * x[k] + f * x_d[k]
            x[i] -= f * x[k]
    for i in range(n - 1, -1, -1):
        row_d, row = a_d[i], a[i]
        s_d, s = x_d[i], x[i]
        for j in range(i + 1, n):
            s_d -= row_d[j] * x[j] + row[j] * x_d[j]
            s -= row[j] * x[j]
        x[i] = s / row[i]
        x_d[i] = (s_d - x[i] * row_d[i]) / row[i]
    total_d = 0.0
    total = 0.0
    for v, v_d in zip(x, x_d):
        total_d += v * v_d
        total += v * v
    return total, 2.0 * total_d


def elimination_adjoint(
    matrix: list[list[float]], right: list[float], seed: float = 1.0
) -> tuple[float, tuple[list[list[float]], list[float]]]:
    a = [row[:] for row in matrix]
    x = right[:]
    n = len(x)
    for k in range(n):
        pivot = a[k]
        for i in range(k + 1, n):
            row = a[i]
            row[k] /= pivot[k]
            f = row[k]
            for j in range(k + 1, n):
                row[j] -= f * pivot[j]
            x[i] -= f * x[k]
    y = x[:]
    for i in range(n - 1, -1, -1):
        row = a[i]
        for j in range(i + 1, n):
            x[i] -= row[j] * x[j]
        x[i] /= row[i]
    total = 0.0
    for v in x:
        total += v * v

    t = 2.0 * seed
    x_b = [v * t for v in x]
    a_b = []
    for i in range(n):  # L and U are left in a: nothing else is kept
        row = a[i]
        b = x_b[i] / row[i]
        x_b[i] = b
        for j in range(i + 1, n):
            x_b[j] -= row[j] * b
        a_b.append([0.0] * i + [-v * b for v in x[i:]])
    for k in range(n - 1, -1, -1):
        pivot, pivot_b = a[k], a_b[k]
        p_b = pivot_b[k]
        y_b = x_b[k]
        for i in range(k + 1, n):
            row_b = a_b[i]
            f = a[i][k]
            b = x_b[i]
            f_b = row_b[k] - y[k] * b
            y_b -= f * b
            for j in range(k + 1, n):
                b = row_b[j]
                f_b -= pivot[j] * b
                pivot_b[j] -= f * b
            f_b /= pivot[k]
            row_b[k] = f_b
            p_b -= f * f_b
        pivot_b[k] = p_b
        x_b[k] = y_b
    return total, (a_b, x_b)
