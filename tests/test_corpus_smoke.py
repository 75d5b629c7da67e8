"""A few functions of the corpus, differentiated and compared as `python -m tests.corpus` does with all of them."""

from __future__ import annotations

import importlib
import math

import pytest

pytest.importorskip("fluids")

from tests.corpus.adjoints import judge_adjoint
from tests.corpus.classify import Subject, classify
from tests.corpus.differences import slopes
from tests.corpus.judge import judge
from tests.corpus.overload import SecondOpinion
from tests.corpus.packages import functions_of
from tests.corpus.points import record
from tests.corpus.report import lost, table

FUNCTIONS = {
    "fluids.friction": ("Blasius", "Clamond", "Churchill_1977", "friction_laminar", "helical_laminar_fd_White"),
    "fluids.core": ("Reynolds", "K_from_f", "Prandtl"),
    "fluids.drag": ("Rouse", "Haider_Levenspiel"),
    "fluids.two_phase_voidage": ("Lockhart_Martinelli_Xtt",),
    "tests.corpus.kernels.lists": ("axpy", "lu_in_place", "lagrange", "gauss_seidel"),
}
ARRAYS = {"tests.corpus.kernels.arrays": ("gemm", "jacobi_2d", "softmax", "log_likelihood")}  # in forward mode
BOTH = [(module, name) for module, names in FUNCTIONS.items() for name in names]
FORWARD = BOTH + [(module, name) for module, names in ARRAYS.items() for name in names]


def subject(module: str, name: str) -> Subject:
    home = importlib.import_module(module)
    (candidate,) = [entry for entry in functions_of(home) if entry.name == name]
    return classify(candidate, record([home], [candidate]))


@pytest.mark.parametrize(("module", "name"), FORWARD)
def test_right(module: str, name: str) -> None:
    verdict = judge(subject(module, name), SecondOpinion())
    assert verdict.verdict == "right", verdict
    assert "100.0%" in table([verdict])[-1]


@pytest.mark.parametrize(("module", "name"), BOTH)
def test_right_in_reverse_mode(module: str, name: str) -> None:
    verdict = judge_adjoint(subject(module, name), SecondOpinion())
    assert (verdict.forward, verdict.verdict) == ("right", "right"), verdict
    assert lost([verdict]) == []


@pytest.mark.parametrize("name", ["friction_factor_methods", "fuzzy_match"])
def test_skipped(name: str) -> None:
    assert subject("fluids.friction", name).reason


def test_a_wrong_derivative_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.corpus import judge as judging
    from tests.corpus.generated import Generated, write

    def spoiled(candidate: object) -> Generated:
        good = write(candidate)  # type: ignore[arg-type]

        def bad(*arguments: object, **seeds: object) -> object:
            value, tangent = good.call(*arguments, **seeds)  # type: ignore[misc]
            return value, tangent * 1.0001

        return Generated(good.candidate, bad, good.derivative)

    monkeypatch.setattr(judging, "write", spoiled)
    assert judge(subject("fluids.friction", "Blasius"), SecondOpinion()).verdict == "wrong"


@pytest.mark.parametrize(("factor", "expected"), [(1.0 + 1e-12, "right"), (1.0 + 1e-7, "disputed"), (1.0001, "wrong")])
def test_a_wrong_adjoint_is_found(monkeypatch: pytest.MonkeyPatch, factor: float, expected: str) -> None:
    from tests.corpus import adjoints
    from tests.corpus.generated import Generated, write

    def spoiled(candidate: object, mode: str = "forward") -> Generated:
        good = write(candidate, mode)  # type: ignore[arg-type]

        def bad(*arguments: object, **seeds: object) -> object:
            value, gradient = good.call(*arguments, **seeds)  # type: ignore[misc]
            return value, tuple(entry * factor for entry in gradient)

        return good if mode == "forward" else Generated(good.candidate, bad, good.derivative)

    monkeypatch.setattr(adjoints, "write", spoiled)
    verdict = judge_adjoint(subject("fluids.friction", "Churchill_1977"), SecondOpinion())
    assert verdict.verdict == expected
    assert len(lost([verdict])) == (expected != "right")


@pytest.mark.parametrize("side", [-1, 0, 1])
def test_differences(side: int) -> None:
    found = slopes(lambda shift: [math.exp(0.3 + shift), abs(shift) + shift], 2.0**-5, side)
    assert found is not None
    smooth, kink = found
    assert smooth.conclusive(0.0) and abs(smooth.value - math.exp(0.3)) <= 10.0 * smooth.error
    assert abs(kink.value - (1.0 + side)) < 1e-9
