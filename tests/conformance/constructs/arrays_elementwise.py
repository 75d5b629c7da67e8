"""Arrays: operators and elementwise functions."""

import numpy as np


# at: arithmetic(np.array([0.7, 1.3]), np.array([0.4, 0.2]))
def arithmetic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`+ - * / **` and unary minus"""
    return (x + y) * (x - y) / (1.0 + x * y) + x**2 - -(y**3)


# at: broadcast_rows(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]), np.array([0.5, 1.5, 2.5]))
def broadcast_rows(m: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A vector is added to each row"""
    return m * v + v


# at: broadcast_columns(np.array([[0.7, 1.3], [0.4, 0.2]]), np.array([[0.5], [1.5]]))
def broadcast_columns(m: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A column is multiplied with each column"""
    return m * v / (1.0 + v)


# at: broadcast_both(np.array([[0.7], [1.3]]), np.array([0.4, 0.2, 0.1]))
def broadcast_both(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A column times a row"""
    return a * b + b


# at: broadcast_scalar(np.array([0.7, 1.3]), 0.4)
def broadcast_scalar(x: np.ndarray, a: float) -> np.ndarray:
    """A number and an array"""
    return a * x + a / x - x**a


# at: functions(np.array([0.7, 0.3]))
def functions(x: np.ndarray) -> np.ndarray:
    """`exp`, `log`, `sin`, `tanh`, `sqrt` and others"""
    a = np.exp(x) * np.log(x) + np.sin(x) * np.cos(x) + np.tanh(x) * np.sqrt(x)
    return a + np.log1p(x) * np.expm1(x) + np.arctan(x) + np.square(x) + np.arcsin(x) * np.sinh(x)


# slope: absolute_at_zero(np.array([0.0, -2.0])) -> [0.0, -1.0]
# at: absolute_at_zero(np.array([0.7, -2.0]))
def absolute_at_zero(x: np.ndarray) -> np.ndarray:
    """`np.abs` at zero"""
    return np.abs(x)


# slope: zeroth_power(np.array([0.0, 2.0])) -> [0.0, 0.0]
def zeroth_power(x: np.ndarray) -> np.ndarray:
    """`x ** 0` at zero"""
    return x**0


# at: whole_power(np.array([-0.7, 1.3]))
# slope: whole_power(np.array([0.0, 1.0])) -> [0.0, 5.0]
def whole_power(x: np.ndarray) -> np.ndarray:
    """`x ** n` at negative x and at zero"""
    return x**3 + x**2


# at: powers(np.array([0.7, 1.3]), np.array([2.0, 0.5]))
def powers(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`x ** y` of arrays"""
    return x**y + 2.0**x


# slope: tie(np.array([0.5, 0.7]), np.array([0.5, 0.2])) -> [1.0, 1.0]
# at: tie(np.array([0.5, 0.7]), np.array([0.9, 0.2]))
def tie(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`np.maximum` with a tie: the first argument wins"""
    return np.maximum(x, 3.0 * y - 1.0)


# at: clipped(np.array([-0.7, 0.5, 1.3]))
# slope: clipped(np.array([0.0, 1.0, 2.0])) -> [1.0, 1.0, 0.0]
def clipped(x: np.ndarray) -> np.ndarray:
    """`np.clip`, and at its bounds"""
    return np.clip(x, 0.0, 1.0)


# at: chosen(np.array([-0.7, 0.5]))
def chosen(x: np.ndarray) -> np.ndarray:
    """`np.where`"""
    return np.where(x > 0.0, x * x, -x)


# slope: untaken(np.array([0.0, 4.0])) -> [0.0, 0.25]
# at: untaken(np.array([-0.7, 4.0]))
def untaken(x: np.ndarray) -> np.ndarray:
    """`np.where` with nan and infinity in the branch that is not taken"""
    return np.where(x > 0.0, np.sqrt(x), 0.0)


# at: masked_product(np.array([-0.7, 0.5]))
def masked_product(x: np.ndarray) -> np.ndarray:
    """A mask as a factor"""
    return (x > 0.0) * x * x + x


# at: rounded(np.array([-0.7, 2.6]))
def rounded(x: np.ndarray) -> np.ndarray:
    """`np.floor`, `np.round`, `np.sign`, `//` and `%`"""
    return np.floor(x) * x + np.round(x) * x + np.sign(x) * x + x // 0.4 + x % 0.8


# at: reciprocal_root(np.array([0.7, 1.3]))
def reciprocal_root(x: np.ndarray) -> np.ndarray:
    """`x ** -0.5` and `np.power`"""
    return x**-0.5 + np.power(x, 1.5) * np.reciprocal(x)


# at: two_arguments(np.array([0.7, 1.3]), np.array([0.4, -0.2]))
def two_arguments(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`np.arctan2`, `np.hypot`, `np.logaddexp`"""
    return np.arctan2(y, x) * np.hypot(x, y) + np.logaddexp(x, y)


# at: out_argument(np.array([0.7, 1.3]))
def out_argument(x: np.ndarray) -> np.ndarray:
    """`out=`"""
    v = x * 2.0
    np.multiply(v, x, out=v)
    np.add(v, x, v)
    return v


# at: where_argument(np.array([0.7, -1.3]))
def where_argument(x: np.ndarray) -> np.ndarray:
    """`where=` with `out=`"""
    return np.sqrt(x, out=np.zeros_like(x), where=x > 0.0)


# at: scalar_of_array(np.array([0.7, 1.3]))
def scalar_of_array(x: np.ndarray) -> float:
    """Items of an array among floats"""
    a, b = x
    return float(a) * b + x[0] ** 2


# at: loop_items(np.array([0.7, 1.3, 0.4]))
def loop_items(x: np.ndarray) -> float:
    """A loop over an array"""
    s = 0.0
    for v in x:
        s = s * v + v
    return s


# at: branched(np.array([0.7, 1.3]))
def branched(x: np.ndarray) -> np.ndarray:
    """A branch on a number of an array"""
    if x[0] < x[1] and np.all(x > 0.0):
        return x * x
    return -x


# at: polynomial(np.array([0.7, 1.3]), np.array([1.0, 2.0, 3.0]))
def polynomial(x: np.ndarray, c: np.ndarray) -> np.ndarray:
    """`np.polyval`"""
    return np.polyval(c, x)


# at: interpolated(np.array([0.7, 1.6]), np.array([0.5, 2.0, -1.0]))
def interpolated(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`np.interp`"""
    return np.interp(t, np.array([0.0, 1.0, 2.0]), y)


# at: differences(np.array([0.7, 1.3, 0.4]))
def differences(x: np.ndarray) -> np.ndarray:
    """`np.diff`"""
    return np.diff(x) ** 2 * np.diff(x)


# at: comparison_chain(np.array([0.7, 1.3, 0.4]))
def comparison_chain(x: np.ndarray) -> float:
    """Logic of masks"""
    mask = (x > 0.5) & ~(x > 1.0) | (x < 0.45)
    return float(np.sum(x[mask] ** 2))


# at: logistic(np.array([0.3, 0.6]), 3.7)
def logistic(x: np.ndarray, r: float) -> np.ndarray:
    """A recurrence on an array that is bound anew"""
    for _ in range(5):
        x = r * x * (1.0 - x)
    return x


# at: product_with_zero(np.array([0.0, 0.7, 1.3]))
def product_with_zero(x: np.ndarray) -> float:
    """`np.prod` with a zero among the factors"""
    return np.prod(x) + np.prod(x[1:])
