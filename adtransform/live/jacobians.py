"""`jacfwd`, `jacrev`, `jacobian`, `hessian`: all partial derivatives, the structure of the value by that of the input.

    value \\ input    number            list of n         array of shape s
    number            number            list of n         array, s
    list of m         list of m         m lists of n      list of m arrays, s
    array, shape r    array, r          list of n, r      array, r + s

A column is the tangent along one number of the input, a row the adjoint of one number of the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from adtransform.diagnostics import TransformError
from adtransform.live.curvature import over_adjoint
from adtransform.live.operators import Wrt, described, grad
from adtransform.live.recipes import Recipe
from adtransform.live.specialise import Argnums, Function, by_name, chosen, is_indexed, is_one, remembered, shown
from adtransform.nested import items, leaves, replaced, with_items, zeros

if TYPE_CHECKING:
    from typing import ParamSpec

    P = ParamSpec("P")


def jacfwd(f: Callable[P, Any], argnums: Argnums = 0, *, wrt: Wrt = None, has_aux: bool = False) -> Callable[P, Any]:
    """The Jacobian in forward mode: one run of the tangent for each number that goes in.

    Arguments:
        f: the function; its arguments are copied for each run.
        argnums: which arguments to differentiate with respect to, by position: a number, or a sequence of them.
        wrt: the same by name; goes before `argnums`.
        has_aux: whether `f` returns a pair of which the second part is handed on.

    Returns:
        A function with the parameters of `f`.  What it returns has the structure of the value, with that of the input
        in place of each number; arrays have the axes of the value, then those of the input.  For a sequence of
        `argnums` there is a tuple in place of the input.

    Raises:
        TransformError: at the first call, if the function is refused.

    >>> jacfwd(lambda x: [x[0] * x[1], x[1]])([2.0, 3.0])
    [[3.0, 2.0], [0.0, 1.0]]
    """
    return made(f, argnums, wrt, has_aux, by_columns, "jacfwd")


def jacrev(f: Callable[P, Any], argnums: Argnums = 0, *, wrt: Wrt = None, has_aux: bool = False) -> Callable[P, Any]:
    """The Jacobian in reverse mode: one run of the adjoint for each number that comes out.  The rest is as in `jacfwd`.

    >>> jacrev(lambda x: [x[0] * x[1], x[1]])([2.0, 3.0])
    [[3.0, 2.0], [0.0, 1.0]]
    """
    return made(f, argnums, wrt, has_aux, by_rows, "jacrev")


def jacobian(f: Callable[P, Any], argnums: Argnums = 0, *, wrt: Wrt = None, has_aux: bool = False) -> Callable[P, Any]:
    """The Jacobian in the mode that takes fewer runs: `jacrev` where more numbers go in than come out.

    >>> jacobian(lambda x: x[0] * x[1])([2.0, 3.0])
    [3.0, 2.0]
    """
    return made(f, argnums, wrt, has_aux, by_shape, "jacobian")


def hessian(f: Callable[P, Any], argnums: Argnums = 0, *, wrt: Wrt = None, has_aux: bool = False) -> Callable[P, Any]:
    """The second derivatives: tangents of the adjoint, one run for each number that goes in.

    Arguments as for `jacfwd`.

    Returns:
        A function that returns the Jacobian of the gradient: an array of n x n for an array of n, lists in a list for a
        list; for a sequence of `argnums` a tuple of them stands in place of each input, as in JAX.  For a value that is
        no number the structure of the value stands outermost.

    >>> hessian(lambda x: x[0] * x[0] * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return made(f, argnums, wrt, has_aux, second, "hessian")


Method = Callable[[Function, tuple[str, ...], tuple[Any, ...], dict[str, Any], bool], tuple[Any, dict[str, Any]]]


def made(f: Function, argnums: Argnums, wrt: Wrt, has_aux: bool, method: Method, operator: str) -> Callable[..., Any]:
    """A function that returns derivatives, made by a method that gives them by the names of the inputs.

    Raises:
        TypeError: `f` is no function.
    """
    is_single = is_one(argnums, wrt)
    if not callable(f):
        raise TypeError(f"a function is expected, not {f!r}")

    def derivatives(*args: Any, **kwargs: Any) -> Any:
        names = chosen(f, argnums, wrt, len(args)).names
        value, found = method(f, names, args, kwargs, has_aux)
        target = value[0] if has_aux else value
        if is_single:
            result = found[names[0]][names[0]] if operator == "hessian" else found[names[0]]
        elif operator == "hessian":
            result = by_pairs(target, found, names, by_name(f, args, kwargs))
        else:
            result = joined(target, [found[n] for n in names], tuple)
        return (result, value[1]) if has_aux else result

    what = "The Hessian" if operator == "hessian" else "The Jacobian"
    inner = grad(f, argnums, wrt=wrt) if operator == "hessian" else f
    recipe = Recipe(operator, inner, lambda: chosen(f, argnums, wrt).names, is_single, has_aux)
    return described(derivatives, f, operator, f"{what} of `{shown(f)}`.", recipe)


def by_pairs(value: Any, found: dict[str, Any], names: tuple[str, ...], given: dict[str, Any]) -> Any:
    """Second derivatives: a tuple in place of the first input, and one for each number of that for the second."""

    def of_number(parts: list[Any]) -> Any:
        rows = [parts[i : i + len(names)] for i in range(0, len(parts), len(names))]
        return tuple(joined(given[n], row, tuple) for n, row in zip(names, rows))

    return joined(value, [found[n][m] for n in names for m in names], of_number)


def joined(value: Any, parts: list[Any], join: Callable[[list[Any]], Any]) -> Any:
    """The structure of a value with several derivatives of each number, or array, together in its place."""
    if (inner := items(value)) is None:
        return join(parts)
    columns = [items(p) or [] for p in parts]
    return with_items(value, [joined(v, [c[i] for c in columns], join) for i, v in enumerate(inner)])


# --- ways to find them ------------------------------------------------------------------------------------------------


def by_columns(
    f: Function, names: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any], has_aux: bool
) -> tuple[Any, dict[str, Any]]:
    """The value and the Jacobians by tangents."""
    tangent = remembered(f, names, "forward", args, kwargs)
    given = {n: v for n, v in by_name(f, args, kwargs).items() if n in names}
    value: Any = None
    found = {}
    for name, x in given.items():
        columns = []
        for unit in units(x):
            along = {n: unit if n == name else zeros(v) for n, v in given.items()}
            value, column = tangent.tangent(f, *deepcopy((args, kwargs)), along)
            columns.append(column[0] if has_aux else column)
        if not columns:
            value = f(*deepcopy(args), **deepcopy(kwargs))
        found[name] = spread(columns, x) if columns else empty(value[0] if has_aux else value, x)
    return value, found


