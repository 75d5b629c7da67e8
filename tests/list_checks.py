"""What is checked of a random program with lists: tangent and adjoint against dual numbers, bit by bit where it is the
value, with the arguments as the function leaves them.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from random import Random
from typing import Any

from adtransform.diagnostics import TransformError
from adtransform.nested import leaves
from adtransform.pipeline import Options, transform
from tests.bench.dual import MATH, Dual
from tests.casefiles import bits

POINT: dict[str, Any] = {"a": [0.7, 1.3, -0.4], "b": [0.9, 0.2], "x": 0.6, "n": 3}
TOLERANCE = 1e-9


def executed(text: str, **more: Any) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(compile(text, "<program>", "exec"), scope)
    scope.update(more)
    return scope


def direction(seed: int) -> dict[str, Any]:
    r = Random(seed)
    return {n: [r.uniform(-1, 1) for _ in v] if isinstance(v, list) else r.uniform(-1, 1) for n, v in POINT.items()}


def by_overloading(text: str, d: dict[str, Any]) -> float | None:
    """The derivative along a direction by dual numbers."""
    args = {
        n: [Dual(v, w) for v, w in zip(p, d[n])] if isinstance(p, list) else p if n == "n" else Dual(p, d[n])
        for n, p in POINT.items()
    }
    value = executed(text, math=MATH)["f"](**args)
    return value.d if isinstance(value, Dual) else 0.0


def check(text: str, seed: int, seen: Counter[str], off: frozenset[str] = frozenset()) -> None:
    """Check one program; `seen` counts what was compared and what was refused."""
    d = direction(seed)
    args = copy.deepcopy(POINT)
    try:
        value = executed(text)["f"](**args)
        expected = by_overloading(text, d)
    except (ArithmeticError, ValueError, IndexError):
        seen["raises"] += 1
        return
    if expected is None or not math.isfinite(expected) or not math.isfinite(value):
        seen["not finite"] += 1
        return
    by_name = {"a_d": list(d["a"]), "b_d": list(d["b"]), "x_d": d["x"]}
    for mode in ("forward", "reverse"):
        try:
            result = transform(text, "<string>", Options(mode, ("f",), ("a", "b", "x"), disabled=off))
        except TransformError as error:
            seen[f"{mode} refused"] += 1
            for r in error.refusals[:1]:
                seen[f"{mode} {r.code} {r.message}"] += 1
            continue
        seen[mode] += 1
        scope, own = executed(result.text), copy.deepcopy(POINT)
        if mode == "forward":
            again, slope = scope["f_d"](**own, **copy.deepcopy(by_name))
        else:
            again, adjoints = scope["f_b"](**own)
            slope = 0.0
            for name, adjoint in zip("abx", adjoints):
                numbers = leaves(d[name])
                found = leaves(adjoint)
                assert found.keys() == numbers.keys(), f"{name}_b is {adjoint!r}"
                slope += sum(found[k] * numbers[k] for k in numbers)
        assert bits(again) == bits(value), f"{mode}: value {again!r}, not {value!r}\n{result.text}"
        assert bits(own) == bits(args), f"{mode}: the arguments are left as {own!r}, not {args!r}\n{result.text}"
        size = max(abs(expected), abs(value), 1.0)
        assert abs(slope - expected) <= TOLERANCE * size, f"{mode}: {slope!r}, not {expected!r}\n{result.text}"
