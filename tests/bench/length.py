"""Lines: the generated adjoints over the source, without blank lines, comments and docstrings."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Options, transform
from tests.bench.compare import precise, row
from tests.bench.problem import Problem
from tests.bench.written import Missing, written

SAMPLES = Path(__file__).parents[2] / "samples"
BLANK = (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def lines(text: str) -> int:
    """Lines of a module's functions that hold code."""
    tree, count = ast.parse(text), 0
    docs: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            docs.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in BLANK
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            count += len((code - docs) & set(range(node.lineno, (node.end_lineno or 0) + 1)))
    return count


def length(problems: Iterable[Problem]) -> Iterator[str]:
    """The table: problems with the function that is timed, samples with all that can be differentiated."""
    yield "Lines of code of the adjoints.\n"
    yield row("module", ["source", "generated", "by hand", "gen/source"])
    yield "|".join(["", "-" * 18, *["-" * 13] * 4, ""])
    for problem in problems:
        before = lines(problem.source)
        by_hand = lines(problem.by_hand)
        try:
            after = lines(written(problem.source, problem.path, problem.function, "reverse", problem.wrt or None).text)
        except Missing as error:
            yield row(problem.name, [str(before), str(error), str(by_hand), "-"])
            continue
        yield row(problem.name, [str(before), str(after), str(by_hand), precise(after / before)])
    for path in sorted(SAMPLES.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        try:
            result = transform(text, str(path), Options(mode="reverse", keep_going=True))
        except TransformError:
            continue  # a script
        after = lines(result.text)
        yield row(path.stem, [str(lines(text)), str(after), "-", precise(after / lines(text))])
