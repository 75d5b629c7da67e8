"""Arrays: indexing."""

import numpy as np


# at: items(np.array([[0.7, 1.3], [0.4, 0.2]]))
def items(m: np.ndarray) -> float:
    """`m[i, j]`, `m[i][j]` and negative indices"""
    return m[0, 1] * m[1][0] + m[-1, -1] ** 2


# at: slices(np.array([0.7, 1.3, 0.4, 0.2]))
def slices(x: np.ndarray) -> np.ndarray:
    """Slices: a first difference"""
    return (x[1:] - x[:-1]) * x[1:]


# at: backwards(np.array([0.7, 1.3, 0.4, 0.2]))
def backwards(x: np.ndarray) -> np.ndarray:
    """Slices with negative steps"""
    return x[::-1] * x + x[3:0:-2].sum()


# at: stepped(np.array([0.7, 1.3, 0.4, 0.2, 0.9]))
def stepped(x: np.ndarray) -> np.ndarray:
    """Slices with steps, beyond the end, too"""
    return x[::2] * x[1:100:2].sum()


# at: rows(np.array([[0.7, 1.3], [0.4, 0.2]]))
def rows(m: np.ndarray) -> np.ndarray:
    """Rows and columns"""
    return m[0] * m[:, 1] + m[1, :]


# at: ellipsis(np.arange(1.0, 9.0).reshape(2, 2, 2))
def ellipsis(a: np.ndarray) -> np.ndarray:
    """`…`"""
    return a[..., 0] * a[0, ...] + a[..., 1, :]


# at: integer_array(np.array([0.7, 1.3, 0.4]))
def integer_array(x: np.ndarray) -> np.ndarray:
    """An array of indices with a repetition"""
    k = np.array([0, 2, 0])
    return x[k] * np.array([1.0, 2.0, 3.0]) + x[[1, 1, 2]]


# at: integer_pairs(np.array([[0.7, 1.3], [0.4, 0.2]]))
def integer_pairs(m: np.ndarray) -> np.ndarray:
    """Two arrays of indices"""
    return m[[0, 1, 0], [1, 0, 1]] ** 2


# at: mixed_index(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]))
def mixed_index(m: np.ndarray) -> np.ndarray:
    """A slice and an array of indices"""
    return m[:, [2, 0]] * m[1:, 1]


# at: mask(np.array([0.7, -1.3, 0.4]))
def mask(x: np.ndarray) -> np.ndarray:
    """A mask"""
    return x[x > 0.0] ** 2


# at: mask_of_rows(np.array([[0.7, 1.3], [-0.4, 0.2]]))
def mask_of_rows(m: np.ndarray) -> np.ndarray:
    """A mask of rows"""
    return m[m[:, 0] > 0.0] ** 2


# at: taken(np.array([0.7, 1.3, 0.4]))
def taken(x: np.ndarray) -> np.ndarray:
    """`np.take`"""
    return np.take(x, [0, 2, 0]) ** 2


# at: nonzero(np.array([0.7, -1.3, 0.4]))
def nonzero(x: np.ndarray) -> float:
    """`np.where(mask)` and `np.nonzero`"""
    (k,) = np.where(x > 0.0)
    return np.sum(x[k] ** 2) + x[np.nonzero(x < 0.0)[0][0]]


# at: loop_rows(np.array([[0.7, 1.3], [0.4, 0.2]]))
def loop_rows(m: np.ndarray) -> float:
    """A loop over rows"""
    s = 0.0
    for i, row in enumerate(m):
        s = s * row[0] + row[1] * (i + 1.0)
    return s


# at: loop_pairs(np.array([0.7, 1.3]), np.array([0.4, 0.2]))
def loop_pairs(x: np.ndarray, y: np.ndarray) -> float:
    """`zip` over arrays"""
    s = 0.0
    for a, b in zip(x, y):
        s += a * b * b
    return s


# raises: beyond(np.array([0.7, 1.3]))
def beyond(x: np.ndarray) -> float:
    """An index out of range"""
    return x[0] * x[2]


# raises: misfit(np.array([0.7, 1.3]), np.array([0.7, 1.3, 0.1]))
def misfit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Shapes that do not fit"""
    return x * y
