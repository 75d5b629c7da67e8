"""Facts about the text of a function that several passes ask for, found in one walk."""

from __future__ import annotations

from dataclasses import dataclass

from adtransform import ir
from adtransform.traverse import expressions, statements, walk

ITERATED = frozenset({"zip", "enumerate", "reversed", "sum", "fsum", "tuple"})


@dataclass(frozen=True, slots=True)
class Features:
    """`walrus`: an assignment expression occurs; `complex`: complex literals; `unread`: what the language does not have;
    `sequences`: parameters that are indexed, iterated over or starred."""

    walrus: bool
    complex: tuple[ir.Expr, ...]
    unread: tuple[ir.Unread, ...]
    sequences: frozenset[str]


def features_of(function: ir.Function) -> Features:
    """Walk a function, its nested functions included."""
    walrus = False
    complex_found: list[ir.Expr] = []
    unread: list[ir.Unread] = []
    found: set[str] = {p.name for p in function.params if p.role == "*"}
    for s in statements(function.body, nested=True):
        match s:
            case ir.For(_, ir.Name(id)) | ir.Assign((ir.Display(), *_), ir.Name(id)):
                found.add(id)
            case ir.Unread():
                unread.append(s)
            case _:
                pass
        for top in expressions(s):
            for e in walk(top):
                match e:
                    case ir.Name():
                        pass
                    case ir.Const(complex()):
                        complex_found.append(e)
                    case ir.Subscript(ir.Name(id), _) | ir.Star(ir.Name(id)):
                        found.add(id)
                    case ir.Walrus():
                        walrus = True
                    case ir.Call(func, args):
                        starred = [a.value.id for a in args if a.star and isinstance(a.value, ir.Name)]
                        found.update(starred)
                        if isinstance(func, ir.Library) and func.name in ITERATED:
                            found.update(a.value.id for a in args if isinstance(a.value, ir.Name))
                    case _:
                        pass
    params = {p.name for p in function.params}
    return Features(walrus, tuple(complex_found), tuple(unread), frozenset(found & params))
