"""Arrays: linear algebra."""

import numpy as np


# at: matrix_product(np.array([[0.7, 1.3], [0.4, 0.2]]), np.array([[0.5, 0.1], [0.3, 0.9]]))
def matrix_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`A @ B`"""
    return a @ b @ a


# at: matrix_vector(np.array([[0.7, 1.3, 0.1], [0.4, 0.2, 0.9]]), np.array([0.5, 0.1, 0.3]))
def matrix_vector(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """`A @ x` and `x @ A`"""
    y = a @ x
    return y @ a


# at: vectors(np.array([0.7, 1.3]), np.array([0.5, 0.1]))
def vectors(x: np.ndarray, y: np.ndarray) -> float:
    """`x @ y`, `np.dot`, `np.inner`, `np.vdot`"""
    return (x @ y) * np.dot(x, x) + np.inner(x, y) * np.vdot(y, y)


# at: with_itself(np.array([[0.7, 1.3], [0.4, 0.2]]))
def with_itself(a: np.ndarray) -> np.ndarray:
    """`A.T @ A`: one array on both sides"""
    return a.T @ a


# at: batches(np.arange(1.0, 9.0).reshape(2, 2, 2), np.array([[0.7, 1.3], [0.4, 0.2]]))
def batches(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`@` of a batch and a matrix"""
    return a @ b


# at: solved(np.array([[2.0, 0.3], [0.4, 1.5]]), np.array([0.5, 0.1]))
def solved(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`np.linalg.solve`"""
    return np.linalg.solve(a, b)


# at: solved_matrix(np.array([[2.0, 0.3], [0.4, 1.5]]), np.array([[0.5, 0.1], [0.2, 0.7]]))
def solved_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`np.linalg.solve` with several right-hand sides"""
    return np.linalg.solve(a, b)


# at: inverted(np.array([[2.0, 0.3], [0.4, 1.5]]))
def inverted(a: np.ndarray) -> np.ndarray:
    """`np.linalg.inv`"""
    return np.linalg.inv(a)


# at: determinant(np.array([[2.0, 0.3], [0.4, 1.5]]))
def determinant(a: np.ndarray) -> float:
    """`np.linalg.det`"""
    return np.linalg.det(a)


# at: singular_determinant(np.array([[1.0, 2.0], [2.0, 4.0]]))
def singular_determinant(a: np.ndarray) -> float:
    """`np.linalg.det` of a singular matrix"""
    return np.linalg.det(a)


# at: log_determinant(np.array([[2.0, 0.3], [0.4, 1.5]]))
def log_determinant(a: np.ndarray) -> float:
    """`np.linalg.slogdet`"""
    sign, value = np.linalg.slogdet(a)
    return sign * value


# at: factored(np.array([[2.0, 0.3], [0.3, 1.5]]))
def factored(a: np.ndarray) -> np.ndarray:
    """`np.linalg.cholesky`"""
    return np.linalg.cholesky(a @ a.T)


# at: eigenvalues(np.array([[2.0, 0.3], [0.3, 1.5]]))
def eigenvalues(a: np.ndarray) -> np.ndarray:
    """`np.linalg.eigvalsh`"""
    return np.linalg.eigvalsh(a + a.T)


# at: trace(np.array([[2.0, 0.3], [0.4, 1.5]]))
def trace(a: np.ndarray) -> float:
    """`np.trace`"""
    return np.trace(a @ a) * a.trace()


# at: summation(np.array([[0.7, 1.3], [0.4, 0.2]]), np.array([0.5, 0.1]))
def summation(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """`np.einsum`"""
    return np.einsum("ij,j->i", a, x) * np.einsum("i,ij,j", x, a, x)


# at: tensor(np.array([[0.7, 1.3], [0.4, 0.2]]), np.array([0.5, 0.1]))
def tensor(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """`np.tensordot` and `np.kron`"""
    return np.tensordot(a, x, axes=1)[0] * np.kron(x, x)


# at: crossed(np.array([0.7, 1.3, 0.4]), np.array([0.5, 0.1, 0.2]))
def crossed(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`np.cross`"""
    return np.cross(x, y)


# at: network(np.array([[0.7, 1.3], [0.4, 0.2]]), np.array([0.1, 0.2]), np.array([[0.5, 0.1], [0.3, 0.9], [0.2, 0.6]]))
def network(w: np.ndarray, b: np.ndarray, x: np.ndarray) -> float:
    """A layer of a network and its loss"""
    h = np.tanh(x @ w.T + b)
    return np.mean((h - 0.5) ** 2)


# at: power(np.array([[0.7, 1.3], [0.4, 0.2]]))
def power(a: np.ndarray) -> np.ndarray:
    """`np.linalg.matrix_power`, and `@` in a loop"""
    p = np.eye(2)
    for _ in range(3):
        p = p @ a
    return p + np.linalg.matrix_power(a, 2)


# at: eliminated(np.array([[2.0, 1.0], [0.5, 3.0]]), np.array([0.7, 1.3]))
def eliminated(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Gaussian elimination on rows of a copy"""
    a, x = a.copy(), b.copy()
    for k in range(2):
        for i in range(k + 1, 2):
            f = a[i, k] / a[k, k]
            a[i] -= f * a[k]
            x[i] -= f * x[k]
    for i in range(1, -1, -1):
        x[i] = (x[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


# raises: singular(np.array([[1.0, 2.0], [2.0, 4.0]]))
def singular(a: np.ndarray) -> np.ndarray:
    """`np.linalg.inv` of a singular matrix"""
    return np.linalg.inv(a)
