"""`adgen verify`: generated derivatives beside differences of the function they were generated from.

A derivative is right where it agrees with the differences within ten times their error estimate, or to seven digits.
Where the error estimate is poor the row is inconclusive, and where the slopes of the two sides differ it is a kink:
neither says anything about the derivative.
"""

from __future__ import annotations

import contextlib
import copy
import difflib
import inspect
import io
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from adtransform.compiled import at_home, compile_module, home, run_source
from adtransform.diagnostics import Refusal, TransformError
from adtransform.differences import NOTHING, Difference, differentiate
from adtransform.nested import Path, leaves, replaced, same, show_path, zeros
from adtransform.points import NoValue, candidates
from adtransform.report import Check, Report, Row

if TYPE_CHECKING:
    from adtransform.pipeline import Derivative

AGREEMENT = 1e-7
POOR = 1e-3
POINTS = 5

Function = Callable[..., Any]
Values = dict[str, object]


class Raised(Exception):
    """What the user's code raised, as a message."""


def verify(
    source: str,
    filename: str,
    *,
    function: str | None = None,
    at: Mapping[str, object] | None = None,
    wrt: tuple[str, ...] | None = None,
    mode: str = "forward",
) -> Report:
    """Generate derivatives, execute them beside the functions, and compare with differences.

    Arguments:
        source: the text of a module.  It is executed, under its own name and with the imports of its folder.
        filename: its file; a name in angle brackets where there is none.
        function: the function to check; None: every one that is differentiated.
        at: the point, values by parameter name.  What is missing is taken from defaults and annotations.
        wrt: the inputs to differentiate with respect to; None: the default ones.
        mode: "forward".

    Returns:
        The report; its `ok` says whether every function passed.

    Raises:
        TransformError: the source is refused, or `at` names a parameter that does not exist.
    """
    from adtransform.pipeline import Options, transform

    place = home(filename)
    options = Options(mode=mode, functions=None if function is None else (function,), wrt=wrt)
    result = transform(source, filename, options)
    given = dict(at or {})
    with quiet(), at_home(place):
        try:
            primal = guarded(lambda: run_source(source, place), "the source")
            module = guarded(
                lambda: compile_module(result.text, filename, package=place.package, path=place.path),
                "the generated module",
            )
            pairs = [(d, find(primal, d.function), find(module, d.name)) for d in result.derivatives]
        except Raised as error:
            return Report((Check(filename, "", (), str(error)),))
        known_names(filename, given, [inspect.signature(f) for _, f, _ in pairs])
        return Report(tuple(check(d, f, f_d, given) for d, f, f_d in pairs))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what user code prints and warns out of the report."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def guarded(call: Callable[[], Any], what: str) -> Any:
    """The result of user code; whatever it raises becomes `Raised` with a message."""
    try:
        return call()
    except (Exception, SystemExit) as error:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise Raised(f"{what} raises {text}") from error


def find(module: object, name: str) -> Function:
    """The function of a module by its qualified name."""
    for part in name.split("."):
        module = getattr(module, part, None)
    if not callable(module):
        raise Raised(f"`{name}` is not a function once the source is executed")
    function: Function = module
    return function


def known_names(filename: str, given: Mapping[str, object], signatures: list[inspect.Signature]) -> None:
    """Refuse a value for a parameter that no function has."""
    names = {name: None for signature in signatures for name in signature.parameters}
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            help_ = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(names)}."
            raise TransformError([Refusal(filename, 0, 0, "U005", f"there is no parameter `{name}`", help_)])


def check(derivative: Derivative, f: Function, f_d: Function, given: Mapping[str, object]) -> Check:
    """Compare one derivative with differences, at the first point where these are conclusive."""
    signature = inspect.signature(f)
    given = {name: value for name, value in given.items() if name in signature.parameters}
    first = None
    try:
        for values, value in points(signature, derivative, f, given):
            found = check_at(derivative, signature, f, f_d, values, value, given)
            if found.ok or found.problem or any(row.verdict == "WRONG" for row in found.rows):
                return found
            first = first or found
    except (NoValue, Raised) as error:
        return Check(derivative.function, show_point(given), (), str(error))
    assert first is not None
    return first


def check_at(
    derivative: Derivative,
    signature: inspect.Signature,
    f: Function,
    f_d: Function,
    values: Values,
    value: object,
    given: Mapping[str, object],
) -> Check:
    """Compare one derivative with differences at one point."""
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    drawn = tuple(name for name in shown(values) if name not in given and values[name] is not defaults[name])
    problem, rows = "", ()
    try:
        rows = tuple(compare(derivative, signature, f, f_d, values, value))
    except Raised as error:
        problem = str(error)
    if not rows and not problem:
        problem = f"the function returns {value!r} at this point: there is no number to compare"
    return Check(derivative.function, show_point(values), rows, problem, drawn)


