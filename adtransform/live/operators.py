"""`grad` and `value_and_grad`: derivatives of functions as functions, called as in JAX.

Each is a generated tangent or adjoint, made for the kinds of the arguments at the first call; from then on a call costs
what the generated function costs.  The functions that they return have derivatives themselves: see `recipes`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from adtransform.live.recipes import RECIPES, Recipe
from adtransform.live.specialise import (
    Argnums,
    Function,
    Special,
    chosen,
    is_indexed,
    is_one,
    key_of,
    mark,
    positional,
    shown,
    special,
)
from adtransform.nested import zeros

if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")

Wrt = str | Sequence[str] | None


def grad(f: Callable[P, Any], argnums: Argnums = 0, *, wrt: Wrt = None, has_aux: bool = False) -> Callable[P, Any]:
    """The gradient of a function of one real value.

    Arguments:
        f: a function that returns a number; with `has_aux` a pair of a number and anything.
        argnums: which arguments to differentiate with respect to, by position: a number, or a sequence of them.
        wrt: the same by name; goes before `argnums`.
        has_aux: whether `f` returns a pair; its second part is handed on, and `f` is called once more for it.

    Returns:
        A function with the parameters of `f`.  It returns the derivative, which mirrors the argument: a list for a
        list, an array for an array, an object for an object; a tuple of derivatives for a sequence of `argnums`.  With
        `has_aux` it returns a pair of that and the second part.

    Raises:
        TransformError: at the first call, if the function is refused.
        TypeError: when it is called, if the value is no number, or an argument is none that has a derivative.

    >>> grad(lambda x: x * x)(3.0)
    6.0
    """
    gradients = Gradients(f, argnums, wrt, has_aux)
    fast, direct = gradients.fast, gradients.direct

    def gradient(*args: Any, **kwargs: Any) -> Any:
        if not kwargs and (known := fast.get((*map(type, args),)) or direct.get((*map(mark, args),))) is not None:
            run, holds, at = known
            if holds():
                value, found = run(*args)
                if isinstance(value, float) and (type(found) is float or fits(found, args, at)):
                    return found
        value, found = gradients(args, kwargs)
        return (found, value[1]) if has_aux else found

    return gradients.described(gradient, "grad")


def value_and_grad(
    f: Callable[P, R], argnums: Argnums = 0, *, wrt: Wrt = None, has_aux: bool = False
) -> Callable[P, tuple[R, Any]]:
    """The value of a function and its gradient; arguments as for `grad`.

    Returns:
        A function that returns `(value, gradient)`; with `has_aux`, `((value, aux), gradient)`.

    >>> value_and_grad(lambda x, y: x * y)(3.0, 4.0)
    (12.0, 4.0)
    """
    gradients = Gradients(f, argnums, wrt, has_aux)
    fast, direct = gradients.fast, gradients.direct

    def both(*args: Any, **kwargs: Any) -> Any:
        if not kwargs and (known := fast.get((*map(type, args),)) or direct.get((*map(mark, args),))) is not None:
            run, holds, at = known
            if holds():
                found = run(*args)
                if isinstance(found[0], float) and (type(found[1]) is float or fits(found[1], args, at)):
                    return found
        return gradients(args, kwargs)

    return gradients.described(both, "value_and_grad")


FLOATS = frozenset({float})

Direct = tuple[Function, Callable[[], bool], tuple[int, ...]]  # a function, whether it holds, where its inputs are


class Gradients:
    """The adjoints of one function for one choice of inputs, by the kinds of the arguments.

    `direct` holds those that return just what is asked for, `fast` the same by types alone, where these say all.
    """

    def __init__(self, f: Function, argnums: Argnums, wrt: Wrt, has_aux: bool) -> None:
        if not callable(f):
            raise TypeError(f"a function is expected, not {f!r}")
        self.f = f
        self.inputs = functools.cache(lambda given=0: chosen(f, argnums, wrt, given))
        self.is_single = is_one(argnums, wrt)
        self.has_aux = has_aux
        self.known: dict[object, Special] = {}
        self.direct: dict[object, Direct] = {}
        self.fast: dict[tuple[type, ...], Direct] = {}

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The value and the gradient."""
        key = key_of(args, kwargs)
        special = self.known.get(key)
        if special is None or not special.basis.holds():
            special = self.known[key] = self.special(args, kwargs)
        seed: tuple[object, ...] = () if special.has_seed else (1.0,)
        if self.has_aux:
            _, aux = pair(self.f, self.f(*deepcopy(args), **deepcopy(kwargs)))
            seed = ((1.0, zeros(aux)),)
        value, adjoints = special.adjoint(self.f, args, kwargs, *seed)
        check_scalar(self.f, value[0] if self.has_aux else value)
        names = self.inputs(len(args)).names
        if special.is_direct(self.is_single) and not seed:
            assert special.call is not None
            params = positional(self.f)
            at = tuple(i for i, n in enumerate(params[: len(args)]) if n in names)
            self.direct[key] = special.call, special.basis.holds, at if len(at) == len(names) else ()
            if all(isinstance(mark, type) for mark in key):  # type: ignore[attr-defined]
                self.fast[key] = special.call, special.basis.holds, ()  # type: ignore[index]
        return value, adjoints[names[0]] if self.is_single else tuple(adjoints[n] for n in names)

    def special(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Special:
        """A new adjoint, for a value that is a number."""
        found = special(self.f, self.inputs(len(args)).names, "reverse", args, kwargs)
        if found.derivative is not None and found.derivative.result != "number" and not self.has_aux:
            check_scalar(self.f, self.f(*deepcopy(args), **deepcopy(kwargs)))
        return found

    def described(self, function: Function, operator: str) -> Function:
        """The function with the signature of `f`, and a docstring of its own."""
        recipe = Recipe(operator, self.f, lambda: self.inputs().names, self.is_single, self.has_aux)
        what = "The gradient" if operator == "grad" else "The value and the gradient"
        return described(function, self.f, operator, f"{what} of `{shown(self.f)}`.", recipe)


def described(function: Function, f: Function, operator: str, doc: str, recipe: Recipe | None = None) -> Function:
    """A function that looks like `f`: its signature, a name and a docstring that say what it is."""
    if not isinstance(f, functools.partial):
        functools.update_wrapper(function, f, ("__module__", "__qualname__"), ())
    else:
        function.__wrapped__ = f  # type: ignore[attr-defined]
    function.__name__ = f"{shown(f)}_{operator}" if hasattr(f, "__name__") else operator
    function.__doc__ = doc
    if recipe is not None:
        RECIPES[function] = recipe
    return function


def pair(f: Function, value: Any) -> Any:
    """The value of a function that returns a pair, as `has_aux` says.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"`{shown(f)}` returns a {type(value).__name__}: with has_aux a pair is expected")
    return value


def fits(found: Any, args: tuple[Any, ...], at: tuple[int, ...]) -> bool:
    """Whether adjoints have the shapes of their arguments: variables that a function reads may have become arrays."""
    if not at:  # numbers alone
        if type(found) is not tuple:
            return not is_indexed(found)
        return FLOATS.issuperset(map(type, found)) or not any(map(is_indexed, found))
    if len(at) == 1:
        return bool(getattr(found, "shape", ()) == getattr(args[at[0]], "shape", ()))
    return all(getattr(d, "shape", ()) == getattr(args[i], "shape", ()) for d, i in zip(found, at))


def check_scalar(f: Function, value: object) -> None:
    """Refuse the value of a function that has no gradient.

    Raises:
        TypeError: it is no real number.
    """
    if isinstance(value, (bool, complex)) or not hasattr(value, "__float__") or is_indexed(value):
        what = type(value).__name__
        raise TypeError(
            f"`{shown(f)}` returns a value of type {what}: gradients are of functions of one real value; "
            "use jacrev or jacfwd, or has_aux for a pair of which the first is differentiated"
        )
