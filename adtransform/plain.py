"""Facts about the text of a function that several passes ask for, found in one walk."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adtransform import ir
from adtransform.rules import BY_NUMPY_NAME
from adtransform.traverse import expressions, statements, walk

# how many of the arguments are iterated over
ITERATED = {"zip": 99, "enumerate": 1, "reversed": 1, "sum": 1, "fsum": 1, "tuple": 1}
LARGEST = frozenset({"max", "min"})  # of one argument
DYNAMIC = frozenset({"eval", "exec", "locals", "vars", "globals"})
MAKERS = frozenset({"tuple", "list", "sorted"})
ARRAY_WORD = re.compile(r"\b(ndarray|NDArray)\b")
STACK_METHODS = frozenset({"append", "pop", "clear"})
LIST_METHODS = frozenset("append pop clear extend insert remove reverse sort copy".split())
LIST_MAKERS = frozenset({"list", "sorted", "prod"})


@dataclass(frozen=True, slots=True)
class Features:
    """What occurs in a function, its nested functions aside.

    `walrus`: an assignment expression; `complex`: complex literals; `unread`: what the language does not have;
    `sequences`: names that are indexed, iterated over, starred, set to a tuple or used as stacks; `lists`: lists are
    made or written to; `calls`: all calls but those of libraries.
    """

    walrus: bool
    complex: tuple[ir.Expr, ...]
    unread: tuple[ir.Unread, ...]
    dynamic: tuple[ir.Expr, ...]  # `eval` and its like
    sequences: frozenset[str]
    lists: bool
    calls: tuple[ir.Call, ...]


def features_of(function: ir.Function) -> Features:
    """Walk a function."""
    walrus = False
    complex_found: list[ir.Expr] = []
    unread: list[ir.Unread] = []
    dynamic: list[ir.Expr] = []
    calls: list[ir.Call] = []
    lists = any(is_array_word(a) for a in (*(p.annotation for p in function.params), function.returns))
    sequences: set[str] = {p.name for p in function.params if p.role == "*" or holds_record(p.annotation)}
    for s in statements(function.body):
        sequences |= sequences_in(s)
        lists |= stores(s)
        if isinstance(s, ir.Unread):
            unread.append(s)
        for top in expressions(s):
            for e in walk(top):
                match e:
                    case ir.Name():
                        pass
                    case ir.Const(complex()):
                        complex_found.append(e)
                    case ir.Walrus():
                        walrus = True
                    case ir.Subscript(ir.Name(id), index):
                        sequences.add(id)
                        lists |= isinstance(index, ir.Slice)
                    case ir.Star(ir.Name(id)):
                        sequences.add(id)
                    case ir.Call(ir.Library("builtins", name)) if name in DYNAMIC:
                        dynamic.append(e)
                    case ir.Binary("@") | ir.Attribute(_, "shape" | "T" | "ndim"):
                        lists = True
                    case ir.Call(func, args):
                        if isinstance(func, ir.Library) and func.home == "numpy":
                            lists |= func.name not in BY_NUMPY_NAME
                        lists |= isinstance(func, ir.Library) and func.home == "statistics"
                        calls += [e] if not isinstance(func, ir.Library) else []
                        lists |= isinstance(func, ir.Library) and func.name in LIST_MAKERS
                        if isinstance(func, ir.Attribute) and func.attr in LIST_METHODS:
                            lists = True
                            sequences |= {func.value.id} if isinstance(func.value, ir.Name) else set()
                        iterated = ITERATED.get(func.name, 0) if isinstance(func, ir.Library) else 0
                        if isinstance(func, ir.Library) and func.name in LARGEST and func.home == "builtins":
                            iterated = len(args) == 1
                        sequences |= {
                            a.value.id
                            for i, a in enumerate(args)
                            if isinstance(a.value, ir.Name) and (a.star == "*" or (i < iterated and not a.keyword))
                        }
                    case ir.Display("[") | ir.Comprehension():
                        lists = True
                    case _:
                        pass
    return Features(
        walrus,
        tuple(complex_found),
        tuple(unread),
        tuple(dynamic),
        frozenset(sequences),
        lists or bool(sequences),
        tuple(calls),
    )


def holds_record(annotation: ir.Expr | None) -> bool:
    """Whether a parameter is an object or a dictionary, or holds some."""
    return annotation is not None and any(
        (isinstance(e, ir.Display) and e.record) or (isinstance(e, ir.Name) and e.id in ("dict", "Dict"))
        for e in walk(annotation)
    )


def is_array_word(e: ir.Expr | None) -> bool:
    """Whether an annotation names arrays."""
    return e is not None and any(
        isinstance(x, (ir.Name, ir.Attribute, ir.Const)) and ARRAY_WORD.search(str(last_word(x))) for x in walk(e)
    )


def last_word(e: ir.Name | ir.Attribute | ir.Const) -> object:
    return e.id if isinstance(e, ir.Name) else e.attr if isinstance(e, ir.Attribute) else e.value


def stores(s: ir.Stmt) -> bool:
    """Whether a statement writes to items."""
    match s:
        case ir.Assign(targets):
            return any(isinstance(e, ir.Subscript) for t in targets for e in walk(t))
        case ir.Augment(target) | ir.For(target):
            return isinstance(target, ir.Subscript)
        case ir.Inert("del"):
            return True
        case _:
            return False


def collect(function: ir.Function, path: str, found: dict[str, list[Features]]) -> None:
    """The features of a function and of the functions nested in it, by scope."""
    found.setdefault(path, []).append(features_of(function))
    for s in statements(function.body):
        if isinstance(s, ir.Function):
            collect(s, f"{path}{s.name}/", found)


def sequences_in(s: ir.Stmt) -> set[str]:
    """Names that one statement treats as tuples."""
    match s:
        case ir.For(_, ir.Name(id)) | ir.Assign((ir.Display(), *_), ir.Name(id)):
            return {id}
        case ir.Assign((ir.Name(id), *_), ir.Display("(" | "[")):
            return {id}
        case ir.Assign((ir.Name(id), *_), ir.Call(ir.Library("builtins", name))) if name in MAKERS:
            return {id}
        case _:
            return set()


def merge(found: list[Features]) -> Features:
    """The features of several definitions of one name."""
    if len(found) == 1:
        return found[0]
    return Features(
        any(f.walrus for f in found),
        tuple(e for f in found for e in f.complex),
        tuple(u for f in found for u in f.unread),
        tuple(e for f in found for e in f.dynamic),
        frozenset[str]().union(*(f.sequences for f in found)),
        any(f.lists for f in found),
        tuple(c for f in found for c in f.calls),
    )
