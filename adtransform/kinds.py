"""Kinds of parameters: which of them carry a derivative, from annotations, defaults and use."""

from __future__ import annotations

from enum import Enum

from adtransform import ir
from adtransform.activity import Activity
from adtransform.calls import bind
from adtransform.plain import STACK_METHODS, is_array_word
from adtransform.scopes import Unit, UnitCall
from adtransform.structure import Shape, find, rank_of
from adtransform.traverse import expressions, statements, walk

Kind = Enum("Kind", "FLOAT INT TUPLE STACK CONTAINER FUNCTION OTHER")

WORDS = {
    "float": Kind.FLOAT,
    "float64": Kind.FLOAT,
    "floating": Kind.FLOAT,
    "Real": Kind.FLOAT,
    "Number": Kind.FLOAT,
    "int": Kind.INT,
    "bool": Kind.OTHER,
    "str": Kind.OTHER,
    "None": Kind.OTHER,
    "tuple": Kind.TUPLE,
    "Tuple": Kind.TUPLE,
    "list": Kind.CONTAINER,
    "List": Kind.CONTAINER,
    "Sequence": Kind.CONTAINER,
    "Iterable": Kind.CONTAINER,
    "ndarray": Kind.CONTAINER,
    "NDArray": Kind.CONTAINER,
    "ArrayLike": Kind.CONTAINER,
    "dict": Kind.CONTAINER,
    "Callable": Kind.FUNCTION,
}
SEQUENCE_FUNCTIONS = frozenset({"len", "list", "tuple", "enumerate", "zip", "reversed", "sorted"})
INTEGER_FUNCTIONS = frozenset({"range", "factorial", "comb", "perm", "gcd", "isqrt", "lcm"})


def of_annotation(e: ir.Expr | None) -> Kind | None:
    """The kind that an annotation states; None without one, or where it says nothing.

    >>> from adtransform.templates import template
    >>> of_annotation(template("float")), of_annotation(template("Optional[float]"))
    (<Kind.FLOAT: 1>, <Kind.FLOAT: 1>)
    """
    match e:
        case None:
            return None
        case ir.Const(str() as text):
            return WORDS.get(text, of_words(text))
        case ir.Name(id):
            return WORDS.get(id, Kind.OTHER)
        case ir.Const(None):
            return Kind.OTHER
        case ir.Attribute(_, attr):
            return WORDS.get(attr, Kind.OTHER)
        case ir.Binary("|", left, right):
            return widest(of_annotation(left), of_annotation(right))
        case ir.Subscript(ir.Name("Optional" | "Annotated" | "Final") | ir.Attribute(_, "Optional" | "Final"), inner):
            return of_annotation(inner.items[0] if isinstance(inner, ir.Display) else inner)
        case ir.Subscript(ir.Name("Union") | ir.Attribute(_, "Union"), ir.Display(_, items)):
            return widest(*(of_annotation(i) for i in items))
        case ir.Subscript(ir.Name("tuple" | "Tuple") | ir.Attribute(_, "Tuple"), inner):
            items = inner.items if isinstance(inner, ir.Display) else (inner,)
            active = any(of_annotation(i) in (Kind.FLOAT, Kind.TUPLE) or is_array_word(i) for i in items)
            return Kind.TUPLE if active else Kind.CONTAINER
        case ir.Subscript(value):
            return of_annotation(value)
        case _:
            return Kind.OTHER


def of_words(text: str) -> Kind:
    """A string annotation such as "float | None"."""
    parts = [p.strip() for p in text.replace("Optional[", "").replace("]", "").split("|")]
    return widest(*(WORDS.get(p, Kind.OTHER) for p in parts))


def widest(*kinds: Kind | None) -> Kind:
    order = (Kind.FLOAT, Kind.TUPLE, Kind.STACK, Kind.CONTAINER, Kind.FUNCTION, Kind.INT, Kind.OTHER)
    return min((k for k in kinds if k is not None), key=order.index, default=Kind.OTHER)


def of_default(e: ir.Expr | None) -> Kind | None:
    match e:
        case ir.Const(bool() | str()):
            return Kind.OTHER
        case ir.Const(float()) | ir.Unary("-", ir.Const(float())):
            return Kind.FLOAT
        case ir.Display("(", _):
            return Kind.TUPLE
        case ir.Display() | ir.Opaque():
            return Kind.CONTAINER
        case _:
            return None


