"""Arrays: loops, branches and calls"""

import numpy as np


# at: sweep(np.array([0.1, 0.7, 0.4, 0.2]))
def sweep(x: np.ndarray) -> np.ndarray:
    """Items written from left to right, each from the one before"""
    y = x.copy()
    for i in range(1, 4):
        y[i] = y[i - 1] * y[i] + x[i]
    return y


# at: sweep_both(np.array([0.1, 0.7, 0.4, 0.2]))
def sweep_both(x: np.ndarray) -> np.ndarray:
    """A sweep there and a sweep back"""
    y = x.copy()
    for i in range(1, 4):
        y[i] -= 0.5 * y[i - 1] * y[i]
    for i in range(2, -1, -1):
        y[i] = (y[i] + y[i + 1]) / (1.0 + y[i + 1])
    return y


# at: broken_off(np.array([0.9, 0.7, 0.4, 0.2]))
def broken_off(x: np.ndarray) -> np.ndarray:
    """`break` out of a loop that writes"""
    y = x * 1.5
    for i in range(3):
        y[i + 1] += y[i] * y[i]
        if y[i + 1] > 2.0:
            break
        y *= 1.1
    return y


# at: left_early(np.array([0.9, 0.7]))
def left_early(x: np.ndarray) -> np.ndarray:
    """A return inside a loop that writes in place"""
    y = x * 1.5
    for _ in range(5):
        y *= x + 0.8
        if y[0] > 2.5:
            return y * x
        y += 0.1
    return y


# at: branch_writes(np.array([0.9, 0.7]), True)
# at: branch_writes(np.array([0.9, 0.7]), False)
def branch_writes(x: np.ndarray, c: bool) -> np.ndarray:
    """An array is written to in one branch, bound anew in the other"""
    y = x * 2.0
    z = y
    if c:
        y *= x
    else:
        y = y * x
    return y * z


# at: item_branch(np.array([0.9, -0.7, 0.4]))
def item_branch(x: np.ndarray) -> np.ndarray:
    """A branch on each item"""
    y = np.zeros(3)
    for i in range(3):
        if x[i] > 0.5:
            y[i] = x[i] ** 2
        elif x[i] > 0.0:
            y[i] += x[i] * x[0]
        else:
            y[i] = -x[i] * y[0]
    return y


# at: scale_by_item(np.array([0.9, 0.7, 0.4]))
def scale_by_item(x: np.ndarray) -> np.ndarray:
    """`y /= y[0]`: the divisor is one of the items"""
    y = x * x
    y /= y[0]
    y[1:] *= y[1]
    return y


# at: normalised(np.array([[4.0, 1.0], [1.0, 3.0]]))
def normalised(a: np.ndarray) -> float:
    """The power method"""
    v = np.ones(2)
    for _ in range(4):
        v = a @ v
        v /= np.sqrt(v @ v)
    return v @ a @ v


# at: carried_rows(np.array([[0.7, 1.3], [0.4, 0.2]]))
def carried_rows(m: np.ndarray) -> np.ndarray:
    """Rows that are built from the rows before"""
    y = m.copy()
    for i in range(1, 2):
        y[i] += y[i - 1] * y[i]
        y[i - 1] *= y[i]
    return y


