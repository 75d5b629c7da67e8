"""Linear algebra, interpolation, quadrature and differential equations on lists, with a call each."""

import math


def dot(x, y):
    """
    >>> y = dot([1.5, 2.0], [0.5, 3.0])
    """
    return sum(a * b for a, b in zip(x, y))


def axpy(a, x, y):
    """
    >>> y = axpy(2.5, [1.5, 2.0], [0.5, 3.0])
    """
    return [a * u + v for u, v in zip(x, y)]


def norm(x):
    """
    >>> y = norm([3.5, 4.0])
    """
    return math.sqrt(dot(x, x))


def mat_vec(a, x):
    """
    >>> y = mat_vec([[1.5, 2.0], [0.5, 3.0]], [2.0, 1.5])
    """
    return [dot(row, x) for row in a]


def mat_mul(a, b):
    """
    >>> y = mat_mul([[1.5, 2.0], [0.5, 3.0]], [[1.5, 0.0], [2.0, 1.5]])
    """
    n, m, p = len(a), len(b), len(b[0])
    c = [[0.0] * p for _ in range(n)]
    for i in range(n):
        for j in range(p):
            for k in range(m):
                c[i][j] += a[i][k] * b[k][j]
    return c


def transpose(a):
    """
    >>> y = transpose([[1.5, 2.0], [0.5, 3.0]])
    """
    return [[row[j] for row in a] for j in range(len(a[0]))]


def trace(a):
    """
    >>> y = trace([[1.5, 2.0], [0.5, 3.0]])
    """
    return sum(a[i][i] for i in range(len(a)))


def lu_in_place(a):
    """
    >>> y = lu_in_place([[2.0, 1.0], [0.5, 3.0]])
    """
    n = len(a)
    for k in range(n):
        for i in range(k + 1, n):
            a[i][k] /= a[k][k]
            for j in range(k + 1, n):
                a[i][j] -= a[i][k] * a[k][j]
    return a


def lu(a):
    """
    >>> y = lu([[2.0, 1.0], [0.5, 3.0]])
    """
    n = len(a)
    lower = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    upper = [row[:] for row in a]
    for k in range(n):
        for i in range(k + 1, n):
            f = upper[i][k] / upper[k][k]
            lower[i][k] = f
            upper[i][k] = 0.0
            for j in range(k + 1, n):
                upper[i][j] -= f * upper[k][j]
    return lower, upper


def pivoted_solve(a, b):
    """
    >>> y = pivoted_solve([[0.5, 3.0], [2.0, 1.0]], [4.0, 5.0])
    """
    n = len(b)
    a = [row[:] for row in a]
    x = list(b)
    for k in range(n):
        p = max(range(k, n), key=lambda i: abs(a[i][k]))
        if p != k:
            a[k], a[p] = a[p], a[k]
            x[k], x[p] = x[p], x[k]
        for i in range(k + 1, n):
            f = a[i][k] / a[k][k]
            for j in range(k, n):
                a[i][j] -= f * a[k][j]
            x[i] -= f * x[k]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= a[i][j] * x[j]
        x[i] /= a[i][i]
    return x


def swap_solve(a, b):
    """Rows are swapped by a loop that looks for the pivot.

    >>> y = swap_solve([[0.5, 3.0], [2.0, 1.0]], [4.0, 5.0])
    """
    n = len(b)
    m = [a[i][:] + [b[i]] for i in range(n)]
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(m[i][k]) > abs(m[p][k]):
                p = i
        m[k], m[p] = m[p], m[k]
        for i in range(k + 1, n):
            f = m[i][k] / m[k][k]
            for j in range(k, n + 1):
                m[i][j] -= f * m[k][j]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        s = m[i][n]
        for j in range(i + 1, n):
            s -= m[i][j] * x[j]
        x[i] = s / m[i][i]
    return x


def cholesky(a):
    """
    >>> y = cholesky([[4.0, 1.0], [1.0, 3.0]])
    """
    n = len(a)
    c = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = a[i][j]
            for k in range(j):
                s -= c[i][k] * c[j][k]
            if i == j:
                c[i][i] = math.sqrt(s)
            else:
                c[i][j] = s / c[j][j]
    return c


def determinant(a):
    """
    >>> y = determinant([[2.0, 1.0], [0.5, 3.0]])
    """
    n = len(a)
    m = [row[:] for row in a]
    det = 1.0
    for k in range(n):
        det *= m[k][k]
        for i in range(k + 1, n):
            f = m[i][k] / m[k][k]
            for j in range(k, n):
                m[i][j] -= f * m[k][j]
    return det


def determinant_by_minors(a):
    """
    >>> y = determinant_by_minors([[2.0, 1.0], [0.5, 3.0]])
    """
    if len(a) == 1:
        return a[0][0]
    total = 0.0
    for j in range(len(a)):
        minor = [row[:j] + row[j + 1 :] for row in a[1:]]
        total += (-1) ** j * a[0][j] * determinant_by_minors(minor)
    return total


