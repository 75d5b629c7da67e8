"""One function in reverse mode: its adjoint against its tangent, or against differences where it has none."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tests.corpus.calls import quiet, same, time_limit
from tests.corpus.classify import Measured, Subject
from tests.corpus.generated import Generated, write
from tests.corpus.judge import SECONDS, Verdict, judge, judged, misfits, unasked, unknown
from tests.corpus.overload import SecondOpinion
from tests.corpus.points import along

WEIGHTS = (1.0, -0.5, 2.0, 0.75)
EQUAL = 1e-9
UNDERFLOW = 1e-200
Finding = tuple[str, str]


def judge_adjoint(subject: Subject, opinion: SecondOpinion) -> Verdict:
    """The verdict on one function in reverse mode; `forward` is the one in forward mode."""
    forward = judge(subject, opinion)
    candidate = subject.candidate
    verdict = Verdict(candidate.module, candidate.name, subject.reason, forward=forward.verdict)
    if subject.reason:
        return verdict

    def compare() -> None:
        with time_limit(SECONDS):
            adjoint = write(candidate, "reverse")
        tangent = write(candidate) if forward.verdict in ("right", "disputed") else None
        with quiet(), time_limit(SECONDS):
            found = [entry for measured in subject.points for entry in compare_at(measured, adjoint, tangent)]
        kinds = [kind for kind, _ in found]
        verdict.verdict = next(
            (kind for kind in ("wrong", "singular", "disputed", "right") if kind in kinds), "inconclusive"
        )
        verdict.detail = [text for kind, text in found if kind == verdict.verdict and text]

    return judged(verdict, compare)


def compare_at(measured: Measured, adjoint: Generated, tangent: Generated | None) -> Iterator[Finding]:
    """Findings at one point: the value, and each input for a few seeds."""
    where = f"at {measured.point.arguments}"
    if misfits(adjoint, measured):
        yield "inconclusive", f"{where}: a number for a list, or a list for a number"
        return
    slopes: dict[str, list[tuple[float, float]]] = {}  # of every output, with their errors
    exact: set[str] = set()
    for name, known in measured.slopes.items():
        if name in adjoint.derivative.wrt:
            by_tangent = tangent.run(measured.point, name)[1] if tangent and name in tangent.derivative.wrt else None
            exact |= {name} if by_tangent else set()
            slopes[name] = [(s, 0.0) for s in by_tangent] if by_tangent else [(s.value, s.error) for s in known]
        elif measured.depends_on(name) and (tangent is None or name in tangent.derivative.wrt):
            kind = "inconclusive" if unknown(adjoint.candidate, measured, name) else "wrong"
            yield kind, f"{where}: not differentiated with respect to {name}"
    for turn, default in ((0, True), (0, False), (1, False))[0 if adjoint.has_seed else 1 :]:
        seed, weights = seeded(measured.value, turn, default)
        try:
            value, adjoints = adjoint.gradient(measured.point, None if default else seed)
        except Exception as error:
            kind = "inconclusive" if unasked(adjoint, measured) else "wrong"
            yield kind, f"{where}: raised {type(error).__name__}: {error}"
            return
        if not same(value, measured.value):
            yield "wrong", f"{where}: value {value!r} instead of {measured.value!r}"
            return
        for name, known_ in slopes.items():
            nothing = measured.nothing(name) * max(map(abs, weights))
            adjoint_along = along(adjoints[name], measured.point.arguments[name])
            kind, text = compare(adjoint_along, weights, known_, nothing, name in exact)
            if kind == "wrong" and adjoint_along != adjoint_along and adjoint.is_singular:
                kind = "singular"
            yield kind, f"{name} {where}, seed {seed}: {text}"


def compare(
    found: object, weights: list[float], slopes: list[tuple[float, float]], nothing: float, exact: bool
) -> Finding:
    """One adjoint against the slopes of all outputs."""
    if not isinstance(found, (int, float)) or len(slopes) != len(weights):
        return "wrong", f"the adjoint is {found!r}"
    terms = [w * s for w, (s, _) in zip(weights, slopes, strict=True)]
    errors = [abs(w) * e for w, (_, e) in zip(weights, slopes, strict=True)]
    if not all(map(math.isfinite, [*terms, *errors])):
        return "inconclusive", ""
    expected, size, error = math.fsum(terms), math.fsum(map(abs, terms)), math.fsum(errors)
    gap = abs(found - expected)
    text = (
        f"adjoint {found!r}, {'tangent' if exact else 'differences'} {expected!r}, relative {gap / (size or 1.0):.1e}"
    )
    if exact:
        rounding = EQUAL * size + 1e-3 * nothing + UNDERFLOW
        return "right" if gap <= rounding else "disputed" if gap <= 1e3 * rounding else "wrong", text
    if error > 1e-5 * size + nothing:
        return "inconclusive", text
    return "right" if gap <= 1e-6 * size + 50.0 * error + nothing else "wrong", text


def seeded(value: object, turn: int, ones: bool) -> tuple[object, list[float]]:
    """A seed that mirrors the value, and its numbers at the floats of the value."""
    weights: list[float] = []

    def seed(item: object) -> object:
        if isinstance(item, (tuple, list)):
            return type(item)(map(seed, item))
        if isinstance(item, np.ndarray):
            return np.array([seed(float(x)) for x in item.ravel()]).reshape(item.shape)
        if not isinstance(item, float):
            return 1.0
        weights.append(1.0 if ones else WEIGHTS[(len(weights) + turn) % len(WEIGHTS)])
        return weights[-1]

    return seed(value), weights
