"""Kinds of actual arguments, as annotations that say the same.

0.7                   float
[1.0, 2.0]            list[float]
np.zeros((2, 3))      np.ndarray[tuple[int, int]]
{"a": 1.0}            dict[str, float]
Point(1.0, 2.0)       Point
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NUMBERS = frozenset({float, int})
SILENT = frozenset({bool, str, bytes, type(None), complex})


def kind_of(value: object) -> str:
    """The annotation that fits a value; empty where none says anything.

    >>> kind_of(0.5), kind_of([1, 2.0]), kind_of((1.0, 3)), kind_of({"a": [1.0]}), kind_of("fast")
    ('float', 'list[float]', 'tuple[float, int]', 'dict[str, list[float]]', '')
    """
    kind = type(value)
    if kind in NUMBERS:
        return kind.__name__
    if kind in SILENT or callable(value):
        return ""
    if isinstance(value, list):
        return many("list", value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        inner = [kind_of(v) for v in value]
        return f"tuple[{', '.join(inner)}]" if all(inner) else "tuple"
    if isinstance(value, Mapping):
        return mapping(value)
    if kind.__module__ == "numpy":
        return of_numpy(value)
    return kind.__name__ if kind.__module__ != "builtins" else ""


def many(name: str, values: Iterable[object]) -> str:
    """A sequence of values of one kind; whole numbers among floats are floats."""
    kinds = {kind_of(v) for v in values} or {"float"}
    if kinds == {"int", "float"}:
        kinds = {"float"}
    (one,) = kinds if len(kinds) == 1 else ("",)
    return f"{name}[{one}]" if one else name


def mapping(values: Mapping[object, object]) -> str:
    keys = {type(k) for k in values}
    (key,) = keys if len(keys) == 1 else (str,)
    inner = many("list", values.values()).removeprefix("list").removeprefix("[").removesuffix("]")
    return f"dict[{key.__name__}, {inner or 'object'}]"


def of_numpy(value: object) -> str:
    """The kind of an array or of a scalar of NumPy."""
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return ""
    letter = getattr(dtype, "kind", "")
    ndim = getattr(value, "ndim", 0)
    if type(value).__name__ != "ndarray":
        return {"f": "float", "i": "int", "u": "int"}.get(letter, "")
    if letter not in "fiu" or not ndim:
        return "np.ndarray"
    axes = f"tuple[{', '.join(['int'] * ndim)}]"
    return f"np.ndarray[{axes}]" if letter == "f" else f"np.ndarray[{axes}, np.dtype[np.int64]]"
