"""How long writing takes, against libcst's parser on the same text, and how it grows."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter_ns

import libcst

from adtransform.pipeline import Options, transform
from tests.bench.problem import load, names

LENGTHS = (100, 300, 1_000, 3_000, 10_000, 20_000)


def functions() -> list[list[str]]:
    """The primal functions of every problem, as text; those of one problem stay together."""
    groups = []
    for name in names():
        source = load(name).source
        nodes = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        groups.append([ast.get_source_segment(source, node) or "" for node in nodes])
    return groups


def module(lines: int) -> str:
    """Real functions, over and over under new names, until there are that many lines."""
    parts, length, groups = ['"""A long module."""\n\nimport math\n'], 4, functions()
    for turn in count():
        texts = groups[turn % len(groups)]
        defined = re.findall(r"^def (\w+)", "\n".join(texts), re.MULTILINE)
        pattern = re.compile(rf"(?<!\.)\b({'|'.join(defined)})\b(?=\()")
        for text in texts:
            parts.append(pattern.sub(rf"\1_{turn}", text) + "\n")
            length += text.count("\n") + 3
        if length >= lines:
            return "\n\n".join(parts)
    raise AssertionError("unreachable")


def generation(mode: str) -> Iterator[str]:
    """The curve."""
    yield "| lines   | parse     | transform | ratio | us a line |"
    yield "|---------|-----------|-----------|-------|-----------|"
    for lines in LENGTHS:
        text = module(lines)
        rounds = max(3, 5_000 // lines)
        pairs = [(clock(libcst.parse_module, text), clock(partial(write, mode), text)) for _ in range(rounds)]
        parse, whole = (median(column) for column in zip(*pairs))
        ratio, length = median(b / a for a, b in pairs), text.count("\n")
        yield f"| {length:7} | {parse:6.1f} ms | {whole:6.0f} ms | {ratio:5.2f} | {1000.0 * whole / length:9.1f} |"


def write(mode: str, text: str) -> None:
    transform(text, "long.py", Options(mode=mode))


def clock(work: Callable[[str], object], text: str) -> float:
    """Milliseconds."""
    start = perf_counter_ns()
    work(text)
    return (perf_counter_ns() - start) / 1e6
