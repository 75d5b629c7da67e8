"""Linear algebra, stencils and statistics on arrays, in the manner of benchmark collections, with a call each."""

import numpy as np


def gemm(alpha: float, beta: float, c: np.ndarray, a: np.ndarray, b: np.ndarray):
    """
    >>> y = gemm(1.5, 0.5, np.ones((2, 2)), np.eye(2), np.full((2, 2), 2.0))
    """
    c[:] = alpha * a @ b + beta * c
    return c


def atax(a: np.ndarray, x: np.ndarray):
    """
    >>> y = atax(np.array([[1.5, 2.0], [0.5, 1.0]]), np.array([1.0, 2.0]))
    """
    return (a @ x) @ a


def bicg(a: np.ndarray, p: np.ndarray, r: np.ndarray):
    """
    >>> y = bicg(np.array([[1.5, 2.0], [0.5, 1.0]]), np.array([1.0, 2.0]), np.array([0.5, 1.0]))
    """
    return r @ a, a @ p


def mvt(x1: np.ndarray, x2: np.ndarray, y1: np.ndarray, y2: np.ndarray, a: np.ndarray):
    """
    >>> y = mvt(np.ones(2), np.zeros(2), np.array([1.5, 2.0]), np.array([0.5, 1.0]), np.array([[1.5, 2.0], [0.5, 1.0]]))
    """
    x1 += a @ y1
    x2 += y2 @ a
    return x1, x2


def gesummv(alpha: float, beta: float, a: np.ndarray, b: np.ndarray, x: np.ndarray):
    """
    >>> y = gesummv(1.5, 0.5, np.eye(2), np.full((2, 2), 2.0), np.array([1.5, 2.0]))
    """
    return alpha * a @ x + beta * b @ x


def gemver(a: np.ndarray, u1: np.ndarray, v1: np.ndarray, u2: np.ndarray, v2: np.ndarray):
    """
    >>> y = gemver(np.eye(2), np.array([1.5, 2.0]), np.array([0.5, 1.0]), np.array([1.0, 2.0]), np.array([2.0, 0.5]))
    """
    a += np.outer(u1, v1) + np.outer(u2, v2)
    return a


def syrk(alpha: float, beta: float, c: np.ndarray, a: np.ndarray):
    """
    >>> y = syrk(1.5, 0.5, np.ones((2, 2)), np.array([[1.5, 2.0], [0.5, 1.0]]))
    """
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
    return c


def trisolv(lower: np.ndarray, x: np.ndarray, b: np.ndarray):
    """
    >>> y = trisolv(np.array([[2.0, 0.0], [0.5, 4.0]]), np.zeros(2), np.array([3.0, 4.0]))
    """
    for i in range(x.shape[0]):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]
    return x


def cholesky(a: np.ndarray):
    """
    >>> y = cholesky(np.array([[4.0, 1.0], [1.0, 3.0]]))
    """
    a[0, 0] = np.sqrt(a[0, 0])
    for i in range(1, a.shape[0]):
        for j in range(i):
            a[i, j] -= np.dot(a[i, :j], a[j, :j])
            a[i, j] /= a[j, j]
        a[i, i] -= np.dot(a[i, :i], a[i, :i])
        a[i, i] = np.sqrt(a[i, i])
    return a


def lu(a: np.ndarray):
    """
    >>> y = lu(np.array([[2.0, 1.0], [0.5, 3.0]]))
    """
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, a.shape[0]):
            a[i, j] -= a[i, :i] @ a[:i, j]
    return a


def gram_schmidt(a: np.ndarray):
    """
    >>> y = gram_schmidt(np.array([[3.0, 1.0], [4.0, 0.5]]))
    """
    q = np.zeros_like(a)
    for k in range(a.shape[1]):
        q[:, k] = a[:, k] / np.sqrt(np.dot(a[:, k], a[:, k]))
        for j in range(k + 1, a.shape[1]):
            r = np.dot(q[:, k], a[:, j])
            a[:, j] -= q[:, k] * r
    return q


