"""Runs a check on many random programs and shrinks the first one that fails."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.program_checks import compiled, run
from tests.program_scope import Chooser
from tests.program_shrink import shrunk
from tests.programs import Program, random_program

FUZZ = os.environ.get("ADTRANSFORM_FUZZ")
EXAMPLES = int(FUZZ or 300)
PATIENCE = 60.0  # seconds for shrinking

ENDLESS = 30.0  # seconds after which a program counts as one that does not end

Attempt = Callable[[Program, Chooser], None]  # the chooser is for what else the check chooses


def explore(attempt: Attempt, examples: int, name: str) -> None:
    """Check that many programs: the same ones each time under one name, or other ones when fuzzing."""
    start = f"{name} {os.urandom(4).hex()}" if FUZZ else name
    for index in range(examples):
        program, again = random_program(Chooser(f"{start} {index}")), f"{start} {index} checked"
        error = failure(attempt, program, again)
        if error is not None:
            with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
                smallest = smaller(attempt, program, again, error)
            notes = ", ".join([f"{error}", *getattr(error, "__notes__", ())])
            text = f"{start} {index}: {notes}\n{program.described}\n\n{program.source}\n# shrunk:\n{smallest.source}"
            raise AssertionError(text) from error


def failure(attempt: Attempt, program: Program, start: str) -> Exception | None:
    try:
        with limited():
            attempt(program, Chooser(start))
    except Exception as error:
        return error
    return None


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Stops what does not end."""

    def late(*_: object) -> None:
        raise TimeoutError(f"not done after {ENDLESS} seconds")

    previous = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, ENDLESS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)


def smaller(attempt: Attempt, program: Program, start: str, error: Exception) -> Program:
    """A smaller program that fails in the same way."""
    end, expected = time.monotonic() + PATIENCE, outcomes(program)

    def fails(source: str) -> bool:
        tried = replace(program, source=source)
        try:
            with limited():
                if outcomes(tried) != expected:
                    return False
        except (NameError, KeyError, TimeoutError):  # the function itself is gone
            return False
        found = failure(attempt, tried, start)
        return found is not None and kind(found) == kind(error)

    source = shrunk(program.source, fails, lambda: time.monotonic() < end)
    return replace(program, source=source)


def outcomes(program: Program) -> list[str]:
    """What the program raises at its points."""
    primal = compiled(program.source, program.function)
    return [run(primal, program.arguments(point))[1] for point in program.points]


def kind(error: Exception) -> tuple[type[Exception], list[str]]:
    return type(error), re.findall("[A-Z][0-9]{3}|[a-z]{2,}", str(error))[:4]
