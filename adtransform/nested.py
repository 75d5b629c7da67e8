"""Values that are numbers, arrays of them, or tuples and lists with numbers somewhere inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    import numpy as np

Path = tuple[int, ...]


def is_array(value: object) -> TypeGuard[np.ndarray]:
    """Whether a value is an array of floats; numpy is not imported to find out."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return type(value).__name__ == "ndarray" and kind == "f"


def leaves(value: object) -> Mapping[Path, float]:
    """The real numbers in a value, by their position; `()` is the position of a value that is a number itself.

    >>> leaves((1.5, (2, None, "text")))
    {(0,): 1.5, (1, 0): 2.0}
    """
    if isinstance(value, (tuple, list)):
        parts = ((position, leaves(part)) for position, part in enumerate(value))
        return {(position, *path): leaf for position, part in parts for path, leaf in part.items()}
    if is_array(value):
        return leaves(value.tolist())
    if isinstance(value, (bool, complex, str, bytes)) or not hasattr(value, "__float__"):
        return {}
    try:
        return {(): float(value)}
    except (TypeError, ValueError, OverflowError):
        return {}


def replaced(value: object, path: Path, number: float) -> object:
    """The value with one of its numbers replaced.

    >>> replaced((1.0, [2.0, 3.0]), (1, 0), 9.0)
    (1.0, [9.0, 3.0])
    """
    if not path:
        return number
    if is_array(value):
        new = value.copy()
        new[path] = number
        return new
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{value!r} has no item {path[0]}")
    parts = [replaced(part, path[1:], number) if i == path[0] else part for i, part in enumerate(value)]
    return parts if isinstance(value, list) else tuple(parts)


def zeros(value: object) -> object:
    """The tangent of a constant of this structure.

    >>> zeros((1.5, [2.0, 3.0]))
    (0.0, [0.0, 0.0])
    """
    if isinstance(value, (tuple, list)):
        parts = [zeros(part) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    if is_array(value):
        new = value.copy()
        new.fill(0.0)
        return new
    return 0.0


def same(first: object, second: object) -> bool:
    """Whether two values are the same: of one type, and bit by bit where they are numbers.

    >>> same(0.0, -0.0), same(float("nan"), float("nan")), same((1, 2.0), (1, 2.0)), same(1, 1.0)
    (False, True, True, False)
    """
    if type(first) is not type(second):
        return False
    if is_array(first) and is_array(second):
        alike = first.shape == second.shape and first.dtype == second.dtype
        return alike and same(first.tolist(), second.tolist())
    if isinstance(first, (tuple, list)) and isinstance(second, (tuple, list)):
        return len(first) == len(second) and all(map(same, first, second))
    return repr(first) == repr(second) or (not leaves(first) and bool(first == second))


def show_path(path: Path) -> str:
    """A position as Python writes it.

    >>> show_path((1, 0))
    '[1][0]'
    """
    return "".join(f"[{position}]" for position in path)
