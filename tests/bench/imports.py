"""What derivatives cost at import: a module with 50 decorated functions, beside the same module without decorators.

The package is measured as it is installed: a working copy looks at the times of its own files in every process.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter_ns

import adtransform
from tests.bench.generation import functions

FUNCTIONS = 50
ROUNDS = 40

TIMED = """
from time import perf_counter_ns
{before}
start = perf_counter_ns()
import {name}
print(perf_counter_ns() - start)
"""
WARM = """
import sys
assert "libcst" not in sys.modules
"""


def texts() -> tuple[str, str]:
    """A module of real functions without and with decorators."""
    groups = [group for group in functions() if "np." not in "".join(group)]
    parts: list[str] = []
    for turn in count():
        group = groups[turn % len(groups)]
        defined = re.findall(r"^def (\w+)", "\n".join(group), re.MULTILINE)
        pattern = re.compile(rf"(?<!\.)\b({'|'.join(defined)})\b(?=\()")
        parts += [pattern.sub(rf"\1_{turn}", text) for text in group]
        if len(parts) >= FUNCTIONS:
            break
    head = '"""A module."""\n\nimport math\n'
    decorated = [f"@differentiable\n{part}" for part in parts]
    importing = "from adtransform import differentiable\n"
    return "\n\n\n".join([head, *parts]), "\n\n\n".join([head + importing, *decorated])


def timed(code: str, folder: str) -> tuple[float, float]:
    """How long a process took, and what it printed, both in milliseconds."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = os.pathsep.join([folder, os.path.join(folder, "site-packages")])
    start = perf_counter_ns()
    run = subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True, text=True)
    return (perf_counter_ns() - start) / 1e6, float(run.stdout) / 1e6


def pair(before: str, folder: str) -> tuple[float, float, float, float]:
    """One decorated import and one undecorated: process and import each."""
    decorated = timed(TIMED.format(name="decorated_module", before=before) + WARM, folder)
    return (*decorated, *timed(TIMED.format(name="plain_module", before=before), folder))


def imports() -> Iterator[str]:
    """The table."""
    plain, decorated = texts()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(Path(adtransform.__file__).parent, Path(folder, "site-packages", "adtransform"))
        Path(folder, "plain_module.py").write_text(plain)
        Path(folder, "decorated_module.py").write_text(decorated)
        timed(TIMED.format(name="plain_module", before=""), folder)
        _, cold = timed(TIMED.format(name="decorated_module", before=""), folder)
        yield f"{FUNCTIONS} functions, {plain.count(chr(10))} lines; cold: {cold / FUNCTIONS:.1f} ms a function"
        yield "| warm                    | import  | undecorated | ratio | process | undecorated | ratio |"
        yield "|-------------------------|---------|-------------|-------|---------|-------------|-------|"
        for title, before in (("the tool was imported", "import adtransform.live.decorator"), ("it was not", "")):
            pairs = [pair(before, folder) for _ in range(ROUNDS)]
            process, own, bare_process, bare = (median(column) for column in zip(*pairs))
            ratio, process_ratio = median(p[1] / p[3] for p in pairs), median(p[0] / p[2] for p in pairs)
            yield (
                f"| {title:23} | {own:4.2f} ms | {bare:8.2f} ms | {ratio:5.2f} "
                f"| {process:4.1f} ms | {bare_process:8.1f} ms | {process_ratio:5.2f} |"
            )
