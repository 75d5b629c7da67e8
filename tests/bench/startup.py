"""How much longer Python starts when it imports the package."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter_ns


def seconds(code: str) -> float:
    start = perf_counter_ns()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (perf_counter_ns() - start) / 1e9


def startup(rounds: int = 15) -> str:
    pairs = [(seconds("import adtransform"), seconds("pass")) for _ in range(rounds)]
    extra = median(with_import - bare for with_import, bare in pairs)
    return (
        f"import adtransform: {1000.0 * extra:.1f} ms over bare Python ({1000.0 * median(b for _, b in pairs):.1f} ms)"
    )