def points(
    signature: inspect.Signature, derivative: Derivative, f: Function, given: Mapping[str, object]
) -> Iterator[tuple[Values, object]]:
    """A few points at which the function has a finite value, or else one at which it has any; and these values."""
    fallback: tuple[Values, object] | None = None
    problem: Raised | None = None
    found = 0
    for values in candidates(signature, derivative.wrt, given):
        try:
            value = call(f, signature, values)
        except Raised as error:
            problem = problem or error
            continue
        numbers = leaves(value).values()
        if numbers and all(math.isfinite(number) for number in numbers):
            yield values, value
            if (found := found + 1) == POINTS:
                return
        fallback = fallback or (values, value)
    if fallback is not None and not found:
        yield fallback
    if fallback is None:
        raise problem or Raised(f"`{derivative.function}` could not be called")


def compare(
    derivative: Derivative, signature: inspect.Signature, f: Function, f_d: Function, values: Values, value: object
) -> Iterator[Row]:
    """The rows of the table: every number that goes in by every number that comes out."""
    if not same(value, call(f, signature, values)):
        raise Raised(f"`{derivative.function}` does not return the same value twice: differences say nothing about it")
    for name in derivative.wrt:
        for path, number in leaves(values[name]).items():
            primal, tangent = tangent_along(derivative, signature, f_d, values, name, path)
            if not same(primal, value):
                raise Raised(f"the generated function returns the value {primal!r}, the function itself {value!r}")

            def along(t: float, name: str = name, path: Path = path) -> object:
                return call(f, signature, {**values, name: replaced(values[name], path, t)})

            differences = differentiate(along, number)
            outputs = leaves(value)
            slopes = leaves(tangent)
            for output, height in outputs.items():
                slope, difference = slopes.get(output, math.nan), differences.get(output, NOTHING)
                verdict = judge(slope, difference, abs(height) / (abs(number) or 1.0))
                yield Row(name + show_path(path), show_path(output), slope, difference.value, difference.error, verdict)


def tangent_along(
    derivative: Derivative, signature: inspect.Signature, f_d: Function, values: Values, name: str, path: Path
) -> tuple[object, object]:
    """What the generated function returns for the direction of one input."""
    directions: Values = {}
    for other, parameter in zip(derivative.wrt, derivative.tangents, strict=True):
        zero = zeros(values[other])
        directions[parameter] = replaced(zero, path, 1.0) if other == name else zero
    pair = call(f_d, signature, values, directions, "the generated function")
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise Raised(f"the generated function returns {pair!r}, not a pair of value and derivative")
    return pair


def call(
    f: Function, signature: inspect.Signature, values: Values, extra: Values | None = None, what: str = "the function"
) -> object:
    """Call by position as far as possible; lists are copied, so that a function may change its arguments."""
    positional: list[object] = []
    named = dict(extra or {})
    for name, value in values.items():
        own = copy.deepcopy(value) if isinstance(value, (list, dict, tuple)) else value
        match signature.parameters[name].kind:
            case inspect.Parameter.VAR_POSITIONAL:
                positional += own if isinstance(own, (list, tuple)) else [own]
            case inspect.Parameter.KEYWORD_ONLY:
                named[name] = own
            case _:
                positional.append(own)
    result: object = guarded(lambda: f(*positional, **named), what)
    return result


def judge(generated: float, difference: Difference, natural: float) -> str:
    """The verdict on one number; `natural` is the size of the value by the size of the input."""
    if difference.kind in ("none", "kink"):
        return "kink" if difference.kind == "kink" else "inconclusive"
    size, error = abs(difference.value), difference.error
    poor = error > POOR * max(size, natural)
    if not math.isfinite(generated):
        return "inconclusive" if poor else "WRONG"
    gap = abs(generated - difference.value)
    if gap <= max(10.0 * error, AGREEMENT * max(size, abs(generated))):
        return "inconclusive" if error > POOR * max(size, natural, abs(generated)) else "ok"
    too_fine = abs(generated) > 1e8 * max(size, natural)  # the function changes faster than the smallest step can tell
    return "inconclusive" if poor and (too_fine or gap <= 1e3 * error) else "WRONG"


def shown(values: Mapping[str, object]) -> list[str]:
    """The names whose values a point shows: an empty `*args` is not one of them."""
    return [name for name, value in values.items() if not (isinstance(value, tuple) and not value)]


def show_point(values: Mapping[str, object]) -> str:
    """A point as `--at` takes it."""
    return ", ".join(f"{name}={values[name]!r}" for name in shown(values))