def durbin(r: np.ndarray):
    """
    >>> y = durbin(np.array([0.5, 0.25, 0.1]))
    """
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return y


def jacobi_1d(a: np.ndarray, b: np.ndarray, steps: int = 3):
    """
    >>> y = jacobi_1d(np.array([0.0, 1.0, 0.5, 0.0]), np.zeros(4), 2)
    """
    for _ in range(1, steps):
        b[1:-1] = 0.33333 * (a[:-2] + a[1:-1] + a[2:])
        a[1:-1] = 0.33333 * (b[:-2] + b[1:-1] + b[2:])
    return a


def jacobi_2d(a: np.ndarray, b: np.ndarray, steps: int = 2):
    """
    >>> y = jacobi_2d(np.arange(9.0).reshape(3, 3) ** 2, np.zeros((3, 3)))
    """
    for _ in range(1, steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = 0.2 * (b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])
    return a + b


def seidel_2d(a: np.ndarray, steps: int = 2):
    """
    >>> y = seidel_2d(np.arange(9.0).reshape(3, 3) ** 2)
    """
    n = a.shape[0]
    for _ in range(steps - 1):
        for i in range(1, n - 1):
            a[i, 1:-1] += a[i - 1, :-2] + a[i - 1, 1:-1] + a[i - 1, 2:] + a[i, 2:] + a[i + 1, :-2]
            a[i, 1:-1] += a[i + 1, 1:-1] + a[i + 1, 2:]
            for j in range(1, n - 1):
                a[i, j] += a[i, j - 1]
                a[i, j] /= 9.0
    return a


def fdtd_2d(ex: np.ndarray, ey: np.ndarray, hz: np.ndarray, source: float):
    """
    >>> y = fdtd_2d(np.eye(3), np.ones((3, 3)), np.arange(9.0).reshape(3, 3) / 8.0, 0.5)
    """
    ey[0, :] = source
    ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
    ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
    hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])
    return hz


def heat_3d(a: np.ndarray, alpha: float):
    """
    >>> y = heat_3d(np.arange(27.0).reshape(3, 3, 3) ** 2 / 100.0, 0.125)
    """
    b = a.copy()
    for axis in range(3):
        a = np.swapaxes(a, 0, axis)
        b = np.swapaxes(b, 0, axis)
        b[1:-1, 1:-1, 1:-1] += alpha * (a[2:, 1:-1, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1])
        a = np.swapaxes(a, 0, axis)
        b = np.swapaxes(b, 0, axis)
    return b


def covariance(data: np.ndarray):
    """
    >>> y = covariance(np.array([[1.0, 2.0], [2.0, 1.5], [4.0, 0.5]]))
    """
    mean = np.mean(data, axis=0)
    data = data - mean
    return data.T @ data / (data.shape[0] - 1.0)


def correlation(data: np.ndarray):
    """
    >>> y = correlation(np.array([[1.0, 2.0], [2.0, 1.0], [4.0, 0.5]]))
    """
    mean = np.mean(data, axis=0)
    deviation = np.std(data, axis=0)
    deviation[deviation <= 0.1] = 1.0
    data = data - mean
    data /= np.sqrt(data.shape[0]) * deviation
    return data.T @ data


def softmax(x: np.ndarray):
    """
    >>> y = softmax(np.array([[1.0, 2.0], [0.5, 0.5]]))
    """
    top = np.max(x, axis=-1, keepdims=True)
    e = np.exp(x - top)
    return e / np.sum(e, axis=-1, keepdims=True)


def mlp(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray):
    """
    >>> y = mlp(np.array([[1.0, 2.0]]), np.eye(2), np.array([0.5, -3.0]), np.array([[0.5], [2.0]]), np.array([0.1]))
    """
    x = np.maximum(x @ w1 + b1, 0.0)
    return x @ w2 + b2


