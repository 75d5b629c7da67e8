"""Arrays: views and aliases."""

import numpy as np


# at: slice_view(np.array([0.7, 1.3, 0.4]))
def slice_view(x: np.ndarray) -> np.ndarray:
    """`v = y[1:]; v[0] = …`"""
    y = x * 2.0
    v = y[1:]
    v[0] = y[0] * x[2]
    return y * x


# at: view_read_later(np.array([0.7, 1.3, 0.4]))
def view_read_later(x: np.ndarray) -> float:
    """A view is read after its array was written to"""
    y = x * 2.0
    v = y[:2]
    y[0] = x[2] * x[2]
    return v[0] * v[1]


# at: view_augmented(np.array([0.7, 1.3, 0.4]))
def view_augmented(x: np.ndarray) -> np.ndarray:
    """`v = y[1:]; v *= …`"""
    y = x * 2.0
    v = y[1:]
    v *= x[:2]
    return y


# at: view_rebound(np.array([0.7, 1.3, 0.4]))
def view_rebound(x: np.ndarray) -> np.ndarray:
    """`v = y[1:]; v = v * …` leaves the array alone"""
    y = x * 2.0
    v = y[1:]
    v = v * x[:2]
    return y[:2] + v


# at: row_view(np.array([[0.7, 1.3], [0.4, 0.2]]))
def row_view(m: np.ndarray) -> np.ndarray:
    """`r = y[0]; r[1] = …`"""
    y = m * 2.0
    r = y[0]
    r[1] = r[0] * m[1, 1]
    return y


# at: rows_by_loop(np.array([[0.7, 1.3], [0.4, 0.2]]))
def rows_by_loop(m: np.ndarray) -> np.ndarray:
    """`for row in y: row[0] = …`"""
    y = m * 2.0
    for row in y:
        row[0] = row[1] * row[0]
        row *= m[0, 0]
    return y


# at: transposed_view(np.array([[0.7, 1.3], [0.4, 0.2]]))
def transposed_view(m: np.ndarray) -> np.ndarray:
    """`y.T[0] = …`"""
    y = m * 2.0
    y.T[0] = m[0] * m[1]
    return y


# at: transpose_added(np.array([[0.7, 1.3], [0.4, 0.2]]))
def transpose_added(m: np.ndarray) -> np.ndarray:
    """`y += y.T`: the array is read while it is written"""
    y = m * m
    y += y.T
    return y * m


# at: reshape_view(np.array([0.7, 1.3, 0.4, 0.2]))
def reshape_view(x: np.ndarray) -> np.ndarray:
    """`v = y.reshape(2, 2); v[0, 1] = …`"""
    y = x * 2.0
    v = y.reshape(2, 2)
    v[0, 1] = v[1, 0] * x[0]
    return y


# at: reshape_copy(np.array([[0.7, 1.3], [0.4, 0.2]]))
def reshape_copy(m: np.ndarray) -> np.ndarray:
    """`y.T.reshape(4)` is a copy"""
    y = m * 2.0
    v = y.T.reshape(4)
    v[0] = m[1, 1]
    return y.ravel() * v


# at: ravel_view(np.array([[0.7, 1.3], [0.4, 0.2]]))
def ravel_view(m: np.ndarray) -> np.ndarray:
    """`ravel` is a view, `flatten` a copy"""
    y = m * 2.0
    v, w = y.ravel(), y.flatten()
    v[0] = m[1, 1] * v[1]
    w[1] = m[0, 0] * v[0]
    return y * w.reshape(2, 2)


# at: flat_written(np.array([[0.7, 1.3], [0.4, 0.2]]))
def flat_written(m: np.ndarray) -> np.ndarray:
    """`y.flat[2] = …`"""
    y = m * 2.0
    y.flat[2] = m[0, 0] * m[0, 1]
    return y


