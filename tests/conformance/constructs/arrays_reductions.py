"""Arrays: reductions."""

import numpy as np


# at: summed(np.array([[0.7, 1.3], [0.4, 0.2]]))
def summed(m: np.ndarray) -> float:
    """`np.sum` and `m.sum()` of everything"""
    return np.sum(m * m) * m.sum()


# at: along_axis(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]))
def along_axis(m: np.ndarray) -> np.ndarray:
    """`axis=0`"""
    return (m * m).sum(axis=0)


# at: negative_axis(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]))
def negative_axis(m: np.ndarray) -> np.ndarray:
    """`axis=-1`"""
    return np.sum(m * m, -1)


# at: kept(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]))
def kept(m: np.ndarray) -> np.ndarray:
    """`keepdims=True`: rows that sum to one"""
    return m / m.sum(axis=1, keepdims=True)


# at: two_axes(np.arange(1.0, 9.0).reshape(2, 2, 2))
def two_axes(a: np.ndarray) -> np.ndarray:
    """A tuple of axes"""
    return np.sum(a * a, axis=(0, 2)) * np.mean(a, axis=(0, -1))


# at: mean(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]))
def mean(m: np.ndarray) -> float:
    """`np.mean`"""
    return np.mean(m) * m.mean(axis=0)[0]


# at: spread(np.array([0.7, 1.3, 0.1]))
def spread(x: np.ndarray) -> float:
    """`np.std` and `np.var`"""
    return np.std(x) + x.var(ddof=1)


# slope: spread_of_equal(np.array([0.5, 0.5])) -> 0.0
def spread_of_equal(x: np.ndarray) -> float:
    """`np.var` of equal numbers"""
    return np.var(x)


# at: largest(np.array([[0.7, 1.3], [0.4, 0.2]]))
def largest(m: np.ndarray) -> float:
    """`np.max`, `np.min`, along an axis, too"""
    return np.max(m) * np.min(m) + (m.max(axis=0) * m.min(axis=1)).sum()


# slope: largest_tie(np.array([0.5, 0.5])) -> 2.0
def largest_tie(x: np.ndarray) -> float:
    """`np.max` with a tie: the first item wins"""
    return np.max(x * np.array([2.0, 6.0]) - np.array([0.0, 2.0]))


# at: where_largest(np.array([0.7, 1.3, 0.4]))
def where_largest(x: np.ndarray) -> float:
    """`np.argmax` as an index"""
    return x[np.argmax(x)] * x[x.argmin()]


# at: product(np.array([0.7, 1.3, 0.4]))
def product(x: np.ndarray) -> float:
    """`np.prod`"""
    return np.prod(x)


# at: product_axis(np.array([[0.7, 0.0], [0.4, 0.2]]))
def product_axis(m: np.ndarray) -> np.ndarray:
    """`np.prod` along an axis, with a zero"""
    return np.prod(m, axis=1)


# at: accumulated(np.array([0.7, 1.3, 0.4]))
def accumulated(x: np.ndarray) -> np.ndarray:
    """`np.cumsum` and `np.cumprod`"""
    return np.cumsum(x * x) * np.cumprod(x)


# at: norm(np.array([0.7, 1.3, 0.4]))
# slope: norm(np.array([0.0, 0.0])) -> 0.0
def norm(x: np.ndarray) -> float:
    """`np.linalg.norm`, and at the origin"""
    return np.linalg.norm(x)


# at: norm_axis(np.array([[0.7, 1.3], [0.4, 0.2]]))
def norm_axis(m: np.ndarray) -> np.ndarray:
    """`np.linalg.norm` along an axis, and of a matrix"""
    return np.linalg.norm(m, axis=1) * np.linalg.norm(m)


# at: log_sum_exp(np.array([[0.7, 1.3], [0.4, 0.2]]))
def log_sum_exp(m: np.ndarray) -> np.ndarray:
    """The logarithm of a sum of exponentials, shifted by the largest"""
    top = m.max(axis=1, keepdims=True)
    return np.log(np.exp(m - top).sum(axis=1)) + top[:, 0]


# at: sorted_values(np.array([0.7, -1.3, 0.4]))
def sorted_values(x: np.ndarray) -> float:
    """`np.sort`"""
    y = np.sort(x)
    return y[0] + 2.0 * y[1] * y[2]


# slope: sorted_tie(np.array([0.5, 0.5])) -> 8.0
def sorted_tie(x: np.ndarray) -> float:
    """`np.sort(kind="stable")` with a tie"""
    y = np.sort(x * np.array([2.0, 4.0]) - np.array([0.0, 1.0]), kind="stable")
    return 2.0 * y[0] + y[1]


# at: ordered(np.array([0.7, -1.3, 0.4]))
def ordered(x: np.ndarray) -> float:
    """`np.argsort` as an index"""
    y = x[np.argsort(x)]
    return y[0] + 2.0 * y[1] * y[2]


# at: median(np.array([0.7, -1.3, 0.4, 2.0]))
def median(x: np.ndarray) -> float:
    """`np.median`"""
    return np.median(x) * x[0]


# at: no_rows(np.zeros((0, 2)), np.array([0.7, 1.3]))
def no_rows(m: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A sum along an empty axis"""
    return m.sum(axis=0) + v * v


# at: builtin_sum(np.array([0.7, 1.3, 0.4]))
def builtin_sum(x: np.ndarray) -> float:
    """`sum` and `max` of Python on arrays"""
    return sum(x * x) * max(x) + len(x)


# at: weighted(np.array([0.7, 1.3]), np.array([0.4, 0.2]))
def weighted(x: np.ndarray, w: np.ndarray) -> float:
    """`np.average` with weights, and `np.dot`"""
    return np.average(x, weights=w) + np.dot(x, w)
