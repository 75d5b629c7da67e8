"""Comments that speak to the tool: `# adgen: partial x = v * (1 - v)` and `# adgen: passive`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adtransform import ir
from adtransform.templates import template

DIRECTIVE = re.compile(r"#\s*adgen:\s*(?P<word>\w+)\s*(?P<rest>.*)")
PARTIAL = re.compile(r"(?P<name>\w+)\s*=\s*(?P<text>.+)")


@dataclass(frozen=True, slots=True)
class Directives:
    """`partials` by argument; `errors` are directives that cannot be read, as messages."""

    partials: tuple[tuple[str, ir.Expr], ...] = ()
    passive: bool = False
    errors: tuple[str, ...] = ()


def directives(function: ir.Function) -> Directives:
    """The directives in the comments above a function.

    Every argument without a line of its own has the partial zero, as soon as there is one line.
    """
    partials, errors, passive = [], [], False
    for line in function.source.lead:
        if (found := DIRECTIVE.match(line)) is None:
            continue
        rest = PARTIAL.match(found["rest"])
        if found["word"] == "passive":
            passive = True
        elif found["word"] == "partial" and rest is not None:
            try:
                partials.append((rest["name"], template(rest["text"])))
            except (SyntaxError, ValueError) as error:
                errors.append(f"`{found['rest']}`: {error}")
            if rest["name"] not in {p.name for p in function.params}:
                errors.append(f"`{function.name}` has no argument `{rest['name']}`")
        else:
            errors.append(f"`{line}` is neither `# adgen: partial ARGUMENT = EXPRESSION` nor `# adgen: passive`")
    return Directives(tuple(partials), passive, tuple(errors))


def is_passive(comment: str) -> bool:
    """Whether a comment on an assignment line stops differentiation there."""
    found = DIRECTIVE.match(comment)
    return found is not None and found["word"] == "passive"


def without_directives(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Comments less those that speak to the tool: what they say holds for the primal."""
    return tuple(line for line in lines if DIRECTIVE.match(line) is None)
