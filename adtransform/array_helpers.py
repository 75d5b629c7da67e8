"""Source text of the small array functions that a generated module carries along where an adjoint needs them."""

from __future__ import annotations

ARRAY_HELPERS = {
    "unbroadcast": '''\
def unbroadcast(g, like):
    """The sum of `g` over the axes along which `like` was broadcast."""
    shape = np.shape(like)
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g
''',
    "one_hot": '''\
def one_hot(index, a, axis):
    """Where the items of `a` are that `index` chooses along an axis, or among all."""
    if axis is None:
        return np.reshape(np.arange(np.size(a)) == index, np.shape(a))
    shape = [1] * np.ndim(a)
    shape[axis] = -1
    return np.reshape(np.arange(np.shape(a)[axis]), shape) == np.expand_dims(index, axis)
''',
    "matmul_left": '''\
def matmul_left(g, a, b):
    """The adjoint of `a` in `a @ b`, whose adjoint is `g`."""
    if np.ndim(b) == 1:
        return g * b if np.ndim(a) == 1 else np.expand_dims(g, -1) * b
    if np.ndim(a) == 1:
        return unbroadcast(np.sum(np.expand_dims(g, -2) * b, axis=-1), a)
    return unbroadcast(g @ np.swapaxes(b, -1, -2), a)
''',
    "matmul_right": '''\
def matmul_right(g, a, b):
    """The adjoint of `b` in `a @ b`, whose adjoint is `g`."""
    if np.ndim(b) == 1:
        return g * a if np.ndim(a) == 1 else unbroadcast(np.expand_dims(g, -1) * a, b)
    if np.ndim(a) == 1:
        return np.expand_dims(g, -2) * np.expand_dims(a, -1)
    return unbroadcast(np.swapaxes(a, -1, -2) @ g, b)
''',
    "dot_left": '''\
def dot_left(g, a, b):
    """The adjoint of `a` in `dot(a, b)`, whose adjoint is `g`, for at most two axes each."""
    if np.ndim(a) > 2 or np.ndim(b) > 2:
        raise ValueError("the adjoint of `dot` is known for at most two axes: use `@` or `einsum`")
    return unbroadcast(g * b, a) if np.ndim(a) == 0 or np.ndim(b) == 0 else matmul_left(g, a, b)
''',
    "dot_right": '''\
def dot_right(g, a, b):
    """The adjoint of `b` in `dot(a, b)`, whose adjoint is `g`, for at most two axes each."""
    if np.ndim(a) > 2 or np.ndim(b) > 2:
        raise ValueError("the adjoint of `dot` is known for at most two axes: use `@` or `einsum`")
    return unbroadcast(g * a, b) if np.ndim(a) == 0 or np.ndim(b) == 0 else matmul_right(g, a, b)
''',
    "scattered": '''\
def scattered(g, a, indices):
    """Zeros like `a` to which `g` is added where `a[indices]` was taken."""
    out = np.zeros(np.shape(a))
    np.add.at(out, indices, g)
    return out
''',
    "scattered_along": '''\
def scattered_along(g, a, indices, axis):
    """Zeros like `a` to which `g` is added where `take_along_axis` took it."""
    out = np.moveaxis(np.zeros(np.shape(a)), axis, -1)
    grid = np.ogrid[tuple(slice(n) for n in out.shape)][:-1]
    np.add.at(out, (*grid, np.moveaxis(indices, axis, -1)), np.moveaxis(g, axis, -1))
    return np.moveaxis(out, -1, axis)
''',
    "unpadded": '''\
def unpadded(g, a, pad_width):
    """The items of `g` that `pad` took from the vector `a`."""
    before = np.ravel(pad_width)[0]
    return g[before : before + np.size(a)]
''',
    "interp_slope": '''\
def interp_slope(x, xp, fp):
    """The derivative of `interp(x, xp, fp)` by `x`; at a kink that on its right."""
    k = np.clip(np.searchsorted(xp, x, side="right"), 1, np.size(xp) - 1)
    slope = (np.asarray(fp)[k] - np.asarray(fp)[k - 1]) / (np.asarray(xp)[k] - np.asarray(xp)[k - 1])
    return np.where((np.less(x, xp[0])) | (np.greater_equal(x, xp[-1])), 0.0, slope)
''',
    "interp_weights": '''\
def interp_weights(g, x, xp):
    """The adjoint of `fp` in `interp(x, xp, fp)`, whose adjoint is `g`."""
    k = np.clip(np.searchsorted(xp, x, side="right"), 1, np.size(xp) - 1)
    left, right = np.asarray(xp)[k - 1], np.asarray(xp)[k]
    weight = np.clip((x - left) / (right - left), 0.0, 1.0)
    out = np.zeros(np.shape(xp))
    np.add.at(out, k - 1, (1.0 - weight) * g)
    np.add.at(out, k, weight * g)
    return out
''',
    "interp_weights_d": '''\
def interp_weights_d(g, x, xp):
    """What `interp_weights(1.0, x, xp)` changes by with `x`, times `g`."""
    k = np.clip(np.searchsorted(xp, x, side="right"), 1, np.size(xp) - 1)
    inside = np.less_equal(xp[0], x) & np.less(x, xp[-1])
    slope = np.where(inside, g / (np.asarray(xp)[k] - np.asarray(xp)[k - 1]), 0.0)
    out = np.zeros(np.shape(xp))
    np.add.at(out, k - 1, -slope)
    np.add.at(out, k, slope)
    return out
''',
    "cumprod_d": '''\
def cumprod_d(a, v, a_d):
    """The tangent of `v = cumprod(a)`."""
    v_d = np.array(a_d)
    for i in range(1, len(a)):
        v_d[i] = v_d[i - 1] * a[i] + v[i - 1] * a_d[i]
    return v_d
''',
    "cumprod_b": '''\
def cumprod_b(a, v, v_b):
    """The adjoint of `a` in `v = cumprod(a)`."""
    a_b = np.array(v_b)
    for i in range(len(a) - 1, 0, -1):
        a_b[i - 1] += a_b[i] * a[i]
        a_b[i] *= v[i - 1]
    return a_b
''',
    "cofactors": '''\
def cofactors(a):
    """The derivatives of `det(a)` by each item, of a singular matrix, too."""
    u, s, v = np.linalg.svd(a)
    others = np.prod(np.where(np.eye(len(s), dtype=bool), 1.0, s), axis=1)
    return np.linalg.det(u) * np.linalg.det(v) * (u * others) @ v
''',
    "solve_b": '''\
def solve_b(a, v, v_b):
    """The adjoint of `a` in `v = solve(a, b)`."""
    b_b = np.linalg.solve(a.T, v_b)
    return -np.outer(b_b, v) if np.ndim(v) == 1 else -b_b @ v.T
''',
    "cholesky_d": '''\
def cholesky_d(v, a_d):
    """The tangent of `v = cholesky(a)` (Murray 2016, Differentiation of the Cholesky decomposition)."""
    m = np.linalg.solve(v, np.linalg.solve(v, a_d).T)
    return v @ (np.tril(m) - 0.5 * np.diag(np.diag(m)))
''',
    "cholesky_b": '''\
def cholesky_b(v, v_b):
    """The adjoint of the symmetric `a` in `v = cholesky(a)` (Murray 2016)."""
    p = v.T @ v_b
    p = np.tril(p) - 0.5 * np.diag(np.diag(p))
    s = np.linalg.solve(v.T, np.linalg.solve(v.T, p.T).T)
    return 0.5 * (s + s.T)
''',
}
