"""`hvp`, the Hessian times a vector, and what Hessians are made of: tangents of adjoints."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from adtransform.diagnostics import TransformError
from adtransform.live.basis import Basis
from adtransform.live.directions import checked, mirrors
from adtransform.live.operators import check_scalar, grad
from adtransform.live.recipes import ZERO
from adtransform.live.specialise import Function, mark, parameters, passed, remembered, special
from adtransform.nested import zeros


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
    if type(primals) is not tuple or type(tangents) is not tuple or len(primals) != len(tangents):
        checked(f, primals, tangents)
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
        along = {name: own(tangents[i]) for i, name in self.inputs}
        return self.call(*primals, **along)[1]


PRODUCTS: WeakKeyDictionary[Function, dict[object, Product]] = WeakKeyDictionary()


def own(value: Any) -> Any:
    """A copy of what generated code may change."""
    kind = type(value)
    if kind is float:
        return value
    return value[:] if kind is list and {*map(type, value)} == {float} else deepcopy(value)


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
    plain = kwargs
    if seed is not None or not adjoint.has_seed:
        kwargs = kwargs | {adjoint.derivative.seed: 1.0 if seed is None else seed}
    second = remembered(adjoint.call, names, "forward", args, kwargs)
    (value, adjoints), (value_d, adjoints_d) = second.tangent(adjoint.call, args, kwargs, along)
    return (value, adjoint.checked(f, adjoints, args, plain)), (value_d, adjoint.named(adjoints_d))
