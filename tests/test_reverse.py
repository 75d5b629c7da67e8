"""Reverse mode on the case files of forward mode: right or refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Result
from tests.adjoints import Adjoint, check_point
from tests.casefiles import Case, case_paths, compiled, read_case

# what reverse mode does not write yet; a function that it learns to write leaves this table
REFUSED: dict[str, dict[str, str]] = {
    "assign_chained": {"f": "N161"},
    "assign_tuples": {"f": "N161"},
    "call_variadic": {"norm": "N161", "f": "N103"},
    "closure_default": {"f": "N163", "h": "N163"},
    "closure_lambda": {"f": "N163"},
    "closure_nonlocal": {"f": "N148 N163"},
    "loop_tuple_parameter": {"first_last": "N161"},
    "loop_tuples": {"f": "N162"},
    "name_default_constant": {"nested": "N163"},
    "rules_parts": {"f": "N161", "g": "N161"},
    "stack_adjoint_lorenz": {"lorenz_b": "N148"},
    "stack_handed_on": {"f": "N148", "g": "N148 N161", "h": "N148 N161"},
    "stack_in_branches": {"folded": "N148"},
    "stack_in_loop": {"growth": "N148"},
    "stack_in_saved_tuple": {
        "decay_fwd": "N161",
        "decay_bwd": "N148",
        "chain_fwd": "N161",
        "root": "N161",
        "chain_bwd": "N148",
        "halved_fwd": "N161",
        "halved_bwd": "N161",
    },
    "stack_nested_loops": {"swirl": "N148", "marked": "N148"},
    "stack_of_tuples": {"path": "N148", "pairs": "N148 N161"},
    "stack_plain": {
        "reverse_polish": "N148",
        "inside_expressions": "N148 N161",
        "tried": "N148 N165",
        "cleared": "N148",
    },
    "stack_reversed_iteration": {"tally": "N146 N162", "both": "N148 N161 N162"},
    "stack_while": {"terminal_speed": "N148", "collatz": "N148 N161"},
    "try_except": {"partial": "N165"},
    "with_statement": {"f": "N165"},
}


def reverse(case: Case) -> Result:
    """What can be written of a case, and what is refused of it."""
    try:
        return case.transform(mode="reverse", keep_going=True)
    except TransformError as error:
        return Result("", (), error.refusals)


def runnable(path: Path) -> Case:
    case = read_case(path)
    if case.open:
        pytest.skip(case.open)
    if not case.can_run:
        pytest.skip(f"needs Python {'.'.join(map(str, case.needs))}")
    return case


WRONG = {
    "import_file": "what a function of another file reads is not imported",
    "import_file_as_module": "what a function of another file reads is not imported",
}


def parameters() -> Iterator[object]:
    for path in case_paths():
        reason = WRONG.get(path.stem)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        yield pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", parameters())
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
    assert refused.keys() == expected.keys(), f"refused {refused}"
    for name, codes in refused.items():
        assert codes <= expected[name], f"{name} refused for {codes}"
