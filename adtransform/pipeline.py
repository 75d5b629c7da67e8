"""The driver: text in, text out.

text ─read─▶ functions ─facts─▶ what is active ─flatten─▶ one call a statement ─forward─▶ tangents ─write─▶ text
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adtransform.diagnostics import Refusal, TransformError
from adtransform.imports import Import
from adtransform.live.asked import names_of

COMMON = ("read", "flat")  # the modes part behind these stages
STAGES = {"forward": (*COMMON, "forward"), "reverse": (*COMMON, "reverse")}
OPTIMISATIONS = ("activity", "reuse", "share", "sign")
REVERSE = ("liveness", "recompute", "tbr", "fuse", "joint")
DEPTH = 20_000  # frames that a deep expression may take


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for.

    `mode`: "forward" for tangents, "reverse" for adjoints.  `functions`: names, or None for every differentiable
    function.  `wrt`: inputs of every requested function, or None for the default (each float); `wrt_of`: inputs by
    function.  `kinds`: what the arguments of the one function are that is asked for, as annotations of its
    parameters.  `passive`: inputs that are left out by default.  `constants`: functions that do not depend on the
    inputs that are named are gone through, too.  `live`: the module has been executed, its values are there.
    `disabled`: optimisations switched off.  `emit`: a stage whose functions are printed instead of the derivatives.
    `keep_going`: write what can be written and report the rest.  `source_name` and `command` go into the header.
    """

    mode: str = "forward"
    functions: tuple[str, ...] | None = None
    wrt: tuple[str, ...] | None = None
    wrt_of: tuple[tuple[str, tuple[str, ...]], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    passive: tuple[str, ...] = ()
    constants: bool = False
    live: bool = False
    disabled: frozenset[str] = frozenset()
    emit: str | None = None
    keep_going: bool = False
    source_name: str = ""
    command: str = ""
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Derivative:
    """One generated function: `name` is the tangent or the adjoint of `function`.

    A tangent takes `tangents` behind the parameters of the function, in the order of `wrt`; an adjoint takes `seed`
    and returns the adjoints in the order of `wrt`, no tuple if there is one.
    """

    function: str
    name: str
    wrt: tuple[str, ...]
    tangents: tuple[str, ...] = ()
    seed: str = ""
    depths: tuple[int, ...] = ()  # of inputs: 0 for a number, 1 for a list, 2 for a list of lists, -1 for a vector
    result: str = ""  # "number", "list", "array", …: the value, where that is known

    @property
    def mode(self) -> str:
        return "reverse" if self.seed else "forward"


@dataclass(frozen=True, slots=True)
class Result:
    """The generated module, its derivatives, and what was refused if that was not raised.

    `files` are the other files that were read, with their texts where they have any; `imports` is where the imports of
    all files lead; `functions` are those that were looked at, each with its file.
    """

    text: str
    derivatives: tuple[Derivative, ...]
    refusals: tuple[Refusal, ...]
    files: tuple[tuple[str, str | None], ...] = ()
    imports: tuple[tuple[Import, str | None], ...] = ()
    functions: tuple[tuple[str, str], ...] = ()


def transform(source: str, filename: str, options: Options) -> Result:
    """Differentiate a module.

    Args:
        source: the text of the module.
        filename: its name, for messages and to find the files that it imports; need not exist.
        options: what is asked for.

    Returns:
        The generated module.

    Raises:
        TransformError: with every refusal, sorted by place.
    """
    from adtransform.expand.expansion import expand
    from adtransform.session import Session

    if options.mode not in ("forward", "reverse"):
        help = "Use mode `forward` or `reverse`."
        raise TransformError([Refusal(filename, 0, 0, "U020", f"there is no mode `{options.mode}`", help)])
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, DEPTH))
    gc.disable()  # many small immutable nodes and no cycles: collections would take a third of the time
    try:
        newline = "\r\n" if "\r\n" in source else "\n"
        if options.emit in COMMON:
            options = replace(options, mode="forward")
        source = source.replace("\r\n", "\n")
        expansion = expand(source, filename, options)
        session = Session(expansion.text.chars if expansion else source, filename, options, expansion)
        result = session.run()
        text = result.text.replace("\n", newline) if newline != "\n" else result.text
        return replace(result, text=text)
    except RecursionError:
        help = "Split it into several statements."
        raise TransformError([Refusal(filename, 0, 0, "E002", "an expression is nested too deeply", help)]) from None
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def derive(
    source: str,
    *,
    mode: str = "forward",
    functions: str | Iterable[str] | None = None,
    wrt: str | Iterable[str] | Mapping[str, Iterable[str]] | None = None,
    filename: str = "<string>",
) -> str:
    """Differentiate source text: a module in, a module out.

    Args:
        source: the text of a module with plain Python float functions.
        mode: "forward" for tangents, "reverse" for adjoints.
        functions: which functions, by name; every differentiable one if None.
        wrt: with respect to which inputs: a name or names, or names by function; every float input if None.
        filename: for messages, and to find the files that the module imports.

    Returns:
        The text of the generated module.  It imports what the source imported, nothing of this package.

    Raises:
        TransformError: if the text is no Python, if a name does not exist, or if something is refused.
        TypeError: if the source is no text, or the names are none.

    >>> print(derive("def cube(x: float) -> float:\\n    return x**3\\n"))
    # Generated by adgen from <string>; do not edit.
    <BLANKLINE>
    <BLANKLINE>
    def cube_d(x: float, x_d: float) -> tuple[float, float]:
        \"\"\"Tangent of `cube` with respect to x.\"\"\"
        return x**3, 3.0 * x * x * x_d
    <BLANKLINE>
    """
    if not isinstance(source, str):
        raise TypeError(f"`derive` takes the text of a module, not {source!r}: `tangent` and `adjoint` take functions")
    by_function: tuple[tuple[str, tuple[str, ...]], ...] = ()
    inputs: tuple[str, ...] | None = None
    if isinstance(wrt, Mapping):
        by_function = tuple((f, names_of(w, "wrt") or ()) for f, w in wrt.items())
    else:
        inputs = names_of(wrt, "wrt")
    options = Options(
        mode=mode,
        functions=names_of(functions, "functions"),
        wrt=inputs,
        wrt_of=by_function,
        source_name=Path(filename).name,
    )
    return transform(source, filename, options).text


def function_names(source: str) -> list[str]:
    """The functions at the top level of a module; empty if it cannot be read."""
    import ast

    try:
        return [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
