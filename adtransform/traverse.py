"""Walking and rebuilding: the few generic functions that every pass shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import assert_never

from adtransform.ir import (
    Arg,
    Assign,
    Attribute,
    Augment,
    Binary,
    Block,
    Call,
    Choice,
    Clause,
    Comment,
    Compare,
    Comprehension,
    Const,
    Display,
    Effect,
    Expr,
    For,
    Function,
    If,
    Inert,
    Keyword,
    Lambda,
    Library,
    Logic,
    Name,
    Opaque,
    Outer,
    Param,
    Return,
    Slice,
    Star,
    Stmt,
    Subscript,
    Try,
    Unary,
    Unread,
    Walrus,
    While,
    With,
)


def children(e: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions, in the order in which Python evaluates them.

    >>> children(Binary("+", Name("x"), Name("y")))
    (Name(id='x'), Name(id='y'))
    """
    match e:
        case Name() | Library() | Const():
            return ()
        case Binary(_, left, right):
            return (left, right)
        case Call(func, args):
            return (func, *(a.value for a in args))
        case Unary(_, operand):
            return (operand,)
        case Compare(left, rest):
            return (left, *(r for _, r in rest))
        case Logic(_, values):
            return values
        case Choice(test, body, orelse):
            return (test, body, orelse)
        case Attribute(value, _) | Star(value):
            return (value,)
        case Subscript(value, index):
            return (value, index)
        case Slice(lower, upper, step):
            return tuple(p for p in (lower, upper, step) if p is not None)
        case Display(_, items):
            return items
        case Lambda(params, body):
            return (*(p.default for p in params if p.default is not None), body)
        case Walrus(target, value):
            return (value, target)
        case Comprehension(_, element, clauses):
            inner = [x for c in clauses for x in (c.iterable, c.target, *c.conditions)]
            return (*inner, element)
        case Opaque(parts):
            return tuple(p for p in parts if not isinstance(p, str))
        case _:
            assert_never(e)


def rebuild(e: Expr, f: Callable[[Expr], Expr]) -> Expr:
    """The same expression with `f` applied to each direct subexpression; `e` itself if nothing changed."""
    match e:
        case Name() | Library() | Const():
            return e
        case Binary(op, left, right):
            new_left, new_right = f(left), f(right)
            return e if new_left is left and new_right is right else Binary(op, new_left, new_right, at=e.at)
        case Call(func, args):
            new_func = f(func)
            new_args = tuple(Arg(f(a.value), a.keyword, a.star) for a in args)
            same = new_func is func and all(n.value is a.value for n, a in zip(new_args, args, strict=True))
            return e if same else Call(new_func, new_args, at=e.at)
        case Unary(op, operand):
            new = f(operand)
            return e if new is operand else Unary(op, new, at=e.at)
        case Compare(left, rest):
            return Compare(f(left), tuple((op, f(r)) for op, r in rest), at=e.at)
        case Logic(op, values):
            return Logic(op, tuple(f(v) for v in values), at=e.at)
        case Choice(test, body, orelse):
            test = f(test)
            return Choice(test, f(body), f(orelse), at=e.at)
        case Attribute(value, attr):
            new = f(value)
            return e if new is value else Attribute(new, attr, at=e.at)
        case Subscript(value, index):
            value = f(value)
            return Subscript(value, f(index), at=e.at)
        case Slice(lower, upper, step):
            parts = (lower and f(lower), upper and f(upper), step and f(step))
            return Slice(*parts, at=e.at)
        case Display(bracket, items):
            return Display(bracket, tuple(f(i) for i in items), at=e.at, record=e.record, keys=e.keys)
        case Star(value):
            return Star(f(value), at=e.at)
        case Lambda(params, body):
            new_params = tuple(replace(p, default=f(p.default)) if p.default is not None else p for p in params)
            return Lambda(new_params, f(body), at=e.at)
        case Walrus(target, value):
            value = f(value)
            new_target = f(target)
            assert isinstance(new_target, Name)
            return Walrus(new_target, value, at=e.at)
        case Comprehension(bracket, element, clauses):
            new_clauses = []
            for c in clauses:
                iterable = f(c.iterable)
                new_clauses.append(Clause(f(c.target), iterable, tuple(f(x) for x in c.conditions)))
            return Comprehension(bracket, f(element), tuple(new_clauses), at=e.at)
        case Opaque(parts):
            return Opaque(tuple(p if isinstance(p, str) else f(p) for p in parts), at=e.at)
        case _:
            assert_never(e)


def walk(e: Expr) -> Iterator[Expr]:
    """The expression and all its subexpressions."""
    stack = [e]
    while stack:
        top = stack.pop()
        yield top
        if not isinstance(top, (Name, Const, Library)):
            stack.extend(children(top)[::-1])


def names(e: Expr | None) -> set[str]:
    """Every name that occurs in an expression.

    >>> sorted(names(Binary("*", Name("x"), Name("y"))))
    ['x', 'y']
    """
    return set() if e is None else {n.id for n in walk(e) if isinstance(n, Name)}


def target_names(target: Expr) -> tuple[str, ...]:
    """The names that an assignment target binds; none for elements and attributes."""
    match target:
        case Name(id):
            return (id,)
        case Display(_, items):
            return tuple(n for i in items for n in target_names(i))
        case Star(value):
            return target_names(value)
        case _:
            return ()


