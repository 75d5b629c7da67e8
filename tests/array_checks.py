"""What is checked of a function of arrays: tangent and adjoint against differences, the value bit by bit, and what is
left of the arguments.
"""

from __future__ import annotations

import copy
import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Options, Result, transform
from tests.casefiles import bits

STEPS = (1.5e-3, 4e-4)
WEIGHTS = {1: 45.0, 2: -9.0, 3: 1.0}  # of a central difference of sixth order


def numbers(value: Any) -> list[float]:
    """The floats in a value, in order.

    >>> numbers((1.5, [np.array([2.0, 3.0]), 4]))
    [1.5, 2.0, 3.0]
    """
    if isinstance(value, np.ndarray):
        return [float(x) for x in value.ravel()] if value.dtype.kind == "f" else []
    if isinstance(value, (list, tuple)):
        return [x for part in value for x in numbers(part)]
    return [float(value)] if isinstance(value, (float, np.floating)) else []


def filled(value: Any, source: Iterator[float]) -> Any:
    """A value of the same structure with other floats."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "f":
            return np.zeros(value.shape)
        return np.array([next(source) for _ in range(value.size)], dtype=value.dtype).reshape(value.shape)
    if isinstance(value, (list, tuple)):
        return type(value)(filled(part, source) for part in value)
    return next(source) if isinstance(value, (float, np.floating)) else 0.0


def of_size(value: Any, given: Iterable[float]) -> Any:
    """A value of the same structure with the floats given."""
    return filled(value, iter([float(x) for x in given]))


@lru_cache(maxsize=16)
def compiled(text: str) -> Any:
    return compile(text, "<program>", "exec")


def executed(text: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": "program"}
    exec(compiled(text), scope)
    return scope


def primal_value(text: str, args: Sequence[Any]) -> Any:
    """What `f` gives."""
    return executed(text)["f"](*copy.deepcopy(args))


class Function:
    """A function at a point, as one of the floats in some of its arguments."""

    def __init__(self, text: str, name: str, args: Sequence[Any], wrt: Sequence[str]) -> None:
        self.call = executed(text)[name]
        self.args = args
        params = list(inspect.signature(self.call).parameters)
        self.which = [params.index(w) for w in wrt]
        self.counts = [len(numbers(args[k])) for k in self.which]

    def pieces(self, whole: np.ndarray) -> list[Any]:
        """Numbers, one for each float of the arguments, in the structure of the arguments."""
        parts = np.split(whole, np.cumsum(self.counts)[:-1])
        return [of_size(self.args[k], part) for k, part in zip(self.which, parts)]

    def at(self, step: np.ndarray) -> tuple[Any, list[Any]]:
        """The value with a step away from the point, and the arguments as they are left."""
        args = list(copy.deepcopy(self.args))
        for k, d in zip(self.which, self.pieces(step)):
            args[k] = of_size(args[k], np.array(numbers(args[k])) + np.array(numbers(d)))
        return self.call(*args), args

    def slope(self, direction: np.ndarray, h: float) -> np.ndarray:
        """The derivative of all floats that come out, those of the arguments last."""

        def out(k: int) -> np.ndarray:
            value, args = self.at(k * h * direction)
            return np.array(numbers(value) + [x for i in self.which for x in numbers(args[i])])

        found = {k: out(k) for k in (-3, -2, -1, 1, 2, 3)}
        if len({len(x) for x in found.values()}) > 1:  # another branch gives something else
            return np.array([np.nan])
        return np.asarray(sum(w * (found[k] - found[-k]) for k, w in WEIGHTS.items()) / (60.0 * h))


def close(found: Any, expected: Any, tolerance: float) -> bool:
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    if found.shape != expected.shape:
        return False
    size = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    return bool(np.all(np.abs(found - expected) <= tolerance * size))


@lru_cache(maxsize=16)
def transformed(text: str, name: str, mode: str, wrt: tuple[str, ...] | None, disabled: frozenset[str]) -> Result:
    """The generated module; the diagnosis where it is refused."""
    return transform(text, "<string>", Options(mode, (name,), wrt, disabled=disabled))


def check(
    text: str,
    name: str,
    args: Sequence[Any],
    mode: str,
    *,
    wrt: tuple[str, ...] | None = None,
    exact: Sequence[Any] | None = None,
    tolerance: float = 1e-8,
    disabled: frozenset[str] = frozenset(),
) -> tuple[str, str]:
    """Check a derivative at a point; `exact` is the point in double precision, if `args` is not.

    Returns what came of it ("right", "refused", "rough" where differences say nothing) and the generated text.
    """
    try:
        result = transformed(text, name, mode, wrt, disabled)
    except TransformError as error:
        return "refused", "; ".join(f"{r.code} {r.message} (line {r.line})" for r in error.refusals)
    derivative = result.derivatives[0]
    generated = executed(result.text)[derivative.name]
    primal = Function(text, name, args, derivative.wrt)
    rng = np.random.default_rng(len(text))
    direction = rng.uniform(-1.0, 1.0, sum(primal.counts))
    value, left = primal.at(0.0 * direction)
    ideal = Function(text, name, args if exact is None else exact, derivative.wrt)
    want, rough = (ideal.slope(direction, h) for h in STEPS)
    told = close(rough, want, tolerance) and bool(np.all(np.isfinite(want)))
    own = list(copy.deepcopy(args))
    note = f"\n{result.text}"
    if mode == "forward":
        directions = primal.pieces(direction)
        again, slope = generated(*own, *directions)
        found = np.array((numbers(slope) if numbers(value) else []) + numbers(directions))
        assert not told or close(found, want, 10.0 * tolerance), f"forward: {found}, not {want}{note}"
    else:
        size = len(numbers(value))
        weights = rng.uniform(-1.0, 1.0, size)
        again, adjoints = generated(*own, of_size(value, weights))
        parts = [adjoints] if len(primal.which) == 1 else list(adjoints)
        for k, part in zip(primal.which, parts):
            assert np.shape(part) == np.shape(args[k]), f"an adjoint of shape {np.shape(part)}{note}"
        there, here = float(weights @ want[:size]), float(np.array(numbers(parts)) @ direction)
        assert not told or close(here, there, 10.0 * tolerance * max(1, size)), f"reverse: {here}, not {there}{note}"
    assert bits(again) == bits(value), f"{mode}: value {again!r}, not {value!r}{note}"
    assert bits(own) == bits(left), f"{mode}: the arguments are left as {own!r}, not {left!r}{note}"
    return "right" if told else "rough", result.text


POINT: dict[str, Any] = {
    "a": np.array([0.7, 1.3, -0.4]),
    "b": np.array([0.9, 0.23, -0.6]),
    "e": np.array([0.55, -0.35]),
    "m": np.array([[0.31, -0.8, 1.1], [0.45, 0.65, -0.25]]),
    "x": 0.6,
    "n": 3,
}
LARGE = 1e6


def check_program(text: str, seed: int, seen: Counter[str], off: frozenset[str] = frozenset()) -> None:
    """Check one program; `seen` counts what came of it.  Of some the derivatives are differentiated once more."""
    args = list(POINT.values())
    try:
        value = primal_value(text, args)
    except Exception:
        seen["raises"] += 1
        return
    if not all(abs(x) < LARGE for x in numbers(value)):
        seen["large"] += 1
        return
    for mode in ("forward", "reverse"):
        outcome, generated = check(text, "f", args, mode, disabled=off)
        seen[f"{mode} {outcome}"] += 1
        if outcome == "refused":
            seen[f"{mode}: {generated.partition(' (line')[0]}"] += 1
        elif seed % 11 == 0:
            check_twice(generated, mode, value, seen)


def check_twice(generated: str, mode: str, value: Any, seen: Counter[str]) -> None:
    """Check the derivatives of a derivative."""
    name = "f_d" if mode == "forward" else "f_b"
    names = list(inspect.signature(executed(generated)[name]).parameters)[len(POINT) :]
    likes = [POINT[n.removesuffix("_d")] for n in names] if mode == "forward" else [value]
    more = [of_size(like, np.linspace(-0.9, 1.0, len(numbers(like)))) for like in likes]
    for again in ("forward", "reverse"):
        outcome, text = check(generated, name, [*POINT.values(), *more], again)
        seen[f"{again} of {mode} {outcome}"] += 1
        if outcome == "refused":
            seen[f"{again} of {mode}: {text.partition(' (line')[0]}"] += 1
