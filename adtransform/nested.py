"""Values that are numbers, arrays of them, or tuples and lists with numbers somewhere inside."""

from __future__ import annotations

import copy
import dataclasses
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
    if (inner := items(value)) is not None:
        parts = ((position, leaves(part)) for position, part in enumerate(inner))
        return {(position, *path): leaf for position, part in parts for path, leaf in part.items()}
    if is_array(value):
        return leaves(value.tolist())
    if isinstance(value, (bool, complex, str, bytes)) or not hasattr(value, "__float__"):
        return {}
    try:
        return {(): float(value)}
    except (TypeError, ValueError, OverflowError):
        return {}


def is_plain(value: object) -> bool:
    """Whether a value is a tuple or a list, and no object."""
    return isinstance(value, (tuple, list)) and not hasattr(value, "_fields")


def attributes(value: object) -> tuple[str, ...]:
    """The names of the fields of an object; none for what is no object of a class of the user's."""
    kind = type(value)
    if hasattr(kind, "_fields"):
        return tuple(kind._fields)
    if kind.__module__ == "builtins" or isinstance(value, type) or callable(value) and not hasattr(value, "__dict__"):
        return ()
    if dataclasses.is_dataclass(kind):
        return tuple(f.name for f in dataclasses.fields(kind))
    slots = [n for k in kind.__mro__ for n in getattr(k, "__slots__", ())]
    return tuple(slots) or tuple(getattr(value, "__dict__", ()) if not callable(value) else ())


def carries(part: object) -> bool:
    """Whether a field of an object carries a derivative."""
    return isinstance(part, float) or is_array(part) or items(part) is not None


def items(value: object) -> list[object] | None:
    """The items of a tuple or list, or the fields of an object that carry a derivative; None for anything else."""
    if is_plain(value):
        return list(value)  # type: ignore[call-overload, no-any-return]
    if isinstance(value, dict):
        return list(value.values())
    if hasattr(type(value), "__float__") or isinstance(value, (str, bytes, dict, set)) or not attributes(value):
        return None
    parts = [getattr(value, n) for n in attributes(value)]
    return [p if carries(p) else None if isinstance(p, (int, complex)) else p for p in parts]


def with_items(value: object, parts: list[object]) -> object:
    """A tuple, list or object of the same kind with other items; fields that carry no derivative stay."""
    if isinstance(value, dict):
        return dict(zip(value, parts, strict=True))
    if is_plain(value):
        return parts if isinstance(value, list) else tuple(parts)
    names = attributes(value)
    new = [p if carries(getattr(value, n)) else getattr(value, n) for n, p in zip(names, parts, strict=True)]
    if hasattr(type(value), "_fields"):
        return type(value)._make(new)  # type: ignore[attr-defined]
    made = copy.copy(value)
    for n, p in zip(names, new, strict=True):
        object.__setattr__(made, n, p)
    return made


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
    if (inner := items(value)) is None:
        raise TypeError(f"{value!r} has no item {path[0]}")
    return with_items(
        value, [replaced(part, path[1:], number) if i == path[0] else part for i, part in enumerate(inner)]
    )


def zeros(value: object) -> object:
    """The tangent of a constant of this structure.

    >>> zeros((1.5, [2.0, 3.0]))
    (0.0, [0.0, 0.0])
    """
    if is_array(value):
        new = value.copy()
        new.fill(0.0)
        return new
    if (inner := items(value)) is None:
        return 0.0
    if is_plain(value):
        return with_items(value, [zeros(part) for part in inner])
    return with_items(value, [zeros(p) if carries(p) else p for p in inner])


def same(first: object, second: object) -> bool:
    """Whether two values are the same: of one type, and bit by bit where they are numbers.

    >>> same(0.0, -0.0), same(float("nan"), float("nan")), same((1, 2.0), (1, 2.0)), same(1, 1.0)
    (False, True, True, False)
    """
    if type(first) is not type(second):  # a generated module has classes of its own
        names = attributes(first), attributes(second)
        if type(first).__qualname__ != type(second).__qualname__ or names[0] != names[1] or not names[0]:
            return False
    if is_array(first) and is_array(second):
        alike = first.shape == second.shape and first.dtype == second.dtype
        return alike and same(first.tolist(), second.tolist())
    a, b = items(first), items(second)
    if a is not None and b is not None:
        return len(a) == len(b) and all(map(same, a, b))
    return repr(first) == repr(second) or (not leaves(first) and bool(first == second))


def show_path(path: Path) -> str:
    """A position as Python writes it.

    >>> show_path((1, 0))
    '[1][0]'
    """
    return "".join(f"[{position}]" for position in path)
