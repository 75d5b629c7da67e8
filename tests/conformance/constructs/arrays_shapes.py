"""Arrays: shapes."""

import numpy as np


# at: reshaped(np.array([0.7, 1.3, 0.4, 0.2]))
def reshaped(x: np.ndarray) -> np.ndarray:
    """`reshape`, with -1"""
    m = x.reshape(2, -1)
    return m * np.reshape(x * x, (2, 2))


# at: transposed(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]))
def transposed(m: np.ndarray) -> np.ndarray:
    """`m.T` and `np.transpose`"""
    return m.T * m.T * np.transpose(m)


# at: axes_permuted(np.arange(1.0, 9.0).reshape(2, 2, 2))
def axes_permuted(a: np.ndarray) -> np.ndarray:
    """`transpose` with axes, `swapaxes`, `moveaxis`"""
    return a.transpose(2, 0, 1) * np.swapaxes(a, 0, 1) + np.moveaxis(a, 0, -1) ** 2


# at: flat(np.array([[0.7, 1.3], [0.4, 0.2]]))
def flat(m: np.ndarray) -> np.ndarray:
    """`ravel` and `flatten`"""
    return m.ravel() * m.flatten() ** 2


# at: new_axis(np.array([0.7, 1.3]))
def new_axis(x: np.ndarray) -> np.ndarray:
    """`x[:, None]` and `np.newaxis`"""
    return x[:, None] * x[np.newaxis, :] + x[None]


# at: expanded(np.array([0.7, 1.3]))
def expanded(x: np.ndarray) -> np.ndarray:
    """`np.expand_dims` and `np.squeeze`"""
    return np.squeeze(np.expand_dims(x, 0) * x)


# at: broadcast(np.array([0.7, 1.3]))
def broadcast(x: np.ndarray) -> np.ndarray:
    """`np.broadcast_to`"""
    return np.broadcast_to(x, (3, 2)) * x


# at: flipped(np.array([[0.7, 1.3], [0.4, 0.2]]))
def flipped(m: np.ndarray) -> np.ndarray:
    """`np.flip`, `np.flipud`, `np.fliplr`"""
    return np.flip(m) * m + np.flipud(m) * np.fliplr(m)


# at: rolled(np.array([0.7, 1.3, 0.4]))
def rolled(x: np.ndarray) -> np.ndarray:
    """`np.roll`"""
    return np.roll(x, 1) * x - np.roll(x, -1) ** 2


# at: split(np.array([0.7, 1.3, 0.4, 0.2]))
def split(x: np.ndarray) -> np.ndarray:
    """`np.split`"""
    a, b = np.split(x, 2)
    return a * b


# at: shape_read(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]))
def shape_read(m: np.ndarray) -> float:
    """`m.shape`, `m.size`, `m.ndim`, `len(m)`"""
    rows, columns = m.shape
    return m[rows - 1, columns - 1] * m.size * m.ndim + m[0, 0] ** len(m)


# at: padded(np.array([0.7, 1.3]))
def padded(x: np.ndarray) -> np.ndarray:
    """`np.pad`"""
    return np.pad(x, (1, 2)) ** 2


# at: triangles(np.array([[0.7, 1.3], [0.4, 0.2]]))
def triangles(m: np.ndarray) -> np.ndarray:
    """`np.triu` and `np.tril`"""
    return np.triu(m) * m + np.tril(m, -1) ** 2
