"""One derivative for each kind of arguments: found by their types, made when they come for the first time.

df = grad(f)
df(0.7)                   the adjoint of f for a float
df(np.zeros(3))           another one, for an array
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from adtransform.diagnostics import TransformError
from adtransform.live.arguments import NUMBERS, check_argument, kind_of
from adtransform.live.asked import names_of
from adtransform.live.basis import Basis, basis_of
from adtransform.live.recipes import CONSTANT
from adtransform.nested import items, zeros
from adtransform.pipeline import Derivative

Function = Callable[..., Any]
Argnums = int | Sequence[int]

SIMPLE = frozenset({float, int, bool, str, type(None)})
WHOLE = re.compile(r"\bint\b")


def key_of(args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """What derivatives are found by: the kinds of the arguments."""
    marks = tuple(map(mark, args))
    return (marks, tuple((name, mark(value)) for name, value in kwargs.items())) if kwargs else marks


def mark(value: object) -> object:
    """What tells the kind of one argument; kinds that differ have different marks."""
    kind = type(value)
    if kind in SIMPLE:
        return kind
    if kind is list:
        types = {*map(type, value)}  # type: ignore[call-overload]
        if types <= NUMBERS:
            return "whole" if types == {int} else "list"
        return "lists", frozenset(map(mark, value))  # type: ignore[call-overload]
    if kind is tuple:
        inside = (*map(type, value),)  # type: ignore[call-overload]
        return inside if SIMPLE.issuperset(inside) else ("tuple", *map(mark, value))  # type: ignore[call-overload]
    if (axes := getattr(value, "ndim", None)) is not None:
        return kind, axes, getattr(getattr(value, "dtype", None), "num", None)
    return kind, kind_of(value), *map(mark, items(value) or ())  # what is in the fields, too


@dataclass(frozen=True, slots=True)
class Inputs:
    """With respect to what a function is differentiated.

    `names` are parameters, in the order of the results; `is_single` if the result is no tuple.
    """

    names: tuple[str, ...]
    is_single: bool


def chosen(f: Function, argnums: Argnums, wrt: object, given: int = 0) -> Inputs:
    """The inputs that `argnums` or `wrt` say.

    Arguments:
        f: the function.
        argnums: positions, as in JAX: negative ones count from the last argument that is passed by position.
        wrt: names, go before positions.
        given: how many arguments are passed by position; 0 if that is not known.

    Raises:
        TypeError: there is no such argument, or both are given.
        ValueError: `f` has fewer parameters.
    """
    if wrt is not None:
        params = parameters(f)
        names = names_of(wrt, "wrt") or ()  # type: ignore[arg-type]
        for name in names:
            if name not in params:
                raise TypeError(f"`{shown(f)}` has no parameter `{name}`: there are {', '.join(params)}")
        return Inputs(names, is_one(argnums, wrt))
    params = positional(f)
    numbers = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)
    if not numbers or not all(hasattr(n, "__index__") for n in numbers):
        raise TypeError(f"argnums is a number or a sequence of numbers, not {argnums!r}")
    whole = [n.__index__() for n in numbers]
    count = given if 0 < given < len(params) else len(params)
    if any(n >= len(params) for n in whole):
        raise ValueError(f"argnums={argnums!r}, but `{shown(f)}` has {len(params)} parameters passed by position")
    if any(n < -count for n in whole):
        raise ValueError(f"argnums={argnums!r}, but {count} arguments of `{shown(f)}` are passed by position")
    names = tuple(params[n if n >= 0 else n + count] for n in whole)
    if len(set(names)) < len(names):
        raise ValueError(f"argnums={argnums!r} names a parameter twice")
    return Inputs(names, is_one(argnums, wrt))


def is_one(argnums: Argnums, wrt: object) -> bool:
    """Whether one input is asked for, and no tuple of them."""
    return isinstance(wrt, str) and "," not in wrt if wrt is not None else not isinstance(argnums, Sequence)


def positional(f: Function) -> list[str]:
    """The names of the parameters that are passed by position, those of a variable number left out."""
    try:
        found = inspect.signature(f).parameters.values()
    except (ValueError, TypeError):
        return parameters(f)
    return [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def passed(f: Function, primals: Sequence[Any]) -> list[str]:
    """The names of the parameters that arguments are passed to by position.

    Raises:
        TypeError: there are more arguments: they are passed to `*args`, or to nothing.
    """
    found = positional(f)
    if len(primals) > len(found):
        raise TypeError(
            f"`{shown(f)}` has {len(found)} parameters of its own, and {len(primals)} arguments are given: write a "
            "function around it that has a parameter for each"
        )
    return found[: len(primals)]


def parameters(f: Function) -> list[str]:
    """The names of the parameters that can be passed by position, or by name."""
    try:
        found = inspect.signature(f).parameters.values()
    except (ValueError, TypeError):  # one of NumPy's
        from adtransform.live.places import place_of

        place = place_of(f)
        return place.origin.text.rpartition(f"def {place.name}(")[2].partition(")")[0].split(", ")
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in found if p.kind not in variable]


def shown(f: Function) -> str:
    return str(getattr(f, "__name__", f))


def by_name(f: Function, args: tuple[object, ...], kwargs: dict[str, object]) -> dict[str, object]:
    """The arguments by the names of the parameters; those of a variable number are left out."""
    try:
        found = inspect.signature(f).bind(*args, **kwargs)
    except ValueError:
        return dict(zip(parameters(f), args))
    kinds = inspect.signature(f).parameters
    ordinary = {n for n, p in kinds.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    found.apply_defaults()
    return {name: value for name, value in found.arguments.items() if name in ordinary}


def is_indexed(value: Any) -> bool:
    """Whether a value is an array that has axes."""
    return bool(getattr(value, "ndim", False))


@dataclass(frozen=True, slots=True)
class Special:
    """A derivative of a function for arguments of one kind; it does not hold the function, which may be short-lived.

    `names` are the inputs that are asked for, `basis` is what it was made from.  `call` is the generated function, None
    if the value does not depend on them; `derivative` says how it is called.  `has_seed` if an adjoint has a default
    for its seed.
    """

    names: tuple[str, ...]
    basis: Basis
    call: Function | None = None
    derivative: Derivative | None = None
    has_seed: bool = True

    def is_direct(self, is_single: bool) -> bool:
        """Whether the generated adjoint returns just the adjoints that are asked for, as they are asked for."""
        return self.derivative is not None and self.derivative.wrt == self.names and is_single == (len(self.names) == 1)

    def tangent(self, f: Function, args: tuple[Any, ...], kwargs: dict[str, Any], along: dict[str, Any]) -> Any:
        """The value of `f`, and its derivative along a direction."""
        if self.call is None or self.derivative is None:
            value = f(*args, **kwargs)
            return value, zeros(value)
        tangents = dict(zip(self.derivative.wrt, self.derivative.tangents))
        return self.call(*args, **kwargs, **{tangents[n]: d for n, d in along.items() if n in tangents})

    def adjoint(
        self, f: Function, args: tuple[Any, ...], kwargs: dict[str, Any], *seed: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The value of `f`, and the adjoints by name; `seed` is given where it is not the default."""
        if self.call is None or self.derivative is None:
            given = by_name(f, args, kwargs)
            return f(*args, **kwargs), {n: zeros(given[n]) for n in self.names}
        more = {self.derivative.seed: seed[0]} if seed else {}
        value, found = self.call(*args, **kwargs, **more)
        return value, self.checked(f, found, args, kwargs)

    def checked(self, f: Function, found: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Adjoints by name, compared with the arguments as far as there are arrays."""
        adjoints = self.named(found)
        if any(has_arrays(a) for a in adjoints.values()):
            check_shapes(f, adjoints, by_name(f, args, kwargs))
        return adjoints

    def named(self, adjoints: Any) -> dict[str, Any]:
        """What the generated adjoint returns behind the value, by the names of the inputs."""
        wrt = self.derivative.wrt if self.derivative is not None else ()
        return dict(zip(wrt, (adjoints,) if len(wrt) == 1 else adjoints))


def check_shapes(f: Function, adjoints: dict[str, Any], given: dict[str, Any]) -> None:
    """Refuse adjoints that do not mirror their arguments: something was an array that does not look like one.

    Raises:
        TransformError: a number has an array for its adjoint, or an array one of another shape.
    """
    from adtransform.live.definitions import refusal

    for name, adjoint in adjoints.items():
        for shape, own in misfits(adjoint, given[name]):
            message = f"the derivative of `{shown(f)}` by `{name}` has the shape {shape}, and `{name}` {own}"
            help_ = "What it is computed with may be an array that cannot be seen to be one: annotate or pass it."
            raise refusal(f, "N154", message, help_)


def has_arrays(value: Any) -> bool:
    """Whether a value is an array with axes, or has one somewhere inside."""
    return is_indexed(value) or any(map(has_arrays, items(value) or ()))


def misfits(adjoint: Any, given: Any) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The shapes of arrays in an adjoint that stand for numbers, or for arrays of other shapes, and those of these."""
    if is_indexed(adjoint):
        shape = getattr(given, "shape", () if hasattr(given, "__float__") else None)
        if shape is not None and shape != adjoint.shape:
            yield adjoint.shape, shape
        return
    parts, others = items(adjoint) or (), items(given) or ()
    if len(parts) == len(others):  # a list may have become shorter when the function ran
        for part, other in zip(parts, others):
            yield from misfits(part, other)


def special(f: Function, names: tuple[str, ...], mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Special:
    """The derivative of a function for the kinds of actual arguments.

    Raises:
        TypeError: the arguments do not fit, or have no derivative.
        TransformError: the function is refused.
    """
    from adtransform.live.generate import derivative_of
    from adtransform.live.unwrap import bound

    given = by_name(f, args, kwargs)
    for name, value in given.items():
        check_argument(f, name, value, name in names)
    kinds = {n: as_float(kind_of(v)) if n in names else kind_of(v) for n, v in given.items()}
    try:
        made, first = derivative_of(f, names, mode, tuple((n, k) for n, k in kinds.items() if k))
    except TransformError as error:
        if error.refusals and all(r.code in CONSTANT for r in error.refusals):
            return Special(names, basis_of(f))
        raise
    call = bound(made.function, first) if made.is_method else made.function
    seed = inspect.signature(call).parameters.get(made.derivative.seed)
    return Special(names, made.basis, call, made.derivative, seed is None or isinstance(seed.default, float))


SPECIALS: WeakKeyDictionary[Function, dict[object, Special]] = WeakKeyDictionary()


def remembered(
    f: Function, names: tuple[str, ...], mode: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None
) -> Special:
    """The same, found again where it was made before."""
    try:
        known = SPECIALS.setdefault(f, {})
    except TypeError:  # neither a hash nor weak references
        known = {}
    key = (names, mode, key_of(args, kwargs or {}))
    if key not in known or not known[key].basis.holds():
        known[key] = special(f, names, mode, args, kwargs or {})
    return known[key]


def as_float(kind: str) -> str:
    """The kind of what is differentiated: whole numbers are floats."""
    return WHOLE.sub("float", kind) if not kind.startswith("np.") else kind
