"""Derivatives that are generated in the middle of a run, as text that is joined to the module."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adtransform.diagnostics import Refusal, TransformError
from adtransform.expand.operands import Operands
from adtransform.expand.splices import Text
from adtransform.modules import Defined

if TYPE_CHECKING:
    from adtransform.expand.expansion import Expansion
    from adtransform.pipeline import Derivative
    from adtransform.session import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """A derivative: of which function, in which mode, with respect to what."""

    function: str
    mode: str
    wrt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated function; `is_number` says whether the value is a number, `of_numbers` whether the inputs are."""

    name: str
    tangents: tuple[str, ...] = ()
    seed: str = ""
    is_number: bool = False
    of_numbers: bool = True
    arrays: frozenset[tuple[str, str]] = frozenset()  # parameters of the module that got arrays then


@dataclass
class Made:
    """What came of a request: the functions, their text, and what was refused."""

    found: dict[Wanted, Generated] = field(default_factory=dict)
    definitions: list[Text] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    refused: dict[Wanted, Refusal] = field(default_factory=dict)


def generate(text: Text, wanted: dict[Wanted, int], home: Expansion) -> Made:
    """Generate derivatives of functions of a text; `wanted` says what part of the source each is for.

    Those of one mode are generated together, so that they share what they call.
    """
    made = Made()
    waiting = list(wanted)
    while waiting:
        batch: dict[str, Wanted] = {}
        for w in waiting:
            if w.mode == waiting[0].mode:
                batch.setdefault(w.function, w)
        waiting = [w for w in waiting if batch.get(w.function) != w]
        try:
            text = take(text, list(batch.values()), wanted, home, made)
        except TransformError as refused:
            if len(batch) == 1:
                made.refused[next(iter(batch.values()))] = refused.refusals[0]
                continue
            for w in batch.values():  # one by one, to know which
                try:
                    text = take(text, [w], wanted, home, made)
                except TransformError as alone:
                    made.refused[w] = alone.refusals[0]
    return made


def take(text: Text, batch: list[Wanted], wanted: dict[Wanted, int], home: Expansion, made: Made) -> Text:
    """Generate some derivatives; the text with them."""
    session = session_of(text, batch, home)
    result = session.run()
    by_name = {d.function: d for d in result.derivatives}
    tree = ast.parse(result.text)
    functions = {s.name: s for s in tree.body if isinstance(s, ast.FunctionDef)}
    for w in batch:
        derivative = by_name.get(w.function)
        if derivative is None or set(derivative.wrt) != set(w.wrt):
            message = f"the derivative of `{w.function}` with respect to {', '.join(w.wrt)} is not known"
            raise TransformError([Refusal(home.filename, 0, 0, "N180", message, "Write it with `float` parameters.")])
        made.found[w] = replace(described(derivative, functions[derivative.name]), arrays=arrays_of(session))
    imports, definitions = new_parts(tree, result.text, bound_names(ast.parse(text.chars)))
    made.imports += imports
    home.names.made |= {s.name for s in tree.body if isinstance(s, ast.FunctionDef)}
    place = wanted[batch[0]]
    parts = [Text(d, (place,) * len(d)) for d in definitions]
    made.definitions += parts
    for i in imports:
        text = text + Text(i + "\n", (place,) * (len(i) + 1))
    for p in parts:
        text += p
    return text


def session_of(text: Text, batch: list[Wanted], home: Expansion) -> Session:
    """A run of a text that the main run starts with."""
    from adtransform.pipeline import Options
    from adtransform.session import Session

    options = Options(
        mode=batch[0].mode if batch else "forward",
        functions=tuple(w.function for w in batch),
        wrt_of=tuple((w.function, w.wrt) for w in batch),
        disabled=home.options.disabled,
        width=home.options.width,
    )
    session = Session(text.chars, home.filename, options, replace(home, text=text, names=Operands()))
    session.reserved = home.reserved
    return session


def arrays_of(session: Session) -> frozenset[tuple[str, str]]:
    """The parameters that are given arrays somewhere in a module, although they do not say so."""
    stacks = session.activity.stacks
    return frozenset((unit.name, name) for unit, name in stacks.arrays) if stacks is not None else frozenset()


def arrays_given(text: Text, home: Expansion) -> frozenset[tuple[str, str]]:
    """The same of a text."""
    session = session_of(text, [], home)
    if session.activity.stacks is not None:
        defined = [n for n, b in session.main.bindings.items() if isinstance(b, Defined)]
        session.activity.stacks.prepare([session.program.unit(session.main, n) for n in defined])
    return arrays_of(session)


def described(derivative: Derivative, function: ast.FunctionDef) -> Generated:
    """A generated function as its callers need to know it."""
    params = [*function.args.posonlyargs, *function.args.args]
    defaults = dict(zip([p.arg for p in params][::-1], function.args.defaults[::-1], strict=False))
    seed = defaults.get(derivative.seed)
    is_number = isinstance(seed, ast.Constant) and seed.value == 1.0
    return Generated(derivative.name, derivative.tangents, derivative.seed, is_number, not any(derivative.depths))


def new_parts(tree: ast.Module, chars: str, old: set[str]) -> tuple[list[str], list[str]]:
    """The imports and the definitions of a generated module whose names are new."""
    imports, definitions = [], []
    lines = chars.splitlines(keepends=True)
    for s in tree.body:
        if isinstance(s, (ast.Import, ast.ImportFrom)):
            s.names = [a for a in s.names if (a.asname or a.name.partition(".")[0]) not in old]
            imports += [ast.unparse(s)] if s.names else []
        elif isinstance(s, (ast.FunctionDef, ast.ClassDef)) and s.name not in old:
            first = min([s.lineno, *(d.lineno for d in s.decorator_list)])
            while first > 1 and lines[first - 2].startswith("#"):
                first -= 1
            definitions.append("".join(lines[first - 1 : s.end_lineno]))
    return imports, definitions


def bound_names(tree: ast.Module) -> set[str]:
    """The names that the statements of a module bind there."""
    from adtransform.live.graft import bound

    return {name for statement in tree.body for name in bound(statement)}


__all__ = ["Generated", "Made", "Wanted", "arrays_given", "generate"]
