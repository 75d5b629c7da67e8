"""The calculus of arrays: one entry an operation, the tangent and the adjoint of each operand as Python expressions.

In a tangent `a_d` stands for that of the operand `a`, in an adjoint `v_b` for that of the value, `v` for the value;
`LINEAR` is the operation itself, of the tangent.  Functions are those of numpy or the helpers of `helpers`; what hangs
on optional arguments, or on the number of axes (`axes_a`, of `a`), is settled when the expression is written.
Elementwise operations stand in `rules`; their adjoints are summed where an operand was broadcast.

Sources: Giles 2008, An extended collection of matrix derivative results for forward and reverse mode AD; Petersen and
Pedersen, The Matrix Cookbook, section 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class ArrayRule:
    """One operation: parameters with their defaults as text, tangents and adjoints by operand.

    `when` is a condition, settled when the expression is written, outside which there is no rule.
    """

    name: str
    params: tuple[tuple[str, str], ...]
    tangents: dict[str, str]
    adjoints: dict[str, str]
    equivalent: str = ""
    when: str = "True"


ARRAY_RULES: dict[str, ArrayRule] = {}


def parsed(signature: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The name and the parameters of `sum(a, axis=None)`.

    >>> parsed("sum(a, axis=None)")
    ('sum', (('a', ''), ('axis', 'None')))
    """
    name, text = signature[:-1].split("(", 1)
    params = [p.partition("=") for p in re.split(r", (?![^(]*\))", text)]
    return name, tuple((n, default) for n, _, default in params)


def array_rule(signature: str, when: str = "True", **operands: tuple[str, str]) -> None:
    """Add an entry: the tangent and the adjoint of each operand that may be active; without a text there is none."""
    name, params = parsed(signature)
    tangents, adjoints = ({n: pair[k] for n, pair in operands.items() if pair[k]} for k in (0, 1))
    ARRAY_RULES[name] = ArrayRule(name, params, tangents, adjoints, when=when)


def same_as(signature: str, equivalent: str, when: str = "True") -> None:
    """Add an operation that has the derivatives of an expression of others."""
    name, params = parsed(signature)
    ARRAY_RULES[name] = ArrayRule(name, params, {}, {}, equivalent, when)


def spread(e: str) -> str:
    """What was reduced along an axis, or along all, in the shape of the operand."""
    kept = f"({e}) if keepdims or axis is None else expand_dims({e}, axis)"
    return f"(({e}) if axis is None and not keepdims else broadcast_to({kept}, shape(a)))"


COUNT = "(size(a) if axis is None else size(a) / size(v) if axis is tuple else shape(a)[axis])"
CENTRED = "(a - (mean(a) if axis is None else mean(a, axis=axis, keepdims=True)))"
FIRST = "one_hot({}(a, axis=axis), a, axis)"
ALONG = "axis=axis, keepdims=keepdims"
OTHERS = (
    "(reshape(prod(where(eye(size(a), dtype=bool), 1.0, ravel(a)), axis=-1), shape(a)) if axis is None else moveaxis("
    "prod(where(eye(shape(a)[axis], dtype=bool), 1.0, expand_dims(moveaxis(a, axis, -1), -2)), axis=-1), -1, axis))"
)

# --- sums, means, extremes -----------------------------------------------------------------------------------------
array_rule("sum(a, axis=None, dtype=None, out=None, keepdims=False)", a=(LINEAR, spread("v_b")))
array_rule("mean(a, axis=None, dtype=None, out=None, keepdims=False)", a=(LINEAR, spread(f"v_b / {COUNT}")))
array_rule(
    "prod(a, axis=None, dtype=None, out=None, keepdims=False)",
    a=(f"sum({OTHERS} * a_d, {ALONG})", f"{spread('v_b')} * {OTHERS}"),
)
array_rule(
    "var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False)",
    a=(
        f"2.0 * sum({CENTRED} * a_d, {ALONG}) / ({COUNT} - ddof)",
        f"{spread(f'2.0 * v_b / ({COUNT} - ddof)')} * {CENTRED}",
    ),
)
array_rule(
    "std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False)",
    a=(
        f"sum({CENTRED} * a_d, {ALONG}) / (({COUNT} - ddof) * v) if v else 0",
        f"{spread(f'v_b / (({COUNT} - ddof) * v) if v else 0.0')} * {CENTRED}",
    ),
)
for largest, where_is in (("max", "argmax"), ("min", "argmin"), ("amax", "argmax"), ("amin", "argmin")):
    mask = FIRST.format(where_is)
    array_rule(
        f"{largest}(a, axis=None, out=None, keepdims=False)",
        a=(
            f"ravel(a_d)[{where_is}(a)] if axis is None and not keepdims else sum(where({mask}, a_d, 0.0), {ALONG})",
            f"where({mask}, {spread('v_b')}, 0.0)",
        ),
    )
