"""Dictionaries as lists whose indices are keys: `{"a": x}` is a list display that knows its keys.

    for k in d                  for k in the keys of d
    for k, v in d.items()       for k in the keys of d: v = d[k]
    sum(d.values())             sum(d[k] for k in the keys of d)
    d.get("a", 0.0)             d["a"] if "a" in d else 0.0
    d = {k: e for k in keys}    d = {}, and a loop that fills it

Beside a dictionary of active values stands the one of their derivatives, with the same keys.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.methods import FROM_KEYS, KEYS
from adtransform.records import is_plain
from adtransform.refusals import Refused
from adtransform.traverse import expressions, names, rename, statements, walk
from adtransform.typed import Dct, Local, Type, entries

if TYPE_CHECKING:
    from adtransform.conversion import Converter

Entries = tuple[ir.Expr, ir.Expr, list[tuple[ir.Expr, ir.Expr]]]
HELP = "Write the keys out, or loop over them and set one item after the other."
ITERATING = frozenset("list tuple sorted enumerate reversed zip set".split())


class Dictionaries:
    """What a converter does with dictionaries."""

    def __init__(self, converter: Converter) -> None:
        self.converter = converter
        self.made: set[str] = set()

    def type(self, e: ir.Expr, local: Local) -> Type:
        return self.converter.type(e, local)

    def is_dictionary(self, e: ir.Expr, local: Local) -> bool:
        return isinstance(self.type(e, local), Dct)

    def new(self, base: str) -> str:
        unit = self.converter.unit
        taken = unit.module.identifiers | self.converter.objects.program.main.identifiers | self.made
        name, k = base, 2
        while name in taken:
            name, k = f"{base}{k}", k + 1
        self.made.add(name)
        return name

    # --- statements ---------------------------------------------------------------------------------------------------

    def statement(self, s: ir.Stmt) -> list[ir.Stmt]:
        """The statements that stand for one; itself where there is no dictionary in it."""
        match s:
            case ir.For(target, iterable) if (found := self.over(target, iterable, {})) is not None:
                new_target, keys, values = found
                if names(keys) & names(target):
                    raise Refused(iterable, "N174", "the loop assigns the dictionary that it runs over", HELP)
                first = (ir.Assign((v,), e, at=s.at) for v, e in values)
                plain = replace(s.source, text=None)
                return [replace(s, target=new_target, iterable=keys, body=(*first, *s.body), source=plain)]
            case ir.Assign((ir.Name() as target,), ir.Opaque() as value) if loop := self.filled(target, value):
                return self.with_source(s, loop)
            case ir.Return(ir.Opaque() as value) if is_comprehension(value):
                name = ir.Name(self.new("result"))
                loop_ = self.filled(name, value)
                return self.with_source(s, [*loop_, ir.Return(name, at=s.at)]) if loop_ else [s]
            case ir.Effect(ir.Call(ir.Attribute(d, "update"), args)) if self.is_dictionary(d, {}):
                return self.with_source(s, self.updated(s, d, args))
            case _:
                return [s]

    def with_source(self, s: ir.Stmt, new: list[ir.Stmt]) -> list[ir.Stmt]:
        return [replace(new[0], source=ir.Source(s.source.lead, s.source.trail)), *new[1:]] if new else [s]

    def updated(self, s: ir.Stmt, d: ir.Expr, args: tuple[ir.Arg, ...]) -> list[ir.Stmt]:
        found: list[ir.Stmt] = []
        for a in args:
            shown = entries(a.value) if isinstance(a.value, ir.Opaque) and not a.keyword else None
            if a.keyword:
                shown = [(ir.Const(a.keyword, repr(a.keyword).replace("'", '"')), a.value)]
            if shown is None or a.star or not isinstance(d, ir.Name):
                raise Refused(s, "N174", "what a dictionary is updated with is not written out", HELP)
            found += [ir.Assign((ir.Subscript(d, k),), v, at=s.at) for k, v in shown]
        reads = {n for a in args for n in names(a.value)}
        if len(found) > 1 and names(d) & reads:
            raise Refused(s, "N174", "a dictionary is updated with its own items", "Assign them one by one.")
        return found

    def filled(self, target: ir.Name, e: ir.Opaque) -> list[ir.Stmt]:
        """A dictionary comprehension, or one with keys that are found when it is made, as statements that fill it."""
        empty = ir.Assign((target,), ir.Opaque(("{", "}")), at=e.at)
        if not is_comprehension(e):
            shown = entries(e)
            if shown is None or all(isinstance(k, ir.Const) for k, _ in shown) or target.id in names(e):
                return []
            return [empty, *(ir.Assign((ir.Subscript(target, k),), v, at=e.at) for k, v in shown)]
        if target.id in names(e):
            raise Refused(e, "N174", "a dictionary is made anew from itself", "Give it another name.")
        key, value, clauses = comprehended(e)
        f = self.converter.unit.function
        elsewhere = [n for s in statements(f.body, True) for x in expressions(s) if e not in walk(x) for n in names(x)]
        for n in {n for c in clauses for n in names(c.target)} & {*elsewhere, *(p.name for p in f.params)}:
            own = ir.Name(self.new(n))
            new = {n: own}.get
            key, value = rename(key, new), rename(value, new)
            clauses = [
                ir.Clause(rename(c.target, new), rename(c.iterable, new), tuple(rename(x, new) for x in c.conditions))
                for c in clauses
            ]
        body: ir.Stmt = ir.Assign((ir.Subscript(target, key),), value, at=e.at)
        for c in reversed(clauses):
            for condition in reversed(c.conditions):
                body = ir.If(condition, (body,), ())
            (body,) = self.statement(ir.For(c.target, c.iterable, (body,), (), at=e.at))
        return [empty, body]

    # --- expressions --------------------------------------------------------------------------------------------------

    def over(self, target: ir.Expr, e: ir.Expr, local: Local) -> Entries | None:
        """A loop over entries as one over keys: its target, what it runs over, and the values that it reads."""
        match e, target:
            case ir.Call(ir.Attribute(d, "items" | "values" as method), ()), _ if self.is_dictionary(d, local):
                if not isinstance(d, (ir.Name, ir.Subscript, ir.Attribute)):
                    raise Refused(e, "N174", "the dictionary has no name", "Assign it to a variable first.")
                if method == "values":
                    k = ir.Name(self.new("key"))
                    return k, d, [(target, ir.Subscript(d, k))]
                if not isinstance(target, ir.Display) or not isinstance(target.items[0], ir.Name):
                    raise Refused(e, "N174", "the entries of a dictionary are not unpacked", HELP)
                return target.items[0], d, [(target.items[1], ir.Subscript(d, target.items[0]))]
            case ir.Call(ir.Library("builtins", "sorted" | "list" | "tuple" | "reversed" as name) as func, (a,)), _:
                if a.star or (found := self.over(target, a.value, local)) is None:
                    return None
                is_items = isinstance(a.value, ir.Call) and a.value.func == ir.Attribute(found[1], "items")
                if name == "sorted" and not is_items:
                    raise Refused(e, "N174", "the values of a dictionary are sorted", "Sort a list of them.")
                return found[0], ir.Call(func, (ir.Arg(found[1]),), at=e.at), found[2]
            case ir.Call(ir.Library("builtins", "enumerate") as func, (a, *rest)), ir.Display("(", (i, inner)):
                if (found := self.over(inner, a.value, local)) is None:
                    return None
                both = ir.Display("(", (i, found[0]))
                return both, ir.Call(func, (ir.Arg(found[1]), *rest), at=e.at), found[2]
            case ir.Call(ir.Library("builtins", "zip") as func, args), ir.Display("(", ts) if len(ts) == len(args):
                columns = [self.over(t, a.value, local) for t, a in zip(ts, args, strict=True)]
                if not any(columns):
                    return None
                shown = [c or (t, a.value, []) for c, t, a in zip(columns, ts, args, strict=True)]
                new = tuple(replace(a, value=c[1]) for a, c in zip(args, shown, strict=True))
                whole = ir.Display("(", tuple(c[0] for c in shown))
                return whole, ir.Call(func, new, at=e.at), [v for c in shown for v in c[2]]
            case _:
                return None

    def iterable(self, e: ir.Expr, local: Local) -> ir.Expr | None:
        """What a loop runs over, if it is a dictionary: its keys."""
        if isinstance(e, ir.Call) and isinstance(e.func, ir.Attribute) and e.func.attr == "keys" and not e.args:
            e = e.func.value
        if not self.is_dictionary(e, local):
            return None
        return ir.Call(ir.Library("builtins", KEYS), (ir.Arg(self.converter.expression(e, local)),), at=e.at)

    def clauses(
        self, clauses: tuple[ir.Clause, ...], element: ir.Expr, local: Local
    ) -> tuple[tuple[ir.Clause, ...], ir.Expr]:
        """The clauses of a comprehension, with loops over keys in place of those over entries."""
        found: list[ir.Clause] = []
        new: dict[str, ir.Expr] = {}
        for c in clauses:
            iterable = rename(c.iterable, new.get)
            target = c.target
            if (pair := self.over(target, iterable, local)) is not None:
                target, iterable, values = pair
                for v, e in values:
                    if not isinstance(v, ir.Name):
                        raise Refused(c.iterable, "N174", "the values of a dictionary are unpacked", HELP)
                    new[v.id] = e
            conditions = tuple(rename(x, new.get) for x in c.conditions)
            found.append(ir.Clause(target, iterable, conditions))
            local = self.converter.types.bind_local(target, None, local)
        return tuple(found), rename(element, new.get)

    def expression(self, e: ir.Expr, local: Local) -> ir.Expr | None:
        """The form without dictionaries of an expression that makes or reads one; None for any other."""
        convert = self.converter.expression
        match e:
            case ir.Opaque() if (shown := entries(e)) is not None:
                if not all(isinstance(k, ir.Const) for k, _ in shown):
                    return None
                if len({k.value for k, _ in shown if isinstance(k, ir.Const)}) < len(shown):
                    raise Refused(e, "N174", "a key stands twice in a dictionary", HELP)
                items = tuple(convert(v, local) for _, v in shown)
                return ir.Display("[", items, keys=tuple(k for k, _ in shown), at=e.at)
            case ir.Call(ir.Library("builtins", "dict"), args):
                return self.called(e, args, local)
            case ir.Call(ir.Attribute(ir.Name("dict"), "fromkeys"), (keys, ir.Arg(value))) if self.is_dictionary(
                e, local
            ):
                if not isinstance(value, ir.Const):
                    raise Refused(e, "N174", "a dictionary is filled with one value", HELP)
                own = keys.value if self.is_dictionary(keys.value, local) else None
                over = convert(own, local) if own is not None else convert(keys.value, local)
                return ir.Call(ir.Library("builtins", FROM_KEYS), (ir.Arg(over), ir.Arg(value)), at=e.at)
            case ir.Call(ir.Attribute(d, method), args) if self.is_dictionary(d, local):
                return self.method(e, d, method, args, local)
            case ir.Call(ir.Library("builtins", name) as func, args) if name in ITERATING:
                if not any(self.iterable(a.value, local) for a in args):
                    return None
                new = (replace(a, value=self.iterable(a.value, local) or convert(a.value, local)) for a in args)
                return ir.Call(func, tuple(new), at=e.at)
            case ir.Binary("|") if any(self.is_dictionary(x, local) for x in (e.left, e.right)):
                raise Refused(e, "N174", "dictionaries are merged", HELP)
            case ir.Call(_, args) if any(a.star and self.is_dictionary(a.value, local) for a in args):
                raise Refused(e, "N174", "a dictionary is passed by `**` or `*`", "Pass the items one by one.")
            case _:
                return None

    def called(self, e: ir.Call, args: tuple[ir.Arg, ...], local: Local) -> ir.Expr | None:
        """`dict(a=x)` and `dict(d)`."""
        convert = self.converter.expression
        if all(a.keyword for a in args):
            keys = tuple(ir.Const(a.keyword, repr(a.keyword).replace("'", '"')) for a in args)
            return ir.Display("[", tuple(convert(a.value, local) for a in args), keys=keys, at=e.at)
        if len(args) == 1 and not args[0].star and self.is_dictionary(args[0].value, local):
            return ir.Call(ir.Attribute(convert(args[0].value, local), "copy"), (), at=e.at)
        return None

    def method(self, e: ir.Call, d: ir.Expr, method: str, args: tuple[ir.Arg, ...], local: Local) -> ir.Expr:
        convert = self.converter.expression
        own = convert(d, local)
        match method, args:
            case "copy", ():
                return ir.Call(ir.Attribute(own, "copy"), (), at=e.at)
            case "keys", ():
                return ir.Call(ir.Library("builtins", KEYS), (ir.Arg(own),), at=e.at)
            case "values", () if isinstance(d, ir.Name):
                k = ir.Name(self.new("key"))
                clause = ir.Clause(k, ir.Call(ir.Library("builtins", KEYS), (ir.Arg(own),)))
                return ir.Comprehension("[", ir.Subscript(own, k), (clause,), at=e.at)
            case "get", (ir.Arg(key, "", ""), ir.Arg(default, "", "")) if is_simple(d) and is_plain(key):
                at, other = convert(key, local), convert(default, local)
                if not is_simple(default):
                    raise Refused(default, "N174", "a default of `get` is computed", "Assign it to a variable first.")
                return ir.Choice(ir.Compare(at, (("in", own),)), ir.Subscript(own, at), other, at=e.at)
            case _:
                raise Refused(e, "N174", f"the method `{method}` of a dictionary is not known", HELP)


def is_simple(e: ir.Expr) -> bool:
    return isinstance(e, (ir.Name, ir.Const)) or (isinstance(e, ir.Unary) and is_simple(e.operand))


def is_comprehension(e: ir.Opaque) -> bool:
    return e.parts[:1] == ("{",) and len(e.parts) > 4 and e.parts[2] == ": " and e.parts[4] == " for "


def comprehended(e: ir.Opaque) -> tuple[ir.Expr, ir.Expr, list[ir.Clause]]:
    """Key, value and clauses of a dictionary comprehension."""
    _, key, _, value, *rest = e.parts
    clauses: list[ir.Clause] = []
    exprs = iter(rest[:-1])
    for word in exprs:
        if word == " for ":
            target, _, iterable = next(exprs), next(exprs), next(exprs)
            assert not isinstance(target, str) and not isinstance(iterable, str)
            clauses.append(ir.Clause(target, iterable))
        else:
            condition = next(exprs)
            assert not isinstance(condition, str)
            clauses[-1] = replace(clauses[-1], conditions=(*clauses[-1].conditions, condition))
    assert not isinstance(key, str) and not isinstance(value, str)
    return key, value, clauses