def by_rows(
    f: Function, names: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any], has_aux: bool
) -> tuple[Any, dict[str, Any]]:
    """The value and the Jacobians by adjoints."""
    adjoint = remembered(f, names, "reverse", args, kwargs)
    value = f(*deepcopy(args), **deepcopy(kwargs))
    rows = [adjoint.adjoint(f, *deepcopy((args, kwargs)), seed)[1] for seed in seeds(value, has_aux)]
    target = value[0] if has_aux else value
    given = by_name(f, args, kwargs)
    return value, {n: gathered(iter([row[n] for row in rows]), target, given[n]) for n in names}


def by_shape(
    f: Function, names: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any], has_aux: bool
) -> tuple[Any, dict[str, Any]]:
    """The value and the Jacobians in the mode that takes fewer runs, or in the one that is not refused."""
    value = f(*deepcopy(args), **deepcopy(kwargs))
    given = by_name(f, args, kwargs)
    wide = sum(len(leaves(given[n])) for n in names) > len(leaves(value[0] if has_aux else value))
    first, other = (by_rows, by_columns) if wide else (by_columns, by_rows)
    try:
        return first(f, names, args, kwargs, has_aux)
    except TransformError:
        return other(f, names, args, kwargs, has_aux)


def second(
    f: Function, names: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any], has_aux: bool
) -> tuple[Any, dict[str, Any]]:
    """The value and the second derivatives, by pairs of names."""
    value = f(*deepcopy(args), **deepcopy(kwargs))
    given = {n: v for n, v in by_name(f, args, kwargs).items() if n in names}
    target = value[0] if has_aux else value
    is_number = value is target and not items(value) and not is_indexed(value)
    found: dict[str, dict[str, list[Any]]] = {n: {m: [] for m in names} for n in names}
    for seed in [None] if is_number else seeds(value, has_aux):
        for name, x in given.items():
            columns = []
            for unit in units(x):
                along = {n: unit if n == name else zeros(v) for n, v in given.items()}
                columns.append(over_adjoint(f, names, *deepcopy((args, kwargs)), along, seed)[1][1])
            for other in names:
                found[other][name].append(spread([c[other] for c in columns], x) if columns else empty(given[other], x))
    return value, {
        n: {m: gathered(iter(rows), target, given[n], given[m]) for m, rows in by.items()} for n, by in found.items()
    }


