"""Values with floats somewhere inside: numbers, tuples, lists, dictionaries, arrays and objects.

>>> floats((1.5, [2, 2.5], {"a": np.array([3.5])}))
[1.5, 2.5, 3.5]
>>> mirrored((1.5, [2, 2.5]), iter([7.0, 8.0]))
(7.0, [0.0, 8.0])
"""

from __future__ import annotations

import copy
import math
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def rebuilt(value: Any, change: Callable[[Any], Any], other: Callable[[Any], Any] = lambda v: v) -> Any:
    """The same structure with `change` applied to its floats, in order, and `other` to everything else."""
    match value:
        case float() | np.floating():
            return change(value)
        case np.ndarray() if value.dtype.kind == "f":
            return np.array([change(x) for x in value.ravel()], dtype=value.dtype).reshape(value.shape)
        case np.ndarray():
            return other(value)
        case tuple() if hasattr(value, "_fields"):
            return type(value)(*[rebuilt(item, change, other) for item in value])
        case tuple() | list():
            return type(value)([rebuilt(item, change, other) for item in value])
        case dict():
            return {key: rebuilt(item, change, other) for key, item in value.items()}
        case _ if hasattr(value, "__dict__") and not callable(value):
            twin = copy.copy(value)
            vars(twin).update({name: rebuilt(item, change, other) for name, item in vars(value).items()})
            return twin
        case _:
            return other(value)


def floats(value: Any) -> list[float]:
    """The floats of a value, in order."""
    found: list[float] = []

    def take(number: Any) -> Any:
        found.append(float(number))
        return number

    rebuilt(value, take)
    return found


def moved(value: Any, by: Iterator[float]) -> Any:
    """The value with these numbers added to its floats; each keeps its type."""
    return rebuilt(value, lambda x: type(x)(x + next(by)))


def mirrored(value: Any, numbers: Iterator[float]) -> Any:
    """A tangent or a seed of this structure: these numbers where the value has floats, zero where it has integers."""

    def zero(item: Any) -> Any:
        if isinstance(item, np.ndarray):
            return np.zeros(item.shape)
        return 0.0 if isinstance(item, (int, np.integer)) else item

    return rebuilt(value, lambda x: type(x)(next(numbers)), zero)


def bits(value: Any) -> Any:
    """Something that is equal where two values are bitwise the same and of the same structure."""
    match value:
        case np.ndarray():
            return "array", str(value.dtype), value.shape, value.tobytes()
        case float() | np.floating():
            return type(value).__name__, struct.pack("d", value)
        case tuple() | list():
            return type(value).__name__, [bits(item) for item in value]
        case dict():
            return "dict", [(key, bits(item)) for key, item in value.items()]
        case _ if hasattr(value, "__dict__") and not callable(value):
            return type(value).__name__, [(name, bits(item)) for name, item in vars(value).items()]
        case _:
            return type(value).__name__, repr(value)


def close(first: float, second: float, room: float) -> bool:
    """Equal within `room`, or both infinite or undefined in the same way."""
    return first == second or (math.isnan(first) and math.isnan(second)) or abs(first - second) <= room
