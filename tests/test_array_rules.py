"""The rules of arrays: tangent and adjoint of every entry at random shapes, against differences.

`FORMS` says how each operation is written and on which shapes: `43` is an array of four by three, `0` an empty vector,
`-` a number.  An entry of the tables without a line in it fails.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest

from adtransform.array_helpers import ARRAY_HELPERS
from adtransform.array_rules import ARRAY_RULES
from adtransform.rules import BY_NUMPY_NAME, Rule
from tests.array_checks import check, of_size, primal_value

ANY = "4 43 232"
REDUCTION = [
    "np.{0}(a): 4 43 232 1",
    "a.{0}(): 4 43",
    "np.{0}(a, axis=0): 4 43 232",
    "np.{0}(a, -1): 43 232",
    "a.{0}(axis=1): 43 232",
    "a.{0}(axis=-1): 4 43",
    "np.{0}(a, axis=1, keepdims=True): 43 232",
    "np.{0}(a, axis=None, keepdims=True): 4 43",
    "np.{0}(a * b, axis=0) * b: 3,3 3,-",
]
EMPTY = ["np.{0}(a): 0 03 30", "np.{0}(a, axis=0): 30 03", "np.{0}(a, axis=1): 30"]


def reduction(name: str, *more: str) -> list[str]:
    return [form.format(name) for form in (*REDUCTION, *more)]


def function(text: str) -> list[str]:
    """The forms of a reduction that is no method."""
    return [f.format(text) for f in REDUCTION if not f.startswith("a.")]


FORMS: dict[str, list[str]] = {
    "sum": reduction("sum", *EMPTY, "np.sum(a, axis=(0, 1)): 43 232", "np.sum(a, axis=(0, 2), keepdims=True): 232"),
    "mean": reduction("mean", "np.mean(a, axis=1): 03", "np.mean(a, axis=(0, 1)): 43 232"),
    "prod": reduction("prod", *EMPTY),
    "var": reduction("var", "np.var(a, ddof=1): 4 43", "np.var(a, axis=0, ddof=1): 43", "a.var(axis=1): 03"),
    "std": [f.replace(" 1", "") for f in reduction("std", "np.std(a, ddof=1): 4 43", "np.std(a, axis=0, ddof=1): 43")],
    "max": reduction("max", "np.max(a, axis=1): 03"),
    "min": reduction("min", "np.min(a, axis=1): 03"),
    "amax": function("amax"),
    "amin": function("amin"),
    "ptp": [f for f in function("ptp") if "keepdims" not in f] + ["np.ptp(a, axis=1, keepdims=True): 43"],
    "average": [
        "np.average(a): 4 43",
        "np.average(a, axis=0): 43 232",
        "np.average(a, weights=b * b + 0.1): 4,4 43,43",
        "np.average(a, axis=0, weights=b * b + 0.1): 43,43 4,4",
        "np.average(a, axis=1, weights=b * b + 0.1): 43,3 43,43",
        "np.average(a, axis=0, weights=b * b + 0.1): 43,4 232,2",
    ],
    "cumsum": [
        "np.cumsum(a): 4 43 0 232",
        "a.cumsum(): 4 43",
        "np.cumsum(a, axis=0): 43 4 03",
        "a.cumsum(axis=-1): 43",
    ],
    "cumprod": ["np.cumprod(a): 4 43 1 0", "a.cumprod(): 4 43"],
    "diff": [
        "np.diff(a): 4 43 1 232",
        "np.diff(a, axis=0): 43",
        "np.diff(a, n=1): 4",
        "np.diff(a, prepend=0.0, append=0.0): 4",
    ],
    "trapezoid": [
        "np.trapezoid(a): 4 43 232",
        "np.trapezoid(a, dx=0.5): 4 43",
        "np.trapezoid(a, b): 4,4 43,3 232,2",
        "np.trapezoid(a, x=b): 4,4",
        "np.trapezoid(a, dx=b): 4,-",
    ],
    "linalg.norm": [
        "np.linalg.norm(a): 4 43",
        "np.linalg.norm(a, axis=0): 43 232",
        "np.linalg.norm(a, axis=1, keepdims=True): 43",
        "np.linalg.norm(a - b): 3,3 3,43",
    ],
    "matmul": [
        "a @ b: 4,4 43,3 3,34 23,34 232,2 3,234 232,224 232,24 32,224",
        "np.matmul(a, b): 43,3",
        "a @ a.T: 43",
        "a @ b: 0,0 03,3 30,0 30,04",
    ],
    "dot": ["np.dot(a, b): 4,4 43,3 3,34 23,34 -,4 43,- 0,0", "a.dot(b): 4,4 43,3 23,32"],
    "vdot": ["np.vdot(a, b): 4,4"],
    "inner": ["np.inner(a, b): 4,4"],
    "outer": ["np.outer(a, b): 4,3 43,2 2,43 0,3"],
    "cross": ["np.cross(a, b): 3,3 43,43"],
    "kron": ["np.kron(a, b): 2,3"],
    "tensordot": [
        "np.tensordot(a, b): 43,43",
        "np.tensordot(a, b, 1): 4,4 43,3 23,34",
        "np.tensordot(a, b, axes=2): 23,23",
    ],
    "trace": ["np.trace(a): 33 43 24", "a.trace(): 33"],
    "reshape": [
        "np.reshape(a, (2, 6)): 43 232",
        "a.reshape(6, 2): 43",
        "a.reshape((2, 2)): 4",
        "a.reshape(-1): 43 4 03",
        "a.reshape(-1, 1) * b: 4,4",
        "np.reshape(a, b.shape) * b: 4,22",
    ],
    "ravel": ["np.ravel(a): 4 43 232", "a.ravel(): 43"],
    "flatten": ["a.flatten(): 4 43"],
    "squeeze": ["np.squeeze(a): 141 1", "np.squeeze(a, axis=0): 14", "a.squeeze(axis=1): 41"],
    "expand_dims": ["np.expand_dims(a, 0): 4 43", "np.expand_dims(a, -1) * b: 4,4", "np.expand_dims(a, axis=1): 43"],
    "atleast_1d": ["np.atleast_1d(a): 4 43"],
    "atleast_2d": ["np.atleast_2d(a): 4 43"],
    "transpose": [
        "np.transpose(a): 4 43 232",
        "a.T: 4 43 232",
        "a.transpose(): 43",
        "np.transpose(a, (1, 2, 0)): 234",
        "a.transpose(1, 0): 43",
        "np.transpose(a, axes=(2, 0, 1)): 234",
    ],
    "swapaxes": ["np.swapaxes(a, 0, 1): 43 234", "a.swapaxes(0, 2): 234"],
    "moveaxis": ["np.moveaxis(a, 0, -1): 234 43", "np.moveaxis(a, 2, 0): 234"],
    "broadcast_to": [
        "np.broadcast_to(a, (4, 3)): 3 43 - 13 41",
        "np.broadcast_to(a, b.shape) * b: 3,43 -,3",
        "np.broadcast_to(a, 4): -",
    ],
    "flip": ["np.flip(a): 4 43", "np.flip(a, axis=0): 43", "np.flip(a, 1): 43"],
    "fliplr": ["np.fliplr(a): 43"],
    "flipud": ["np.flipud(a): 43 4"],
    "roll": ["np.roll(a, 1): 4 43", "np.roll(a, -2, axis=0): 43", "np.roll(a, 1, axis=-1): 43"],
    "tril": ["np.tril(a): 33 43", "np.tril(a, 1): 33", "np.tril(a, k=-1): 34"],
    "triu": ["np.triu(a): 33 43", "np.triu(a, 1): 33", "np.triu(a, k=-1): 34"],
    "diag": ["np.diag(a): 4 33"],
    "diagonal": ["np.diagonal(a): 33", "a.diagonal(): 33"],
    "tile": ["np.tile(a, 3): 4", "np.tile(a, (2, 2)): 3"],
    "repeat": ["np.repeat(a, 3): 4 43", "a.repeat(2): 4"],
    "pad": ["np.pad(a, 2): 4", "np.pad(a, (1, 3)): 4"],
    "array": [
        "np.array(a): 4 43",
        "np.array(a, dtype=float): 4",
        "np.array([a[0], b * a[1]]): 4,-",
        "np.array([[b, a[0]], [a[1], 1.0]]): 3,-",
    ],
    "asarray": ["np.asarray(a): 4 43", "np.asarray(a, dtype=float): 4"],
    "ascontiguousarray": ["np.ascontiguousarray(a): 4 43"],
    "asanyarray": ["np.asanyarray(a): 4 43"],
    "copy": ["np.copy(a): 4", "a.copy(): 43"],
    "astype": ["a.astype(float): 4 43", "a.astype(np.float64): 4"],
    "real": ["np.real(a): 4", "a.real: 43"],
    "conjugate": ["np.conjugate(a): 4"],
    "tolist": ["np.array(a.tolist()) * 2.0: 4"],
    "full": ["np.full(3, a): -", "np.full((2, 3), b) * a: 3,-", "np.full(a.shape, b): 4,-"],
    "full_like": ["np.full_like(a, b): 4,- 43,-"],
    "linspace": ["np.linspace(a, b, 5): -,-", "np.linspace(a, b, num=4): -,-", "np.linspace(0.0, a, 3): -"],
    "sort": ["np.sort(a): 4 43", "np.sort(a, axis=0): 43", "np.sort(a, axis=-1): 43"],
    "take": ["np.take(a, [2, 0, 2]): 4", "np.take(a, [1, 1, 0], axis=0): 43 4", "a.take([0, 3]): 4"],
    "take_along_axis": [
        "np.take_along_axis(a, np.argsort(a, axis=1), 1): 43",
        "np.take_along_axis(a, np.argsort(-a, axis=0)[:1], 0): 43",
    ],
    "interp": [
        "np.interp(a, np.linspace(-2.0, 2.0, 4), b): 3,4 -,4",
        "np.interp(a, np.array([-1.0, 0.1, 0.4]), b): 5,3",
    ],
    "linalg.solve": ["np.linalg.solve(a @ a.T + np.eye(3), b): 33,3 33,32", "np.linalg.solve(a, b): 33,3 33,32"],
    "linalg.inv": ["np.linalg.inv(a): 33", "np.linalg.inv(a + 2.0 * np.eye(2)): 22"],
    "linalg.det": ["np.linalg.det(a): 33 22"],
    "linalg.cholesky": ["np.linalg.cholesky(a @ a.T + np.eye(3)): 33 32"],
}
FORMS |= {
    ".clip": ["a.clip(-0.3, 0.4): 4 43", "a.clip(b, b + 0.5): 43,3", "a.clip(min=b): 4,-", "a.clip(max=0.2): 4"],
    ".round": ["a * a.round(): 4 43", "a * a.round(1): 4"],
}
FORMS["trapz"] = FORMS["trapezoid"]

SHAPES = {1: ["4 43 - 0 03"], 2: ["4,4 43,3 3,43 41,13 232,32 43,- -,4 0,0 0,- 03,3"]}
OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "power": "**",
    "mod": "%",
    "floor_divide": "//",
}
SPECIAL = {
    "clip": [
        "np.clip(a, -0.3, 0.4): 4 43 0",
        "np.clip(a, b, b + 0.5): 4,4 43,3 3,- 3,43",
        "np.clip(0.1, a, a + b * b): 4,4",
    ]
    + ["np.clip(a, -0.3, None): 4", "np.clip(a, None, b): 43,3", "np.clip(a, a_min=b, a_max=0.5): 4,-"],
    "ldexp": ["np.ldexp(a, 3): 4 43 0"],
    "nextafter": ["np.nextafter(a, 2.0): 4 43"],
    "round": ["a * np.round(a): 4 43", "a * np.round(a, 1): 4"],
    "around": ["a * np.around(a): 4"],
    "abs": ["np.abs(a): 4 43 0", "abs(a): 4 43"],
    "negative": ["np.negative(a): 4 43", "-a: 4 43 0"],
    "square": ["np.square(a): 4 43", "a**2: 4 43 0", "a**3 + a**4: 4"],
    "sqrt": ["np.sqrt(a): 4 43 0 -", "a**0.5: 4"],
}


def elementwise(name: str, rule: Rule) -> list[str]:
    """The forms of an elementwise function: broadcasting, empty axes, and the operator that it is."""
    if name in SPECIAL:
        return SPECIAL[name]
    letters = ", ".join("ab"[: len(rule.params)])
    flat = "a * " if set(rule.partials) == {"0"} else ""
    forms = [f"{flat}np.{name}({letters}): {shapes}" for shapes in SHAPES[len(rule.params)]]
    if len(rule.params) == 2:
        forms += [
            f"{flat}np.{name}(a, np.array([0.3, 0.6, 0.8])): - 3 43",
            f"a + np.{name}(np.array([0.3, 0.6, 0.8]), a): - 43",
        ]
    if name in OPERATORS:
        forms += [f"{flat}(a {OPERATORS[name]} b): 4,4 43,3 43,- -,4 0,0", f"a * (0.7 {OPERATORS[name]} a): 4 43"]
        forms.append(f"a * (a {OPERATORS[name]} 0.7): 4 43")
    return forms


INTERVALS = ((-0.9, 0.9), (0.2, 0.9), (1.1, 1.9))


def interval(rule: Rule | None) -> tuple[float, float]:
    """Where an operator is smooth."""
    if rule is None or rule.domain == "low < high":
        return INTERVALS[0]
    for low, high in INTERVALS:
        xs = np.round(np.linspace(low, high, 7), 9)
        if all(eval(rule.domain, dict.fromkeys(rule.params, x)) for x in xs):
            return low, high
    raise AssertionError(f"no points for {rule.name}")


def annotation(shape: str) -> str:
    if shape == "-":
        return "float"
    return f"np.ndarray[tuple[{', '.join(['int'] * len(shape))}], np.dtype]"


def source(expression: str, shapes: list[str], plain: bool) -> str:
    """A function that gives the value of an expression; `plain` annotations do not tell how many axes there are."""
    kinds = ["np.ndarray" if plain and s != "-" else annotation(s) for s in shapes]
    params = ", ".join(f"{p}: {kind}" for p, kind in zip("abc", kinds))
    return f"import numpy as np\n\n\ndef f({params}):\n    return {expression}\n"


def point(shapes: list[str], low: float, high: float, rng: np.random.Generator) -> list[Any]:
    return [float(rng.uniform(low, high)) if s == "-" else rng.uniform(low, high, [int(n) for n in s]) for s in shapes]


def single(value: Any) -> Any:
    return value.astype(np.float32) if isinstance(value, np.ndarray) else value


def double(value: Any) -> Any:
    return value.astype(np.float64) if isinstance(value, np.ndarray) else value


def check_form(form: str, rule: Rule | None = None, tolerance: float = 1e-8, has_adjoint: bool = True) -> set[str]:
    """Check a form at all its shapes, in both modes and both types; which helpers the derivatives call."""
    expression, shapes = form.rsplit(": ", 1)
    low, high = interval(rule)
    helpers: set[str] = set()
    for text in shapes.split():
        parts = text.split(",")
        for mode in ("forward", "reverse"):
            for plain in (False, True):
                program = source(expression, parts, plain)
                for attempt in range(6):  # until the point is no kink
                    rng = np.random.default_rng(zlib.crc32(form.encode()) + attempt)
                    args = point(parts, low, high, rng)
                    outcome, generated = check(program, "f", args, mode, tolerance=tolerance)
                    if outcome != "rough":
                        break
                may = outcome == "refused" and (plain or (mode == "reverse" and not has_adjoint))
                assert outcome == "right" or may, f"{outcome}: {generated}\n{program}"
                if outcome == "refused":
                    continue
                helpers |= {h for h in ARRAY_HELPERS if f"{h}(" in generated}
                if not plain and "-" not in parts:
                    small = [single(x) for x in args]
                    exact = [double(x) for x in small]
                    check(program, "f", small, mode, exact=exact, tolerance=max(tolerance, 2e-3))
    return helpers


@pytest.mark.parametrize("name", [n for n in ARRAY_RULES if n not in ARRAY_HELPERS])
def test_rule(name: str) -> None:
    rule = ARRAY_RULES[name]
    for form in FORMS[name]:
        check_form(form, has_adjoint=bool(rule.adjoints or rule.equivalent))


@pytest.mark.parametrize("name", BY_NUMPY_NAME)
def test_elementwise(name: str) -> None:
    rule = BY_NUMPY_NAME[name]
    for form in elementwise(name, rule):
        check_form(form, rule, 1e-3 if name == "float32" else 1e-8)


# an operation whose adjoint calls a helper; that adjoint is differentiated again
THROUGH = {
    "unbroadcast": "a * a * b: 3,43 41,13",
    "matmul_left": "(a * a) @ b: 232,24 3,234",
    "matmul_right": "a @ (b * b): 24,243 232,2",
    "dot_left": "np.dot(a * a, b): 4,4 43,3 33,33 -,3",
    "dot_right": "np.dot(a, b * b): 4,4 43,3 33,33 3,-",
    "scattered": "np.take(a * a, [1, 0, 1], axis=0): 4 43",
    "scattered_along": "np.take_along_axis(a * a, np.argsort(a, axis=1), 1): 43",
    "unpadded": "np.pad(a * a, 2): 4",
    "interp_slope": "np.interp(a, np.linspace(-2.0, 2.0, 4), b * b): 3,4",
    "interp_weights": "np.interp(a, np.linspace(-2.0, 2.0, 4), b * b): 3,4",
    "cofactors": "np.linalg.det(a): 33 22",
    "one_hot": "np.max(a * a, axis=1): 43",
}
AGAIN = {"interp_weights_d": "interp_weights"}


def check_again(form: str, name: str) -> set[str]:
    """Differentiate an adjoint that calls a helper in both modes; the helpers of what is generated."""
    expression, shapes = form.rsplit(": ", 1)
    helpers: set[str] = set()
    called = False
    for text in shapes.split():
        parts = text.split(",")
        for plain in (False, True):
            program = source(expression, parts, plain)
            rng = np.random.default_rng(zlib.crc32(form.encode()))
            args = point(parts, -0.9, 0.9, rng)
            outcome, generated = check(program, "f", args, "reverse")
            assert outcome == "right" or (outcome == "refused" and plain), f"{outcome}: {generated}"
            if f"{name}(" not in generated:
                continue
            called = True
            value = primal_value(program, args)
            seed = of_size(value, rng.uniform(-1.0, 1.0, np.size(value)))
            for mode in ("forward", "reverse"):
                outcome, again = check(generated, "f_b", [*args, seed], mode)
                assert outcome == "right", f"{mode} of {generated}: {outcome} {again}"
                helpers |= {h for h in ARRAY_HELPERS if f"{h}(" in again}
    assert called, f"no adjoint of {expression} calls {name}"
    return helpers


@pytest.mark.parametrize("name", [n for n in ARRAY_RULES if n in ARRAY_HELPERS])
def test_helper(name: str) -> None:
    found = check_again(THROUGH[AGAIN.get(name, name)], AGAIN.get(name, name))
    assert name in found
