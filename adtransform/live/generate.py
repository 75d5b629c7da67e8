"""Derivatives of function objects: `tangent(f)` and `adjoint(f)` are generated functions, compiled beside `f`.

The module of `f` is differentiated as text.  Of the result only what is new is executed, as the body of a function
whose globals are those of `f`: generated functions find each other as closures, and everything else, a constant that
somebody changed since included, where `f` finds it.  The user's module gets no new names.
"""

from __future__ import annotations

import ast
import functools
import linecache
import os
from collections.abc import Callable, Iterable
from types import CodeType, FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from adtransform.diagnostics import Refusal, TransformError
from adtransform.live.graft import Origin, graft
from adtransform.pipeline import Options, names_of, transform

Function = Callable[..., Any]


Key = tuple[CodeType, tuple[str, ...] | None, str]  # the function as it is now, its inputs, the mode

GENERATED: WeakKeyDictionary[Function, Origin] = WeakKeyDictionary()
CACHE: WeakKeyDictionary[Function, dict[Key, Function]] = WeakKeyDictionary()


def tangent(f: Function, wrt: str | Iterable[str] | None = None) -> Function:
    """The tangent of a function, generated from its source and compiled.

    Arguments:
        f: a function defined by `def` at the top level of a module; `functools.lru_cache` is looked through.
        wrt: the inputs to differentiate with respect to, a name or several; None: every float parameter.

    Returns:
        `f_d(x, y, x_d, y_d) -> (value, value_d)`: the parameters of `f`, then a tangent for each of `wrt`.  It sees the
        globals of `f` and has its defaults.  `inspect.getsource` and tracebacks show the generated lines.  The same
        function is returned for the same `f` and `wrt`.

    Raises:
        TransformError: `f` has no source that can be read, is no plain function of a module, or is refused.

    >>> import colorsys
    >>> value, (y_d, i_d, q_d) = tangent(colorsys.rgb_to_yiq, "g")(0.1, 0.2, 0.3, g_d=1.0)
    >>> value == colorsys.rgb_to_yiq(0.1, 0.2, 0.3), y_d
    (True, 0.59)
    """
    return generated(f, wrt, "forward")


def adjoint(f: Function, wrt: str | Iterable[str] | None = None) -> Function:
    """The adjoint of a function, generated from its source and compiled.

    Arguments:
        f: a function defined by `def` at the top level of a module; `functools.lru_cache` is looked through.
        wrt: the inputs to differentiate with respect to, a name or several; None: every float parameter.

    Returns:
        `f_b(x, y, seed=1.0) -> (value, (x_b, y_b))`, for a single input `(value, x_b)`: every derivative at the cost of
        a few calls of `f`.  The seed mirrors the value; by default it is all ones.  The rest is as with `tangent`.

    Raises:
        TransformError: as with `tangent`.

    >>> import colorsys
    >>> value, (r_b, g_b, b_b) = adjoint(colorsys.rgb_to_yiq)(0.1, 0.2, 0.3, seed=(1.0, 0.0, 0.0))
    >>> value == colorsys.rgb_to_yiq(0.1, 0.2, 0.3), g_b
    (True, 0.59)
    """
    return generated(f, wrt, "reverse")


def generated(f: Function, wrt: str | Iterable[str] | None, mode: str) -> Function:
    """The derivative that was made before, or a new one."""
    plain = unwrap(f)
    names = names_of(wrt)
    known = CACHE.setdefault(plain, {})
    key = (plain.__code__, names, mode)
    if key not in known:
        known[key] = generate(plain, names, mode)
    return known[key]


def generate(f: FunctionType, wrt: tuple[str, ...] | None, mode: str) -> Function:
    """Transform the text that the function stands in, and execute what is new in it."""
    place = GENERATED.get(f) or origin_of(f)
    base = os.path.basename(place.filename)
    options = Options(mode=mode, functions=(f.__name__,), wrt=wrt, source_name=base)
    result = transform(place.text, place.filename, options)
    if len(result.derivatives) != 1:
        raise refusal(f, "U002", f"`{f.__name__}` has none of the inputs {', '.join(wrt or ())}", "Check the names.")
    names = graft(place, result.text, f.__globals__)
    for name, value in names.items():
        if isinstance(value, FunctionType) and name not in place.names:
            GENERATED[value] = Origin(result.text, place.filename, names, place.cells)
    function = names[result.derivatives[0].name]
    assert callable(function)
    if isinstance(function, FunctionType):
        take_defaults(function, f)
    return function


