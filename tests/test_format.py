"""Where the input is `ruff format`-stable and `ruff check`-clean, the output is too."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import adtransform as ad
from tests.casefiles import REVERSE, case_paths, read_case

RUFF = shutil.which("ruff")
pytestmark = pytest.mark.skipif(RUFF is None, reason="ruff is not installed")


def ruff(*arguments: str, folder: Path) -> list[str]:
    """The lines that ruff prints of the files in a folder, under its default configuration."""
    command = [RUFF or "", arguments[0], "--isolated", "--no-cache", *arguments[1:], "."]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder).stdout.splitlines()


def complaints(folder: Path) -> dict[str, list[str]]:
    """What ruff does not like, by file."""
    found: dict[str, list[str]] = {}
    for line in ruff("check", "--output-format=concise", folder=folder):
        name, colon, rest = line.partition(":")
        if colon and name.endswith(".py"):
            found.setdefault(name, []).append(rest)
    for line in ruff("format", "--check", folder=folder):
        if line.startswith("Would reformat: "):
            found.setdefault(line.removeprefix("Would reformat: "), []).append("would be reformatted")
    return found


def test_output_is_as_tidy_as_the_input(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    paths = [(path, mode) for path in case_paths() for mode in ("forward", "reverse")]
    for path, mode in [*paths, *((path, "reverse") for path in case_paths(REVERSE))]:
        case, name = read_case(path), f"{path.parent.name}_{path.stem}_{mode}.py"
        if case.open:
            continue
        try:
            text = case.transform(mode=mode, keep_going=True).text
        except ad.TransformError:
            continue
        (before / name).write_bytes(case.source.encode())
        (after / name).write_bytes(text.encode())
    untidy = complaints(before)
    found = {name: rows for name, rows in complaints(after).items() if name not in untidy}
    assert not found, "\n" + "\n".join(f"{name}: {row}" for name, rows in sorted(found.items()) for row in rows)
