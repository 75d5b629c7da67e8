"""What the tool writes for a problem, or why it does not."""

from __future__ import annotations

import inspect
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Options, Result, transform
from tests.bench.problem import Function, Problem, execute

PATIENCE = 60  # seconds that writing one derivative may take


class Missing(Exception):
    """There is no derivative to time: it is refused, or what was written does not run."""


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@cache
def written(source: str, filename: str, function: str, mode: str, wrt: tuple[str, ...] | None = None) -> Result:
    """The module with the derivative of one function.

    Raises:
        Missing: if it is refused or takes too long.
    """
    try:
        with patience(PATIENCE):
            return transform(source, filename, Options(mode=mode, functions=(function,), wrt=wrt))
    except TransformError as error:
        raise Missing("refused " + error.refusals[0].code) from None
    except TimeoutError:
        raise Missing(f"over {PATIENCE} s") from None
    except Exception as error:
        raise Missing(f"crash: {type(error).__name__}") from error


def name_of(result: Result, function: str) -> str:
    (derivative,) = [entry for entry in result.derivatives if entry.function == function]
    return derivative.name


def function(problem: Problem, mode: str) -> Function:
    """The generated derivative, compiled from its text.

    Raises:
        Missing: if there is none.
    """
    result = written(problem.source, problem.path, problem.function, mode, problem.wrt or None)
    (derivative,) = [entry for entry in result.derivatives if entry.function == problem.function]
    inputs = list(inspect.signature(problem.primal).parameters)
    assert derivative.wrt == tuple(inputs[index] for index in problem.inputs), derivative.wrt
    try:
        home: dict[str, Any] = execute(result.text, f"{mode} derivative of {problem.name}")
    except Exception as error:
        raise Missing(f"not Python: {error}") from error
    found: Function = home[derivative.name]
    return found