def of_use(activity: Activity, unit: Unit, name: str, seen: frozenset[tuple[int, str]] = frozenset()) -> Kind | None:
    """The kind that the use of an unannotated parameter shows, here or where it is passed on."""
    if (id(unit), name) in seen:
        return None
    found: dict[str, Kind]
    passed: Passed
    found, passed = unit.uses
    if name in found:
        return found[name]
    for call, position in passed.get(name, ()):
        callee = activity.program.callee(unit, "", call.func)
        if not isinstance(callee, UnitCall):
            continue
        bound = bind(callee.unit.function.params, call)
        for p, a in bound.pairs if bound else ():
            if a is call.args[position] and p.role != "*":
                stated = of_annotation(p.annotation) or of_default(p.default)
                kind = stated or of_use(activity, callee.unit, p.name, seen | {(id(unit), name)})
                if kind is not None:
                    return kind
    return None


Passed = dict[str, list[tuple[ir.Call, int]]]


def uses_of(function: ir.Function) -> tuple[dict[str, Kind], Passed]:
    """The kinds that the names of a function show by their use, and the calls that they are passed to."""
    found: dict[str, Kind] = {}
    passed: Passed = {}
    for s in statements(function.body, nested=True):
        if isinstance(s, ir.For) and isinstance(s.iterable, ir.Name):
            found.setdefault(s.iterable.id, Kind.CONTAINER)
        for top in expressions(s):
            for e in walk(top):
                for name, kind in shown(e):
                    if kind is Kind.STACK:
                        found[name] = kind
                    found.setdefault(name, kind)
                if isinstance(e, ir.Call):
                    for i, a in enumerate(e.args):
                        if isinstance(a.value, ir.Name):
                            passed.setdefault(a.value.id, []).append((e, i))
    for s in statements(function.body, nested=True):
        match s:
            case ir.Assign((ir.Name(other),), ir.Name(id)) if id not in found and found.get(other) is Kind.INT:
                found[id] = Kind.INT
            case _:
                pass
    return found, passed


def shown(e: ir.Expr) -> list[tuple[str, Kind]]:
    """What one expression shows of the names in it."""
    match e:
        case ir.Name() | ir.Const():
            return []
        case ir.Subscript(value, index):
            own = [(value.id, Kind.CONTAINER)] if isinstance(value, ir.Name) else []
            return own + [(n, Kind.INT) for n in integer_names(index)]
        case ir.Call(ir.Attribute(ir.Name(id), method)) if method in STACK_METHODS:
            return [(id, Kind.STACK)]
        case ir.Attribute(ir.Name(id), _):
            return [(id, Kind.OTHER)]
        case ir.Binary("<<" | ">>" | "&" | "|" | "^", left, right):
            return [(x.id, Kind.INT) for x in (left, right) if isinstance(x, ir.Name)]
        case ir.Compare(left, ((op, right), *_)):
            found = [(left.id, Kind.OTHER)] if isinstance(left, ir.Name) and is_word(right) else []
            inside = op in ("in", "not in") and isinstance(right, ir.Name)
            return [*found, (right.id, Kind.CONTAINER)] if inside and isinstance(right, ir.Name) else found
        case ir.Star(ir.Name(id)):
            return [(id, Kind.CONTAINER)]
        case ir.Comprehension(_, _, clauses):
            return [(c.iterable.id, Kind.CONTAINER) for c in clauses if isinstance(c.iterable, ir.Name)]
        case ir.Call(ir.Name(id)):
            return [(id, Kind.FUNCTION)]
        case ir.Call(ir.Library(_, function), args) if function in INTEGER_FUNCTIONS:
            return [(n, Kind.INT) for a in args for n in integer_names(a.value)]
        case ir.Call(ir.Library("builtins", function), args) if function in SEQUENCE_FUNCTIONS:
            return [(a.value.id, Kind.CONTAINER) for a in args if isinstance(a.value, ir.Name)]
        case _:
            return []


def integer_names(e: ir.Expr) -> set[str]:
    """Names in an index or a range bound, as far as it is whole-number arithmetic."""
    match e:
        case ir.Name(id):
            return {id}
        case ir.Binary("+" | "-" | "*" | "//" | "%", left, right):
            return integer_names(left) | integer_names(right)
        case ir.Unary("-", operand):
            return integer_names(operand)
        case ir.Slice(lower, upper, step):
            return set().union(*(integer_names(p) for p in (lower, upper, step) if p is not None))
        case ir.Display(_, items):
            return set().union(*(integer_names(i) for i in items))
        case _:
            return set()


