"""The plain function in what users hand over: wrappers are looked through where they change no value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType, MethodType

from adtransform.live.definitions import refusal
from adtransform.live.late import Late


def inner(f: object) -> object:
    """What a cache or a compiled function of Numba wraps, or a decorator puts off; anything else as it is."""
    while isinstance(f, (functools._lru_cache_wrapper, Late)) or type(f).__name__ == "CPUDispatcher":
        f = getattr(f, "__wrapped__", None) or getattr(f, "py_func", None)
    return f


def callable_of(f: object) -> tuple[object, tuple[object, ...]]:
    """A function, `functools.partial` or builtin, and the object it is bound to, if any.

    Arguments:
        f: what is to be differentiated: also a method, or an object with `__call__`.

    Returns:
        The callable, and what is passed to it as the first argument: nothing, or one object.

    Raises:
        TransformError: it is no function, or it is wrapped by what may change its value.
    """
    f = inner(f)
    if isinstance(f, (staticmethod, classmethod)):
        return callable_of(f.__func__)
    if isinstance(f, property) and f.fget is not None:
        return callable_of(f.fget)
    if isinstance(f, MethodType):
        return callable_of(f.__func__)[0], (f.__self__,)
    name = str(getattr(f, "__name__", f))
    if type(f).__module__.startswith("numba."):
        help_ = "Differentiate the function inside with `@njit`, and give its derivative to `vectorize`."
        own = getattr(f, "__wrapped__", None) or getattr(f, "py_func", f)
        raise refusal(own, "N003", f"Numba does more with `{name}` than to compile it", help_)
    if isinstance(f, FunctionType):
        if hasattr(f, "__wrapped__"):
            help_ = f"Differentiate the function inside, `{name}.__wrapped__`, if the decorator changes no value."
            raise refusal(f, "N003", f"`{name}` is wrapped by a decorator, which may change what it does", help_)
        return f, ()
    if isinstance(f, type) or not callable(f):
        raise refusal(f, "U006", f"`{name}` is not a function", "Give a function defined by `def`.")
    call = next((vars(c)["__call__"] for c in type(f).__mro__ if "__call__" in vars(c)), None)
    if isinstance(call, FunctionType) and not isinstance(f, functools.partial):
        return call, (f,)
    return f, ()


def bound(function: Callable[..., object], to: tuple[object, ...]) -> Callable[..., object]:
    """A function bound to what it is given first."""
    return MethodType(function, *to) if to else function