def inverse_2(m):
    """
    >>> y = inverse_2([[2.0, 1.0], [0.5, 3.0]])
    """
    (a, b), (c, d) = m
    det = a * d - b * c
    return [[d / det, -b / det], [-c / det, a / det]]


def tridiagonal(lower, diagonal, upper, right):
    """Thomas' algorithm.

    >>> y = tridiagonal([0.5, 0.5], [2.0, 3.0, 2.0], [1.0, 0.5], [3.0, 4.0, 2.5])
    """
    n = len(diagonal)
    c, d = upper[:] + [0.0], right[:]
    c[0] /= diagonal[0]
    d[0] /= diagonal[0]
    for i in range(1, n):
        m = diagonal[i] - lower[i - 1] * c[i - 1]
        c[i] /= m
        d[i] = (d[i] - lower[i - 1] * d[i - 1]) / m
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return d


def gram_schmidt(vectors):
    """
    >>> y = gram_schmidt([[3.0, 4.0], [1.0, 0.5]])
    """
    basis = []
    for v in vectors:
        w = v[:]
        for b in basis:
            f = dot(w, b)
            for i in range(len(w)):
                w[i] -= f * b[i]
        size = norm(w)
        basis.append([x / size for x in w])
    return basis


def power_iteration(a, steps=5):
    """
    >>> y = power_iteration([[2.0, 1.0], [1.0, 3.0]])
    """
    x = [1.0] * len(a)
    value = 0.0
    for _ in range(steps):
        y = mat_vec(a, x)
        value = norm(y)
        x = [v / value for v in y]
    return value


def jacobi(a, b, steps=4):
    """
    >>> y = jacobi([[4.0, 1.0], [1.0, 3.0]], [1.0, 2.0])
    """
    x = [0.0] * len(b)
    for _ in range(steps):
        new = x[:]
        for i in range(len(b)):
            s = b[i]
            for j in range(len(b)):
                if j != i:
                    s -= a[i][j] * x[j]
            new[i] = s / a[i][i]
        x = new
    return x


def gauss_seidel(a, b, steps=4):
    """
    >>> y = gauss_seidel([[4.0, 1.0], [1.0, 3.0]], [1.0, 2.0])
    """
    x = [0.0] * len(b)
    for _ in range(steps):
        for i in range(len(b)):
            s = b[i]
            for j in range(len(b)):
                if j != i:
                    s -= a[i][j] * x[j]
            x[i] = s / a[i][i]
    return x


def horner(coefficients, x):
    """
    >>> y = horner([1.5, 2.0, 0.5], 2.0)
    """
    s = 0.0
    for c in coefficients:
        s = s * x + c
    return s


def derivative_of_polynomial(coefficients):
    """
    >>> y = derivative_of_polynomial([1.5, 2.0, 0.5])
    """
    n = len(coefficients) - 1
    return [c * (n - i) for i, c in enumerate(coefficients[:-1])]


def convolve(x, y):
    """
    >>> y = convolve([1.5, 2.0], [0.5, 1.0, 3.0])
    """
    z = [0.0] * (len(x) + len(y) - 1)
    for i, a in enumerate(x):
        for j, b in enumerate(y):
            z[i + j] += a * b
    return z


def lagrange(xs, ys, x):
    """
    >>> y = lagrange([0.0, 1.0, 2.5], [1.0, 2.0, 0.5], 1.5)
    """
    total = 0.0
    for i in range(len(xs)):
        term = ys[i]
        for j in range(len(xs)):
            if j != i:
                term *= (x - xs[j]) / (xs[i] - xs[j])
        total += term
    return total


def newton_table(xs, ys):
    """Divided differences in place.

    >>> y = newton_table([0.0, 1.0, 2.5], [1.0, 2.0, 0.5])
    """
    c = list(ys)
    for level in range(1, len(xs)):
        for i in range(len(xs) - 1, level - 1, -1):
            c[i] = (c[i] - c[i - 1]) / (xs[i] - xs[i - level])
    return c


def piecewise(xs, ys, x):
    """
    >>> y = piecewise([0.0, 1.0, 2.5], [1.0, 2.0, 0.5], 1.75)
    """
    for i in range(len(xs) - 1):
        if x <= xs[i + 1]:
            t = (x - xs[i]) / (xs[i + 1] - xs[i])
            return ys[i] * (1.0 - t) + ys[i + 1] * t
    return ys[-1]


def trapezoid(xs, ys):
    """
    >>> y = trapezoid([0.0, 1.0, 2.5], [1.0, 2.0, 0.5])
    """
    return sum(0.5 * (xs[i + 1] - xs[i]) * (ys[i] + ys[i + 1]) for i in range(len(xs) - 1))


def simpson(ys, h):
    """
    >>> y = simpson([1.0, 2.0, 0.5], 0.5)
    """
    total = ys[0] + ys[-1]
    for i in range(1, len(ys) - 1):
        total += (4.0 if i % 2 else 2.0) * ys[i]
    return total * h / 3.0


