"""Notebooks: functions of cells, what happens to them when cells run again, and the magic `%%adgen`.

Where IPython is not installed there is nothing to test.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import adtransform as ad

pytest.importorskip("IPython")

from IPython.core.interactiveshell import InteractiveShell

Run = Callable[[str], Any]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = InteractiveShell.instance()
    shell.colors = "nocolor"
    shell.history_manager.enabled = False
    yield shell
    shell.reset(new_session=False)
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell: InteractiveShell) -> Run:
    """Run a cell; it returns the value of its last line."""

    def run_cell(text: str) -> Any:
        found = shell.run_cell(dedent(text), store_history=True)
        found.raise_error()
        return found.result

    run_cell("import math\nimport numpy as np\nimport adtransform as ad\nRATE = 2.0")
    return run_cell


# --- functions of cells -----------------------------------------------------------------------------------------------


def test_callees_in_other_cells(run: Run) -> None:
    run("def g(u):\n    return RATE * math.sin(u)")
    run("def f(x):\n    return g(x) * x")
    assert run("ad.grad(f)(0.3)") == pytest.approx(2.0 * (math.cos(0.3) * 0.3 + math.sin(0.3)))
    run("RATE = 3.0")
    assert run("ad.grad(f)(0.3)") == pytest.approx(3.0 * (math.cos(0.3) * 0.3 + math.sin(0.3)))


@pytest.mark.parametrize(
    "made",
    [
        "ad.grad(f)",
        "lambda x: ad.value_and_grad(f)(x)[1]",
        "ad.jacfwd(f)",
        "lambda x: ad.jvp(f, (x,), (1.0,))[1]",
        "lambda x: ad.adjoint(f)(x)[1]",
        "lambda x: ad.tangent(f)(x, 1.0)[1]",
    ],
)
def test_a_cell_that_runs_again(run: Run, made: str) -> None:
    run("def g(u):\n    return u * u")
    run("def f(x):\n    return g(x) + x")
    run(f"df = {made}")
    assert run("df(3.0)") == 7.0
    run("def g(u):\n    return u**3")
    assert run("df(3.0)") == 28.0
    run("def g(u):\n    return 5.0")  # the value does not depend on it any more
    assert run("df(3.0)") == 1.0
    run("def g(u):\n    return u * u")
    assert run("df(3.0)") == 7.0


def test_second_derivatives_of_cells_that_run_again(run: Run) -> None:
    run("def g(u):\n    return u * u\ndef f(x):\n    return g(x) * x")
    run("ddf, hf = ad.grad(ad.grad(f)), ad.hessian(f)")
    assert run("ddf(2.0), hf(2.0), ad.hvp(f, (2.0,), (1.0,))") == (12.0, 12.0, 12.0)
    run("def g(u):\n    return u")
    assert run("ddf(2.0), hf(2.0), ad.hvp(f, (2.0,), (1.0,))") == (2.0, 2.0, 2.0)


def test_a_function_that_is_defined_again(run: Run) -> None:
    run("def f(x):\n    return x * x")
    run("old = f\nd_old = ad.grad(f)")
    assert run("d_old(3.0)") == 6.0
    run("def f(x):\n    return x**3")
    assert run("ad.grad(f)(3.0), ad.grad(old)(3.0), d_old(3.0)") == (27.0, 6.0, 6.0)


def test_a_constant_becomes_an_array(run: Run) -> None:
    run("WEIGHT = 2.0\ndef f(x):\n    return np.sum(WEIGHT * x)\ndf = ad.grad(f)")
    assert run("df(3.0)") == 2.0
    run("WEIGHT = np.array([1.0, 2.0])")
    assert run("df(3.0)") == 3.0


def test_lambdas_and_closures(run: Run) -> None:
    run("def g(u):\n    return u * u")
    assert run("h = lambda x: g(x) * x\nad.grad(h)(2.0), ad.grad(lambda x: x**3)(2.0)") == (12.0, 12.0)
    assert run("[ad.grad(p)(2.0) for p in [lambda x: x * x, lambda x: x**3]]") == [4.0, 12.0]
    run("def make(a):\n    def inside(x):\n        return a * g(x)\n    return inside")
    assert run("ad.grad(make(3.0))(2.0)") == 12.0


def test_classes_and_methods(run: Run) -> None:
    run("""
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: float
            y: float
        """)
    run("def area(p: Point) -> float:\n    return p.x * p.y * p.y")
    assert run("d = ad.grad(area)(Point(2.0, 3.0))\nd.x, d.y") == (9.0, 12.0)
    head = "class Spring:\n    def __init__(self, k: float):\n        self.k = k\n"
    spring = head + "    def energy(self, x):\n        return {}\n    def power(self, x):\n        return self.k + x"
    run(spring.format("self.k * x * x"))
    both = run("spring = Spring(3.0)\nad.grad(spring.energy)(2.0), ad.adjoint(spring.energy)(2.0)")
    assert both == (12.0, (12.0, 12.0))
    run(spring.format("self.k * x"))
    assert run("ad.grad(Spring(3.0).energy)(2.0)") == 3.0
    assert run("ad.grad(spring.energy)(2.0)") == 12.0
    with pytest.raises(ad.TransformError, match="cannot be found in its class"):
        run("ad.grad(spring.power)(2.0)")


def test_a_class_that_is_defined_again(run: Run) -> None:
    head = "class Plate:\n    def __init__(self, x: float, y: float):\n        self.x, self.y = x, y\n"
    plate = head + "    def area(self):\n        return self.x {} self.y"
    run(plate.format("*"))
    run("def f(p: Plate):\n    return p.area() * p.x\ndef g(p):\n    return p.area() * p.x")
    run("df, dg, old = ad.grad(f), ad.grad(g), Plate(1.0, 2.0)")
    assert run("df(old).x, dg(old).x") == (4.0, 4.0)
    run(plate.format("-"))
    assert run("df(Plate(1.0, 2.0)).x, dg(Plate(1.0, 2.0)).x") == (0.0, 0.0)
    for call in ("df(old)", "dg(old)"):
        with pytest.raises(TypeError, match="is of a class `Plate` that the module of the function does not name"):
            run(call)


def test_scripts_that_were_run(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    low = "import math as m\nK = 2.0\n\ndef low(x):\n    return m.sin(x) * K\n\n"
    path.write_text(f"{low}def high(x: float):\n    return low(x) * x\n")
    run(f"%run {path}")
    assert run("ad.grad(high)(0.5)") == pytest.approx(2.0 * (math.cos(0.5) * 0.5 + math.sin(0.5)))
    run("def f(x):\n    return high(x) + x")
    assert run("ad.grad(f)(0.5)") == pytest.approx(1.0 + 2.0 * (math.cos(0.5) * 0.5 + math.sin(0.5)))


def test_modules_that_autoreload_reloads(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "notebook_model.py"
    path.write_text("def cube(x: float) -> float:\n    return x * x * x\n")
    run("%load_ext autoreload\n%autoreload 2\nimport notebook_model\nfrom notebook_model import cube")
    run("def f(x):\n    return cube(x) + notebook_model.cube(x)\ndf = ad.grad(f)")
    assert run("df(1.0), ad.grad(cube)(1.0)") == (6.0, 3.0)
    path.write_text("def cube(x: float) -> float:\n    y = x * x\n    return 2.0 * y\n")
    assert run("df(1.0), ad.grad(cube)(1.0)") == (8.0, 4.0)


def test_decorated_functions(run: Run) -> None:
    run("def g(u):\n    return u * u")
    run("@ad.differentiable\ndef f(x):\n    return g(x) * x")
    assert run("f.grad(2.0), f.tangent(2.0, 1.0), f.adjoint(2.0)") == (12.0, (8.0, 12.0), (8.0, 12.0))
    run("def g(u):\n    return u")
    assert run("f.grad(2.0), f.tangent(2.0, 1.0), f.adjoint(2.0)") == (4.0, (4.0, 4.0), (4.0, 4.0))
    assert "Tangent of `f`" in run("import inspect\ninspect.getsource(f.tangent)")


def test_where_there_is_no_source(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ad.TransformError, match="the source of `f` cannot be found") as caught:
        run("%%time\ndef f(x):\n    return x * x\nad.grad(f)(1.0)")
    assert "cell of its own" in caught.value.refusals[0].help


# --- the magic --------------------------------------------------------------------------------------------------------


@pytest.fixture
def magic(run: Run, capsys: pytest.CaptureFixture[str]) -> Callable[[str], tuple[str, str]]:
    """Run a cell; it returns what is printed, and what is said on standard error."""
    run("%load_ext adtransform")

    def run_cell(text: str) -> tuple[str, str]:
        capsys.readouterr()
        run(text)
        found = capsys.readouterr()
        return found.out, found.err

    return run_cell


def test_the_derivative_is_shown_and_defined(run: Run, magic: Callable[[str], tuple[str, str]]) -> None:
    run("def g(u):\n    return math.sin(u)")
    shown, said = magic("%%adgen --mode reverse\ndef f(x, y):\n    return g(x) * y\nprint('ran')")
    assert shown.startswith("ran\n") and not said
    assert "def f_b(x, y, seed=1.0):" in shown and "def g_b(u, seed=1.0):" in shown
    assert "def f(" not in shown and "import" not in shown
    assert run("f_b(0.0, 2.0)") == (0.0, (2.0, 0.0))
    shown, _ = magic("%%adgen --wrt y\ndef f(x, y):\n    return g(x) * y**2")
    assert "def f_d(x, y, y_d):" in shown
    assert run("f_d(0.5, 2.0, 1.0)") == (4.0 * math.sin(0.5), pytest.approx(4.0 * math.sin(0.5)))


def test_functions_can_be_chosen(run: Run, magic: Callable[[str], tuple[str, str]]) -> None:
    shown, _ = magic(
        "%%adgen -f f\ndef g(u):\n    return u * u\ndef f(x):\n    return x * x\ndef h(x):\n    return open(x)"
    )
    assert "f_d" in shown and "g_d" not in shown
    assert "g_b" in magic("%adgen --mode reverse -f g")[0]
    shown, _ = magic("%%adgen --wrt u\ndef g(u):\n    return u * u\ndef f(x):\n    return x * x")
    assert "g_d" in shown and "f_d" not in shown


def test_highlighting_in_notebooks(shell: InteractiveShell, magic: Callable[[str], tuple[str, str]]) -> None:
    published: list[dict[str, Any]] = []
    shell.display_formatter.active_types = ["text/plain", "text/html"]
    shell.display_pub.publish = lambda data, *args, **more: published.append(data)
    magic("%%adgen\ndef f(x):\n    return x * x")
    assert published[0]["text/plain"].startswith("def f_d(x, x_d):") and "<span" in published[0]["text/html"]


def test_refusals_are_shown_as_by_the_command_line(magic: Callable[[str], tuple[str, str]]) -> None:
    shown, said = magic("%%adgen\ndef good(x):\n    return x * x\ndef bad(x):\n    return abs(x + 1j)")
    assert "def good_d" in shown
    assert said.startswith("Cell In[") and " | " in said and "^^" in said and "help: " in said
    assert "Traceback" not in shown + said


def test_names_of_the_notebook_are_not_overwritten(run: Run, magic: Callable[[str], tuple[str, str]]) -> None:
    run("f_d = 5.0")
    _, said = magic("%%adgen\ndef f(x):\n    return x * x")
    assert "`f_d` is something else here" in said and "adtransform.tangent(f)" in said
    assert run("f_d") == 5.0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%%adgen --mod reverse\ndef f(x):\n    return x", "unrecognized arguments: --mod reverse"),
        ("%%adgen --mode revers\ndef f(x):\n    return x", "invalid choice: 'revers'"),
        ("%%adgen -f ff\ndef f(x):\n    return x", "there is no function `ff`"),
        ("%%adgen\nx = 3", "there is no function in the cell"),
        ("%adgen", "name a function with -f"),
    ],
)
def test_wrong_usage(shell: InteractiveShell, magic: Callable[[str], tuple[str, str]], line: str, message: str) -> None:
    found = shell.run_cell(line)
    assert type(found.error_in_exec).__name__ == "UsageError"
    assert message in str(found.error_in_exec)


def test_cells_that_fail(shell: InteractiveShell, magic: Callable[[str], tuple[str, str]]) -> None:
    shown, _ = magic("%%adgen\ndef f(x):\n    return x * x\n1 / 0")
    assert "ZeroDivisionError" in shown and "f_d" not in shown


def test_help(shell: InteractiveShell, magic: Callable[[str], tuple[str, str]]) -> None:
    text = shell.find_cell_magic("adgen").__doc__ or ""
    assert "%%adgen [-f FUNCTION] [--wrt WRT] [--mode {forward,reverse}]" in text and "f_d or f_b" in text
