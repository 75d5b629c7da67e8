"""A second opinion where differences are too noisy: the function itself, run on dual numbers.

The functions of the packages are rebuilt with `math` replaced by its overloaded twin; what cannot be run so (NumPy,
compiled code) has no second opinion.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterator
from types import FunctionType

from tests.bench.dual import MATH, Dual, slope, value
from tests.conformance.values import floats, rebuilt
from tests.corpus.calls import call, same
from tests.corpus.classify import Measured
from tests.corpus.packages import Candidate
from tests.corpus.points import direction

FAMILY = frozenset({"chemicals", "fluids", "ht"})  # packages that call each other
TWINS = {id(getattr(math, name)): twin for name, twin in vars(MATH).items() if callable(getattr(math, name))}


class AnyFloat(type):
    """`isinstance(x, float)` holds for dual numbers, and `float(x)` lets them pass."""

    def __instancecheck__(cls, item: object) -> bool:
        return isinstance(item, (float, Dual))

    def __call__(cls, item: object = 0.0) -> object:
        return item if isinstance(item, Dual) else float(item)  # type: ignore[arg-type]


class DualFloat(metaclass=AnyFloat):
    """Stands in the place of `float`."""


class Overloaded(dict[str, object]):
    """The globals of a module, with functions rebuilt when they are looked up for the first time."""

    def __init__(self, original: dict[str, object], made: dict[int, Overloaded]) -> None:
        super().__init__()
        made[id(original)] = self
        self.update({"__builtins__": builtins, "float": DualFloat})
        for name, item in original.items():
            self[name] = overloaded(item, made)


def overloaded(item: object, made: dict[int, Overloaded]) -> object:
    if item is math:
        return MATH
    if id(item) in TWINS:
        return TWINS[id(item)]
    if isinstance(item, FunctionType) and item.__module__.partition(".")[0] in FAMILY:
        scope = made.get(id(item.__globals__)) or Overloaded(item.__globals__, made)
        twin = FunctionType(item.__code__, scope, item.__name__, item.__defaults__, item.__closure__)
        twin.__kwdefaults__ = item.__kwdefaults__
        return twin
    return item


class SecondOpinion:
    """Derivatives by overloading; builds the package's twin once."""

    def __init__(self) -> None:
        self.made: dict[int, Overloaded] = {}

    def slopes(self, candidate: Candidate, measured: Measured, name: str) -> list[float] | None:
        """Derivatives of all outputs, or None if the function cannot be run on dual numbers."""
        import inspect

        twin = overloaded(candidate.call, self.made)
        assert isinstance(twin, Callable)  # type: ignore[arg-type]
        middle = measured.point.arguments[name]
        steps = iter(floats(direction(middle)))
        try:
            lifted = rebuilt(middle, lambda x: Dual(float(x), next(steps)))
            arguments = {**measured.point.arguments, name: lifted}
            result = call(twin, inspect.signature(candidate.call), arguments)
        except Exception:
            return None
        if not same(plain(result), measured.value):
            return None
        return [float(slope(item)) for item in leaves(result) if not isinstance(item, int)]


def plain(result: object) -> object:
    return type(result)(map(plain, result)) if isinstance(result, (tuple, list)) else value(result)


def leaves(result: object) -> Iterator[object]:
    if isinstance(result, (tuple, list)):
        for item in result:
            yield from leaves(item)
    else:
        yield result
