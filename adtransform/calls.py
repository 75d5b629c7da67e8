"""Binding of call arguments to parameters, as Python does it."""

from __future__ import annotations

from dataclasses import dataclass

from adtransform.ir import Arg, Call, Expr, Param


@dataclass(frozen=True, slots=True)
class Bound:
    """`pairs`: arguments with their parameters; `loose`: starred arguments, which may fill any of `open`."""

    pairs: tuple[tuple[Param, Arg], ...]
    loose: tuple[Arg, ...]
    open: tuple[Param, ...]


def bind(params: tuple[Param, ...], call: Call) -> Bound | None:
    """Bind the arguments of a call; None if it does not fit the parameters (Python will raise)."""
    positional = [p for p in params if p.role in ("/", "")]
    variadic = next((p for p in params if p.role == "*"), None)
    keywords = next((p for p in params if p.role == "**"), None)
    by_name = {p.name: p for p in params if p.role in ("", "=")}
    pairs: list[tuple[Param, Arg]] = []
    loose: list[Arg] = []
    rest = list(positional)
    for a in call.args:
        if a.star:
            loose.append(a)
        elif a.keyword:
            p = by_name.get(a.keyword) or keywords
            if p is None:
                return None
            pairs.append((p, a))
            rest = [r for r in rest if r.name != a.keyword]
        elif loose:
            loose.append(a)
        elif rest:
            pairs.append((rest.pop(0), a))
        elif variadic is not None:
            pairs.append((variadic, a))
        else:
            return None
    taken = {p.name for p, _ in pairs}
    still = tuple(p for p in params if p.name not in taken or p.role in ("*", "**"))
    return Bound(tuple(pairs), tuple(loose), still)


def bind_names(params: tuple[str, ...], call: Call) -> dict[str, Expr]:
    """The arguments of a library function by the names of its parameters."""
    plain = [a.value for a in call.args if not a.keyword and not a.star]
    return dict(zip(params, plain, strict=False)) | {a.keyword: a.value for a in call.args if a.keyword}
