"""What a whole function must be to be differentiated."""

from __future__ import annotations

from adtransform.decorators import CACHES, COMPILERS, word_of
from adtransform.plain import merge
from adtransform.refusals import Refused
from adtransform.scopes import Unit

KNOWN_DECORATORS = CACHES | COMPILERS | {"override", "no_type_check", "deprecated"}


def check(unit: Unit) -> None:
    """Raise `Refused` for what no derivative is written of, wherever it stands in the function."""
    f = unit.function
    if (operator := unit.module.blocked.get(unit.name.partition(".")[0])) is not None:
        raise Refused(f, operator.code, operator.message, operator.help, operator)
    if unit.refusal is not None:
        raise unit.refusal
    for message in unit.directives.errors:
        raise Refused(
            f, "U010", message, "Write `# adgen: partial x = …`, one line an argument, or `# adgen: passive`."
        )
    for d in f.decorators:
        if (word := word_of(d)) not in KNOWN_DECORATORS:
            raise Refused(
                d,
                "N130",
                f"the decorator `{word}` may change what the function does",
                "Differentiate the undecorated function.",
            )
    features = merge(list(unit.features.values()))
    for s in features.unread:
        raise Refused(
            s,
            "N132",
            f"{describe(s.what)} is not in the language that is differentiated",
            "Move it into a function of its own that is called with passive arguments.",
        )
    for e in features.dynamic:
        raise Refused(e, "N133", "what is read or run here cannot be known", "Write the expression itself.")
    for e in features.complex:
        raise Refused(e, "D003", "complex numbers are not differentiated", "Write it with floats.")


def describe(what: str) -> str:
    """A construct by the name that users know."""
    known = {
        "Yield": "a generator (`yield`)",
        "Await": "`await`",
        "Match": "`match`",
        "ClassDef": "a class inside a function",
        "TryStar": "`except*`",
        "FunctionDef": "an asynchronous function",
        "For": "an asynchronous loop",
        "With": "an asynchronous `with`",
    }
    return known.get(what, what)