def cumulative(x):
    """
    >>> y = cumulative([1.5, 2.0, 0.5])
    """
    out = []
    s = 0.0
    for v in x:
        s += v
        out.append(s)
    return out


def smooth(x, weight):
    """Exponential smoothing.

    >>> y = smooth([1.0, 2.0, 4.0], 0.5)
    """
    out = [x[0]]
    for v in x[1:]:
        out.append(weight * v + (1.0 - weight) * out[-1])
    return out


def moving_average(x, width=2):
    """
    >>> y = moving_average([1.0, 2.0, 4.5])
    """
    return [sum(x[i : i + width]) / width for i in range(len(x) - width + 1)]


def mean_and_variance(x):
    """
    >>> y = mean_and_variance([1.0, 2.0, 4.5])
    """
    mean = sum(x) / len(x)
    return mean, sum((v - mean) ** 2 for v in x) / (len(x) - 1)


def regression(xs, ys):
    """
    >>> y = regression([0.0, 1.0, 2.0], [1.0, 3.0, 5.5])
    """
    n = len(xs)
    mx, my = sum(xs) / n, sum(ys) / n
    slope = sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)
    return my - slope * mx, slope


def softmax(x):
    """
    >>> y = softmax([1.0, 2.0, 0.5])
    """
    top = max(x)
    e = [math.exp(v - top) for v in x]
    s = sum(e)
    return [v / s for v in e]


def bubble(x):
    """
    >>> y = bubble([2.5, 1.0, 2.0])
    """
    y = x[:]
    for i in range(len(y)):
        for j in range(len(y) - 1 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    return y


def rk4(y, t, h, steps=3):
    """Two coupled equations by Runge and Kutta's method.

    >>> y = rk4([1.0, 0.5], 0.0, 0.1)
    """

    def slope(t, y):
        return [y[1], -y[0] - 0.1 * y[1] + 0.2 * t * y[0]]

    for _ in range(steps):
        k1 = slope(t, y)
        k2 = slope(t + 0.5 * h, [v + 0.5 * h * k for v, k in zip(y, k1)])
        k3 = slope(t + 0.5 * h, [v + 0.5 * h * k for v, k in zip(y, k2)])
        k4 = slope(t + h, [v + h * k for v, k in zip(y, k3)])
        y = [v + h / 6.0 * (a + 2.0 * b + 2.0 * c + d) for v, a, b, c, d in zip(y, k1, k2, k3, k4)]
        t += h
    return y


def heat(u, alpha, steps=3):
    """
    >>> y = heat([0.0, 1.0, 0.5, 0.0], 0.2)
    """
    u = u[:]
    for _ in range(steps):
        old = u[:]
        for i in range(1, len(u) - 1):
            u[i] = old[i] + alpha * (old[i - 1] - 2.0 * old[i] + old[i + 1])
    return u


def seidel(a, steps=2):
    """A stencil in place on rows.

    >>> y = seidel([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0], [2.0, 1.0, 0.5]])
    """
    a = [list(row) for row in a]
    for _ in range(steps):
        for i in range(1, len(a) - 1):
            for j in range(1, len(a[0]) - 1):
                a[i][j] = 0.25 * (a[i - 1][j] + a[i + 1][j] + a[i][j - 1] + a[i][j + 1])
    return a


def binomial_option(spot, strike, up, rate, steps=3):
    """Values at the leaves, rolled back in place.

    >>> y = binomial_option(100.0, 95.0, 1.1, 0.02)
    """
    down = 1.0 / up
    p = (math.exp(rate) - down) / (up - down)
    v = [max(spot * up ** (2 * j - steps) - strike, 0.0) for j in range(steps + 1)]
    for i in range(steps, 0, -1):
        for j in range(i):
            v[j] = math.exp(-rate) * (p * v[j + 1] + (1.0 - p) * v[j])
    return v[0]


def forward_kinematics(angles, lengths):
    """
    >>> y = forward_kinematics([0.3, 0.4], [1.0, 0.5])
    """
    x = y = angle = 0.0
    for a, length in zip(angles, lengths):
        angle += a
        x += length * math.cos(angle)
        y += length * math.sin(angle)
    return [x, y]


def nearest_distance(points, p):
    """
    >>> y = nearest_distance([[3.0, 4.0], [1.0, 0.5]], [0.0, 0.0])
    """
    best = math.inf
    for q in points:
        d = math.sqrt(sum((a - b) ** 2 for a, b in zip(p, q)))
        if d < best:
            best = d
    return best


def polygon_area(xs, ys):
    """
    >>> y = polygon_area([0.0, 2.0, 1.5], [0.0, 0.5, 2.0])
    """
    total = 0.0
    for i in range(len(xs)):
        j = (i + 1) % len(xs)
        total += xs[i] * ys[j] - xs[j] * ys[i]
    return 0.5 * abs(total)
