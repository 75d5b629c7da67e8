"""Generated code becomes functions, beside those that it was generated from."""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import Any

from adtransform.compiled import register
from adtransform.diagnostics import TransformError
from adtransform.files import decode
from adtransform.live.asked import MODES
from adtransform.live.basis import basis_of, with_values
from adtransform.live.batch import Batch, content
from adtransform.live.definitions import refusal
from adtransform.live.fingerprints import Known, is_same, module_of, reachable
from adtransform.live.generate import CACHE, Made, take_defaults
from adtransform.live.graft import Origin, planted
from adtransform.live.notes import show
from adtransform.live.places import GENERATED
from adtransform.live.unchanged import changed_exponent, replaced
from adtransform.live.unwrap import inner
from adtransform.nested import same
from adtransform.pipeline import Derivative, Options, transform


def check(
    name: str,
    f: object,
    live: Mapping[str, object],
    own: Mapping[str, Known],
    others: Iterable[tuple[str, str, Known]],
    bound: Iterable[tuple[str, Known]],
    exponents: Iterable[tuple[str, str, object]],
) -> None:
    """Refuse a function if it, or one that it calls, is no longer what the sources define.

    Arguments:
        name: what the function is called in its module.
        f: the function as it lives.
        live: the names of the module.
        own: the functions of the module.
        others: those of other files that derivatives were made from.
        bound: the same by the names that the module has for them.
        exponents: constants that derivatives are written for: file, empty for the module's own, name, and value.

    Raises:
        TransformError: one of them was replaced, or its file changed between its import and the transformation.
    """
    if not is_same(f, own[name]):
        raise refusal(f, "U007", f"the source of `{name}` is no longer what was imported", "Reload the module.")
    changed = [n for n in reachable(name, own)[1:] if not is_same(live.get(n), own[n])]
    for file, other, known in others:
        module = module_of(file)
        if module is not None and not is_same(module.get(other), known):
            changed.append(other)
    changed += [other for other, known in bound if other in live and not is_same(live[other], known)]
    if changed:
        raise replaced(f, changed[0])
    check_constants(f, live, exponents)


def check_constants(f: object, live: Mapping[str, object], exponents: Iterable[tuple[str, str, object]]) -> None:
    """Refuse a function if an exponent is no longer the number that its derivatives were written for.

    Arguments:
        f: the function.
        live: the names of its module.
        exponents: as for `check`.

    Raises:
        TransformError: one has another value.
    """
    for file, constant, value in exponents:
        module = module_of(file) if file else live
        if module is not None and not same(module.get(constant), value):
            raise changed_exponent(f, constant)


def plant(text: str, code: bytes, filename: str, live: dict[str, Any]) -> dict[str, Any]:
    """Define the generated functions.

    Arguments:
        text: the generated module.
        code: its graft, marshalled.
        filename: the file that it was generated from.
        live: the names of the module.

    Returns:
        The new names.
    """
    graft = marshal.loads(code)
    show(graft, register(text, filename))
    names = planted(graft, live, Origin("", filename))
    for value in names.values():
        plain = inner(value)
        if isinstance(plain, FunctionType):
            GENERATED[plain] = Origin(text, filename, names)
    return names


def ready(function: Any, f: object) -> Any:
    """A generated function with the defaults that the function has."""
    plain = inner(f)
    if isinstance(function, FunctionType) and isinstance(plain, FunctionType):
        take_defaults(function, plain)
    return function


def remember(batch: Batch, f: FunctionType, inputs: str | tuple[str, ...] | None) -> None:
    """Let `grad` and `value_and_grad` find the adjoint of a function of floats, instead of making another one.

    Arguments:
        batch: the derivatives of the module.
        f: the function.
        inputs: what the gradient is taken by; None: the first parameter.
    """
    params = f.__code__.co_varnames[: f.__code__.co_argcount + f.__code__.co_kwonlyargcount]
    if not all(f.__annotations__.get(param) in (float, "float") for param in params):
        return
    names = (inputs,) if isinstance(inputs, str) else params[:1] if inputs is None else inputs
    derivative = Derivative(*batch.blob(len(MODES) + 1)[f.__name__])
    if set(names) <= set(derivative.wrt):
        key = (f.__code__, names, "reverse", tuple((param, "float") for param in params))
        exponents = {constant for _, constant, _ in batch.exponents()}
        basis = with_values(basis_of(f, batch.files()), exponents)
        made = Made(batch.function(f.__name__, "reverse", f), derivative, False, basis)
        CACHE.setdefault(f, {}).setdefault(key, made)


def refuse(batch: Batch, name: str, f: object) -> TransformError:
    """Why a function has no derivatives.

    Arguments:
        batch: one that was made for it alone.
        name: what it is called.
        f: the function.
    """
    source = decode(content(batch.filename, batch.live), batch.filename).text
    (wrt, modes) = batch.asked[name]
    for mode in modes:
        if not batch.has(name, (mode,)):
            base = os.path.basename(batch.filename)
            try:
                transform(source, batch.filename, Options(mode, (name,), wrt, live=True, source_name=base))
            except TransformError as error:
                return error.with_traceback(None)
    return refusal(f, "U002", f"`{name}` has none of the inputs {', '.join(wrt or ())}", "Check the names.")
