"""What random programs of arrays found: reads, views and copies that are not what they seem."""

import numpy as np


def scaled_by_item(a: np.ndarray, i: int):
    c = a * 2.0
    c /= c[i]
    c *= np.sin(c[0])
    c -= c[1]
    return c * c


def joined_twice(e: np.ndarray[tuple[int], np.dtype], x: float):
    c = np.append(e, e[1])
    return c * c


def mask_of_none(a: np.ndarray, e: np.ndarray):
    a[a > np.max(a)] = np.linalg.norm(e)
    return a


def mean_scaled(a: np.ndarray, m: np.ndarray):
    d = m.mean(axis=1)
    d *= np.sum(a)
    return d * 2.0


def column_of_copy(a: np.ndarray[tuple[int], np.dtype]):
    c = a.copy()
    k = c[:, None]
    v1 = k[2]
    v1 *= 3.0
    return k * 1.0


def column_written(a: np.ndarray[tuple[int], np.dtype]):
    c = a.copy()
    d = c
    k = d[:, None]
    k[1, 0] = a[0] ** 2
    return c * d


def left_early(m: np.ndarray[tuple[int, int], np.dtype], x: float):
    c = m[:]
    if x > 0.0:
        return np.sum(m)
    return np.sum(c) + m[0, 0]


def chosen_joined(e: np.ndarray[tuple[int], np.dtype], x: float):
    y = np.where(x > 0.1, e[1], x) * 2.0
    e[0] = y
    return np.append(e, y)


def ends_joined(e: np.ndarray, x: float):
    return np.concatenate(([x], e, [x, 2.0 * x]))


def some_of_sum(a: np.ndarray[tuple[int], np.dtype]):
    c = a
    d = (c + 0.3)[[0, 2]]
    a = 1.0 * d
    return a.copy()


def row_chosen(m: np.ndarray[tuple[int, int], np.dtype]):
    return m[1][[2, 0, 2]] * 2.0


def chosen_twice(a: np.ndarray[tuple[int], np.dtype]):
    d = a[[2, 0, 2]][2]
    return d


def masked_item(a: np.ndarray[tuple[int], np.dtype]):
    return a[a > 0.0][0] + a[[0, 1]][1:].sum()


def chosen_by_two(m: np.ndarray[tuple[int, int], np.dtype]):
    i = np.array([0, 1, 1])
    j = np.array([2, 0, 0])
    return m[i, j] * m[:, j][0] + m[[0, 0, 1]][:, 1] + m[i][:, 0]


def broadcast_before(m: np.ndarray[tuple[int, int], np.dtype]):
    c = m.T[:, 0]
    k = np.broadcast_to(0.3 + c, 3)
    m *= 2.0
    return k


def grid(e: np.ndarray, a: np.ndarray):
    return np.sum(e[:, None] * a)


def two_lives(m: np.ndarray[tuple[int, int], np.dtype]):
    m = m.reshape(2, 3).sum()
    return m * m


def end_joined(d: np.ndarray[tuple[int], np.dtype], a: np.ndarray):
    return np.append(d, a[1])


def summed_flat(m: np.ndarray):
    return np.sum(m.reshape(6))


def summed_views(m: np.ndarray):
    return np.sum(m.ravel()) + np.sum(np.transpose(m)) + np.sum(m.T) + np.sum(m.flatten())


def outer_before(e: np.ndarray[tuple[int], np.dtype], m: np.ndarray[tuple[int, int], np.dtype]):
    k = np.outer(e, m.reshape(-1)[1:4])
    v2 = m
    v2[:] = 1.0
    return k


def turned_before(m: np.ndarray[tuple[int, int], np.dtype], c: np.ndarray[tuple[int], np.dtype]):
    k = m[::-1]
    b = k @ c
    v4 = m
    v4[0] = 1.0
    return b


def whole_scaled(a: np.ndarray, b: np.ndarray):
    c = np.array([np.sum(b), 0.3, 0.2])
    b[...] *= np.dot(c, a)
    return np.sum(a * c) + b[0] * b[-1]


def row_scaled(a: np.ndarray, b: np.ndarray, x: float):
    m = np.array([a, b])
    m[1] *= x
    return m


def quotient(c: float, m: np.ndarray):
    return np.sum(c * m / m)


