"""Calling a function at a point: what it returns as floats, within a time limit, without its prints."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import math
import signal
import struct
import warnings
from collections.abc import Callable, Iterator
from types import FrameType

import numpy as np

from tests.conformance.values import bits

Function = Callable[..., object]


class OutOfTime(BaseException):
    """Raised inside code that runs longer than its limit."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop after so many seconds of this process, however busy the machine is."""

    def stop(_: int, __: FrameType | None) -> None:
        raise OutOfTime

    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)  # again: a bare `except` may swallow the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, previous)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    sink = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        warnings.simplefilter("ignore")
        yield


def call(function: Function, signature: inspect.Signature, arguments: dict[str, object], **more: object) -> object:
    """The value at named arguments; `more` goes in by keyword.  Mutable arguments are copied."""
    positional: list[object] = []
    keywords: dict[str, object] = dict(more)
    for name, parameter in signature.parameters.items():
        value = arguments[name]
        if isinstance(value, (list, dict, np.ndarray)):
            value = copy.deepcopy(value)
        match parameter.kind:
            case inspect.Parameter.VAR_POSITIONAL:
                positional.extend(value)  # type: ignore[call-overload]
            case inspect.Parameter.VAR_KEYWORD:
                keywords.update(value)  # type: ignore[call-overload]
            case inspect.Parameter.KEYWORD_ONLY:
                keywords[name] = value
            case _:
                positional.append(value)
    return function(*positional, **keywords)


def outputs(value: object) -> list[float] | None:
    """The floats of a number, an array, or a (nested) tuple or list of them; None if it is anything else."""
    if isinstance(value, float):
        return [float(value)]
    if isinstance(value, np.ndarray):
        return [float(x) for x in value.ravel()] if value.dtype.kind == "f" and value.size else None
    if not isinstance(value, (tuple, list)):
        return None
    found: list[float] = []
    for item in value:
        if isinstance(item, int):
            continue
        inner = outputs(item)
        if inner is None:
            return None
        found += inner
    return found or None


def same(first: object, second: object) -> bool:
    """Equal to the last bit, NaN and the sign of zero included."""
    if isinstance(first, float) and isinstance(second, float):
        return struct.pack("d", first) == struct.pack("d", second)
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return bits(first) == bits(second)
    if isinstance(first, (tuple, list)) and type(first) is type(second):
        return len(first) == len(second) and all(map(same, first, second))
    return type(first) is type(second) and bool(first == second)


def finite(values: list[float] | None) -> bool:
    return values is not None and all(map(math.isfinite, values))