def units(x: Any) -> Iterator[Any]:
    """The directions along each number of a value."""
    zero = zeros(x)
    for path in leaves(x):
        yield replaced(zero, path, 1.0)


def seeds(value: Any, has_aux: bool) -> Iterator[Any]:
    """The seeds of each number of a value; its second part gets none."""
    for unit in units(value[0] if has_aux else value):
        yield (unit, zeros(value[1])) if has_aux else unit


# --- the structure of results -----------------------------------------------------------------------------------------


def spread(columns: Sequence[Any], x: Any) -> Any:
    """The derivatives along each number of `x`, one column each: the structure of a column, then that of `x`."""
    first = columns[0]
    if (parts := items(first)) is not None:
        return with_items(first, [spread([items(c)[i] for c in columns], x) for i in range(len(parts))])  # type: ignore[index]
    return filled(x, iter(columns))


def filled(x: Any, numbers: Iterator[Any]) -> Any:
    """The structure of `x` with the next numbers, or arrays of them, in place of its own."""
    if is_indexed(x):
        import numpy as np

        entries = [next(numbers) for _ in range(x.size)]
        inner = np.shape(entries[0]) if entries else ()
        return np.stack([np.asarray(e) for e in entries], axis=-1).reshape(inner + x.shape)
    if (parts := items(x)) is None:
        return next(numbers) if leaves(x) else x  # no number, like the text in a field
    return with_items(x, [filled(p, numbers) for p in parts])


def gathered(rows: Iterator[Any], value: Any, *xs: Any) -> Any:
    """The derivatives of each number of `value` by `xs`, one row each: the structure of `value`, then that of a row."""
    if (parts := items(value)) is not None:
        return with_items(value, [gathered(rows, p, *xs) for p in parts])
    if is_indexed(value):
        return stacked([next(rows) for _ in range(value.size)], value.shape) if value.size else empty(value, *xs)
    return next(rows) if leaves(value) else 0.0


def empty(*values: Any) -> Any:
    """The derivatives of a value by inputs where one of all these has no numbers."""
    for i, v in enumerate(values):
        if (parts := items(v)) is not None:
            return with_items(v, [empty(*values[:i], p, *values[i + 1 :]) for p in parts])
    shape = tuple(n for v in values for n in getattr(v, "shape", ()))
    if not shape:
        return 0.0
    import numpy as np

    return np.zeros(shape)


def stacked(rows: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Rows as arrays with the axes of the value in front."""
    import numpy as np

    first = rows[0]
    if (parts := items(first)) is not None:
        return with_items(first, [stacked([items(r)[i] for r in rows], shape) for i in range(len(parts))])  # type: ignore[index]
    return np.stack([np.asarray(r) for r in rows]).reshape(shape + np.shape(first))
