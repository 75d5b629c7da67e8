"""Arrays: creation."""

import numpy as np


# at: made_of_floats(0.7, 1.3)
def made_of_floats(x: float, y: float) -> float:
    """`np.array([x, y])`"""
    v = np.array([x, y, x * y])
    return v[0] * v[1] + v[2]


# at: zeros_filled(0.7)
def zeros_filled(x: float) -> float:
    """`np.zeros`, then item by item"""
    v = np.zeros(3)
    v[0] = x
    v[1] = v[0] * x
    v[2] += v[1]
    return v[0] + v[1] * v[2]


# at: empty_filled(np.array([0.7, 1.3]))
def empty_filled(x: np.ndarray) -> float:
    """`np.empty`, filled before it is read"""
    v = np.empty(2)
    for i in range(2):
        v[i] = x[i] * x[0]
    return v[0] * v[1]


# at: like(np.array([0.7, 1.3]))
def like(x: np.ndarray) -> np.ndarray:
    """`np.zeros_like`, `np.ones_like`, `np.full_like`"""
    v = np.zeros_like(x)
    v[0] = x[1]
    return v * x + np.ones_like(x) * x + np.full_like(x, 2.0) / x


# at: full_of(0.7)
def full_of(x: float) -> np.ndarray:
    """`np.full` of an active value"""
    return np.full(3, x) * np.full((2, 3), x * x)


# at: ranges(0.7)
def ranges(x: float) -> np.ndarray:
    """`np.arange` of integers"""
    return np.arange(4) * x + np.arange(1.0, 3.0, 0.5) ** x


# at: linspace(0.7, 1.3)
def linspace(x: float, y: float) -> np.ndarray:
    """`np.linspace` between active ends"""
    return np.linspace(x, y, 4) ** 2


# at: identity(np.array([0.7, 1.3]))
def identity(x: np.ndarray) -> np.ndarray:
    """`np.eye` and `np.identity`"""
    return np.eye(2) * x + 3.0 * np.identity(2)


# at: from_list([0.7, 1.3])
def from_list(x: list[float]) -> float:
    """`np.array` of a list that goes on changing"""
    y = [x[0], x[1]]
    v = np.array(y)
    y[0] = x[1] * x[1]
    v[1] = v[0] * y[0]
    return v[1] * y[1]


# at: copied(np.array([0.7, 1.3]))
def copied(x: np.ndarray) -> float:
    """`np.array(x)` and `x.copy()` are copies"""
    a, b = np.array(x), x.copy()
    a[0] = x[1] * x[1]
    b[1] = a[0] * x[0]
    return a[0] * b[1] * x[0] * x[1]


# at: as_array(np.array([0.7, 1.3]))
def as_array(x: np.ndarray) -> float:
    """`np.asarray` of an array is that array"""
    y = x * 1.0
    v = np.asarray(y)
    v[0] = y[1] * v[0]
    return y[0] * v[1]


# at: from_rows(0.7, 1.3)
def from_rows(x: float, y: float) -> float:
    """`np.array` of nested lists"""
    m = np.array([[x, y], [x * y, 1.0]])
    return m[0, 1] * m[1, 0] + m[0, 0]


# at: scalar_array(0.7)
def scalar_array(x: float) -> float:
    """A 0-d array"""
    v = np.array(x)
    return float(v * v)


# slope: single(np.array([0.5, 1.5], dtype=np.float32)) -> 8.0
def single(x: np.ndarray) -> float:
    """float32"""
    y = x * np.float32(2.0)
    return float(y[0] * y[1])


# at: whole_numbers(0.75)
def whole_numbers(x: float) -> float:
    """Floats that are put into an array of integers are cut off"""
    v = np.array([1, 2, 3])
    v[0] = 10.0 * x
    return v[0] * x + v[1]


# at: as_type(np.array([0.7, 2.3]))
def as_type(x: np.ndarray) -> float:
    """`astype` to integers and to floats"""
    k = (x * 3.0).astype(int)
    return float((x * k).sum() + x.astype(float)[0])


# at: stacked(np.array([0.7, 1.3]), np.array([0.4, 0.2]))
def stacked(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`np.concatenate`, `np.stack`, `np.vstack`, `np.hstack`"""
    a = np.concatenate([x, y * y])
    b = np.stack([x, y], axis=1)
    return a * np.hstack((y, x)) + np.vstack([b, b]).sum(axis=1)


# at: repeated(np.array([0.7, 1.3]))
def repeated(x: np.ndarray) -> np.ndarray:
    """`np.tile` and `np.repeat`"""
    return np.tile(x, 2) * np.repeat(x, 2)


# at: diagonal(np.array([0.7, 1.3]))
def diagonal(x: np.ndarray) -> np.ndarray:
    """`np.diag` both ways"""
    m = np.diag(x * x)
    return np.diag(m + 1.0) * x


# at: comprehended(np.array([0.7, 1.3]))
def comprehended(x: np.ndarray) -> np.ndarray:
    """`np.array` of a comprehension"""
    return np.array([v * v + i for i, v in enumerate(x)])


# at: meshed(np.array([0.7, 1.3]), np.array([0.4, 0.2, 0.1]))
def meshed(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`np.meshgrid` and `np.outer`"""
    a, b = np.meshgrid(x, y)
    return a * b * b + np.outer(y, x)


# at: no_items(np.zeros(0), 0.7)
def no_items(x: np.ndarray, y: float) -> float:
    """An empty array"""
    return x.sum() + y * y + np.sum(x * y)