same_as("ptp(a, axis=None, out=None, keepdims=False)", f"max(a, {ALONG}) - min(a, {ALONG})")
same_as(
    "average(a, axis=None, weights=None)",
    "mean(a, axis=axis) if weights is None else sum(a * weights, axis=axis) / sum(weights, axis=axis) "
    "if axis is None or axes_a == axes_weights else moveaxis(a, axis, -1) @ weights / sum(weights)",
    when="weights is None or axis is None or axes_a == axes_weights or axes_weights == 1",
)
array_rule(
    "cumsum(a, axis=None)",
    a=(
        LINEAR,
        "flip(cumsum(flip(v_b, axis), axis=axis), axis) if axis is not None else flip(cumsum(flip(v_b))) "
        "if axes_a == 1 else reshape(flip(cumsum(flip(v_b))), shape(a))",
    ),
)
array_rule(
    "cumprod(a)",
    a=(
        "cumprod_d(a, v, a_d) if axes_a == 1 else cumprod_d(ravel(a), v, ravel(a_d))",
        "cumprod_b(a, v, v_b) if axes_a == 1 else reshape(cumprod_b(ravel(a), v, v_b), shape(a))",
    ),
)
array_rule(
    "diff(a, n=1, axis=-1, prepend=None, append=None)",
    when="n == 1 and (prepend is None and append is None or prepend == 0 and append == 0)",
    a=(
        LINEAR,
        "-diff(v_b, axis=axis, prepend=0.0, append=0.0) if prepend is None else -diff(v_b, axis=axis)",
    ),
)
same_as(
    "trapezoid(y, x=None, dx=1.0)",
    "(dx * (sum(y) - 0.5 * (y[0] + y[-1])) if x is None else 0.5 * sum(diff(x) * (y[1:] + y[:-1]))) if axes_y == 1 "
    "else 0.5 * dx * sum(y[..., 1:] + y[..., :-1], axis=-1) if x is None "
    "else 0.5 * sum(diff(x) * (y[..., 1:] + y[..., :-1]), axis=-1)",
)
ARRAY_RULES["trapz"] = ARRAY_RULES["trapezoid"]
array_rule(
    "linalg.norm(x, ord=None, axis=None, keepdims=False)",
    when="ord is None",
    x=(
        f"sum(x * x_d, {ALONG}) / v if v else 0",
        spread("v_b / v if v else 0.0").replace("shape(a)", "shape(x)") + " * x",
    ),
)

# --- products ------------------------------------------------------------------------------------------------------
MATMUL = {
    "a": "v_b * b if axes_a == 1 and axes_b == 1 else outer(v_b, b) if axes_a == 2 and axes_b == 1 else b @ v_b "
    "if axes_a == 1 and axes_b == 2 else v_b @ b.T if axes_a == 2 and axes_b == 2 else matmul_left(v_b, a, b)",
    "b": "v_b * a if axes_a == 1 and axes_b == 1 else a.T @ v_b if axes_a == 2 and axes_b == 1 else outer(a, v_b) "
    "if axes_a == 1 and axes_b == 2 else a.T @ v_b if axes_a == 2 and axes_b == 2 else matmul_right(v_b, a, b)",
}
array_rule("matmul(a, b)", a=(LINEAR, MATMUL["a"]), b=(LINEAR, MATMUL["b"]))
array_rule("dot(a, b)", a=(LINEAR, MATMUL["a"].replace("matmul_", "dot_")),
           b=(LINEAR, MATMUL["b"].replace("matmul_", "dot_")))  # fmt: skip
