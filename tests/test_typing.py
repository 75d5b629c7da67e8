"""Type checkers: modules that use the package, and modules that it writes, pass `mypy --strict`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import adtransform as ad

ROOT = Path(__file__).parent.parent
TYPING = ROOT / "tests" / "typing"


def check(folder: Path, *files: Path) -> list[str]:
    """The errors that mypy finds."""
    options = ["--strict", "--no-error-summary", "--cache-dir", str(folder / "cache")]
    command = [sys.executable, "-m", "mypy", *options, *map(str, files)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert not found.stderr, found.stderr
    return [line for line in found.stdout.splitlines() if ": error:" in line]


def test_modules_that_use_the_package(tmp_path: Path) -> None:
    misuse = TYPING / "misuse.py"
    errors = check(tmp_path, TYPING / "usage.py", misuse)
    found = {int(error.split(":")[1]): error.rpartition("[")[2].rstrip("]") for error in errors if "misuse.py" in error}
    lines = enumerate(misuse.read_text().splitlines(), 1)
    expected = {n: line.rpartition("# error: ")[2] for n, line in lines if "# error: " in line}
    assert found == expected
    assert len(errors) == len(expected), errors


def test_what_is_checked_runs() -> None:
    subprocess.run([sys.executable, str(TYPING / "usage.py")], cwd=ROOT, check=True, env={"PYTHONPATH": str(ROOT)})


WRITTEN = {
    "numbers": """
        import math

        G = 9.81


        def throw(speed: float, angle: float = 0.5) -> float:
            flight = 2.0 * speed * math.sin(angle) / G
            return speed * math.cos(angle) * flight


        def area(d: float) -> float:
            return math.pi * d * d / 4.0


        def velocity(flow: float, d: float, n: int, /, *, rough: bool = False) -> float:
            v = 0.0
            for i in range(n):
                if rough and i > 2:
                    v *= 0.5
                    continue
                v += flow / area(d) * v + math.sqrt(d)
            return v


        def both(x: float, y: float) -> tuple[float, float]:
            if x > y:
                return x * y, x
            return x**2, max(x, y)


        def early(x: float) -> float | None:
            if x < 0.0:
                return None
            return x * x


        def many(*xs: float, scale: float = 1.0) -> float:
            return sum(xs) * scale
        """,
    "lists": """
        import math


        def norm(x: list[float]) -> float:
            s = 0.0
            for v in x:
                s += v * v
            return math.sqrt(s)


        def scaled(x: list[float], c: float) -> list[float]:
            return [math.sin(v) * c for v in x]


        def horner(coefficients: list[float], x: float) -> float:
            y = 0.0
            for a in coefficients:
                y = y * x + a
            return y


        def product(a: list[list[float]], x: list[float]) -> list[float]:
            out = []
            for row in a:
                s = 0.0
                for i, v in enumerate(row):
                    s += v * x[i]
                out.append(s)
            return out
        """,
    "arrays": """
        import numpy as np
        import numpy.typing as npt


        def norm(x: npt.NDArray[np.float64]) -> float:
            return float(np.sum(x * x))


        def wave(u: npt.NDArray[np.float64], c: float, steps: int) -> npt.NDArray[np.float64]:
            u = u.copy()
            for _ in range(steps):
                u[1:-1] += c * (u[2:] - 2.0 * u[1:-1] + u[:-2])
            return u
        """,
    "objects": """
        import math
        from dataclasses import dataclass


        @dataclass
        class Point:
            x: float
            y: float


        def reach(p: Point, k: float) -> float:
            return k * math.hypot(p.x, p.y)


        def moved(p: Point, by: float) -> Point:
            return Point(p.x + by, p.y * by)


        def table(d: dict[str, float], x: float) -> float:
            return d["a"] * x + d["b"]
        """,
}


def test_modules_that_are_written(tmp_path: Path) -> None:
    files = []
    for name, text in WRITTEN.items():
        for mode in ("forward", "reverse"):
            source = dedent(text).lstrip()
            files.append(tmp_path / f"{name}_{mode}.py")
            files[-1].write_text(ad.derive(source, mode=mode))
            assert re.search(r"def \w+_[db]\(", files[-1].read_text())
    assert not check(tmp_path, *files)


@pytest.mark.parametrize("name", ["mypy", "typing", "libcst", "numpy", "IPython", "numba"])
def test_nothing_is_imported_for_types(name: str) -> None:
    command = f"import sys, adtransform; assert {name!r} not in sys.modules"
    subprocess.run([sys.executable, "-S", "-c", command], cwd=ROOT, check=True)
