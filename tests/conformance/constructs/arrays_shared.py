"""Arrays: new arrays whose tangents are the same as another's"""

import numpy as np


# at: shifted(np.array([0.7, 1.3]))
def shifted(x: np.ndarray) -> np.ndarray:
    """`y = x + 1.0`, then in place"""
    y = x + 1.0
    y *= x
    y[0] = y[1] * x[0]
    return y * x


# at: times_one(np.array([0.7, 1.3]))
def times_one(x: np.ndarray) -> np.ndarray:
    """`y = x * 1.0`, `y = x / 1`, `y = x ** 1`, `y = +x`"""
    a, b = x * 1.0, x / 1
    c = x**1
    d = +x
    a *= x
    b += a
    c[0] = x[1] * x[1]
    d -= c * b
    return a * b * c * d * x


# at: pair(np.array([0.7, 1.3]))
def pair(x: np.ndarray) -> np.ndarray:
    """`a, b = x + 1.0, x - 1.0`"""
    a, b = x + 1.0, x - 1.0
    a *= b
    b *= x
    return a * b * x


# at: in_list(np.array([0.7, 1.3]))
def in_list(x: np.ndarray) -> np.ndarray:
    """`[x + 1.0, x - 1.0]`"""
    rows = [x + 1.0, x - 1.0]
    rows[0] *= x
    rows[1][0] = rows[0][1]
    return rows[0] * rows[1] * x


# at: comprehended(np.array([0.7, 1.3]))
def comprehended(x: np.ndarray) -> np.ndarray:
    """`[x + i for i in …]`"""
    rows = [x + i for i in range(3)]
    for row in rows:
        row *= x
    return rows[0] * rows[1] * rows[2] * x


def moved(x):
    return x - 0.5


# at: from_callee(np.array([0.7, 1.3]))
def from_callee(x: np.ndarray) -> np.ndarray:
    """A function returns `x - 0.5`"""
    y = moved(x)
    y *= x
    return y * x


# at: conditional(np.array([0.7, 1.3]), True)
# at: conditional(np.array([0.7, 1.3]), False)
def conditional(x: np.ndarray, c: bool) -> np.ndarray:
    """`x + 1.0 if c else x - 1.0`"""
    y = x + 1.0 if c else x - 1.0
    y *= x
    return y * x


# at: chained(np.array([0.7, 1.3]))
def chained(x: np.ndarray) -> np.ndarray:
    """`a = b = x + 1.0` is one array"""
    a = b = x + 1.0
    a *= x
    return b * x


# at: carried(np.array([0.7, 1.3]))
def carried(x: np.ndarray) -> np.ndarray:
    """A loop that makes a new array, and then changes it"""
    u = x
    total = np.zeros(2)
    for _ in range(3):
        total += u
        u = u + 0.5
        u *= x
    return total * u


# at: accumulated(np.array([0.7, 1.3]))
def accumulated(x: np.ndarray) -> np.ndarray:
    """The first summand is taken as it is"""
    total = None
    for i in range(3):
        term = x + float(i)
        if total is None:
            total = term
        else:
            total += term * x
    return total * x


# at: constant_filled(np.array([0.7, 1.3]))
def constant_filled(x: np.ndarray) -> np.ndarray:
    """Arrays of constants in a tuple that become active"""
    a, b = np.zeros(2), np.ones(2)
    a += x
    b[0] = x[1] * x[1]
    b *= a
    return a * b


# at: constant_shared(np.array([0.7, 1.3]))
def constant_shared(x: np.ndarray) -> np.ndarray:
    """Two names of one array of constants that becomes active"""
    a = b = np.ones(2)
    a *= x
    c = [b, b]
    c[1] += x * x
    return a * b


# at: overwritten(np.array([0.7, 1.3]))
def overwritten(x: np.ndarray) -> np.ndarray:
    """An active array is overwritten by constants"""
    y = x * x
    z = y
    y[:] = 2.0
    z[0] *= x[0]
    return y * x


# at: returned_and_changed(np.array([0.7, 1.3]))
def returned_and_changed(x: np.ndarray) -> np.ndarray:
    """The sum of an array with itself"""
    y = x + x
    x *= 3.0
    return y * x


# at: saved_view(np.array([0.7, 1.3, 0.4]))
def saved_view(x: np.ndarray) -> np.ndarray:
    """A product with a view whose array is then changed"""
    y = x * 2.0
    v = y[1:] + 1.0
    w = y[1:]
    y *= x
    return v * w


# at: scalar_kept(np.array([0.7, 1.3]))
def scalar_kept(x: np.ndarray) -> float:
    """An item that is read before its array is changed"""
    y = x + 1.0
    a = y[0]
    y[0] = x[1] * a
    return a * y[0]


# at: sum_of_axis_changed(np.array([[0.7, 1.3], [0.4, 0.2]]))
def sum_of_axis_changed(m: np.ndarray) -> np.ndarray:
    """A sum whose summands are then changed"""
    y = m + 1.0
    s = y.sum(axis=0)
    y *= s
    s += y[0]
    return y * s