# at: swapped_arrays(np.array([0.9, 0.7]), np.array([0.2, 0.4]))
def swapped_arrays(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Arrays are swapped in a loop, one is written to"""
    a, b = x.copy(), y.copy()
    for _ in range(3):
        a, b = b, a
        a *= b
    return a - b


# at: two_results(np.array([0.9, 0.7]))
def two_results(x: np.ndarray) -> tuple[np.ndarray, float]:
    """An array that is returned twice, in part"""
    y = x * x
    return y, y[0] * x[1]


# at: result_and_argument(np.array([0.9, 0.7]))
def result_and_argument(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One array is returned twice"""
    y = x * x
    return y, y


def halve(v):
    v *= 0.5
    return np.sum(v * v)


# at: callee_changes(np.array([0.9, 0.7]))
def callee_changes(x: np.ndarray) -> float:
    """A function changes the array that it is given, twice"""
    y = x * 3.0
    a = halve(y)
    b = halve(y)
    return a * b * y[0]


def relax(u, k):
    u[1:-1] += k * (u[2:] + u[:-2])
    return u


# at: callee_in_loop(np.array([0.9, 0.7, 0.4]), 0.3)
def callee_in_loop(x: np.ndarray, k: float) -> np.ndarray:
    """A function writes to its array in a loop and returns it"""
    u = x.copy()
    for _ in range(3):
        u = relax(u, k)
    return u


def both(a, b):
    return a * b, a + b


# at: pair_from_callee(np.array([0.9, 0.7]))
def pair_from_callee(x: np.ndarray) -> np.ndarray:
    """A function returns two arrays, one is then changed"""
    p, q = both(x, x * x)
    p *= q
    return p + q * x


# at: closure(np.array([0.9, 0.7]))
def closure(x: np.ndarray) -> np.ndarray:
    """A nested function that writes to an array of the outer one"""
    y = x * 2.0

    def add(i: int, v: float) -> None:
        y[i] += v * y[0]

    add(0, x[1])
    add(1, x[0])
    return y


# at: squares_of_rows(np.array([[0.7, 1.3], [0.4, 0.2]]))
def squares_of_rows(m: np.ndarray) -> float:
    """`sum` of a generator over rows"""
    return sum(row @ row for row in m) * sum(np.sum(row) for row in m)


# at: list_then_array(np.array([0.9, 0.7, 0.4]))
def list_then_array(x: np.ndarray) -> np.ndarray:
    """Items are appended to a list that becomes an array"""
    out = []
    s = 0.0
    for v in x:
        s += v * v
        out.append(s)
    return np.array(out) * x


# at: rows_in_list(np.array([0.9, 0.7]))
def rows_in_list(x: np.ndarray) -> np.ndarray:
    """Copies are appended to a list that is stacked"""
    u, rows = x.copy(), []
    for _ in range(3):
        u *= x
        rows.append(u.copy())
    return np.array(rows) * x


# at: runge_kutta(np.array([0.9, 0.7]), 0.1)
def runge_kutta(y: np.ndarray, h: float) -> np.ndarray:
    """A step of Runge and Kutta's method with a right-hand side that fills an array"""

    def slope(y: np.ndarray) -> np.ndarray:
        f = np.empty(2)
        f[0] = y[1]
        f[1] = (1.0 - y[0] ** 2) * y[1] - y[0]
        return f

    for _ in range(2):
        k1 = slope(y)
        k2 = slope(y + 0.5 * h * k1)
        y = y + h * k2
    return y


# at: default_array(np.array([0.9, 0.7]))
def default_array(x: np.ndarray, y: np.ndarray = np.array([1.0, 2.0])) -> float:
    """An array as a default"""
    return np.sum(x * y)


TABLE = np.array([1.0, 2.0])


# at: module_array(np.array([0.9, 0.7]))
def module_array(x: np.ndarray) -> np.ndarray:
    """An array of the module is read"""
    return TABLE * x + TABLE[0] * x[1]


# at: module_array_copied(np.array([0.9, 0.7]))
def module_array_copied(x: np.ndarray) -> np.ndarray:
    """An array of the module is copied, then written to"""
    y = TABLE.copy()
    y[0] = x[1]
    y *= x
    return y


# at: while_converges(np.array([0.9, 0.7]))
def while_converges(x: np.ndarray) -> np.ndarray:
    """`while` until an array hardly changes"""
    y = x * 1.0
    while np.max(np.abs(y * y - x)) > 1e-13:
        y = 0.5 * (y + x / y)
    return y


# at: tried(np.array([0.9, 0.7]))
def tried(x: np.ndarray) -> np.ndarray:
    """An item that is not there, caught"""
    y = x * 2.0
    try:
        y[0] = x[1] * x[1]
        y[5] = x[0]
    except IndexError:
        y[1] *= x[0]
    return y


# at: where_written(np.array([0.9, -0.7, 0.4]))
def where_written(x: np.ndarray) -> np.ndarray:
    """`np.where` of an array that is then changed"""
    y = x * 2.0
    z = np.where(y > 0.0, y, 0.1 * y)
    y *= x
    return z * y


# at: maximum_written(np.array([0.9, -0.7, 0.4]))
def maximum_written(x: np.ndarray) -> np.ndarray:
    """What `np.maximum` compared is then overwritten"""
    y = x * 2.0
    z = np.maximum(y, 0.3)
    y[:] = z * x
    return y * z


# at: self_product(np.array([0.9, 0.7]))
def self_product(x: np.ndarray) -> np.ndarray:
    """`y *= y` and `y += y`"""
    y = x * 1.5
    y *= y
    y += y
    y -= y * y
    return y


# at: nested_slices(np.array([0.9, 0.7, 0.4, 0.2]))
def nested_slices(x: np.ndarray) -> np.ndarray:
    """`y[1:][1:] *= …` and `y[::2][1] = …`"""
    y = x * 1.5
    y[1:][1:] *= x[:2]
    y[::2][1] = y[0] * y[3]
    return y


# at: shifted_sums(np.array([0.9, 0.7, 0.4, 0.2]))
def shifted_sums(x: np.ndarray) -> np.ndarray:
    """`y[1:] = y[1:] + y[:-1] * y[1:]`, over and over"""
    y = x.copy()
    for _ in range(3):
        y[1:] = y[1:] + y[:-1] * y[1:]
    return y
