"""Reverse mode: its case files, and those of forward mode, which are right or refused."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from adtransform.diagnostics import TransformError
from adtransform.pipeline import OPTIMISATIONS, REVERSE, Options, Result, transform
from tests import casefiles
from tests.adjoints import Adjoint, check_point, check_same, check_second, check_twice, jacobian
from tests.casefiles import Case, Pair, Point, arguments, case_paths, compiled, read_case, transformed

CASES = [read_case(p) for p in case_paths(casefiles.REVERSE)]
SWITCHES = (*OPTIMISATIONS, *REVERSE)


def parameters(second: bool = False) -> pytest.MarkDecorator:
    """The case files; what is open must fail until it is closed."""
    found = []
    for case in CASES:
        reason = case.open_second if second else case.open
        if not (second and case.open):
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            found.append(pytest.param(case.path, id=case.path.stem, marks=marks))
    return pytest.mark.parametrize("path", found)


closed_cases = pytest.mark.parametrize("path", [c.path for c in CASES if not c.open], ids=lambda p: p.stem)


def runnable(path: Path) -> Case:
    case = next((c for c in CASES if c.path == path), None) or read_case(path)
    if case.open and case.mode == "forward":
        pytest.skip(case.open)
    if not case.can_run:
        pytest.skip(f"needs Python {'.'.join(map(str, case.needs))}")
    return case


@cache
def pairs(case: Case, disabled: frozenset[str] = frozenset()) -> dict[str, Adjoint]:
    """The functions of a case beside their adjoints and tangents."""
    adjoints = compiled(case.source, case.transform(disabled), case.path)
    tangents = compiled(case.source, case.transform(mode="forward"), case.path)
    return {name: Adjoint(pair, tangents[name]) for name, pair in adjoints.items()}


def noted(error: AssertionError, point: Point) -> AssertionError:
    error.add_note(f"at {point.text}")
    return error


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
    found = pairs(case)
    assert case.points, "a case without points"
    for point in case.points:
        try:
            check_point(found[point.function], point)
        except AssertionError as error:
            raise noted(error, point) from None


@closed_cases
@pytest.mark.parametrize("name", SWITCHES)
def test_without_optimisation(path: Path, name: str) -> None:
    case = runnable(path)
    found, plain = pairs(case), pairs(case, frozenset({name}))
    for point in case.points:
        try:
            if point.kind == "raises":
                check_point(plain[point.function], point)
            else:
                call = arguments(found[point.function].pair, point)
                check_same(jacobian(plain[point.function], call), jacobian(found[point.function], call))
        except AssertionError as error:
            raise noted(error, point) from None


@closed_cases
def test_without_optimisations(path: Path) -> None:
    case = runnable(path)
    plain = pairs(case, frozenset(SWITCHES))
    for point in case.points:
        try:
            check_point(plain[point.function], point, differences=False)
        except AssertionError as error:
            raise noted(error, point) from None


def again(case: Case, first: Result, mode: str) -> dict[str, Pair]:
    """The adjoints of a case, differentiated once more."""
    names = tuple(d.name for d in first.derivatives)
    second = transformed(first.text, str(case.path), Options(mode, names, source_name=case.path.name))
    return compiled(first.text, second, case.path)


@parameters(second=True)
def test_second_order(path: Path) -> None:
    """Tangents of adjoints, against differences of the adjoints."""
    case = runnable(path)
    found = pairs(case)
    second = again(case, case.transform(), "forward")
    for point in case.points:
        if point.kind == "at":
            adjoint = found[point.function]
            try:
                check_second(adjoint, second[adjoint.pair.derivative.name], point)
            except AssertionError as error:
                raise noted(error, point) from None


@closed_cases
def test_adjoint_of_adjoint(path: Path, request: pytest.FixtureRequest) -> None:
    """Adjoints of adjoints, against tangents of adjoints."""
    case = runnable(path)
    if path.stem in WRONG_AGAIN:
        request.applymarker(pytest.mark.xfail(reason=WRONG_AGAIN[path.stem], strict=True))
    first = case.transform()
    found = pairs(case)
    try:
        by_reverse, by_forward = again(case, first, "reverse"), again(case, first, "forward")
    except TransformError as error:
        refused = {r.code for r in error.refusals}
        assert refused <= REFUSED_AGAIN, f"refused {error}"
        pytest.skip(" ".join(sorted(refused)))
    for point in case.points:
        if point.kind == "at":
            name = found[point.function].pair.derivative.name
            try:
                check_twice(found[point.function], Adjoint(by_reverse[name], by_forward[name]), point)
            except AssertionError as error:
                raise noted(error, point) from None


WRONG_AGAIN: dict[str, str] = {}
REFUSED_AGAIN = {
    "N140",
    "N148",  # stacks
    "N161",
    "N162",  # a tuple as a value
}


# --- the case files of forward mode -----------------------------------------------------------------------------------

# what reverse mode does not write yet; a function that it learns to write leaves this table
REFUSED: dict[str, dict[str, str]] = {
    "assign_chained": {"f": "N161"},
    "assign_tuples": {"f": "N161"},
    "closure_default": {"h": "N163"},
    "closure_nonlocal": {"f": "N148 N163"},
    "loop_tuples": {"f": "N162"},
    "list_aliases": {
        "rows": "N140 N162",
        "shared": "N162",
        "either": "N140 N161",
        "twice": "N161",
        "through": "N140 N161",
        "swapped": "N140 N162",
    },
    "list_methods": {"methods": "N101 N140 N161", "slices": "N140 N161"},
    "list_comprehensions": {"whole": "N125 N161"},
    "list_closures": {"written": "N140 N148 N163"},
    "object_constructors": {"osc_param": "N171", "cell": "N161"},
    "object_flow": {"comp": "N161", "c1": "N161", "c2": "N161", "c3": "N161"},
    "object_passive": {"f4": "N161", "f7": "N161"},
    "object_split": {"tried": "N165"},
    "object_lists": {"centre": "N161", "spread": "N161", "made": "N161", "pairs": "N161 N162"},
    "dict_keys": {"nested_add": "N161 N174"},
    "dict_written": {"rows": "N161 N174", "nested": "N161 N174", "deleted": "N140", "two": "N161"},
    "stack_handed_on": {"empty": "N166", "f": "N140", "g": "N140", "h": "N161"},
    "stack_plain": {"cleared": "N140", "tried": "N165"},
    "stack_reversed_iteration": {"both": "N140 N162", "tally": "N140"},
    "try_except": {"partial": "N165"},
    "with_statement": {"f": "N165"},
}


def reverse(case: Case) -> Result:
    """What can be written of a case, and what is refused of it."""
    try:
        return case.transform(mode="reverse", keep_going=True)
    except TransformError as error:
        return Result("", (), error.refusals)


WRONG: dict[str, str] = {}


def forward_cases() -> Iterator[object]:
    for path in case_paths():
        reason = WRONG.get(path.stem)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        yield pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", forward_cases())
def test_forward_cases(path: Path) -> None:
    case = runnable(path)
    result = reverse(case)
    refused: dict[str, set[str]] = {}
    for refusal in result.refusals:
        refused.setdefault(refusal.function, set()).add(refusal.code)
    tangents = compiled(case.source, case.transform(), path)
    adjoints = compiled(case.source, result, path) if result.text else {}
    for point in case.points:
        if point.function not in adjoints:
            continue
        try:
            check_point(Adjoint(adjoints[point.function], tangents[point.function]), point)
        except AssertionError as error:
            error.add_note(f"at {point.text}")
            raise
    expected = {name: set(codes.split()) for name, codes in REFUSED.get(path.stem, {}).items()}
    for name, codes in refused.items():
        assert codes <= expected.get(name, set()), f"{name} is refused for {codes}"
    written = expected.keys() - refused.keys()
    assert not written, f"written now, to be taken out of the table of what is refused: {written}"


# what is not accepted again, by the mode of the second derivative; what becomes right or accepted leaves these tables
WRONG_SECOND: dict[str, str] = {}
REFUSED_SECOND: dict[str, dict[str, str]] = {
    "forward": {},
    "reverse": {
        "try_except": "N165",
        "try_overflow": "N165",
        "stack_in_saved_tuple": "N122",
        "dict_written": "N140",
        "dict_keys": "N140 N161 N162",
        "object_constructors": "N161",
        "object_flow": "N161 N165",
        "object_split": "N161",
        "array_applications": "N148",
        "array_joined": "N161 N162",
        "array_network": "N161 N162",
        "array_views": "N162",
        "list_statistics": "N161",
        "list_calls": "N140",
        "list_tuple_of_new": "N140",
    },
}


@pytest.mark.parametrize("path", case_paths(), ids=lambda p: p.stem)
def test_forward_cases_again(path: Path, request: pytest.FixtureRequest) -> None:
    """Tangents of adjoints against differences, adjoints of adjoints against tangents of adjoints."""
    case = runnable(path)
    if path.stem in WRONG_SECOND:
        request.applymarker(pytest.mark.xfail(reason=WRONG_SECOND[path.stem], strict=True))
    first = reverse(case)
    if not first.text:
        pytest.skip("refused")
    adjoints, tangents = compiled(case.source, first, path), compiled(case.source, case.transform(), path)
    names = tuple(d.name for d in first.derivatives)
    second: dict[str, dict[str, Pair]] = {}
    for mode, table in REFUSED_SECOND.items():
        options = Options(mode, names, keep_going=True, source_name=path.name)
        try:
            result = transform(first.text, str(path), options)
        except TransformError as error:
            result = Result("", (), error.refusals)
        refused = {r.code for r in result.refusals}
        assert refused == set(table.get(path.stem, "").split()), f"{mode}: {result.refusals}"
        second[mode] = compiled(first.text, result, path) if result.text else {}
    for point in case.points:
        pair = adjoints.get(point.function)
        if point.kind != "at" or pair is None or (name := pair.derivative.name) not in second["forward"]:
            continue
        try:
            adjoint = Adjoint(pair, tangents[point.function])
            check_second(adjoint, second["forward"][name], point)
            if name in second["reverse"]:
                check_twice(adjoint, Adjoint(second["reverse"][name], second["forward"][name]), point)
        except AssertionError as error:
            raise noted(error, point) from None
