"""Arrays: writes in place."""

import numpy as np


# at: item(np.array([0.7, 1.3]))
def item(x: np.ndarray) -> np.ndarray:
    """`y[i] = …`, reading what was there before"""
    y = x * 2.0
    y[0] = y[0] * y[1]
    y[1] = y[0] * x[0]
    return y


# at: item_added(np.array([0.7, 1.3]))
def item_added(x: np.ndarray) -> np.ndarray:
    """`y[i] += …`"""
    y = np.zeros(2)
    for i in range(4):
        y[i % 2] += x[i // 2] * x[0]
        y[0] *= x[1]
    return y


# at: argument_written(np.array([0.7, 1.3]))
def argument_written(x: np.ndarray) -> float:
    """An array that was handed in is written to"""
    x[0] = x[0] * x[1]
    x *= 2.0
    return x[0] * x[1]


# at: only_written(np.array([0.7, 1.3]), 0.4)
def only_written(x: np.ndarray, a: float) -> None:
    """A function that changes its array and returns nothing"""
    x *= a
    x[0] += x[1] ** 2


# at: augmented(np.array([0.7, 1.3]))
def augmented(x: np.ndarray) -> np.ndarray:
    """`+=`, `-=`, `*=`, `/=`, `**=` in place"""
    y = x.copy()
    y += x
    y *= x
    y -= 1.0
    y /= x + 2.0
    y **= 2
    return y


# at: augmented_alias(np.array([0.7, 1.3]))
def augmented_alias(x: np.ndarray) -> np.ndarray:
    """`y += …` changes the array that `z` names, too"""
    y = x * 1.0
    z = y
    y += x * x
    return z * x


# at: rebound(np.array([0.7, 1.3]))
def rebound(x: np.ndarray) -> np.ndarray:
    """`y = y + …` makes a new array"""
    y = x * 1.0
    z = y
    y = y + x * x
    return z * y


# at: broadcast_added(np.array([[0.7, 1.3], [0.4, 0.2]]), np.array([0.5, 1.5]))
def broadcast_added(m: np.ndarray, v: np.ndarray) -> np.ndarray:
    """`m += v` with a vector"""
    y = m * m
    y += v
    y *= v
    return y


# at: scalar_into_slice(np.array([0.7, 1.3, 0.4]), 0.2)
def scalar_into_slice(x: np.ndarray, a: float) -> np.ndarray:
    """`y[1:] = a`"""
    y = x * 2.0
    y[1:] = a
    y[:1] *= a
    return y * x


# at: slice_written(np.array([0.7, 1.3, 0.4]))
def slice_written(x: np.ndarray) -> np.ndarray:
    """`y[1:] = y[:-1]`: the two overlap"""
    y = x * x
    y[1:] = y[:-1]
    return y * x


# at: slice_added(np.array([0.7, 1.3, 0.4]))
def slice_added(x: np.ndarray) -> np.ndarray:
    """`y[1:] += y[:-1]`: the two overlap"""
    y = x * x
    y[1:] += y[:-1]
    y[:-1] -= y[1:] * x[1:]
    return y


# at: reversed_into_itself(np.array([0.7, 1.3, 0.4]))
def reversed_into_itself(x: np.ndarray) -> np.ndarray:
    """`y[:] = y[::-1]`"""
    y = x * x
    y[:] = y[::-1]
    return y * x


# at: whole(np.array([0.7, 1.3]))
def whole(x: np.ndarray) -> np.ndarray:
    """`y[:] = …` and `y[...] = …`"""
    y = np.zeros(2)
    z = y
    y[:] = x * x
    z[...] = z * x
    return y


# at: row_written(np.array([[0.7, 1.3], [0.4, 0.2]]))
def row_written(m: np.ndarray) -> np.ndarray:
    """`y[0] = y[1]` and `y[:, 0] += …`"""
    y = m * m
    y[0] = y[1]
    y[:, 0] += y[:, 1] * m[0]
    return y


# at: rows_swapped(np.array([[0.7, 1.3], [0.4, 0.2]]))
def rows_swapped(m: np.ndarray) -> np.ndarray:
    """`y[[0, 1]] = y[[1, 0]]`"""
    y = m * m
    y[[0, 1]] = y[[1, 0]]
    return y * m


# at: rows_not_swapped(np.array([[0.7, 1.3], [0.4, 0.2]]))
def rows_not_swapped(m: np.ndarray) -> np.ndarray:
    """`y[0], y[1] = y[1], y[0]` of views is no swap"""
    y = m * m
    y[0], y[1] = y[1], y[0]
    return y * m


# at: repeated_indices(np.array([0.7, 1.3]))
def repeated_indices(x: np.ndarray) -> np.ndarray:
    """`y[[0, 0]] += …` adds once"""
    y = np.zeros(2)
    y[[0, 0]] += x * x
    return y + x


# at: add_at(np.array([0.7, 1.3]))
def add_at(x: np.ndarray) -> np.ndarray:
    """`np.add.at` adds as often as an index stands there"""
    y = np.zeros(2)
    np.add.at(y, [0, 0], x * x)
    return y + x


# at: repeated_writes(np.array([0.7, 1.3]))
def repeated_writes(x: np.ndarray) -> np.ndarray:
    """`y[[0, 0]] = …`: the last one stays"""
    y = x * 3.0
    y[[0, 0]] = x * x
    return y


# at: mask_written(np.array([0.7, -1.3, 0.4]))
def mask_written(x: np.ndarray) -> np.ndarray:
    """`y[mask] = …` and `y[mask] *= …`"""
    y = x * x
    y[x < 0.0] = 0.5
    y[x > 0.5] *= x[0]
    return y


# at: mask_values(np.array([0.7, -1.3, 0.4]))
def mask_values(x: np.ndarray) -> np.ndarray:
    """`y[mask] = x[mask]`"""
    y = np.zeros(3)
    m = x > 0.0
    y[m] = x[m] ** 2
    y[~m] -= x[~m]
    return y


# at: integers_cut(np.array([0.75, 1.33]))
def integers_cut(x: np.ndarray) -> np.ndarray:
    """Floats that are written to integers are cut off"""
    y = np.zeros(2, dtype=int)
    y[:] = x * 10.0
    return y * x


# at: half_precision(np.array([0.75, 1.25]))
def half_precision(x: np.ndarray) -> np.ndarray:
    """float64 that is written to float32"""
    y = np.zeros(2, dtype=np.float32)
    y[:] = x
    return x * 2.0 + 0.0 * y


# at: heat(np.array([0.1, 0.7, -0.4, 0.2]), 0.1)
def heat(u: np.ndarray, k: float) -> np.ndarray:
    """A stencil that writes slices of its own array"""
    u = u.copy()
    for _ in range(3):
        u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
    return u


# at: two_levels(np.array([0.1, 0.7, -0.4, 0.2]))
def two_levels(u: np.ndarray) -> np.ndarray:
    """Old and new arrays change places"""
    old, new = u.copy(), np.zeros(4)
    for _ in range(3):
        new[1:-1] = old[1:-1] + 0.1 * (old[2:] - old[:-2]) * old[1:-1]
        old, new = new, old
    return old + new * u


# at: history(np.array([0.1, 0.7]))
def history(x: np.ndarray) -> np.ndarray:
    """Rows of a history are filled one after the other"""
    h = np.zeros((4, 2))
    h[0] = x
    for i in range(3):
        h[i + 1] = h[i] * h[i, ::-1] + x
    return h[-1] * h[1]


# at: appended_alias(np.array([0.1, 0.7]))
def appended_alias(x: np.ndarray) -> float:
    """One array appended again and again while it changes"""
    u, kept = x * 1.0, []
    for _ in range(3):
        u *= x
        kept.append(u)
    return np.sum(kept[0] + 2.0 * kept[2])


# at: filled(np.array([0.1, 0.7]), 0.4)
def filled(x: np.ndarray, a: float) -> np.ndarray:
    """`y.fill(a)`"""
    y = x * x
    y.fill(a)
    return y * x


# at: sorted_in_place(np.array([0.7, -1.3, 0.4]))
def sorted_in_place(x: np.ndarray) -> np.ndarray:
    """`y.sort()`"""
    y = x * x
    y.sort()
    return y * np.array([1.0, 2.0, 3.0])


# at: put(np.array([0.7, 1.3]))
def put(x: np.ndarray) -> np.ndarray:
    """`np.put`, `np.copyto`, `np.fill_diagonal`"""
    y = np.zeros((2, 2))
    np.copyto(y, x)
    np.fill_diagonal(y, x[0] * x[1])
    np.put(y, [1], x[1] ** 2)
    return y


# at: matrix_item(np.array([[0.7, 1.3], [0.4, 0.2]]))
def matrix_item(m: np.ndarray) -> np.ndarray:
    """`y[i, j] += …` in loops"""
    y = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            for k in range(2):
                y[i, j] += m[i, k] * m[k, j]
    return y
