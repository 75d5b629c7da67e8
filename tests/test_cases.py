"""Every case file: its text, its values, without each optimisation, and differentiated once more."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adtransform.nested import leaves
from adtransform.pipeline import OPTIMISATIONS, Options
from tests.casefiles import (
    REVERSE,
    Call,
    Case,
    Pair,
    Point,
    arguments,
    bits,
    call_of,
    case_paths,
    check_derivative,
    check_point,
    compiled,
    derivatives_at,
    filled,
    read_case,
    transformed,
)

PATHS = case_paths()
CASES = [read_case(p) for p in PATHS]


def parameters(second: bool = False) -> pytest.MarkDecorator:
    """The case files; what is open must fail until it is closed."""
    found = []
    for c in CASES:
        reason = c.open_second if second else c.open
        if not (second and c.open):
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            found.append(pytest.param(c.path, id=c.path.stem, marks=marks))
    return pytest.mark.parametrize("path", found)


closed_cases = pytest.mark.parametrize("path", [c.path for c in CASES if not c.open], ids=lambda p: p.stem)


def runnable(path: Path) -> Case:
    case = read_case(path)
    if not case.can_run:
        pytest.skip(f"needs Python {'.'.join(map(str, case.needs))}")
    return case


@closed_cases
def test_text(path: Path, request: pytest.FixtureRequest) -> None:
    case = read_case(path)
    output = case.transform().text
    if output != case.expected and request.config.getoption("--update-golden"):
        case.rewrite(output)
    assert output == case.expected
    assert case.transform_again().text == output


@parameters()
def test_values(path: Path) -> None:
    case = runnable(path)
    pairs = compiled(case.source, case.transform(), path)
    assert case.points, "a case without points"
    for point in case.points:
        try:
            check_point(pairs[point.function], point)
        except AssertionError as error:
            error.add_note(f"at {point.text}")
            raise


@closed_cases
@pytest.mark.parametrize("name", OPTIMISATIONS)
def test_without_optimisation(path: Path, name: str) -> None:
    case = runnable(path)
    pairs = compiled(case.source, case.transform(), path)
    plain = compiled(case.source, case.transform(frozenset({name})), path)
    for point in case.points:
        if point.kind == "raises":
            check_point(plain[point.function], point)
            continue
        both = zip(derivatives_at(pairs[point.function], point), derivatives_at(plain[point.function], point))
        for (value, slope), (plain_value, plain_slope) in both:
            assert bits(value) == bits(plain_value)
            assert leaves(slope) == pytest.approx(leaves(plain_slope), rel=1e-12, abs=1e-300, nan_ok=True)


@parameters(second=True)
def test_second_order(path: Path) -> None:
    case = runnable(path)
    first = case.transform()
    pairs = compiled(case.source, first, path)
    names = tuple(d.name for d in first.derivatives)
    second = transformed(first.text, str(path), Options(functions=names, source_name=path.name))
    again = compiled(first.text, second, path)
    for point in case.points:
        if point.kind == "at":
            pair = again[pairs[point.function].derivative.name]
            try:
                check_second(pairs[point.function], pair, point)
            except AssertionError as error:
                error.add_note(f"second derivative at {point.text}")
                raise


def check_second(pair: Pair, again: Pair, point: Point) -> None:
    """The derivative of the tangent, at a point and along a direction that is fixed."""
    call = arguments(pair, point)
    if any(callable(value) for value in call.varying.values()):
        return
    weights = itertools.cycle([0.9, -0.7, 0.4, 1.1, 0.6, -0.3, 0.8, 0.5, -0.2])
    directions = filled(pair, call, weights.__next__)
    d = pair.derivative
    named = {t: directions[name] for name, t in zip(d.wrt, d.tangents)}
    second: Call = call_of(again, call.args, {**call.kwargs, **named})
    check_derivative(again, second, strict=False)


@closed_cases
def test_without_optimisations(path: Path) -> None:
    case = runnable(path)
    plain = compiled(case.source, case.transform(frozenset(OPTIMISATIONS)), path)
    for point in case.points:
        check_point(plain[point.function], point)


def digest() -> str:
    """One hash of all outputs."""
    cases = [*CASES, *map(read_case, case_paths(REVERSE))]
    texts = [case.transform().text for case in cases if not case.open]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def test_the_hash_seed_changes_nothing() -> None:
    found = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-c", "from tests.test_cases import digest; print(digest())"]
        folder = Path(__file__).parent.parent
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, env=environment)
        found.add(run.stdout)
    assert len(found) == 1