def blocks(s: Stmt) -> tuple[Block, ...]:
    """The blocks of a compound statement; the body of a nested function is not one of them."""
    match s:
        case If(_, body, orelse) | For(_, _, body, orelse) | While(_, body, orelse):
            return (body, orelse)
        case Try(body, handlers, orelse, final):
            return (body, *(h.body for h in handlers), orelse, final)
        case With(_, body):
            return (body,)
        case _:
            return ()


def map_blocks(s: Stmt, f: Callable[[Block], Block]) -> Stmt:
    """The same statement with `f` applied to each of its blocks."""
    match s:
        case If(_, body, orelse) | For(_, _, body, orelse) | While(_, body, orelse):
            return replace(s, body=f(body), orelse=f(orelse))
        case Try(body, handlers, orelse, final):
            new = tuple(replace(h, body=f(h.body)) for h in handlers)
            return replace(s, body=f(body), handlers=new, orelse=f(orelse), final=f(final))
        case With(_, body):
            return replace(s, body=f(body))
        case _:
            return s


def map_expressions(s: Stmt, e: Callable[[Expr], Expr]) -> Stmt:
    """A statement with its own expressions mapped; those of its blocks are left."""
    match s:
        case Assign(targets, value, annotation):
            note = annotation and e(annotation)
            return Assign(tuple([e(t) for t in targets]), e(value), note, at=s.at, source=s.source)
        case Augment(target, _, value):
            return Augment(e(target), s.op, e(value), at=s.at, source=s.source)
        case Effect(value):
            return Effect(e(value), at=s.at, source=s.source)
        case Return(value):
            return s if value is None else Return(e(value), at=s.at, source=s.source)
        case Inert(_, parts):
            return replace(s, parts=tuple(p if isinstance(p, str) else e(p) for p in parts))
        case If(test) | While(test):
            return replace(s, test=e(test))
        case For(target, iterable):
            return replace(s, target=e(target), iterable=e(iterable))
        case With(items):
            return replace(s, items=tuple((e(c), e(t) if t is not None else None) for c, t in items))
        case Try(_, handlers):
            return replace(s, handlers=tuple(replace(h, error=h.error and e(h.error)) for h in handlers))
        case _:
            return s


def expressions(s: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement itself holds (not those of its blocks), targets included."""
    match s:
        case Assign(targets, value):
            return (value, *targets)
        case Augment(target, _, value):
            return (target, value)
        case Effect(value):
            return (value,)
        case Return(value):
            return () if value is None else (value,)
        case Inert(_, parts):
            return tuple(p for p in parts if not isinstance(p, str))
        case If(test) | While(test):
            return (test,)
        case For(target, iterable):
            return (iterable, target)
        case Try(_, handlers):
            return tuple(h.error for h in handlers if h.error is not None)
        case With(items):
            return tuple(x for context, target in items for x in (context, target) if x is not None)
        case Function(_, params, _, _, decorators):
            return (*decorators, *(p.default for p in params if p.default is not None))
        case Keyword() | Outer() | Comment() | Unread():
            return ()
        case _:
            assert_never(s)


def statements(block: Block, nested: bool = False) -> Iterator[Stmt]:
    """All statements of a block, outside in; with `nested` those of nested functions as well."""
    waiting = list(reversed(block))
    while waiting:
        s = waiting.pop()
        yield s
        for inner in reversed(blocks(s)):
            waiting.extend(reversed(inner))
        if nested and isinstance(s, Function):
            waiting.extend(reversed(s.body))


def own_names(s: Stmt, walrus: bool = True) -> set[str]:
    """The names that a statement binds itself, without its blocks; the name of a definition is not counted.

    `walrus` says whether assignment expressions may occur: looking for them is most of the work.
    """
    found: set[str] = set()
    match s:
        case Assign(targets):
            found.update(n for t in targets for n in target_names(t))
        case Augment(target) | For(target):
            found.update(target_names(target))
        case With(items):
            found.update(n for _, t in items if t is not None for n in target_names(t))
        case Try(_, handlers):
            found.update(h.name for h in handlers if h.name)
        case Inert(binds=binds) | Unread(binds=binds):
            found.update(binds)
        case _:
            pass
    for e in expressions(s) if walrus else ():
        if not isinstance(e, (Name, Const)):
            found.update(w.target.id for w in walk(e) if isinstance(w, Walrus))
    return found


def bound_names(block: Block, walrus: bool = True) -> set[str]:
    """The names that a function body binds (without looking into nested functions)."""
    found: set[str] = set()
    for s in statements(block):
        found |= own_names(s, walrus)
        if isinstance(s, Function):
            found.add(s.name)
    return found


def local_names(function: Function, walrus: bool = True) -> frozenset[str]:
    """Parameters and names bound in a function, less those that it declares global or nonlocal."""
    outer = {n for s in statements(function.body) if isinstance(s, Outer) for n in s.names}
    return frozenset({p.name for p in function.params} | (bound_names(function.body, walrus) - outer))


def rename(e: Expr, new: Callable[[str], Expr | None]) -> Expr:
    """The expression with each name replaced where `new` has something for it."""
    if isinstance(e, Name):
        return new(e.id) or e
    return rebuild(e, lambda x: rename(x, new))


def param(function: Function, name: str) -> Param:
    """The parameter of that name."""
    return next(p for p in function.params if p.name == name)