def nothing_joined(e: np.ndarray, b: np.ndarray):
    return np.concatenate((e - e, b))


def nothing_outer(e: np.ndarray[tuple[int], np.dtype], b: np.ndarray[tuple[int], np.dtype]):
    return np.outer(e - e, b)


def overlap(a: np.ndarray, x: float):
    c = np.full(3, x)
    d = c[1:]
    c[::2] += d**2
    return c


def overlap_twice(a: np.ndarray[tuple[int], np.dtype]):
    c = a * 1.0
    d = c[1:]
    c[:-1] += d**2
    c[:-1] *= c[1:]
    return c


def kept_in_loop(m: np.ndarray[tuple[int, int], np.dtype], x: float):
    d = np.diff(m.reshape(-1))
    s = 0.0
    for t in d:
        s = s * 0.5 + t
    x += s
    m -= x
    return m * 2.0


def other_life(a: np.ndarray[tuple[int], np.dtype], m: np.ndarray[tuple[int, int], np.dtype]):
    d = a
    a = np.array([1.0, 0.4]) @ m
    return np.sum(a) + d @ d


def total(v: np.ndarray, k: float) -> float:
    s = 0.0
    for t in v:
        s = s * 0.5 + t * k
    return s


def stepped(m: np.ndarray[tuple[int, int], np.dtype], x: float):
    d = np.diff(m.reshape(-1))
    x += total(d, x)
    m -= np.where(1.7 > 1.9, 1.7, x)
    return m * 2.0


def sum_of_one(e: np.ndarray):
    d = np.array([np.sum(e), 0.4])
    return d @ d


def python_sum(a: np.ndarray) -> float:
    return sum(a) + max(a * a) * min(a)


def python_rows(a: np.ndarray) -> float:
    s = 0.0
    for i in range(len(a)):
        s += sum(a[i]) * max(a[i])
    return s


def schwefel(x: np.ndarray):
    return 418.9829 * len(x) - sum(x * np.sin(np.sqrt(np.abs(x))))


def python_columns(x: np.ndarray[tuple[int, int], np.dtype]):
    return sum(x) * 2.0


def between_rows(a: np.ndarray[tuple[int, int], np.dtype], b: np.ndarray[tuple[int], np.dtype]):
    return np.clip(a, b, b + 0.5)


def between_columns(a: np.ndarray[tuple[int], np.dtype], b: np.ndarray[tuple[int, int], np.dtype]):
    return np.clip(a, b, b + 0.5)


def between(a: np.ndarray[tuple[int], np.dtype], b: np.ndarray[tuple[int], np.dtype]):
    return np.clip(0.1, a, a + b * b)


def bounded(a: np.ndarray[tuple[int, int], np.dtype], b: float):
    return np.clip(a, a_min=b, a_max=0.5)


def cancelled(a: np.ndarray):
    return a * (0.7 / a)


def cancelled_later(a: np.ndarray, n: int):
    b = a * 1.0
    if n > 2:
        b = a - a
    return np.sum(b) + 1.0