# at: diagonal_written(np.array([[0.7, 1.3], [0.4, 0.2]]))
def diagonal_written(m: np.ndarray) -> np.ndarray:
    """The diagonal by a strided slice of a view"""
    y = m * 2.0
    y.reshape(-1)[::3] += m[0]
    return y


# at: copy_by_indices(np.array([0.7, 1.3, 0.4]))
def copy_by_indices(x: np.ndarray) -> np.ndarray:
    """`v = y[[0, 1]]; v[0] = …` leaves the array alone"""
    y = x * 2.0
    v = y[[0, 1]]
    v[0] = x[2]
    w = y[y > 0.0]
    w *= v[0]
    return y * w


# at: two_views(np.array([0.7, 1.3, 0.4]))
def two_views(x: np.ndarray) -> np.ndarray:
    """Two views that overlap"""
    y = x * 2.0
    a, b = y[:2], y[1:]
    a *= x[0]
    b += a
    return y


# at: view_of_view(np.array([0.7, 1.3, 0.4, 0.2]))
def view_of_view(x: np.ndarray) -> np.ndarray:
    """A view of a view, backwards"""
    y = x * 2.0
    v = y[1:][::-1]
    v[0] = y[0] * x[1]
    v[1:] *= v[0]
    return y


# at: view_of_argument(np.array([0.7, 1.3, 0.4]))
def view_of_argument(x: np.ndarray) -> float:
    """A view of an array that was handed in is written to"""
    v = x[1:]
    v *= x[0]
    return x[1] * x[2]


def scale(v, a):
    v *= a


# at: view_to_callee(np.array([0.7, 1.3, 0.4]))
def view_to_callee(x: np.ndarray) -> np.ndarray:
    """A function changes the view it is given"""
    y = x * 2.0
    scale(y[1:], x[0])
    scale(y[::2], 3.0)
    return y


def add_into(a, b):
    a += b * b
    return a


# at: argument_twice(np.array([0.7, 1.3]))
def argument_twice(x: np.ndarray) -> np.ndarray:
    """One array handed over twice to a function that writes"""
    y = x * 2.0
    return add_into(y, y) * y


# at: overlapping_arguments(np.array([0.7, 1.3, 0.4]))
def overlapping_arguments(x: np.ndarray) -> np.ndarray:
    """Two views of one array are handed over"""
    y = x * 2.0
    add_into(y[1:], y[:-1])
    return y


# at: returned_alias(np.array([0.7, 1.3]))
def returned_alias(x: np.ndarray) -> np.ndarray:
    """The array that was handed in is returned"""
    return x


# at: returned_view(np.array([0.7, 1.3, 0.4]))
def returned_view(x: np.ndarray) -> np.ndarray:
    """A view of the array that was handed in is returned"""
    return x[1:]


# at: chosen_alias(np.array([0.7, 1.3]), True)
# at: chosen_alias(np.array([0.7, 1.3]), False)
def chosen_alias(x: np.ndarray, first: bool) -> np.ndarray:
    """One of two arrays gets a second name"""
    a, b = x * x, x * 2.0
    c = a if first else b
    c[0] = a[1] * b[1]
    return a * b


# at: list_of_arrays(np.array([0.7, 1.3]))
def list_of_arrays(x: np.ndarray) -> np.ndarray:
    """Arrays in a list are changed through it"""
    a, b = x * x, x * 2.0
    both = [a, b, a]
    both[0][1] = b[0] * x[0]
    both[2] += both[1]
    return a * b


# at: scalar_view(np.array([0.7, 1.3]))
def scalar_view(x: np.ndarray) -> float:
    """`v = y[0]` is a number, no view"""
    y = x * 2.0
    v = y[0]
    y[0] = x[1]
    v += y[0]
    return v * y[0]


# at: contiguous(np.array([0.7, 1.3]))
def contiguous(x: np.ndarray) -> np.ndarray:
    """`np.ascontiguousarray` and `np.asarray` keep the array if they can"""
    y = x * 2.0
    v = np.ascontiguousarray(y)
    v[0] = x[1] * x[1]
    return y * x
