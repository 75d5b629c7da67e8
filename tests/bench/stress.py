"""Many processes import the same hooked package at once, while its sources change and its cache suffers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

CALLEE = """
import math


def lift(u: float) -> float:
    return {factor} * u * u
"""

PHYSICS = """
from stressed.wing import lift


def drag(v: float) -> float:
    return {factor} * lift(v)
"""

DECORATED = """
from adtransform import differentiable

from stressed.wing import lift


@differentiable
def push(v: float) -> float:
    return {factor} * lift(v)
"""

CHILD = """
import sys
import adtransform

adtransform.install_import_hook("stressed.*")
from stressed.physics import drag, drag_b, drag_d
from stressed.decorated import push

print(drag_d(3.0, 1.0), drag_b(3.0), push.tangent(3.0, 1.0), push.adjoint(3.0), "libcst" in sys.modules)
"""


class Package:
    """A package of three modules, whose functions have factors that change."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.folder = folder / "stressed"
        self.cache = self.folder / "__pycache__"
        self.folder.mkdir()
        self.factors = {"wing": 1, "physics": 1, "decorated": 1}
        self.time = 1_000_000_000
        self.write("__init__", "")
        for name in self.factors:
            self.change(name)

    def write(self, name: str, text: str) -> None:
        """Write a module; Python tells by the second that it changed."""
        path = self.folder / f"{name}.py"
        path.write_text(text)
        self.time += 10
        os.utime(path, (self.time, self.time))

    def change(self, name: str) -> None:
        self.factors[name] = self.factors[name] % 7 + 1
        text = {"wing": CALLEE, "physics": PHYSICS, "decorated": DECORATED}[name]
        self.write(name, text.format(factor=float(self.factors[name])))

    def entries(self) -> list[Path]:
        return sorted(self.cache.glob("*.adgen-*")) if self.cache.is_dir() else []

    def restored(self) -> None:
        """Make the folder of the cache one that can be written to."""
        if self.cache.is_file():
            self.cache.unlink()
        if self.cache.is_dir():
            self.cache.chmod(0o777)

    def expected(self) -> str:
        def pair(factor: float) -> tuple[float, float]:
            return factor * self.factors["wing"] * 9.0, factor * self.factors["wing"] * 6.0

        hooked, decorated = pair(self.factors["physics"]), pair(self.factors["decorated"])
        return f"{hooked} {hooked} {decorated} {decorated}"


def truncate(package: Package) -> None:
    for number, entry in enumerate(package.entries()):
        entry.write_bytes(entry.read_bytes()[: 5 + 300 * number])


def damage(package: Package) -> None:
    for entry in package.entries():
        data = bytearray(entry.read_bytes())
        data[-20] ^= 255
        entry.write_bytes(bytes(data))


def delete(package: Package) -> None:
    for entry in package.entries():
        entry.unlink()


def lock(package: Package) -> None:
    delete(package)
    if package.cache.is_dir():
        package.cache.chmod(0o555)


def obstruct(package: Package) -> None:
    """Put a file where the folder should be: even root cannot write below it."""
    shutil.rmtree(package.cache, ignore_errors=True)
    package.cache.write_text("no folder")


def leave(package: Package) -> None:
    """Everything stays as it is."""


ACTIONS: tuple[Callable[[Package], None], ...] = (
    leave,
    leave,
    lambda package: package.change("wing"),
    leave,
    truncate,
    lambda package: package.change("physics"),
    damage,
    lambda package: package.change("decorated"),
    delete,
    lock,
    lambda package: package.change("wing"),
    obstruct,
)


def stressed(
    folder: Path, processes: int, rounds: int, actions: tuple[Callable[[Package], None], ...] = ACTIONS
) -> int:
    """Run the rounds.

    Returns:
        How many of the processes needed no parser.

    Raises:
        AssertionError: a process failed, or a result is not that of the sources.
    """
    package = Package(folder)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), *sys.path])
    warm = 0
    for number in range(rounds):
        package.restored()
        actions[number % len(actions)](package)
        command = [sys.executable, "-c", CHILD]
        running = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        for process in running:
            out, errors = process.communicate()
            assert process.returncode == 0, f"round {number}: {errors}"
            result, _, parsed = out.strip().rpartition(" ")
            assert result == package.expected(), f"round {number}: {result} is not {package.expected()}"
            warm += parsed == "False"
    left = [path.name for path in package.folder.rglob("*.adgen-*.*")]
    assert not left, f"temporary files are left: {left}"
    return warm


def stress(processes: int = 8, rounds: int = 50) -> Iterator[str]:
    """The report."""
    with tempfile.TemporaryDirectory() as folder:
        warm = stressed(Path(folder), processes, rounds)
    yield f"{processes} processes at once, {rounds} rounds: no failure, nothing stale; {warm} without the parser"
