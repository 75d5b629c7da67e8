"""`adtransform.verify`: right derivatives pass, wrong ones fail, and nothing else is claimed."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from adtransform import pipeline
from adtransform.diagnostics import Refusal, TransformError
from adtransform.report import Report
from adtransform.verify import verify

DRAG = """
import math

RHO = 1.225


def drag(v: float, cd: float, area: float = 0.7) -> float:
    q = 0.5 * RHO * v ** 2
    if v < 0.0:
        q = -q
    return cd * area * q
"""

Check = Callable[..., Report]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Verify a text that stands in a file `model.py`."""

    def run(text: str, **options: Any) -> Report:
        path = tmp_path / "model.py"
        path.write_text(dedent(text))
        return verify(path.read_text(), str(path), **options)

    return run


def verdicts(report: Report) -> list[tuple[str, str, str]]:
    return [(row.input, row.output, row.verdict) for row in report.rows]


def test_a_right_derivative_passes(check: Check) -> None:
    report = check(DRAG, function="drag", at={"v": -3.0, "cd": 0.8})
    assert report.ok
    assert verdicts(report) == [("v", "", "ok"), ("cd", "", "ok"), ("area", "", "ok")]
    for row, slope in zip(report.rows, (1.225 * 3.0 * 0.56, -0.5 * 1.225 * 9.0 * 0.7, -0.5 * 1.225 * 9.0 * 0.8)):
        assert row.generated == pytest.approx(slope)
        assert row.relative_error < 1e-10


def test_the_report_is_a_plain_table(check: Check) -> None:
    text = check(DRAG, function="drag", at={"v": 2.0, "cd": 1.0, "area": 1.0}, wrt=("v",)).text()
    assert "\n".join([*text.splitlines()[:2], text.splitlines()[2][:20]]) == (
        "drag at v=2.0, cd=1.0, area=1.0\n  input  generated  difference  relative error  verdict\n  v      2.45       "
    )
    assert text.endswith(" ok\n\n1 ok\n")


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        ("1.01 * ({})", "WRONG"),
        ("(1 + 1e-6) * ({})", "WRONG"),
        ("({}) + 1e-6", "WRONG"),
        ("float('nan')", "WRONG"),
        ("0.0", "WRONG"),
        ("(1 + 1e-15) * ({})", "ok"),
    ],
)
def test_a_wrong_derivative_fails(check: Check, monkeypatch: pytest.MonkeyPatch, wrong: str, verdict: str) -> None:
    plant(monkeypatch, "q_d", wrong)
    report = check(DRAG, function="drag")
    assert verdicts(report)[0] == ("v", "", verdict)
    assert report.ok == (verdict == "ok")


def plant(monkeypatch: pytest.MonkeyPatch, name: str, wrong: str, mode: str = "forward") -> None:
    """Make the transformation write an error into the first assignment to a name."""
    transform = pipeline.transform

    def careless(source: str, filename: str, options: pipeline.Options) -> pipeline.Result:
        result = transform(source, filename, options)
        if options.mode != mode:
            return result
        before, statement, right, after = re.split(rf"^( *{name} = )(.*)$", result.text, maxsplit=1, flags=re.M)
        text = f"{before}{statement}{wrong.format(right)}{after}"
        return pipeline.Result(text, result.derivatives, result.refusals)

    monkeypatch.setattr(pipeline, "transform", careless)