def batch_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray):
    """
    >>> y = batch_norm(np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([1.5, 2.0]), np.array([0.5, 0.0]))
    """
    mean = np.mean(x, axis=0, keepdims=True)
    deviation = np.std(x, axis=0, keepdims=True)
    return gamma * (x - mean) / np.sqrt(deviation**2 + 1e-5) + beta


def conv2d(x: np.ndarray, kernel: np.ndarray):
    """
    >>> y = conv2d(np.arange(9.0).reshape(3, 3), np.array([[1.0, 0.5], [0.25, 2.0]]))
    """
    n, m = x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = np.sum(x[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel)
    return out


def go_fast(a: np.ndarray):
    """
    >>> y = go_fast(np.array([[1.0, 2.0], [0.5, 3.0]]))
    """
    s = 0.0
    for i in range(a.shape[0]):
        s += np.tanh(a[i, i])
    return a + s


def arc_distance(theta_1: np.ndarray, phi_1: np.ndarray, theta_2: np.ndarray, phi_2: np.ndarray):
    """
    >>> y = arc_distance(np.array([0.5]), np.array([0.2]), np.array([0.9]), np.array([1.2]))
    """
    t = np.sin((theta_2 - theta_1) / 2) ** 2
    t = t + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    return 2 * np.arctan2(np.sqrt(t), np.sqrt(1 - t)) * 0.75


def compute(x: np.ndarray, y: np.ndarray, a: float, b: float, c: float):
    """
    >>> y = compute(np.array([[1.0, 2.0], [0.5, 3.0]]), np.array([[1.5, 2.5], [0.5, 1.0]]), 1.5, 0.5, 2.0)
    """
    return np.clip(x, 1.0, 10.0) * a + y * b + c


def nbody_forces(positions: np.ndarray, masses: np.ndarray, softening: float):
    """
    >>> y = nbody_forces(np.array([[0.0, 0.0], [1.0, 0.5]]), np.array([1.0, 2.0]), 0.1)
    """
    d = positions[None, :, :] - positions[:, None, :]
    r = np.sum(d * d, axis=2) + softening**2
    return np.sum(d * (masses / r**1.5)[:, :, None] * np.ones((len(masses), 1, 1)), axis=1)


def cavity_pressure(p: np.ndarray, b: np.ndarray, dx: float):
    """
    >>> y = cavity_pressure(np.arange(9.0).reshape(3, 3) ** 2 / 10.0, np.ones((3, 3)), 0.5)
    """
    pn = np.empty_like(p)
    for _ in range(2):
        pn[:] = p.copy()
        p[1:-1, 1:-1] = 0.25 * (pn[1:-1, 2:] + pn[1:-1, :-2] + pn[2:, 1:-1] + pn[:-2, 1:-1] - dx**2 * b[1:-1, 1:-1])
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
    return p


def channel_step(u: np.ndarray, v: np.ndarray, nu: float, dt: float):
    """
    >>> y = channel_step(np.arange(4.0), np.ones(4), 0.1, 0.5)
    """
    un = u.copy()
    u[1:-1] = un[1:-1] - dt * v[1:-1] * (un[1:-1] - un[:-2]) + nu * dt * (un[2:] - 2 * un[1:-1] + un[:-2])
    return u


def adi_row(p: np.ndarray, q: np.ndarray, a: float, b: float, c: float):
    """
    >>> y = adi_row(np.zeros(4), np.ones(4), 0.2, 1.5, 0.1)
    """
    for j in range(1, p.shape[0] - 1):
        p[j] = -c / (a * p[j - 1] + b)
        q[j] = (q[j - 1] - a * q[j - 1]) / (a * p[j - 1] + b)
    return p


def floyd(paths: np.ndarray):
    """
    >>> y = floyd(np.array([[0.0, 5.5, 1.0], [5.0, 0.0, 9.0], [1.5, 2.0, 0.0]]))
    """
    for k in range(paths.shape[0]):
        paths[:] = np.minimum(paths, np.add.outer(paths[:, k], paths[k, :]))
    return paths


def mandel_norm(z_re: np.ndarray, z_im: np.ndarray, c_re: float, c_im: float):
    """
    >>> y = mandel_norm(np.array([0.1, 0.2]), np.array([0.3, 0.1]), 0.2, 0.1)
    """
    for _ in range(2):
        z_re, z_im = z_re * z_re - z_im * z_im + c_re, 2.0 * z_re * z_im + c_im
    return z_re**2 + z_im**2


def histogram_means(values: np.ndarray, weights: np.ndarray):
    """
    >>> y = histogram_means(np.array([0.1, 0.6, 0.7, 0.3]), np.array([1.0, 2.0, 1.5, 0.5]))
    """
    bins = (values >= 0.5).astype(int)
    total = np.zeros(2)
    np.add.at(total, bins, weights)
    return total / np.bincount(bins, minlength=2)


def rosenbrock(x: np.ndarray):
    """
    >>> y = rosenbrock(np.array([0.5, 1.5, 1.0]))
    """
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rastrigin(x: np.ndarray):
    """
    >>> y = rastrigin(np.array([0.5, 1.5]))
    """
    return 10.0 * len(x) + np.sum(x**2 - 10.0 * np.cos(2.0 * np.pi * x))


def ackley(x: np.ndarray):
    """
    >>> y = ackley(np.array([0.5, 1.5]))
    """
    n = x.size
    return -20.0 * np.exp(-0.2 * np.sqrt(np.sum(x**2) / n)) - np.exp(np.sum(np.cos(2 * np.pi * x)) / n) + 20.0 + np.e


def griewank(x: np.ndarray):
    """
    >>> y = griewank(np.array([0.5, 1.5]))
    """
    i = np.arange(1, x.size + 1)
    return 1.0 + np.sum(x**2) / 4000.0 - np.prod(np.cos(x / np.sqrt(i)))


def levy(x: np.ndarray):
    """
    >>> y = levy(np.array([0.5, 1.5]))
    """
    w = 1.0 + (x - 1.0) / 4.0
    inner = (w[:-1] - 1.0) ** 2 * (1.0 + 10.0 * np.sin(np.pi * w[:-1] + 1.0) ** 2)
    last = (w[-1] - 1.0) ** 2 * (1.0 + np.sin(2.0 * np.pi * w[-1]) ** 2)
    return np.sin(np.pi * w[0]) ** 2 + np.sum(inner) + last


def styblinski_tang(x: np.ndarray):
    """
    >>> y = styblinski_tang(np.array([0.5, 1.5]))
    """
    return 0.5 * np.sum(x**4 - 16.0 * x**2 + 5.0 * x)


def log_likelihood(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray):
    """
    >>> y = log_likelihood(np.array([1.0, 2.0]), np.zeros(2), np.array([[2.0, 0.5], [0.5, 1.0]]))
    """
    d = x - mean
    sign, logdet = np.linalg.slogdet(covariance)
    return -0.5 * (d @ np.linalg.solve(covariance, d) + logdet + len(x) * np.log(2.0 * np.pi)) * sign


def kalman(x: np.ndarray, p: np.ndarray, z: np.ndarray, h: np.ndarray, r: np.ndarray):
    """
    >>> y = kalman(np.array([1.0, 0.5]), np.eye(2), np.array([1.5]), np.array([[1.0, 0.2]]), np.array([[0.1]]))
    """
    s = h @ p @ h.T + r
    k = p @ h.T @ np.linalg.inv(s)
    x = x + k @ (z - h @ x)
    return x, (np.eye(len(x)) - k @ h) @ p


def conjugate_gradient(a: np.ndarray, b: np.ndarray, steps: int = 2):
    """
    >>> y = conjugate_gradient(np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.5]))
    """
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    for _ in range(steps):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        p = r + (new / rs) * p
        rs = new
    return x
