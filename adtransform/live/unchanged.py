"""Whether a text still says what lives: functions, methods and defaults may have been replaced in their module."""

from __future__ import annotations

import ast
import functools
import inspect
from collections import Counter
from collections.abc import Iterable, Mapping
from types import CodeType, FunctionType

from adtransform.diagnostics import TransformError
from adtransform.live.defaults import defaults_of, texts
from adtransform.live.definitions import Definition, has_assertions, is_made_by, read, refusal
from adtransform.live.fingerprints import module_of
from adtransform.live.graft import bound
from adtransform.live.unwrap import inner
from adtransform.nested import same

WRAPPED = ("__func__", "fget", "func", "__wrapped__")  # of static methods, properties, cached properties, caches


def check_callees(found: Definition, f: FunctionType, owners: Iterable[str] = ()) -> None:
    """Refuse a function if one of the module that it calls, or a class, is no longer what the text defines.

    Arguments:
        found: where it is defined.
        f: the function.
        owners: classes whose methods it may call without their name: its own, that of the object it is bound to.

    Raises:
        TransformError: one of them was replaced.
    """
    tree, codes, _ = read(found.text)
    defined = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for callee in reachable([found.node, *(defined[o] for o in owners if o in defined)], defined):
        node, live = defined[callee], f.__globals__.get(callee)
        if node is found.node:
            continue
        if isinstance(node, ast.ClassDef):
            is_class = isinstance(live, type) and live.__name__ == callee
            name = replaced_method(node, live, codes) if isinstance(live, type) and is_class else ""
            is_same, called = not name and (is_class or bool(node.decorator_list)), f"{callee}.{name}".rstrip(".")
        else:
            plain, called = inner(live), callee
            is_same = is_live(node, plain, codes) or bool(node.decorator_list) and is_decorated(node, plain, codes)
        if not is_same:
            raise replaced(f, called)
        if isinstance(node, ast.FunctionDef) and isinstance(plain := inner(live), FunctionType):
            check_defaults(f, node, plain)


@functools.lru_cache(maxsize=64)
def folded(text: str) -> Mapping[str, object]:
    """The constants of a module that exponents are made of, with their values: derivatives are written for these."""
    tree = ast.parse(text)
    used: set[str] = set()
    for n in ast.walk(tree):
        match n:
            case ast.BinOp(op=ast.Pow(), right=right) | ast.AugAssign(op=ast.Pow(), value=right):
                used |= {m.id for m in ast.walk(right) if isinstance(m, ast.Name)}
            case ast.Call(func=ast.Name("pow" | "power") | ast.Attribute(attr="pow" | "power"), args=args):
                used |= {m.id for a in args for m in ast.walk(a) if isinstance(m, ast.Name)}
    return {name: value for name, value in literals(tree).items() if name in used}


def literals(tree: ast.Module) -> dict[str, object]:
    """The names of a module that are bound once, to a number that is written out."""
    found: dict[str, object] = {}
    times = Counter(name for s in tree.body for name in bound(s))
    times.update(name for n in ast.walk(tree) if isinstance(n, ast.Global) for name in n.names)
    for s in tree.body:
        match s:
            case ast.Assign([ast.Name(name)], ast.Constant(value)) | ast.AnnAssign(
                ast.Name(name), value=ast.Constant(value)
            ) if type(value) in (int, float):
                found[name] = value
    return {name: value for name, value in found.items() if times[name] == 1}


def replaced(f: object, name: str) -> TransformError:
    """The refusal of a function that calls one that is not what the source says."""
    message = f"`{name}`, which `{getattr(f, '__name__', f)}` calls, is no longer the function that its module defines"
    return refusal(f, "U008", message, "Differentiate before anything is replaced, and reload what was changed.")


def changed_exponents(text: str, f: FunctionType) -> list[str]:
    """The constants that exponents are made of that have other values by now."""
    return [n for n, value in folded(text).items() if not same(f.__globals__.get(n), value)]


def changed_exponent(f: object, name: str) -> TransformError:
    """The refusal of a function with an exponent that has another value by now."""
    message = f"`{name}`, an exponent, is no longer the number that its module says"
    return refusal(f, "U008", message, "Pass it as an argument.")


def check_exponents(f: object, files: Iterable[tuple[str, str | None]]) -> None:
    """Refuse a function if exponents in other files that were read for it have other values by now.

    Raises:
        TransformError: one has.
    """
    read = [(source, module_of(path)) for path, source in files if source is not None]
    for source, live in read:
        for name, value in folded(source).items():
            if live is not None and not same(live.get(name), value):
                raise changed_exponent(f, name)


def reachable(start: Iterable[ast.AST], defined: Mapping[str, ast.AST]) -> list[str]:
    """The functions and classes of a module that some of its parts mention, directly or through one of them."""
    pending, found = list(start), dict[str, None]()
    for known in pending:  # grows meanwhile
        mentioned = dict.fromkeys(node.id for node in ast.walk(known) if isinstance(node, ast.Name))
        new = [name for name in mentioned if name in defined and name not in found]
        found |= dict.fromkeys(new)
        pending += [defined[name] for name in new]
    return list(found)


def check_defaults(f: FunctionType, node: ast.FunctionDef, live: FunctionType) -> None:
    """Refuse a function if one that it calls has defaults that its text, evaluated now, does not give any more."""
    values = defaults_of(live)
    for name, text in texts(node).items():
        if any(isinstance(n, ast.Lambda) for n in ast.walk(text)):
            continue
        now = eval(compile(ast.Expression(text), "<default>", "eval"), live.__globals__)  # as generated code does
        if name not in values or now is not values[name] and not same(now, values[name]):
            what = f"the default of `{name}` of `{node.name}`, which `{f.__name__}` calls,"
            message = f"{what} is no longer `{ast.unparse(text)}`"
            raise refusal(f, "U008", message, "Pass it, or leave what it is computed from as it was.")


def is_live(node: ast.FunctionDef, live: object, codes: frozenset[CodeType]) -> bool:
    """Whether a function is the one that a text defines; `codes` is all that the text compiles to."""
    if not isinstance(live, FunctionType) or not is_made_by(node, live.__code__):
        return False
    return has_assertions(node) or live.__code__ in codes


def is_decorated(node: ast.FunctionDef, live: object, codes: frozenset[CodeType]) -> bool:
    """Whether a function is what a decorator of a user's made of another one: that is refused where it is called."""
    if not isinstance(live, FunctionType):
        return True
    return is_live(node, inspect.unwrap(live), codes) or live.__code__ in codes and "<locals>" in live.__qualname__


def replaced_method(node: ast.ClassDef, live: type, codes: frozenset[CodeType]) -> str:
    """The name of a method that is no longer the one that the text of a class defines; empty if there is none."""
    methods: dict[str, list[ast.FunctionDef]] = {}
    for inside in node.body:
        if isinstance(inside, ast.FunctionDef):
            methods.setdefault(inside.name, []).append(inside)
    for name, nodes in methods.items():
        found = vars(live).get(name)
        while not isinstance(found, FunctionType) and (wraps := [n for n in WRAPPED if hasattr(found, n)]):
            found = getattr(found, wraps[0])
        if not isinstance(found, FunctionType) and found is not None and any(n.decorator_list for n in nodes):
            continue
        if not any(is_live(n, found, codes) for n in nodes):
            return name
    return ""