@pytest.mark.parametrize("wrong", ["({}) * (1 + 3e-16)", "int({})", "-0.0"])
def test_a_primal_that_is_not_the_same_bit_by_bit_fails(
    check: Check, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    plant(monkeypatch, "q", wrong)
    report = check(DRAG, function="drag", at={"v": 0.3, "cd": 0.9})
    assert not report.ok
    assert "the generated function returns the value" in report.text()


def test_what_generated_code_raises_is_a_failure(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, "q_d", "1 / 0")
    report = check(DRAG, function="drag")
    assert not report.ok
    assert "not verified: the generated function raises ZeroDivisionError: division by zero" in report.text()


# --- reverse mode ----------------------------------------------------------------------------------------------------


def test_lists_that_are_changed_are_compared(check: Check) -> None:
    text = """
        def f(x: list[float], a: float) -> float:
            x[0] = x[0] * x[1] * a
            return x[0] + x[1]
    """
    report = check(text, function="f", at={"x": [0.7, 0.8], "a": 0.6}, mode="reverse")
    assert report.ok, report.text()


def test_a_right_adjoint_passes(check: Check) -> None:
    report = check(DRAG, function="drag", at={"v": -3.0, "cd": 0.8}, mode="reverse")
    assert report.ok
    assert verdicts(report) == [("v", "", "ok"), ("cd", "", "ok"), ("area", "", "ok")]
    assert re.search(
        r"\n  dot product with the tangent: 4 seeds and directions, relative error \S+, ok\n", report.text()
    )
    assert report.text().endswith("\n\n3 ok\n")


def test_each_component_of_a_tuple_has_a_seed(check: Check) -> None:
    report = check("def f(x: float, y: float):\n    p = x * y\n    return p * x, 2.0 * p\n", mode="reverse")
    assert report.ok
    assert verdicts(report) == [(name, output, "ok") for name in "xy" for output in ("[0]", "[1]")]


@pytest.mark.parametrize(
    ("wrong", "rows", "products"),
    [
        ("1.01 * ({})", "WRONG", "WRONG"),
        ("(1 + 1e-6) * ({})", "WRONG", "WRONG"),
        ("(1 + 1e-8) * ({})", "ok", "WRONG"),
        ("float('nan')", "WRONG", "inconclusive"),
        ("(1 + 1e-15) * ({})", "ok", "ok"),
    ],
)
def test_a_wrong_adjoint_fails(
    check: Check, monkeypatch: pytest.MonkeyPatch, wrong: str, rows: str, products: str
) -> None:
    plant(monkeypatch, "q_b", wrong, "reverse")
    report = check(DRAG, function="drag", mode="reverse")
    (found,) = report.checks
    assert found.products is not None
    assert (verdicts(report)[0], found.products.verdict) == (("v", "", rows), products)
    assert report.ok == (rows == products == "ok")
    assert ("WRONG" in report.text().splitlines()[-1]) != report.ok


def test_an_adjoint_that_changes_the_value_fails(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, "q", "({}) * (1 + 3e-16)", "reverse")
    report = check(DRAG, function="drag", at={"v": 0.3, "cd": 0.9}, mode="reverse")
    assert not report.ok
    assert "the generated function returns the value" in report.text()


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_what_the_function_raises_is_raised(check: Check, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    text = """
        def f(x: float, y: float):
            low = 2.0 * y
            if x < low:
                raise ValueError("too small")
            return x * x * low
        """
    assert check(text, mode=mode).ok  # the first points raise
    plant(monkeypatch, "low", "-1.0", mode)
    report = check(text, at={"x": 0.5, "y": 1.0}, mode=mode)
    assert not report.ok
    assert "raises ValueError: too small, but the generated function raises nothing, at x=0.5, y=1.0" in report.text()


def test_an_adjoint_without_a_tangent_is_compared_with_differences(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    transform = pipeline.transform

    def reverse_only(source: str, filename: str, options: pipeline.Options) -> pipeline.Result:
        if options.mode == "forward":
            raise TransformError([Refusal(filename, 1, 1, "N101", "refused", "")])
        return transform(source, filename, options)

    monkeypatch.setattr(pipeline, "transform", reverse_only)
    report = check(DRAG, function="drag", mode="reverse")
    assert report.ok
    assert "dot product with the tangent: none, as forward mode refuses the function" in report.text()


# --- points ----------------------------------------------------------------------------------------------------------


def test_points_are_drawn_from_defaults_and_annotations(check: Check) -> None:
    report = check("""
        def f(x: float, n: int, flag: bool, y: float = 2.5, *, k: float, label: str = "a"):
            return x ** n * y + k if flag else x
        """)
    assert report.ok
    assert report.checks[0].point == "x=0.7, n=3, flag=True, y=2.5, k=1.3, label='a'"
    assert report.checks[0].drawn == ("x", "n", "flag", "k")
    assert "(drawn: x, n, flag, k)" in report.text()


def test_points_are_drawn_until_the_function_runs(check: Check) -> None:
    report = check("""
        import math

        def f(x: float, y: float):
            if x < 20 * y:
                raise ValueError("x must be much larger than y")
            return math.log(x / y)
        """)
    assert report.ok


def test_an_optional_parameter_gets_a_number_only_where_none_does_not_do(check: Check) -> None:
    report = check("""
        def f(x: float, y: float | None = None):
            return x * x if y is None else x * y

        def g(x: float, y: float | None = None):
            if y is None:
                raise ValueError("y is missing")
            return x * y
        """)
    assert report.ok
    assert [c.point for c in report.checks] == ["x=0.7, y=None", "x=0.7, y=1.3"]
    assert check("""
        def f(x: float, a: float | None = None, b: float | None = None, c: float | None = None):
            if [a, b, c].count(None) != 1:
                raise ValueError("give two of three")
            return x * a * b if c is None else x * b * c if a is None else x * a * c
        """).ok


def test_another_point_is_drawn_where_the_first_one_is_a_kink(check: Check) -> None:
    report = check("def f(x: float):\n    return abs(x - 0.7)\n")
    assert report.ok
    assert report.checks[0].point != "x=0.7"


def test_a_kink_is_no_error_but_no_proof_either(check: Check) -> None:
    text = "def f(x: float, y: float):\n    return abs(x) + y * y\n"
    report = check(text, at={"x": 0.0, "y": 2.0})
    assert verdicts(report) == [("x", "", "kink"), ("y", "", "ok")]
    assert report.ok
    alone = check(text, at={"x": 0.0, "y": 2.0}, wrt=("x",))
    assert not alone.ok
    assert "conclusive for none of them" in alone.text()


def test_where_differences_say_nothing_the_row_is_inconclusive(check: Check) -> None:
    report = check("import math\ndef f(x: float):\n    return math.sqrt(x)\n", at={"x": 0.0})
    assert verdicts(report) == [("x", "", "inconclusive")]
    assert not report.ok


def test_a_function_that_exists_on_one_side_only_is_verified(check: Check) -> None:
    text = """
        def f(x: float):
            if x < 1.0:
                raise ValueError("too small")
            return (x - 0.5) ** 3
        """
    assert check(text, at={"x": 1.0}).ok


def test_whole_numbers_given_for_floats_are_floats(check: Check) -> None:
    report = check("def f(x: float, n: int):\n    return x ** n\n", at={"x": 2, "n": 3})
    assert report.ok
    assert report.checks[0].point == "x=2.0, n=3"


def test_each_component_of_a_tuple_is_a_row(check: Check) -> None:
    report = check("""
        def f(x: float, n: int):
            return x * x, n, "text", None, (2.0 * x, 3.0)
        """)
    assert verdicts(report) == [("x", "[0]", "ok"), ("x", "[1]", "ok"), ("x", "[4][0]", "ok"), ("x", "[4][1]", "ok")]
    assert report.text().splitlines()[1].split()[:3] == ["input", "output", "generated"]


def test_starred_arguments_are_inputs_one_by_one(check: Check) -> None:
    text = """
        def f(x: float, *args: float):
            s = x
            for a in args:
                s = s + a * x
            return s
        """
    report = check(text, at={"x": 2.0, "args": (1.0, 3.0)})
    assert report.ok
    assert verdicts(report) == [("x", "", "ok"), ("args[0]", "", "ok"), ("args[1]", "", "ok")]


def test_positional_only_and_keyword_only_parameters(check: Check) -> None:
    assert check("def f(x: float, y: float, /, z: float, *, k: float = 2.0):\n    return x / y * z ** k\n").ok


@pytest.mark.parametrize(("rule", "ok"), [("v", True), ("2 * v", False)])
def test_rules_of_the_user_are_checked(check: Check, rule: str, ok: bool) -> None:
    report = check(f"import math\n\n\n# adgen: partial x = {rule}\ndef f(x: float):\n    return math.exp(x)\n")
    assert report.ok == ok
    assert report.rows[0].verdict == ("ok" if ok else "WRONG")


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("def f(x: float):\n    if x < 1:\n        raise ValueError('small')\n    return x * x\n", {"x": 0.5},
         "the function raises ValueError: small, at x=0.5"),
        ("import math\ndef f(x: float):\n    return math.log(x)\n", {"x": -1.0}, "ValueError: "),
        ("import sys\ndef f(x: float):\n    if x: sys.exit(3)\n    return x * x\n", {}, "raises SystemExit: 3, at x"),
        ("def f(x: float, name: str):\n    return x * x if name else x\n", {}, "`name` needs a value"),
        ("def f(x: float):\n    if x > 1.0:\n        return None\n    return x * x\n", {"x": 2.0}, "returns None here"),
        ("import random\ndef f(x: float):\n    return x * random.random()\n", {}, "the same value twice"),
        ("import no_such_module\ndef f(x: float):\n    return x * x\n", {},
         "the source raises ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)  # fmt: skip
def test_what_cannot_be_verified_is_a_failure_with_a_message(
    check: Check, text: str, at: dict[str, object], message: str
) -> None:
    report = check(text, at=at)
    assert not report.ok
    assert message in report.text()
    assert "Traceback" not in report.text()


def test_a_function_that_cannot_be_verified_does_not_stop_the_others(check: Check) -> None:
    report = check("""
        def f(x: float, name: str):
            return x * x

        def g(x: float):
            return x * x
        """)
    assert not report.ok
    assert [c.ok for c in report.checks] == [False, True]
    assert report.text().endswith("1 ok, 1 not verified\n")


def test_refusals_are_raised(check: Check) -> None:
    with pytest.raises(TransformError):
        check("def f(x: float):\n    return x * x\n", function="g")
    with pytest.raises(TransformError, match="there is no parameter `vv`"):
        check(DRAG, at={"vv": 1.0})
    with pytest.raises(TransformError, match="there is no mode `sideways`"):
        check(DRAG, mode="sideways")


def test_the_main_block_does_not_run_and_prints_stay_out_of_the_way(
    check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    report = check("""
        import warnings

        print("importing", __name__)

        def f(x: float):
            print("called")
            warnings.warn("called")
            return x * x

        if __name__ == "__main__":
            raise RuntimeError
        """)
    assert report.ok
    assert capsys.readouterr() == ("", "")


def test_imports_work_as_in_the_folder_of_the_file(tmp_path: Path) -> None:
    files = {
        "top_of_it/__init__.py": "",
        "top_of_it/base.py": "K = 2.0\n\n\ndef scale(x: float) -> float:\n    return K * x * x\n",
        "top_of_it/sub/__init__.py": "",
        "top_of_it/sub/model.py": """
            from dataclasses import dataclass

            from .. import base
            from ..base import scale


            @dataclass
            class Point:
                x: "float"


            def f(x: float) -> float:
                return scale(x) + base.K * x
            """,
        "script.py": "import beside_it\n\n\ndef f(x: float) -> float:\n    return beside_it.square(x)\n",
        "beside_it.py": "def square(x: float) -> float:\n    return x * x\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    before, paths = set(sys.modules), list(sys.path)
    for name in ("top_of_it/sub/model.py", "script.py"):
        path = tmp_path / name
        report = verify(path.read_text(), str(path))
        assert report.ok, report.text()
    assert sys.path == paths
    assert not {m for m in set(sys.modules) - before if m.startswith(("top_of_it", "beside_it", "script"))}


def test_an_installed_module_can_be_verified() -> None:
    import colorsys

    report = verify(Path(colorsys.__file__).read_text(), colorsys.__file__, function="rgb_to_yiq")
    assert report.ok
    assert sys.modules["colorsys"] is colorsys


def test_text_without_a_file_can_be_verified() -> None:
    assert verify("import math\ndef f(x: float):\n    return math.sin(x)\n", "<stdin>", at={"x": math.pi}).ok
