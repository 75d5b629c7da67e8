"""`adgen run`: a script as with Python, and derivatives for the asking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modules import Folder, folders

HELPER = """
    def lift(u: float) -> float:
        return 2.0 * u
    """

SCRIPT = """
    import sys
    from helper import lift


    def drag(v: float) -> float:
        return v * v * lift(v)


    def bad(x: float) -> float:
        return abs(x + 1j)


    def main() -> None:
        what = sys.argv[1] if len(sys.argv) > 1 else ""
        if what == "derive":
            from helper import lift_d

            print(drag_d(2.0, 1.0), drag_b(2.0), lift_d(3.0, 1.0), "libcst" in sys.modules)
        elif what == "exit":
            sys.exit(7)
        elif what == "say":
            sys.exit("a message")
        elif what == "fail":
            drag(None)
        elif what == "refused":
            bad_b(1.0)
        elif what == "unknown":
            print(nothing)
        else:
            print(__name__, __file__, sys.argv, sys.path[0], __spec__, sys.modules["__main__"].main is main)


    if __name__ == "__main__":
        main()
    """


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    for found in folders(tmp_path, monkeypatch):
        found.write("work/script.py", SCRIPT)
        found.write("work/helper.py", HELPER)
        yield found


def adgen(folder: Folder, *arguments: str) -> tuple[int, str, str]:
    done = folder.run("-m", "adtransform", "run", *arguments)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("what", [(), ("--help", "-x"), ("exit",), ("say",), ("fail",), ("unknown",)])
def test_scripts_run_as_with_python(folder: Folder, what: tuple[str, ...]) -> None:
    plain = folder.run("work/script.py", *what)
    assert adgen(folder, "work/script.py", *what) == (plain.returncode, plain.stdout, plain.stderr)


def test_syntax_errors_and_missing_files_are_as_with_python(folder: Folder) -> None:
    folder.write("broken.py", "x = (")
    for name, status in (("broken.py", 1), ("missing.py", 2)):
        plain = folder.run(name)
        assert adgen(folder, name) == (status, plain.stdout, plain.stderr)
        assert plain.returncode == status


def test_functions_have_derivatives(folder: Folder) -> None:
    expected = "(16.0, 24.0) (16.0, 24.0) (6.0, 2.0)"
    assert adgen(folder, "work/script.py", "derive") == (0, f"{expected} True\n", "")
    assert adgen(folder, "work/script.py", "derive") == (0, f"{expected} False\n", "")


def test_refused_functions_say_why_when_they_are_used(folder: Folder) -> None:
    status, out, errors = adgen(folder, "work/script.py", "refused")
    assert (status, out) == (1, "")
    assert "    bad_b(1.0)\n" in errors and "run.py" not in errors
    assert "NameError: name 'bad_b' is not defined: `bad` is refused" in errors
    assert "script.py:11:20: D003 complex numbers are not differentiated" in errors


def test_wrong_usage(folder: Folder) -> None:
    status, _, errors = adgen(folder)
    assert status == 2 and "Missing argument 'SCRIPT'" in errors
    status, out, _ = adgen(folder, "--help")
    assert status == 0 and "Run a script" in out