array_rule("vdot(a, b)", a=(LINEAR, "v_b * b"), b=(LINEAR, "v_b * a"))
array_rule("inner(a, b)", when="axes_a == 1 and axes_b == 1", a=(LINEAR, "v_b * b"), b=(LINEAR, "v_b * a"))
array_rule(
    "outer(a, b)",
    a=(LINEAR, "v_b @ b if axes_a == 1 and axes_b == 1 else reshape(v_b @ ravel(b), shape(a))"),
    b=(LINEAR, "a @ v_b if axes_a == 1 and axes_b == 1 else reshape(ravel(a) @ v_b, shape(b))"),
)
array_rule("cross(a, b, axis=-1)", a=(LINEAR, "cross(b, v_b, axis=axis)"), b=(LINEAR, "cross(v_b, a, axis=axis)"))
array_rule(
    "kron(a, b)",
    when="axes_a == 1 and axes_b == 1",
    a=(LINEAR, "reshape(v_b, (size(a), size(b))) @ b"),
    b=(LINEAR, "a @ reshape(v_b, (size(a), size(b)))"),
)
same_as("tensordot(a, b, axes=2)", "sum(a * b) if axes == 2 else a @ b",
        when="axes_a <= 2 and axes_b <= 2 and (axes == 1 or axes == 2 and axes_a == 2 and axes_b == 2)")  # fmt: skip
array_rule("trace(a)", a=(LINEAR, "v_b * eye(shape(a)[0], shape(a)[1])"))

# --- shapes --------------------------------------------------------------------------------------------------------
BACK = "reshape(v_b, shape(a))"
for signature in ("reshape(a, shape)", "ravel(a)", "flatten(a)", "squeeze(a, axis=None)", "expand_dims(a, axis)",
                  "atleast_1d(a)", "atleast_2d(a)"):  # fmt: skip
    array_rule(signature, a=(LINEAR, BACK))
array_rule("transpose(a, axes=None)", a=(LINEAR, "transpose(v_b) if axes is None else transpose(v_b, argsort(axes))"))
array_rule("swapaxes(a, axis1, axis2)", a=(LINEAR, "swapaxes(v_b, axis1, axis2)"))
array_rule("moveaxis(a, source, destination)", a=(LINEAR, "moveaxis(v_b, destination, source)"))
array_rule("broadcast_to(a, shape)", a=(LINEAR, "unbroadcast(v_b, a)"))
array_rule("flip(a, axis=None)", a=(LINEAR, "flip(v_b, axis=axis)"))
array_rule("fliplr(a)", a=(LINEAR, "fliplr(v_b)"))
array_rule("flipud(a)", a=(LINEAR, "flipud(v_b)"))
array_rule("roll(a, shift, axis=None)", a=(LINEAR, "roll(v_b, -shift, axis=axis)"))
array_rule("tril(a, k=0)", a=(LINEAR, "tril(v_b, k=k)"))
array_rule("triu(a, k=0)", a=(LINEAR, "triu(v_b, k=k)"))
array_rule("diag(a)", a=(LINEAR, "diag(v_b)"))
array_rule("diagonal(a)", when="axes_a == 2", a=(LINEAR, "diag(v_b)"))
array_rule("tile(a, reps)", when="axes_a == 1", a=(LINEAR, "sum(reshape(v_b, (-1, size(a))), axis=0)"))
array_rule("repeat(a, repeats)", a=(LINEAR, "reshape(sum(reshape(v_b, (size(a), -1)), axis=1), shape(a))"))
array_rule("pad(a, pad_width)", when="axes_a == 1", a=(LINEAR, "unpadded(v_b, a, pad_width)"))
for signature in ("asarray(a, dtype=None)", "ascontiguousarray(a)", "copy(a)",
                  "astype(a, dtype)", "real(a)", "asanyarray(a)", "conjugate(a)"):  # fmt: skip
    array_rule(signature, a=(LINEAR, "v_b"))
