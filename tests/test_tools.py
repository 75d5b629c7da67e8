"""What looks at functions finds the generated ones: `inspect`, debuggers, profilers, and where there is no source."""

from __future__ import annotations

import cProfile
import doctest
import inspect
import linecache
import pstats
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import adtransform as ad

MODEL = """
import math
import adtransform as ad


def area(d: float) -> float:
    return math.pi * d * d / 4.0


def speed(flow: float, d: float) -> float:
    v = flow / area(d)
    return v * v
"""


def python(*args: str, text: str = "", folder: Path | None = None) -> str:
    """What a Python process prints, errors included."""
    path = {"PYTHONPATH": str(Path(ad.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, *args], input=text, capture_output=True, text=True, cwd=folder, env=path, timeout=60
    )
    return done.stdout + done.stderr


def speed(flow: float, d: float) -> float:
    v = flow / (d * d)
    return v * v


def test_inspect() -> None:
    backward = ad.adjoint(speed)
    lines, first = inspect.getsourcelines(backward)
    assert lines[0].startswith("def speed_b") and first == backward.__code__.co_firstlineno
    assert inspect.getsourcefile(backward) == inspect.getfile(backward) == backward.__code__.co_filename
    assert inspect.signature(ad.grad(speed)) == inspect.signature(speed)
    assert "Adjoint of `speed`" in (inspect.getdoc(backward) or "")


# --- debuggers and profilers ------------------------------------------------------------------------------------------


def test_the_debugger_steps_through_generated_lines(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(f"{MODEL}\n\nbackward = ad.adjoint(speed)\nbreakpoint()\nbackward(3.0, 0.5)\n")
    shown = python("model.py", text="step\nstep\nstep\nwhere\nlist\nup\np flow\nquit\n", folder=tmp_path)
    assert "speed_b()" in shown and "--Call--" in shown
    assert "-> area_v, area_v_d = area_b(d)" in shown  # the lines are those of the generated source
    assert "area_b()" in shown and "from area, model.py:6>" in shown
    assert "(Pdb) 3.0" in shown  # and the variables those of the generated function


def test_the_debugger_stops_where_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(f"{MODEL}\n\nbackward = ad.adjoint(speed)\nbreakpoint()\nbackward(3.0, 0.5)\n")
    shown = python("model.py", text="tbreak backward\ncontinue\nnext\np d\nquit\n", folder=tmp_path)
    assert "Breakpoint 1 at <adgen model.py" in shown and "(Pdb) 0.5" in shown


def test_profilers_name_generated_functions(capsys: pytest.CaptureFixture[str]) -> None:
    backward = ad.adjoint(speed)
    profile = cProfile.Profile()
    profile.runcall(backward, 3.0, 0.5)
    pstats.Stats(profile).print_stats()
    shown = capsys.readouterr().out
    assert "(speed_b" in shown and "<adgen test_tools.py" in shown and "from speed" in shown


def test_memory_is_traced_to_generated_lines() -> None:
    def filled(x: float, n: int) -> float:
        values = [x]
        for _ in range(n):
            values.append(values[-1] * x)
        return values[-1] + values[0]

    backward = ad.adjoint(filled)
    tracemalloc.start()
    try:
        kept = backward(0.999, 1000)
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    del kept
    names = {trace.filename for trace in (stat.traceback[0] for stat in snapshot.statistics("lineno"))}
    assert all(linecache.getline(name, 1) for name in names if name.startswith("<adgen"))


def test_tracers_see_generated_lines() -> None:
    """Coverage tools work like this; files without a path they leave out."""
    backward, seen = ad.adjoint(speed), []

    def trace(frame, event, arg):
        if frame.f_code is backward.__code__ and event == "line":
            seen.append(linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip())
        return trace

    sys.settrace(trace)
    try:
        backward(3.0, 0.5)
    finally:
        sys.settrace(None)
    assert seen and all(seen) and seen[-1].startswith("return")


# --- where there is no source -----------------------------------------------------------------------------------------

TYPED = """
import adtransform as ad
def f(x):
    return x * x

try:
    ad.{}
except ad.TransformError as error:
    print(error)
"""


@pytest.mark.parametrize("asked", ["grad(f)(2.0)", "tangent(f)", "differentiable(f).tangent(2.0, 1.0)"])
def test_what_is_typed_in_is_refused_with_help(asked: str) -> None:
    shown = python("-", text=TYPED.format(asked))
    assert "the source of `f` cannot be found" in shown
    assert "help: Python does not keep what is typed in; IPython does." in shown


def test_commands_and_executed_text_are_refused_with_help() -> None:
    shown = python("-c", TYPED.format("grad(f)(2.0)"))
    assert "the source of `f` cannot be found" in shown and "`python -c` keep no source" in shown
    names: dict[str, Callable[[float], float]] = {}
    exec("def f(x):\n    return x * x\n", names)
    with pytest.raises(ad.TransformError) as caught:
        ad.grad(names["f"])(2.0)
    assert "hand its text to `adtransform.derive`" in caught.value.refusals[0].help


def test_functions_in_doctests() -> None:
    text = """
    >>> import adtransform as ad
    >>> def square(x):
    ...     return x * x
    >>> def f(x):
    ...     return square(x) * x
    >>> ad.grad(f)(2.0), ad.hessian(f)(2.0)
    (12.0, 12.0)
    >>> ad.tangent(lambda x: x * x)(3.0, 1.0)
    (9.0, 6.0)
    """
    test = doctest.DocTestParser().get_doctest(text, {}, "sample", None, None)
    found = doctest.DocTestRunner(verbose=False).run(test)
    assert found.failed == 0 and found.attempted == 5
