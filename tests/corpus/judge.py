"""One function: write its tangent, run it where the function runs, and compare."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from adtransform.diagnostics import TransformError
from tests.corpus.calls import OutOfTime, quiet, same, time_limit
from tests.corpus.classify import Measured, Subject
from tests.corpus.generated import Generated, write
from tests.corpus.overload import SecondOpinion
from tests.corpus.packages import Candidate
from tests.corpus.points import annotated, is_container
from tests.corpus.settle import Case, settle

SECONDS = 20.0  # to write the tangent, and again to run it


@dataclass
class Verdict:
    """What became of one candidate; `singular` is an adjoint that is no number where a partial is infinite."""

    module: str
    function: str
    verdict: str  # right, wrong, singular, disputed, crashed, inconclusive, refused, or why it was skipped
    code: str = ""  # of the first refusal
    detail: list[str] = field(default_factory=list)
    overloading: int = 0  # comparisons that only dual numbers could settle
    forward: str = ""  # in reverse mode: the verdict of forward mode


def judge(subject: Subject, opinion: SecondOpinion) -> Verdict:
    """The verdict on one function."""
    candidate = subject.candidate
    verdict = Verdict(candidate.module, candidate.name, subject.reason)
    if subject.reason:
        return verdict

    def compare() -> None:
        with time_limit(SECONDS):
            generated = write(candidate)
        with quiet(), time_limit(SECONDS):
            compare_all(subject, generated, opinion, verdict)

    return judged(verdict, compare)


def judged(verdict: Verdict, compare: Callable[[], None]) -> Verdict:
    """The verdict after `compare` filled it, or what stopped that."""
    try:
        compare()
    except TransformError as error:
        first = error.refusals[0]
        verdict.verdict, verdict.code = "refused", first.code
        verdict.detail = [f"{first.function or verdict.function}:{first.line}: {first.message}: {first.text.strip()}"]
    except OutOfTime:
        verdict.verdict, verdict.detail = "crashed", [f"took more than {SECONDS:.0f} s"]
    except Exception as error:
        verdict.verdict, verdict.detail = "crashed", [f"{type(error).__name__}: {error}"]
    return verdict


def compare_all(subject: Subject, generated: Generated, opinion: SecondOpinion, verdict: Verdict) -> None:
    """Every float input at every point; the worst finding is the verdict."""
    found = [
        (kind, text)
        for measured in subject.points
        for name in measured.slopes
        for kind, text in compare(measured, name, generated, opinion)
    ]
    kinds = [kind for kind, _ in found]
    verdict.overloading = kinds.count("overloading")
    order = ("wrong", "disputed", "right", "overloading")
    worst = next((kind for kind in order if kind in kinds), "inconclusive")
    verdict.verdict = "right" if worst == "overloading" else worst
    verdict.detail = [text for kind, text in found if kind == verdict.verdict and text]


def misfits(generated: Generated, measured: Measured) -> bool:
    """Whether an argument is no list where the derivative takes one, or a list where it takes a number or an array."""
    derivative, arguments = generated.derivative, measured.point.arguments
    pairs = zip(derivative.wrt, derivative.depths)
    return any(max(depth, 0) != list_depth(arguments[name]) for name, depth in pairs)  # less than zero: arrays


def list_depth(value: object) -> int:
    return 1 + max(map(list_depth, value), default=0) if isinstance(value, list) else 0


def unknown(candidate: Candidate, measured: Measured, name: str) -> bool:
    """Whether no annotation says that this argument is a list or an array."""
    bare = not annotated(inspect.signature(candidate.call).parameters[name])
    return bare and not isinstance(measured.point.arguments[name], float)


def unasked(generated: Generated, measured: Measured) -> bool:
    """Whether a list or an array may stand where the function means a number, as far as the tool can see."""
    arguments = measured.point.arguments
    if measured.point.origin == "drawn":
        return any(is_container(value) for value in arguments.values())
    return any(
        is_container(arguments[n]) and unknown(generated.candidate, measured, n) for n in generated.derivative.wrt
    )


def compare(measured: Measured, name: str, generated: Generated, opinion: SecondOpinion) -> Iterator[tuple[str, str]]:
    """Findings for one input at one point: right, overloading, wrong or inconclusive, and what to print."""
    where, known = f"{name} at {measured.point.arguments}", measured.slopes[name]
    if name not in generated.derivative.wrt:
        if measured.depends_on(name):  # drawn floats may stand where the function means an int
            kind = (
                "inconclusive"
                if measured.point.origin == "drawn" or unknown(generated.candidate, measured, name)
                else "wrong"
            )
            yield kind, f"{where}: not differentiated with respect to it"
        return
    if misfits(generated, measured):
        yield "inconclusive", f"{where}: a number for a list, or a list for a number"
        return
    try:
        value, slopes = generated.run(measured.point, name)
    except Exception as error:
        exists = all(slope.conclusive(measured.nothing(name)) for slope in known) and not unasked(generated, measured)
        yield "wrong" if exists else "inconclusive", f"{where}: raised {type(error).__name__}: {error}"
        return
    if not same(value, measured.value):
        yield "wrong", f"{where}: value {value!r} instead of {measured.value!r}"
    elif slopes is None or len(slopes) != len(known):
        yield "wrong", f"{where}: value {value!r} with tangent {slopes!r}"
    else:
        second = opinion.slopes(generated.candidate, measured, name) or []
        for output, (slope, reference) in enumerate(zip(slopes, known, strict=True)):
            overloaded = second[output] if len(second) == len(known) else None
            numbers = (
                f"generated {slope!r}, differences {reference.value!r} ± {reference.error:.1e}, dual {overloaded!r}"
            )
            yield settle(Case(generated, measured, name, output), slope, overloaded), f"{where}: {numbers}"