POINTS: dict[str, tuple[object, ...]] = {
    "scaled_by_item": (
        np.array([0.7, 1.3, 0.9]),
        1,
    ),
    "joined_twice": (
        np.array([-0.48, 0.6]),
        0.3,
    ),
    "mask_of_none": (
        np.array([0.22, 2.12, -1.11]),
        np.array([-0.38, 2.04, 0.65]),
    ),
    "mean_scaled": (
        np.array([-0.68, -0.07, -0.94]),
        np.array([[-0.1, 0.1, 0.04], [-0.51, 0.59, 0.89]]),
    ),
    "column_of_copy": (np.array([0.35, 0.82, 0.33]),),
    "column_written": (np.array([-1.3, 0.91, 0.45]),),
    "left_early": (
        np.array([[-0.54, 0.58], [0.36, 0.29]]),
        0.3,
    ),
    "chosen_joined": (
        np.array([1.29, 1.01]),
        0.3,
    ),
    "ends_joined": (
        np.array([-0.17, -0.42]),
        0.3,
    ),
    "some_of_sum": (np.array([-1.3, 0.91, 0.45]),),
    "row_chosen": (np.array([[0.29, 0.03, 0.55], [-0.74, -0.16, -0.48]]),),
    "chosen_twice": (np.array([0.6, 0.04, -0.29]),),
    "masked_item": (np.array([0.3, -0.7, 0.8]),),
    "chosen_by_two": (np.array([[-0.78, -0.26, 0.01], [-0.28, 1.29, 1.01]]),),
    "broadcast_before": (np.array([[0.35, 0.82, 0.33], [-1.3, 0.91, 0.45]]),),
    "grid": (
        np.array([0.03, 0.55]),
        np.array([-0.74, -0.16, -0.48]),
    ),
    "two_lives": (np.array([[-1.89, -0.17, -0.42], [0.21, 0.22, 2.12]]),),
    "end_joined": (
        np.array([-1.65, 0.17, 0.11]),
        np.array([-1.23, -0.68, -0.07]),
    ),
    "summed_flat": (np.array([[0.35, 0.82, 0.33], [-1.3, 0.91, 0.45]]),),
    "summed_views": (np.array([[-0.54, 0.58, 0.36], [0.29, 0.03, 0.55]]),),
    "outer_before": (
        np.array([0.6, 0.04]),
        np.array([[-0.29, -0.78, -0.26], [0.01, -0.28, 1.29]]),
    ),
    "turned_before": (
        np.array([[-1.11, -0.38, 2.04], [0.65, 0.66, -0.51]]),
        np.array([-1.65, 0.17, 0.11]),
    ),
    "whole_scaled": (
        np.array([-0.51, -1.65, 0.17]),
        np.array([0.11, -1.23, -0.68]),
    ),
    "row_scaled": (
        np.array([-0.78, -0.26, 0.01]),
        np.array([-0.28, 1.29, 1.01]),
        0.3,
    ),
    "quotient": (
        0.3,
        np.array([[0.35, 0.82, 0.33], [-1.3, 0.91, 0.45]]),
    ),
    "nothing_joined": (
        np.array([0.6, 0.04]),
        np.array([-0.29, -0.78, -0.26]),
    ),
    "nothing_outer": (
        np.array([0.01, -0.28]),
        np.array([1.29, 1.01, -2.71]),
    ),
    "overlap": (
        np.array([0.6, 0.04, -0.29]),
        0.3,
    ),
    "overlap_twice": (np.array([-0.82, 0.73, -0.5, 0.88]),),
    "kept_in_loop": (
        np.array([[-0.29, -0.78, -0.26], [0.01, -0.28, 1.29]]),
        0.3,
    ),
    "other_life": (
        np.array([0.17, 0.11, -1.23]),
        np.array([[-0.68, -0.07, -0.94], [-0.1, 0.1, 0.04]]),
    ),
    "stepped": (
        np.array([[-0.54, 0.58, 0.36], [0.29, 0.03, 0.55]]),
        0.3,
    ),
    "sum_of_one": (np.array([0.35, 0.82, 0.33]),),
    "python_sum": (np.array([0.35, 0.82, 0.33]),),
    "python_rows": (np.array([[-1.3, 0.91], [0.45, -0.54], [0.58, 0.36]]),),
    "schwefel": (np.array([-0.78, -0.26, 0.61]),),
    "python_columns": (np.array([[-2.71, -1.89, -0.17], [-0.42, 0.21, 0.22]]),),
    "between_rows": (
        np.array([[0.35, 0.82, 0.33], [-1.3, 0.91, 0.45], [-0.54, 0.58, 0.36], [0.29, 0.03, 0.55]]),
        np.array([-0.74, -0.16, -0.48]),
    ),
    "between_columns": (
        np.array([0.6, 0.04, -0.29]),
        np.array([[-0.78, -0.26, 0.01], [-0.28, 1.29, 1.01], [-2.71, -1.89, -0.17], [-0.42, 0.21, 0.22]]),
    ),
    "between": (
        np.array([2.12, -1.11, -0.38]),
        np.array([2.04, 0.65, 0.66]),
    ),
    "bounded": (
        np.array([[-0.51, -1.65], [0.17, 0.11], [-1.23, -0.68]]),
        0.1,
    ),
    "cancelled": (np.array([0.35, 0.82, 0.33]),),
    "cancelled_later": (
        np.array([0.29, 0.03, 0.55]),
        3,
    ),
}
