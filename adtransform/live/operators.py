"""`grad`, `value_and_grad`, `jvp`, `vjp`, `hvp`: derivatives of functions as functions, called as in JAX.

Each is a generated tangent or adjoint, made for the kinds of the arguments at the first call; from then on a call costs
what the generated function costs.  The functions that they return have derivatives themselves: see `recipes`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from adtransform.diagnostics import TransformError
from adtransform.live.basis import Basis
from adtransform.live.recipes import RECIPES, ZERO, Recipe
from adtransform.live.specialise import (
    Argnums,
    Function,
    Special,
    chosen,
    is_indexed,
    is_one,
    key_of,
    mark,
    parameters,
    passed,
    positional,
    remembered,
    shown,
    special,
)
from adtransform.nested import items, zeros

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
            run, basis, at = known
            if basis.holds():
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
            run, basis, at = known
            if basis.holds():
                found = run(*args)
                if isinstance(found[0], float) and (type(found[1]) is float or fits(found[1], args, at)):
                    return found
        return gradients(args, kwargs)

    return gradients.described(both, "value_and_grad")


Direct = tuple[Function, Basis, tuple[int, ...]]  # a function, what it was made from, the positions of its inputs


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
            self.direct[key] = special.call, special.basis, at if len(at) == len(names) else ()
            if all(isinstance(mark, type) for mark in key):  # type: ignore[attr-defined]
                self.fast[key] = self.direct[key]  # type: ignore[index]
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
    """The value of a function that returns a pair, as `has_aux` says."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"`{shown(f)}` returns a {type(value).__name__}: with has_aux a pair is expected")
    return value


def fits(found: Any, args: tuple[Any, ...], at: tuple[int, ...]) -> bool:
    """Whether adjoints have the shapes of their arguments: variables that a function reads may have become arrays."""
    if len(at) == 1:
        return bool(getattr(found, "shape", ()) == getattr(args[at[0]], "shape", ()))
    return all(getattr(d, "shape", ()) == getattr(args[i], "shape", ()) for d, i in zip(found, at))


def check_scalar(f: Function, value: object) -> None:
    if isinstance(value, (bool, complex)) or not hasattr(value, "__float__") or is_indexed(value):
        what = type(value).__name__
        raise TypeError(
            f"`{shown(f)}` returns a value of type {what}: gradients are of functions of one real value; "
            "use jacrev or jacfwd, or has_aux for a pair of which the first is differentiated"
        )


# --- with given directions --------------------------------------------------------------------------------------------


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any], *, has_aux: bool = False) -> Any:
    """The value of a function and its derivative along a direction, in forward mode.

    Arguments:
        f: the function.
        primals: its arguments, a tuple or list.
        tangents: the direction: for each of them what mirrors it, or None if it is not differentiated.
        has_aux: whether `f` returns a pair of which the second part is handed on.

    Returns:
        `(value, tangent)`; with `has_aux` `(value, tangent, aux)`.

    Raises:
        TransformError: the function is refused.
        TypeError: primals and tangents do not fit.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.5))
    (12.0, 5.5)
    """
    along = checked(f, primals, tangents)
    found = remembered(f, tuple(along), "forward", tuple(primals))
    value, tangent = found.tangent(f, tuple(primals), {}, along)
    value = pair(f, value) if has_aux else value
    return (value[0], tangent[0], value[1]) if has_aux else (value, tangent)


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> Any:
    """The value of a function, and a function that multiplies its transposed Jacobian by a vector.

    Arguments:
        f: the function.
        primals: its arguments; they are copied, so that they may change afterwards.
        has_aux: whether `f` returns a pair of which the second part is handed on.

    Returns:
        `(value, pull)`, with `has_aux` `(value, pull, aux)`; `pull(seed)` takes what mirrors the value and returns a
        tuple, the adjoint of each argument.  It runs the whole adjoint at each call.

    Raises:
        TransformError: the function is refused.

    >>> value, pull = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> value, pull(1.0)
    (12.0, (4.0, 3.0))
    """
    names = tuple(passed(f, primals))
    found = remembered(f, names, "reverse", primals)
    given = deepcopy(primals)
    value = f(*deepcopy(given))
    value = pair(f, value) if has_aux else value

    def pull(seed: Any) -> tuple[Any, ...]:
        if not mirrors(value[0] if has_aux else value, seed):
            raise TypeError(f"the seed does not mirror the value of `{shown(f)}`: {seed!r} for {value!r}")
        whole = (seed, zeros(value[1])) if has_aux else seed
        _, adjoints = found.adjoint(f, deepcopy(given), {}, deepcopy(whole))
        return tuple(adjoints[n] for n in names)

    return (value[0], pull, value[1]) if has_aux else (value, pull)


def hvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The product of the Hessian of a function of one real value and a vector: the tangent of its adjoint.

    Arguments:
        f: the function.
        primals: its arguments.
        tangents: the vector: for each argument what mirrors it, or None if it is not differentiated.

    Returns:
        What mirrors the argument; for several arguments a tuple.

    Raises:
        TransformError: the function is refused.
        TypeError: primals and tangents do not fit, or the value is no number.

    >>> hvp(lambda x: x**3, (2.0,), (1.0,))
    12.0
    """
    try:
        known = PRODUCTS.setdefault(f, {})
    except TypeError:  # neither a hash nor weak references
        known = {}
    types = (*map(type, primals), *map(type, tangents))
    found = known.get(types)  # numbers alone, in their order
    if found is not None and found.is_positional and found.basis.holds():
        return found.call(*primals, *tangents)[1]  # type: ignore[misc]
    if found is None or not found.basis.holds():
        key = (*map(mark, primals), *map(mark, tangents))
        found = known.get(key)
        if found is None or not found.basis.holds():
            found = known[key] = Product.of(f, primals, tangents)
        for primal, tangent in zip(primals, tangents):
            if tangent is not None and not mirrors(primal, tangent):
                raise TypeError(f"{tangent!r} does not mirror {primal!r}")
    return found(primals, tangents)


@dataclass(frozen=True, slots=True)
class Product:
    """The tangent of a gradient: `inputs` are positions of arguments, with the parameters that their tangents go to."""

    call: Function | None
    inputs: tuple[tuple[int, str], ...]
    basis: Basis
    is_positional: bool = False  # whether primals and tangents are all of its parameters, in order

    @staticmethod
    def of(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> Product:
        """A new one.

        Raises:
            TypeError: primals and tangents do not fit, or the value is no number.
        """
        names = tuple(checked(f, primals, tangents))
        check_scalar(f, f(*deepcopy(tuple(primals))))
        gradient = grad(f, wrt=names if len(names) > 1 else names[0])
        gradient(*deepcopy(tuple(primals)))  # so that what is refused is so for the function itself
        try:
            found = special(gradient, names, "forward", tuple(primals), {})
        except TransformError as error:
            if error.refusals[0].code != ZERO:
                raise
            return Product(None, (), remembered(f, names, "reverse", tuple(primals)).basis)
        derivative = found.derivative
        given = dict(zip(derivative.wrt, derivative.tangents)) if derivative is not None else {}
        positions = {n: i for i, n in enumerate(passed(f, primals))}
        inputs = tuple((positions[n], t) for n, t in given.items())
        in_order = [*positions, *given.values()]
        is_positional = found.call is not None and parameters(found.call)[: len(in_order)] == in_order
        return Product(found.call, inputs, found.basis, is_positional and len(inputs) == len(primals))

    def __call__(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        if self.call is None:
            each = tuple(zeros(p) for p, t in zip(primals, tangents) if t is not None)
            return each if len(each) > 1 else each[0]
        along = {name: tangents[i] if type(tangents[i]) is float else deepcopy(tangents[i]) for i, name in self.inputs}
        return self.call(*primals, **along)[1]


PRODUCTS: WeakKeyDictionary[Function, dict[object, Product]] = WeakKeyDictionary()


def checked(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> dict[str, Any]:
    """The tangents by the names of the parameters; they are copied, as generated code may change them."""
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("primals and tangents are tuples or lists, one item an argument: `jvp(f, (x,), (x_d,))`")
    if len(primals) != len(tangents):
        raise TypeError(f"there are {len(primals)} primals and {len(tangents)} tangents")
    for n, (primal, tangent) in enumerate(zip(primals, tangents)):
        if tangent is not None and not mirrors(primal, tangent):
            raise TypeError(f"tangent {n} of `{shown(f)}` does not mirror its primal: {tangent!r} for {primal!r}")
    found = {n: deepcopy(t) for n, t in zip(passed(f, primals), tangents) if t is not None}
    if not found:
        raise TypeError("there is no tangent")
    return found


def own(value: Any) -> Any:
    """A copy of what generated code may change."""
    kind = type(value)
    if kind is float:
        return value
    return value[:] if kind is list and {*map(type, value)} == {float} else deepcopy(value)


def mirrors(primal: Any, tangent: Any) -> bool:
    """Whether a tangent has the structure of its primal: a number for a number, an array of the same shape."""
    if type(tangent) is type(primal) in (list, tuple) and {*map(type, primal), *map(type, tangent)} == {float}:
        return len(primal) == len(tangent)
    if is_indexed(primal):
        return bool(getattr(tangent, "shape", None) == primal.shape)
    parts = items(primal)
    if parts is None:
        return not hasattr(primal, "__float__") or hasattr(tangent, "__float__") and not is_indexed(tangent)
    others = items(tangent)
    if type(tangent) is not type(primal) or others is None or len(others) != len(parts):
        return False
    if isinstance(primal, dict):
        return primal.keys() == tangent.keys() and all(mirrors(v, tangent[k]) for k, v in primal.items())
    return all(map(mirrors, parts, others))


def over_adjoint(
    f: Function,
    names: tuple[str, ...],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    along: dict[str, Any],
    seed: Any = None,
) -> tuple[tuple[Any, dict[str, Any]], tuple[Any, dict[str, Any]]]:
    """The tangent of the adjoint: the value and the adjoints, and the derivatives of both along a direction."""
    adjoint = remembered(f, names, "reverse", args, kwargs)
    if adjoint.call is None or adjoint.derivative is None:
        value, adjoints = adjoint.adjoint(f, args, kwargs)
        return (value, adjoints), (zeros(value), adjoints)
    if seed is not None or not adjoint.has_seed:
        kwargs = kwargs | {adjoint.derivative.seed: 1.0 if seed is None else seed}
    second = remembered(adjoint.call, names, "forward", args, kwargs)
    (value, adjoints), (value_d, adjoints_d) = second.tangent(adjoint.call, args, kwargs, along)
    return (value, adjoint.named(adjoints)), (value_d, adjoint.named(adjoints_d))
