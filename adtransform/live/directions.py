"""`jvp` and `vjp`: derivatives along a direction, and against a seed, called as in JAX."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from adtransform.live.operators import pair
from adtransform.live.specialise import Function, is_indexed, passed, remembered, shown
from adtransform.nested import items, zeros


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


def checked(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> dict[str, Any]:
    """The tangents by the names of the parameters; they are copied, as generated code may change them.

    Raises:
        TypeError: primals and tangents do not fit.
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError("primals and tangents are tuples or lists, one item an argument: `(x,)` and `(x_d,)`")
    if len(primals) != len(tangents):
        raise TypeError(f"there are {len(primals)} primals and {len(tangents)} tangents")
    for n, (primal, tangent) in enumerate(zip(primals, tangents)):
        if tangent is not None and not mirrors(primal, tangent):
            raise TypeError(f"tangent {n} of `{shown(f)}` does not mirror its primal: {tangent!r} for {primal!r}")
    found = {n: deepcopy(t) for n, t in zip(passed(f, primals), tangents) if t is not None}
    if not found:
        raise TypeError("there is no tangent")
    return found


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
