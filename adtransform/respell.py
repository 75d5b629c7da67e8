"""Tuples that stand for objects, spelled as objects again: the last step before a function is printed.

p[.x]                        p.x
(a, b) of class Point        Point(a, b)
Point.area(p, k)             p.area(k)
(a, b) of class Point = v    t = v; a, b = t.x, t.y
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adtransform import ir
from adtransform.methods import FROM_KEYS, KEYS
from adtransform.names import Supply
from adtransform.records import field_of
from adtransform.traverse import map_blocks, map_expressions, names, rebuild, statements, walk

New = Callable[[str], str]


def respelled(f: ir.Function, supply: Supply) -> ir.Function:
    """A function with its objects spelled out."""
    if not any(map(holds_record, nodes(f))):
        return f
    taken = {n for e in nodes(f) for n in names(e)} | {p.name for p in f.params}

    def new(base: str) -> str:
        name = supply.fresh(base)
        while name in taken:
            name = supply.fresh(base)
        return name

    return whole(f, new)


def whole(f: ir.Function, new: New) -> ir.Function:
    params = tuple(
        replace(p, annotation=p.annotation and spelled(p.annotation), default=p.default and spelled(p.default))
        for p in f.params
    )
    body = tuple(x for s in f.body for x in statement(s, new))
    return replace(f, params=params, body=body, returns=f.returns and spelled(f.returns))


def nodes(f: ir.Function) -> list[ir.Expr]:
    from adtransform.traverse import expressions

    found = [e for s in statements(f.body, nested=True) for e in expressions(s)]
    notes = [p.annotation for s in [f, *statements(f.body, True)] if isinstance(s, ir.Function) for p in s.params]
    returns = [s.returns for s in [f, *statements(f.body, True)] if isinstance(s, ir.Function)]
    found += [p.default for p in f.params if p.default is not None]
    return found + [n for n in (*notes, *returns) if n is not None]


def holds_record(e: ir.Expr) -> bool:
    return any(
        isinstance(x, (ir.Field, ir.Method))
        or (isinstance(x, ir.Display) and (x.record is not None or x.keys is not None))
        or (isinstance(x, ir.Library) and x.name in (KEYS, FROM_KEYS))
        for x in walk(e)
    )


def statement(s: ir.Stmt, new: New) -> list[ir.Stmt]:
    match s:
        case ir.Function():
            return [whole(s, new)]
        case ir.Assign((target,), value) if is_record(target) or (
            isinstance(target, ir.Display) and any(is_record(x) for x in walk(target))
        ):
            return assigned(s, target, value, new)
        case ir.For(target) if any(is_record(x) for x in walk(target)):
            pre, own = unpacked(target, new)
            body = tuple(x for b in (*pre, *s.body) for x in statement(b, new))
            iterable = spelled(s.iterable)
            return [replace(s, target=own, iterable=iterable, body=body, source=replace(s.source, text=None))]
        case ir.Assign(targets, value):
            s = replace(s, targets=tuple(map(untitled, targets)))
            return [map_expressions(s, spelled)]
        case ir.For(target):
            s = replace(s, target=untitled(target))
            return [map_blocks(map_expressions(s, spelled), lambda b: tuple(x for i in b for x in statement(i, new)))]
        case _:
            return [map_blocks(map_expressions(s, spelled), lambda b: tuple(x for i in b for x in statement(i, new)))]


def is_record(e: ir.Expr) -> bool:
    """Whether an object is taken apart that cannot be unpacked."""
    return isinstance(e, ir.Display) and e.record is not None and not e.record.unpacks


def untitled(target: ir.Expr) -> ir.Expr:
    """A target without classes."""
    if not isinstance(target, ir.Display):
        return target
    return ir.Display(target.bracket, tuple(map(untitled, target.items)), at=target.at)


def assigned(s: ir.Assign, target: ir.Expr, value: ir.Expr, new: New) -> list[ir.Stmt]:
    """An assignment that takes objects apart."""
    assert isinstance(target, ir.Display)
    if isinstance(value, ir.Display) and len(value.items) == len(target.items):
        pairs = list(zip(target.items, value.items, strict=True))
        kept = [(t, v) for t, v in pairs if t != ir.Name("_") or has_call(v)]
        if not kept:
            return []
        targets, values = (tuple(x[i] for x in kept) for i in (0, 1))
        if len(kept) == 1:
            return statement(ir.Assign((targets[0],), values[0], source=replace(s.source, text=None)), new)
        if not any(isinstance(t, ir.Display) and any(map(is_record, walk(t))) for t in targets):
            own = ir.Assign(
                (ir.Display("(", tuple(map(spelled, map(untitled, targets)))),),
                ir.Display("(", tuple(map(spelled, values))),
                source=replace(s.source, text=None),
            )
            return [own]
    if is_record(target) and isinstance(value, ir.Name) and value not in target.items:
        return [x for p in fields(target, value) for x in statement(p, new)]
    post, own_target = unpacked(target, new)
    first = ir.Assign((own_target,), spelled(value), at=s.at, source=replace(s.source, text=None))
    return [first, *(x for p in post for x in statement(p, new))]


def unpacked(target: ir.Expr, new: New) -> tuple[list[ir.Stmt], ir.Expr]:
    """A target with a name for each object in it, and what reads their fields."""
    match target:
        case ir.Display(record=ir.Record() as record, items=items) if not record.unpacks:
            if all(i == ir.Name("_") for i in items):
                return [], ir.Name("_")
            name = ir.Name(new(record.name.lower()))
            return list(fields(target, name)), name
        case ir.Display(bracket, items):
            parts = [unpacked(i, new) for i in items]
            return [s for p, _ in parts for s in p], ir.Display(bracket, tuple(t for _, t in parts))
        case _:
            return [], spelled(target)


def fields(target: ir.Expr, name: ir.Name) -> list[ir.Stmt]:
    """`a, b = p.x, p.y`, for what is read of it."""
    assert isinstance(target, ir.Display) and target.record is not None
    wanted = [(i, ir.Subscript(name, field_of(target.record, k))) for k, i in enumerate(target.items)]
    wanted = [(i, e) for i, e in wanted if i != ir.Name("_")]
    if len(wanted) > 1 and all(isinstance(i, ir.Name) for i, _ in wanted):
        both = tuple(ir.Display("(", tuple(p[k] for p in wanted)) for k in (0, 1))
        return [ir.Assign((both[0],), both[1])]
    return [ir.Assign((i,), e) for i, e in wanted]


def spelled(e: ir.Expr) -> ir.Expr:
    """An expression with its objects spelled out."""
    match e:
        case ir.Subscript(ir.Name("tuple"), ir.Display(record=ir.Record() as record)):
            return ir.Name(record.name)
        case ir.Subscript(value, ir.Field(_, text)):
            return ir.Attribute(spelled(value), text[1:], at=e.at)
        case ir.Display(items=items, keys=tuple() as keys):
            parts: list[str | ir.Expr] = []
            for key, i in zip(keys, items, strict=True):
                parts += [", "] * bool(parts) + [key, ": ", spelled(i)]
            return ir.Opaque(("{", *parts, "}"), at=e.at)
        case ir.Call(ir.Library("builtins", "the keys"), (ir.Arg(d),)):
            return spelled(d)
        case ir.Call(ir.Library("builtins", "from the keys") as func, args):
            new = tuple(replace(a, value=spelled(a.value)) for a in args)
            return ir.Call(ir.Attribute(ir.Library("builtins", "dict", at=func.at), "fromkeys"), new, at=e.at)
        case ir.Display(record=ir.Record(name=""), bracket=bracket, items=items):
            return ir.Display(bracket, tuple(map(spelled, items)), at=e.at)
        case ir.Display(record=ir.Record() as record, items=items):
            given = tuple(ir.Arg(spelled(i), k) for i, k in zip(items, record.keywords, strict=True))
            return ir.Call(ir.Name(record.name), given, at=e.at)
        case ir.Comprehension(bracket, element, clauses):
            made = tuple(
                ir.Clause(untitled(c.target), spelled(c.iterable), tuple(map(spelled, c.conditions))) for c in clauses
            )
            return ir.Comprehension(bracket, spelled(element), made, at=e.at)
        case ir.Call(ir.Method(id, kind), args):
            cls, _, name = id.rpartition(".")
            new = tuple(replace(a, value=spelled(a.value)) for a in args)
            if kind == "static":
                return ir.Call(ir.Attribute(ir.Name(cls), name), new, at=e.at)
            own = ir.Attribute(new[0].value, name)
            return own if kind == "property" else ir.Call(own, new[1:], at=e.at)
        case _:
            return rebuild(e, spelled)


def has_call(e: ir.Expr) -> bool:
    return any(isinstance(x, ir.Call) for x in walk(e))
