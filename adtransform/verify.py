"""`adgen verify`: generated derivatives beside differences of the functions they were generated from."""

from __future__ import annotations

import contextlib
import difflib
import inspect
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

from adtransform.applied import Generated, Raised, guarded
from adtransform.compiled import Home, at_home, compile_module, home, run_source
from adtransform.diagnostics import Refusal, TransformError
from adtransform.report import Check, Report
from adtransform.trial import Trial

if TYPE_CHECKING:
    from adtransform.pipeline import Options, Result


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
        mode: "forward" for tangents, "reverse" for adjoints; these are multiplied with the tangents too.

    Returns:
        The report; its `ok` says whether every function passed.

    Raises:
        TransformError: the source is refused, or `at` names a parameter that does not exist.
    """
    from adtransform.pipeline import Options, transform

    place, given = home(filename), dict(at or {})
    functions = None if function is None else (function,)
    options = Options(mode=mode, functions=functions, wrt=wrt, keep_going=function is None)
    result = transform(source, filename, options)
    tangents = tangents_of(source, filename, options) if mode == "reverse" else None
    with quiet(), at_home(place):
        try:
            primal = guarded(lambda: run_source(source, place), "the source")
            generated = compiled(result, primal, filename, place)
            others = compiled(tangents, primal, filename, place) if tangents else {}
            trials = [Trial(find(primal, n), g, given, others.get(n)) for n, g in generated.items()]
        except Raised as error:
            return Report((Check(filename, "", (), str(error)),))
        known_names(filename, given, [trial.signature for trial in trials])
        return Report(tuple(trial.check() for trial in trials))


def tangents_of(source: str, filename: str, options: Options) -> Result | None:
    """The tangents that there are of functions whose adjoints are tested."""
    from adtransform.pipeline import transform

    try:
        return transform(source, filename, replace(options, mode="forward", keep_going=True))
    except TransformError:
        return None


def compiled(result: Result, primal: ModuleType, filename: str, place: Home) -> dict[str, Generated]:
    """The generated functions by the names of those they were generated from."""
    module = guarded(
        lambda: compile_module(result.text, filename, package=place.package, path=place.path), "the generated module"
    )
    signatures = {d.function: inspect.signature(find(primal, d.function)) for d in result.derivatives}
    return {d.function: Generated(d, find(module, d.name), signatures[d.function]) for d in result.derivatives}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what user code prints and warns out of the report."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def find(module: object, name: str) -> Callable[..., object]:
    """The function of a module by its qualified name."""
    for part in name.split("."):
        module = getattr(module, part, None)
    if not callable(module):
        raise Raised(f"`{name}` is no function once the source is executed")
    return module


def known_names(filename: str, given: Mapping[str, object], signatures: list[inspect.Signature]) -> None:
    """Refuse a value for a parameter that no function has."""
    names = {name: None for signature in signatures for name in signature.parameters}
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            help_ = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(names)}."
            raise TransformError([Refusal(filename, 0, 0, "U005", f"there is no parameter `{name}`", help_)])