array_rule("array(a, dtype=None, copy=True)", when="copy", a=(LINEAR, "v_b"))
# methods of elementwise functions
same_as(".clip(a, min=None, max=None)", "clip(a, min, max)")
same_as(".round(a, decimals=0)", "round(a, decimals)")
array_rule("tolist(a)", a=(LINEAR, ""))
array_rule("full(shape, fill_value)", fill_value=(LINEAR, "sum(v_b)"))
array_rule("full_like(a, fill_value)", fill_value=(LINEAR, "sum(v_b)"))
same_as("linspace(start, stop, num=50)", "start + (stop - start) * linspace(0.0, 1.0, num)")
array_rule(
    "sort(a, axis=-1)",
    a=(
        "take_along_axis(a_d, argsort(a, axis=axis, kind='stable'), axis)",
        "take_along_axis(v_b, argsort(argsort(a, axis=axis, kind='stable'), axis=axis), axis)",
    ),
)
array_rule("take(a, indices, axis=None)", when="axis is None and axes_a == 1 or axis == 0",
           a=(LINEAR, "scattered(v_b, a, indices)"))  # fmt: skip
array_rule("take_along_axis(a, indices, axis)", a=(LINEAR, "scattered_along(v_b, a, indices, axis)"))
array_rule(
    "interp(x, xp, fp)",
    x=("interp_slope(x, xp, fp) * x_d", "interp_slope(x, xp, fp) * v_b"),
    fp=(LINEAR, "interp_weights(v_b, x, xp)"),
)

# --- linear algebra ------------------------------------------------------------------------------------------------
array_rule(
    "linalg.solve(a, b)",
    a=(
        "-linalg.solve(a, a_d @ v)",
        "-outer(linalg.solve(a.T, v_b), v) if axes_b == 1 else -linalg.solve(a.T, v_b) @ v.T "
        "if axes_b == 2 else solve_b(a, v, v_b)",
    ),
    b=(LINEAR, "linalg.solve(a.T, v_b)"),
)
array_rule("linalg.inv(a)", a=("-(v @ a_d @ v)", "-(v.T @ v_b @ v.T)"))
array_rule("linalg.det(a)", a=("sum(cofactors(a) * a_d)", "v_b * cofactors(a)"))
array_rule("linalg.cholesky(a)", a=("cholesky_d(v, a_d)", "cholesky_b(v, v_b)"))

# --- the helpers of generated modules, so that they can be differentiated again --------------------------------------
array_rule("unbroadcast(g, like)", g=(LINEAR, "broadcast_to(v_b, shape(g))"))
array_rule("matmul_left(g, a, b)", g=(LINEAR, "v_b @ b"), b=(LINEAR, "matmul_right(g, v_b, b)"))
array_rule("matmul_right(g, a, b)", g=(LINEAR, "a @ v_b"), a=(LINEAR, "matmul_left(g, a, v_b)"))
array_rule("dot_left(g, a, b)", g=(LINEAR, "dot(v_b, b)"), b=(LINEAR, "dot_right(g, v_b, b)"))
array_rule("dot_right(g, a, b)", g=(LINEAR, "dot(a, v_b)"), a=(LINEAR, "dot_left(g, a, v_b)"))
array_rule("scattered(g, a, indices)", g=(LINEAR, "take(v_b, indices, axis=0)"))
array_rule("scattered_along(g, a, indices, axis)", g=(LINEAR, "take_along_axis(v_b, indices, axis)"))
array_rule("unpadded(g, a, pad_width)", g=(LINEAR, "pad(v_b, pad_width)"))
array_rule(
    "interp_weights(g, x, xp)",
    g=(LINEAR, "interp(x, xp, v_b)"),
    x=("interp_weights_d(g * x_d, x, xp)", "interp_slope(x, xp, v_b) * g"),
)
array_rule("interp_weights_d(g, x, xp)", g=(LINEAR, "interp_slope(x, xp, v_b)"))
array_rule("interp_slope(x, xp, fp)", fp=(LINEAR, "interp_weights_d(v_b, x, xp)"))
array_rule(
    "cofactors(a)",
    a=(
        "trace(linalg.solve(a, a_d)) * v - v @ a_d.T @ linalg.inv(a).T",
        "sum(v_b * v) * linalg.inv(a).T - linalg.inv(a).T @ v_b.T @ v",
    ),
)
array_rule("one_hot(index, a, axis)")
# which operand only gives its shape to the value, or chooses by jumps
LIKE = {
    "unbroadcast": "like",
    "full_like": "a",
    "interp_slope": "x",
    "interp_weights_d": "x",
    "one_hot": "a",
    "scattered": "a",
    "scattered_along": "a",
    "unpadded": "a",
    "matmul_left": "a",
    "matmul_right": "b",
    "dot_left": "a",
    "dot_right": "b",
}
