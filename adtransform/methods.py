"""What calls of library functions and of methods of lists give, and what they do to lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.arrays import elementwise
from adtransform.structure import Shape, escape, find, keyed, many, more, number, unify

if TYPE_CHECKING:
    from adtransform.inference import Inference

READS = frozenset("len bool print isinstance repr str id type".split())
NUMBERS = frozenset("float int abs round ord pow complex divmod".split())
REDUCTIONS = frozenset(
    "sum fsum prod hypot dist sumprod mean fmean variance stdev pvariance pstdev median covariance".split()
)
METHODS = frozenset("append extend insert pop remove clear copy reverse sort index count".split())
STACK_METHODS = frozenset("append pop clear".split())
KEYS, FROM_KEYS = "the keys", "from the keys"  # what `for k in d` runs over, and `dict.fromkeys`
READ = "a function reads it"
CHANGED = "a method changes it"
HANDED = "it is handed to a function that is not known"


def receiver(inference: Inference, func: ir.Attribute, path: str) -> Shape | None:
    """The shape of what a method is called on, if it may be a list; None otherwise."""
    if func.attr not in METHODS:
        return None
    shape = inference.of(func.value, path)
    return shape if find(shape).kind in ("", "list", "sequence", "tuple") and not find(shape).odd else None


def method(inference: Inference, e: ir.Call, func: ir.Attribute, path: str) -> Shape:
    """A method of a list."""
    own = inference.of(func.value, path)
    name, args = func.attr, [a.value for a in e.args]
    if find(own).keyed:
        if name != "copy":
            escape(own, CHANGED)
        return keyed(find(own).items[0]) if name == "copy" else Shape(odd=CHANGED)
    plain = isinstance(func.value, ir.Name) and name in STACK_METHODS and len(args) == (name == "append")
    unify(own, many("sequence") if name in ("index", "count", "copy") else many("list"))
    item = find(own).items[0] if find(own).items else Shape(odd=HANDED)
    if not plain:
        more(own, CHANGED)
    if name not in ("index", "count", "copy"):
        find(own).changed = True
    if name in ("pop", "clear"):
        find(own).popped = True
    match name, args:
        case "append", [value]:
            pushed = inference.of(value, path)
            unify(item, pushed)
        case "insert", [at, value]:
            inference.of(at, path)
            unify(item, inference.of(value, path))
        case "extend", [values]:
            unify(item, inference.elements(values, path))
        case "copy", []:
            return many("list" if find(own).kind == "list" else "sequence", item)
        case "pop", _:
            for a in args:
                inference.of(a, path)
            return item
        case (("index" | "count"), _):
            for a in args:
                inference.of(a, path)
            return number()
        case "sort", _ if e.args:
            escape(own, "it is sorted by a key")
        case _:
            for a in args:
                inference.of(a, path)
    return Shape()


def call(inference: Inference, e: ir.Call, home: str, name: str, path: str) -> Shape:
    """A function of a library."""
    args = [a.value for a in e.args if not a.keyword]
    for keyword in (a.value for a in e.args if a.keyword):
        inference.of(keyword, path)
    if (home, name) == ("builtins", KEYS):
        inference.of(args[0], path)
        return many("sequence", number())
    if (home, name) == ("builtins", FROM_KEYS):
        inference.of(args[0], path)
        return keyed(inference.of(args[1], path))
    if home == "builtins" and name == "abs" and len(args) == 1:
        return elementwise(inference, name, [inference.of(args[0], path)])
    if home == "builtins" and name in READS:
        for a in args:
            shape = inference.of(a, path)
            if name == "len" and isinstance(a, ir.Name) and not find(shape).kind:
                unify(shape, many("sequence"))
                find(shape).downward = True
        return number()
    if home in ("builtins", "math", "statistics") and (name in REDUCTIONS or name in ("max", "min")):
        return reduction(inference, name, args, path)
    if home == "builtins" and name in ("list", "tuple", "sorted", "reversed") and len(args) == 1:
        item = inference.elements(args[0], path)
        own = inference.of(args[0], path)
        more(own, READ)
        known = find(own)
        if name == "tuple" and known.kind == "tuple":
            return Shape("tuple", list(known.items))
        return many("list" if name in ("list", "sorted") else "sequence", item)
    if home == "builtins" and name == "enumerate" and args:
        return many("sequence", Shape("tuple", [number(), inference.elements(args[0], path)]))
    if home == "builtins" and name == "zip":
        return many("sequence", Shape("tuple", [inference.elements(a, path) for a in args]))
    if home == "builtins" and name == "range":
        for a in args:
            unify(inference.of(a, path), number())
        return many("sequence", number())
    if home == "math":
        for a in args:
            unify(inference.of(a, path), number())
        return number()
    if home == "builtins" and name in ("any", "all"):
        for a in args:
            inference.of(a, path)
        return number()
    inference.unknown(e, path)
    return number() if name in NUMBERS else Shape(odd=HANDED)


def reduction(inference: Inference, name: str, args: list[ir.Expr], path: str) -> Shape:
    """`sum(values)`, `max(values)`, `max(a, b)`: a number for a list of numbers."""
    if name in ("max", "min", "hypot") and len(args) > 1:
        for a in args:
            unify(inference.of(a, path), number())
        return number()
    if name == "sum" and len(args) == 1 and find(inference.of(args[0], path)).kind == "array":
        return elementwise(inference, name, [inference.elements(args[0], path)])  # a number, or a sum of rows
    for a in args:
        if find(inference.of(a, path)).kind == "number":
            continue
        more(inference.of(a, path), READ)
        unify(inference.elements(a, path), number())
    return number()
