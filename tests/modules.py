"""Modules that tests write and import, here or in another process."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest


class Folder:
    """A folder on `sys.path`; what is imported from it is forgotten afterwards."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.time = 1_000_000_000

    def write(self, name: str, text: str) -> Path:
        """Write a file; each is ten seconds younger than the one before, as Python tells that by the second."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        self.time += 10
        os.utime(path, (self.time, self.time))
        importlib.invalidate_caches()
        return path

    def load(self, text: str, name: str = "model") -> ModuleType:
        """Write a module, and import it anew."""
        self.write(f"{name}.py", text)
        return self.imported(name)

    def imported(self, name: str = "model") -> ModuleType:
        self.forget()
        return importlib.import_module(name)

    def forget(self) -> None:
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(str(self.path)):
                del sys.modules[name]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in another process, in the folder."""
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPATH"] = os.pathsep.join([str(self.path), *sys.path])
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.path, env=environment, capture_output=True, text=True)

    def out(self, code: str, *flags: str) -> str:
        """What a program prints in another process, which must not fail."""
        done = self.run(*flags, "-c", dedent(code))
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def folders(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """For a fixture: a folder to import from, where byte code is written."""
    monkeypatch.syspath_prepend(str(path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = Folder(path)
    yield folder
    folder.forget()
