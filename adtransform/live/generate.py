"""Derivatives of function objects: `tangent(f)` and `adjoint(f)` are generated functions, compiled beside `f`.

The module of `f` is differentiated as text.  Of the result only what is new is executed, as the body of a function
whose globals are those of `f`: generated functions find each other as closures, and everything else, a constant that
somebody changed since included, where `f` finds it.  The user's module gets no new names.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import RLock
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from adtransform.diagnostics import TransformError
from adtransform.live.asked import names_of
from adtransform.live.assemble import relocated
from adtransform.live.basis import Basis, basis_of, check_others, with_values
from adtransform.live.definitions import refusal
from adtransform.live.graft import Origin, graft
from adtransform.live.places import GENERATED, Place, place_of
from adtransform.live.recipes import CONSTANT as INDEPENDENT
from adtransform.live.recipes import source_of
from adtransform.live.unchanged import check_exponents, folded
from adtransform.live.unwrap import bound, callable_of, inner
from adtransform.pipeline import Derivative, Options, Result, transform

if TYPE_CHECKING:
    from typing import TypeVar

    R = TypeVar("R")

Function = Callable[..., Any]

Kinds = tuple[tuple[str, str], ...]

LOCK = RLock()
CACHE: WeakKeyDictionary[object, dict[object, Made]] = WeakKeyDictionary()
RESULTS: dict[tuple[str, str, Options], tuple[Result, tuple[object, ...]]] = {}
REMEMBERED = 256
CONSTANT: dict[int, dict[object, Made]] = {}


def tangent(f: Callable[..., R], wrt: str | Iterable[str] | None = None) -> Callable[..., tuple[R, R]]:
    """The tangent of a function, generated from its source and compiled.

    Arguments:
        f: a function whose source can be found: of a module or a notebook, a closure, a lambda, a method, a
            `functools.partial`, an object with `__call__`, or a function of `math` or NumPy.  Caches and Numba's
            `@njit` are looked through.
        wrt: the inputs to differentiate with respect to, a name or several; None: every float parameter.

    Returns:
        `f_d(x, y, x_d, y_d) -> (value, value_d)`: the parameters of `f`, then a tangent for each of `wrt`.  It sees the
        globals of `f` and has its defaults.  `inspect.getsource` and tracebacks show the generated lines.  The same
        function is returned for the same `f` and `wrt`.

    Raises:
        TransformError: `f` has no source that can be read, is no plain function of a module, or is refused.

    >>> import colorsys
    >>> value, (y_d, i_d, q_d) = tangent(colorsys.rgb_to_yiq, "g")(0.1, 0.2, 0.3, g_d=1.0)
    >>> value == colorsys.rgb_to_yiq(0.1, 0.2, 0.3), y_d
    (True, 0.59)
    """
    return generated(f, wrt, "forward")


def adjoint(f: Callable[..., R], wrt: str | Iterable[str] | None = None) -> Callable[..., tuple[R, Any]]:
    """The adjoint of a function, generated from its source and compiled.

    Arguments:
        f: a function whose source can be found: of a module or a notebook, a closure, a lambda, a method, a
            `functools.partial`, an object with `__call__`, or a function of `math` or NumPy.  Caches and Numba's
            `@njit` are looked through.
        wrt: the inputs to differentiate with respect to, a name or several; None: every float parameter.

    Returns:
        `f_b(x, y, seed=1.0) -> (value, (x_b, y_b))`, for a single input `(value, x_b)`: every derivative at the cost of
        a few calls of `f`.  The seed mirrors the value: all ones by default for a number or a tuple of them, to be
        given for a list or an array.  The rest is as with `tangent`.

    Raises:
        TransformError: as with `tangent`.

    >>> import colorsys
    >>> value, (r_b, g_b, b_b) = adjoint(colorsys.rgb_to_yiq)(0.1, 0.2, 0.3, seed=(1.0, 0.0, 0.0))
    >>> value == colorsys.rgb_to_yiq(0.1, 0.2, 0.3), g_b
    (True, 0.59)
    """
    return generated(f, wrt, "reverse")


@dataclass(frozen=True, slots=True)
class Made:
    """A generated function, what is known of it, what it was made from, and whether it is to be bound to an object."""

    function: Function
    derivative: Derivative
    is_method: bool
    basis: Basis


def generated(f: Function, wrt: str | Iterable[str] | None, mode: str) -> Function:
    """The derivative of a function, bound to the object that a method is bound to."""
    made, first = derivative_of(f, names_of(wrt, "wrt"), mode)
    return bound(made.function, first) if made.is_method else made.function


def derivative_of(
    f: Function, wrt: tuple[str, ...] | None, mode: str, kinds: Kinds = ()
) -> tuple[Made, tuple[object, ...]]:
    """The derivative that was made before, or a new one; and the object that a method is bound to.

    Arguments:
        f: anything callable.
        wrt: the names of the inputs; None: the default ones.
        mode: "forward" or "reverse".
        kinds: what actual arguments are, by the names of the parameters: see `arguments`.

    Raises:
        TransformError: its source cannot be found, or it is refused.
    """
    plain, first = callable_of(source_of(f, kinds))
    try:
        known = CACHE.setdefault(plain, {})
    except TypeError:  # no weak references to it: one of NumPy's, which stay
        known = CONSTANT.setdefault(id(plain), {})
    owners = (o if isinstance(o, type) else type(o) for o in first)  # class methods are bound to classes
    key = (getattr(plain, "__code__", None), wrt, mode, kinds, *owners)
    if key not in known or not known[key].basis.holds():
        with LOCK:
            known[key] = generate(plain, place_of(plain, first, kinds), wrt, mode, kinds)
    return known[key], first


def generate(f: object, place: Place, wrt: tuple[str, ...] | None, mode: str, kinds: Kinds) -> Made:
    """Transform the text that the function stands in, and execute what is new in it.

    Raises:
        TransformError: the function is refused, or has none of the inputs.
    """
    origin, passive = place.origin, (place.bound,) if place.bound else ()
    base = os.path.basename(origin.filename)
    options = Options(mode, (place.name,), wrt, kinds=kinds, passive=passive, live=True, source_name=base)
    try:
        result = proved(origin, options)
    except TransformError as error:
        raise (relocated(error, origin.filename, place.pieces) if place.pieces else error) from None
    if len(result.derivatives) != 1:
        raise refusal(f, "U002", f"`{place.name}` has none of the inputs {', '.join(wrt or ())}", "Check the names.")
    check_others(f, origin.text, place.home, result)
    check_exponents(f, result.files)
    read = {node.id for node in ast.walk(ast.parse(result.text)) if isinstance(node, ast.Name)}
    origin = replace(origin, names={n: v for n, v in origin.names.items() if n in read})  # f mostly is not
    names = graft(origin, result.text, place.home)
    for name, value in names.items():
        plain = inner(value)
        if isinstance(plain, FunctionType) and name not in origin.names:
            GENERATED[plain] = Origin(result.text, origin.filename, names, origin.cells)
    derivative = result.derivatives[0]
    function = names[derivative.name]
    assert callable(function)
    if isinstance(function, FunctionType) and place.defaults is not None:
        take_defaults(function, place.defaults)
    basis = with_values(basis_of(f, [path for path, _ in result.files], kinds), folded(place.origin.text))
    return Made(function, derivative, bool(place.bound), basis)


def proved(origin: Origin, options: Options) -> Result:
    """The generated module.

    Raises:
        TransformError: the function is refused.  That it does not depend on its inputs is said only if each of its
            statements was looked at: they may be handed on by what is not followed.
    """
    try:
        return transformed(origin.text, origin.filename, options)
    except TransformError as error:
        if all(r.code in INDEPENDENT for r in error.refusals):
            transformed(origin.text, origin.filename, replace(options, mode="forward", constants=True))
        raise


def transformed(text: str, filename: str, options: Options) -> Result:
    """The generated module; made once for all closures of one function, as long as the files that were read stay.

    Raises:
        TransformError: the function is refused.
    """
    key = text, filename, options
    if key not in RESULTS or RESULTS[key][1] != stamps(RESULTS[key][0]):
        while len(RESULTS) >= REMEMBERED:
            del RESULTS[next(iter(RESULTS))]
        result = transform(text, filename, options)
        RESULTS[key] = result, stamps(result)
    return RESULTS[key][0]


def stamps(result: Result) -> tuple[object, ...]:
    """What shows that the other files that a module was generated from have changed."""
    found = []
    for path, _ in result.files:
        try:
            status = os.stat(path)
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)


def take_defaults(generated: FunctionType, f: FunctionType) -> None:
    """Give the parameters that both functions have the defaults that `f` has now."""
    live = dict(f.__kwdefaults__ or {}) | defaults_by_name(f)
    own = defaults_by_name(generated)
    generated.__defaults__ = tuple(live.get(name, value) for name, value in own.items()) or None
    keywords = generated.__kwdefaults__
    generated.__kwdefaults__ = {name: live.get(name, value) for name, value in keywords.items()} if keywords else None


def defaults_by_name(f: FunctionType) -> dict[str, object]:
    """The defaults of the positional parameters."""
    values = f.__defaults__ or ()
    names = f.__code__.co_varnames[: f.__code__.co_argcount]
    return dict(zip(names[len(names) - len(values) :], values, strict=True))