def unwrap(f: object) -> FunctionType:
    """The plain function in what the user handed over; wrappers are looked through where they change no value."""
    while isinstance(f, functools._lru_cache_wrapper) or type(f).__module__.startswith("numba."):
        f = getattr(f, "__wrapped__", None) or getattr(f, "py_func", None)
    name = str(getattr(f, "__name__", f))
    if isinstance(f, FunctionType) and hasattr(f, "__wrapped__"):
        help_ = f"Differentiate the function inside, `{name}.__wrapped__`, if the decorator does not change the value."
        raise refusal(f, "N003", f"`{name}` is wrapped by a decorator, which may change what it does", help_)
    if isinstance(f, FunctionType):
        return f
    if isinstance(f, functools.partial):
        help_ = "Differentiate the function inside and pass the arguments, or write a function with `def`."
        raise refusal(f, "N003", "a `functools.partial` is not supported yet", help_)
    if hasattr(f, "__func__"):
        raise refusal(f, "N004", f"the method `{name}` is not supported yet", "Write a function of the module instead.")
    if isinstance(f, type) or not callable(f):
        raise refusal(f, "U006", f"`{name}` is not a function", "Give a function defined by `def`.")
    help_ = f"Write a function around it: `def f(x: float) -> float: return {name}(x)`."
    raise refusal(f, "U006", f"`{name}` has no Python source", help_)


def origin_of(f: FunctionType) -> Origin:
    """The module text of a function as it was when the function was defined."""
    name, filename = f.__name__, f.__code__.co_filename
    if name == "<lambda>":
        raise refusal(f, "N002", "a lambda is not supported yet", "Write it as a function of the module, with `def`.")
    if "<locals>" in f.__qualname__:
        help_ = "Move it to the top level of the module, and pass what it takes from outside as arguments."
        raise refusal(f, "N002", f"`{name}` is defined inside a function: not supported yet", help_)
    if f.__qualname__ != name:
        help_ = "Write a function of the module instead."
        raise refusal(f, "N004", f"the method `{f.__qualname__}` is not supported yet", help_)
    linecache.checkcache(filename)
    text = "".join(linecache.getlines(filename, f.__globals__))
    if not text:
        help_ = "Save it in a file and import it, or hand its text to `adtransform.derive`."
        raise refusal(f, "U006", f"the source of `{name}` cannot be found", help_)
    check_definitions(text, f)
    return Origin(text, filename)


def check_definitions(text: str, f: FunctionType) -> None:
    """Refuse a function if it, or one of the module that it calls, is no longer what the text defines."""
    name = f.__name__
    changed = refusal(f, "U007", f"the source of `{name}` is no longer what was imported", "Reload the module.")
    try:
        tree = ast.parse(text)
        codes = [c for c in compile(tree, "<text>", "exec", dont_inherit=True).co_consts if isinstance(c, CodeType)]
    except (SyntaxError, ValueError):
        raise changed from None
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if sum(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body) != 1:
        help_ = "Define it once, outside of any other statement."
        raise refusal(f, "N002", f"`{name}` is not defined exactly once at the top level of its module", help_)
    if not is_defined_by(defined[name], codes, f):
        raise changed
    for callee in reachable(name, defined):
        if not defined[callee].decorator_list and not is_defined_by(defined[callee], codes, f.__globals__.get(callee)):
            message = f"`{callee}`, which `{name}` calls, is no longer the function that its module defines"
            raise refusal(f, "U008", message, "Differentiate before anything is replaced, or change the source.")


def is_defined_by(node: ast.FunctionDef, codes: list[CodeType], f: object) -> bool:
    """Whether a function is the one that a statement defines; `codes` are those of the compiled module."""
    if not isinstance(f, FunctionType):
        return False
    if any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):  # pytest compiles assertions in its own way
        return min([node.lineno, *(d.lineno for d in node.decorator_list)]) == f.__code__.co_firstlineno
    return f.__code__ in codes


def reachable(name: str, defined: dict[str, ast.FunctionDef]) -> list[str]:
    """The other functions of a module that a function mentions, directly or through one of them."""
    found = [name]
    for known in found:  # grows meanwhile
        mentioned = (node.id for node in ast.walk(defined[known]) if isinstance(node, ast.Name))
        found += [other for other in dict.fromkeys(mentioned) if other in defined and other not in found]
    return found[1:]


def take_defaults(generated: FunctionType, f: FunctionType) -> None:
    """Give the parameters that both functions have the defaults that `f` has now."""
    live = dict(f.__kwdefaults__ or {}) | defaults_by_name(f)
    own = defaults_by_name(generated)
    generated.__defaults__ = tuple(live.get(name, value) for name, value in own.items()) or None
    keywords = generated.__kwdefaults__
    generated.__kwdefaults__ = {name: live.get(name, value) for name, value in keywords.items()} if keywords else None


def defaults_by_name(f: FunctionType) -> dict[str, object]:
    """The defaults of the positional parameters."""
    values = f.__defaults__ or ()
    names = f.__code__.co_varnames[: f.__code__.co_argcount]
    return dict(zip(names[len(names) - len(values) :], values, strict=True))


def refusal(f: object, code: str, message: str, help_: str) -> TransformError:
    """A refusal at the place of a function."""
    found = getattr(f, "__code__", None)
    if found is None:
        return TransformError([Refusal("<function>", 0, 0, code, message, help_)])
    filename, line = found.co_filename, found.co_firstlineno
    text = linecache.getline(filename, line).rstrip()
    column = len(text) - len(text.lstrip()) + 1
    return TransformError([Refusal(filename, line, column, code, message, help_, text, len(text) + 1)])