def is_word(e: ir.Expr) -> bool:
    match e:
        case ir.Const(str()):
            return True
        case ir.Display(_, items):
            return any(is_word(i) for i in items)
        case _:
            return False


def of_param(activity: Activity, unit: Unit, p: ir.Param) -> Kind:
    """The kind of a parameter; an unannotated one is a float if the result depends on it and its use agrees."""
    if p.role == "**":
        return Kind.OTHER
    stated = of_annotation(p.annotation) or of_default(p.default)
    if stated is not None:
        is_stack = stated is Kind.CONTAINER and unit.uses[0].get(p.name) is Kind.STACK
        return Kind.STACK if is_stack else stated
    used = of_use(activity, unit, p.name) if p.role != "*" else None
    if used is not None:
        return used
    return Kind.INT if p.name not in activity.summary(unit) and counts(unit, p.name) else Kind.FLOAT


def counts(unit: Unit, name: str) -> bool:
    """Whether a name is used, and only in arithmetic and comparisons with whole numbers."""
    used = any(
        ir.Name(name) in (e, *walk(e)) for s in statements(unit.function.body, nested=True) for e in expressions(s)
    )
    return used and not meets_floats(unit, name)


def meets_floats(unit: Unit, name: str) -> bool:
    """Whether a name stands in arithmetic or comparisons with anything but whole numbers."""
    for s in statements(unit.function.body, nested=True):
        for top in expressions(s):
            for e in walk(top):
                match e:
                    case ir.Binary("/", left, right) if ir.Name(name) in (left, right):
                        return True
                    case ir.Binary(_, left, right) if ir.Name(name) in (left, right):
                        other = right if left == ir.Name(name) else left
                        if not is_whole(other):
                            return True
                    case ir.Compare(left, ((_, right), *_)) if ir.Name(name) in (left, right):
                        other = right if left == ir.Name(name) else left
                        if not is_whole(other) and not isinstance(other, ir.Const):
                            return True
                        if isinstance(other, ir.Const) and isinstance(other.value, float):
                            return True
                    case ir.Call(ir.Library("math" | "numpy"), args) if any(a.value == ir.Name(name) for a in args):
                        return True
    return False


def is_whole(e: ir.Expr) -> bool:
    return isinstance(e, ir.Const) and isinstance(e.value, int)


def default_wrt(activity: Activity, unit: Unit) -> tuple[str, ...]:
    """The parameters that a function is differentiated with respect to, unless the user chooses.

    A parameter that is a function gets its tangent function beside it, if there is a float as well; so does a list that
    is used as a stack.
    """
    kinds = {p.name: of_param(activity, unit, p) for p in unit.function.params}
    stated = {p.name for p in unit.function.params if p.annotation is not None}
    floats = [n for n, k in kinds.items() if k is Kind.FLOAT or (k is Kind.TUPLE and n in stated)]
    summary = activity.summary(unit)
    floats += [n for n, k in kinds.items() if k is Kind.CONTAINER and n in summary and holds_floats(activity, unit, n)]
    beside = {Kind.FUNCTION, Kind.STACK} if activity.stacks is not None else {Kind.FUNCTION}
    others = [n for n, k in kinds.items() if k in beside and n in summary]
    return tuple(n for n in kinds if n in floats or n in others) if floats else ()


def holds_floats(activity: Activity, unit: Unit, name: str) -> bool:
    """Whether a parameter is a list of numbers, or of lists of them, that can be followed."""
    signature = activity.stacks.signature(unit) if activity.stacks is not None else None
    if signature is not None and unit.refusal is not None and find(signature.params[name]).keyed:
        return True  # so that it is said why there is no derivative
    return signature is not None and is_numeric(signature.params[name])


def depth(activity: Activity, unit: Unit, name: str) -> int:
    """How deep lists are nested in a parameter; 0 for a number, -1 for an array of one axis, -2 of two."""
    signature = activity.stacks.signature(unit) if activity.stacks is not None else None
    s, found = find(signature.params[name]) if signature is not None else Shape(), 0
    while s.kind in ("list", "sequence") and not s.keyed:
        s, found = find(s.items[0]), found + 1
    return -max(rank_of(s).count, 1) if s.kind == "array" and not found else found


def is_numeric(s: Shape) -> bool:
    s = find(s)
    if s.odd:
        return False
    if s.record is not None:
        return any(is_numeric(i) for i, p in zip(s.items, s.record.passive, strict=True) if not p)
    if s.kind == "array":
        return not find(s.items[0]).whole
    return is_numeric(s.items[0]) if s.kind in ("list", "sequence") else s.kind in ("", "number")
