"""Points at which to try a function: what the user gave, the defaults, and numbers drawn by annotation.

>>> def f(x: float, n: int, y: float = 2.5): ...
>>> next(candidates(inspect.signature(f), ("x", "y"), {}))
{'x': 0.7, 'n': 3, 'y': 2.5}
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Mapping
from types import MappingProxyType

FLOATS = (0.7, 1.3, 2.1, 3.4, 4.6, 5.9, 7.2, 8.3, 9.1, 10.7)
ORDERS = (
    FLOATS,
    FLOATS[::-1],
    tuple(n * (10.0, 0.1)[i % 2] for i, n in enumerate(FLOATS)),
    tuple(n * (0.1, 10.0)[i % 2] for i, n in enumerate(FLOATS)),
)
SCALES = (1.0, 10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)

NUMBERS: Mapping[str, int] = MappingProxyType({})
Signature = inspect.Signature
Parameter = inspect.Parameter


class NoValue(Exception):
    """A parameter has no default and no annotation to draw a value from."""


def candidates(
    signature: Signature, wrt: tuple[str, ...], given: Mapping[str, object], depths: Mapping[str, int] = NUMBERS
) -> Iterator[dict[str, object]]:
    """Points to try, best first: the defaults and rising numbers, then falling, spread, larger and smaller ones.

    Arguments:
        signature: that of the function.
        wrt: the parameters that are differentiated; they are floats whatever their annotation says.
        given: the values that are fixed, by parameter.
        depths: how deep lists are nested in parameters that are lists, whatever their annotations say; less than zero
            for arrays of as many axes.

    Yields:
        A value for each parameter, by name; `*args` is a tuple, `**kwargs` is left out.

    Raises:
        NoValue: no value can be found for a parameter; the message says for which.
    """
    parameters = [p for p in signature.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    seen: set[str] = set()
    for filled, whole, scale, order in itertools.product(fillings(parameters, wrt), (True, False), SCALES, ORDERS):
        supply = itertools.cycle([scale * number for number in order])
        point = {
            p.name: fixed(given[p.name], p.name in wrt, depths.get(p.name, 0))
            if p.name in given
            else choose(p, p.name in wrt, supply, p.name in filled, whole, depths.get(p.name, 0))
            for p in parameters
        }
        if repr(point) not in seen:
            seen.add(repr(point))
            yield point


def fillings(parameters: list[Parameter], wrt: tuple[str, ...]) -> list[set[str]]:
    """Which of the inputs that default to None to give numbers: none, all, one, all but one."""
    names = [p.name for p in parameters if p.name in wrt and p.default is None]
    return [set(), set(names), *({name} for name in names), *(set(names) - {name} for name in names)]


def fixed(value: object, active: bool, depth: int = 0) -> object:
    """A value that the user gave: whole numbers become floats where floats are differentiated, lists arrays where
    arrays are.
    """
    if depth < 0 and isinstance(value, (list, tuple)):
        return as_array(value)
    return float(value) if active and isinstance(value, int) and not isinstance(value, bool) else value


def as_array(value: object) -> object:
    import numpy as np

    return np.array(value, dtype=float)


def nested(depth: int, supply: Iterator[float]) -> object:
    """A list of three numbers, or of two lists."""
    if depth < 0:
        return as_array(nested(-depth, supply))
    if not depth:
        return next(supply)
    return [nested(depth - 1, supply) for _ in range(3 if depth == 1 else 2)]


def choose(
    parameter: Parameter, active: bool, supply: Iterator[float], filled: bool, whole: bool, depth: int = 0
) -> object:
    """One value.  `filled`: draw one although the default is None; `whole`: what may be an int is one."""
    name, kind = parameter.name, words(parameter.annotation)
    if parameter.kind is Parameter.VAR_POSITIONAL:
        return (next(supply), next(supply)) if active else ()
    if parameter.default is not Parameter.empty and not (filled and parameter.default is None):
        return parameter.default
    if depth and not kind.startswith(("tuple", "Tuple")):
        return nested(depth, supply)
    if kind.startswith(("list", "List", "Sequence")) and "float" in kind:
        return [next(supply), next(supply), next(supply)]
    if kind.startswith(("tuple", "Tuple")) and "float" in kind:
        return tuple(next(supply) for _ in range(kind.count("float") + kind.count("...")))
    annotation = parameter.annotation
    if isinstance(annotation, type) and annotation.__module__ not in ("builtins", "numpy", "inspect"):
        return drawn(annotation, supply)
    if kind.startswith(("dict", "Dict", "Mapping")):
        raise NoValue(f"`{name}` needs a value: the keys of a dictionary cannot be drawn")
    if active or "float" in kind:
        return next(supply)
    if "bool" in kind:
        return True
    if "int" in kind.replace("|", " ").split() or (not kind and whole):
        return 3
    if not kind:
        return next(supply)
    raise NoValue(f"`{name}` needs a value: it has no default, and none can be drawn for the annotation `{kind}`")


def drawn(kind: type, supply: Iterator[float]) -> object:
    """An object whose fields are drawn by the parameters of its constructor."""
    try:
        parameters = inspect.signature(kind).parameters.values()
        values = {p.name: choose(p, not words(p.annotation), supply, False, False) for p in parameters}
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise NoValue(f"no object of `{kind.__name__}` can be made: {error}") from error


def words(annotation: object) -> str:
    """An annotation as text; empty where there is none.

    >>> words(float), words("float | None"), words(list[float]), words(Parameter.empty)
    ('float', 'float | None', 'list[float]', '')
    """
    if annotation is Parameter.empty:
        return ""
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if type(annotation) is type else str(annotation).replace("typing.", "")


def shown(values: Mapping[str, object]) -> str:
    """A point as `--at` takes it; an empty `*args` is left out.

    >>> shown({"x": 0.7, "args": ()})
    'x=0.7'
    """
    return ", ".join(f"{n}={v!r}" for n, v in values.items() if not (isinstance(v, tuple) and not v))
