"""Kinds of actual arguments, as annotations that say the same.

0.7                   float
[1.0, 2.0]            list[float]
np.zeros((2, 3))      np.ndarray[tuple[int, int]]
{"a": 1.0}            dict[str, float]
Point(1.0, 2.0)       Point
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from adtransform.live.definitions import contents, function_in

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
        return f"tuple[{', '.join(inner)}]" if inner and all(inner) else "tuple"
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
    """A dictionary of values of one kind."""
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


def check_argument(f: Callable[..., object], name: str, value: object, is_active: bool) -> None:
    """Refuse arguments that generated code may not follow.

    Arguments:
        f: the function, for messages, and for the classes that it knows.
        name: the parameter.
        value: the argument.
        is_active: whether it is differentiated with respect to.

    Raises:
        TypeError: it is complex, of a class of arrays or numbers other than those of Python and NumPy, or of a class
            that the function does not know; an active one is not made of real numbers.
    """
    kind = type(value)
    what = f"`{name}` of `{getattr(f, '__name__', f)}`"
    letter = getattr(getattr(value, "dtype", None), "kind", "")
    if kind is complex or letter == "c":
        raise TypeError(f"{what} is complex: derivatives are of real numbers")
    is_numpy = kind.__module__ == "numpy" and (kind.__name__ == "ndarray" or getattr(value, "shape", None) == ())
    if hasattr(kind, "__array__") and not is_numpy:
        raise TypeError(f"{what} is a {kind.__name__}: convert it with `np.asarray`")
    if is_active and (kind in SILENT or letter in ("b", "O", "U", "S", "V", "M", "m")):
        raise TypeError(f"{what} is {kind.__name__}: derivatives are of real numbers")
    if is_active and isinstance(value, type):
        raise TypeError(f"{what} is a class: derivatives are of numbers, lists, tuples, arrays and objects")
    if is_active and letter in ("i", "u") and bool(getattr(value, "ndim", False)):
        raise TypeError(f"{what} is an array of whole numbers: convert it with `.astype(float)`")
    if is_numpy or kind in NUMBERS or kind in SILENT:
        return
    if hasattr(kind, "__float__"):
        raise TypeError(f"{what} is a {kind.__name__}: convert it with `float`")
    if isinstance(value, (list, tuple, Mapping)):
        inner = value.values() if isinstance(value, Mapping) else value
        for one in {type(v): v for v in inner}.values():  # one of each type
            check_argument(f, name, one, is_active and not isinstance(one, (bool, str, type(None))))
    elif is_active and kind.__module__ == "builtins" and not callable(value):
        raise TypeError(f"{what} is a {kind.__name__}: derivatives are of numbers, lists, tuples, arrays and objects")
    if kind.__module__ != "builtins" and not callable(value) and is_active and not knows(f, kind):
        raise TypeError(f"{what} is of a class `{kind.__name__}` that the module of the function does not name")


def knows(f: Callable[..., object], kind: type) -> bool:
    """Whether the name of a class means that class where a function is defined."""
    plain = function_in(f)
    if plain is None:
        return False
    cells = zip(plain.__code__.co_freevars, plain.__closure__ or ())
    names = plain.__globals__ | {name: contents(cell) for name, cell in cells}
    return names.get(kind.__name__) is kind
