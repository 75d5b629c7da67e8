"""One function: write its tangent, run it where the function runs, and compare."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType

from adtransform.diagnostics import TransformError
from adtransform.pipeline import Derivative, Options, transform
from tests.corpus.calls import Function, OutOfTime, call, finite, outputs, quiet, same, time_limit
from tests.corpus.classify import Measured, Subject, slopes_at
from tests.corpus.differences import Slope, slopes
from tests.corpus.overload import SecondOpinion
from tests.corpus.packages import source_of
from tests.corpus.points import Point, near

SECONDS = 20.0  # to write the tangent, and again to run it


@dataclass
class Verdict:
    """What became of one candidate."""

    module: str
    function: str
    verdict: str  # right, wrong, crashed, inconclusive, refused, not a float function, no point
    code: str = ""  # of the first refusal
    detail: list[str] = field(default_factory=list)
    overloading: int = 0  # comparisons that only dual numbers could settle


@dataclass(frozen=True)
class Generated:
    """A compiled tangent and the names it takes."""

    call: Function
    derivative: Derivative


def judge(subject: Subject, opinion: SecondOpinion) -> Verdict:
    """The verdict on one function."""
    candidate = subject.candidate
    verdict = Verdict(candidate.module, candidate.name, subject.reason)
    if subject.reason:
        return verdict
    try:
        with time_limit(SECONDS):
            generated = write(candidate.module, candidate.name)
        with quiet(), time_limit(SECONDS):
            compare_all(subject, generated, opinion, verdict)
    except TransformError as error:
        first = error.refusals[0]
        verdict.verdict, verdict.code = "refused", first.code
        verdict.detail = [f"{first.function or candidate.name}:{first.line}: {first.message}: {first.text.strip()}"]
    except OutOfTime:
        verdict.verdict, verdict.detail = "crashed", [f"took more than {SECONDS:.0f} s"]
    except Exception as error:
        verdict.verdict, verdict.detail = "crashed", [f"{type(error).__name__}: {error}"]
    return verdict


def write(module: str, name: str) -> Generated:
    """Write the tangent and execute the module it stands in, in the place of the original."""
    text, path = source_of(module)
    result = transform(text, path, Options(functions=(name,)))
    derivative = next(entry for entry in result.derivatives if entry.function == name)
    home = ModuleType(f"{module}_tangent")
    home.__package__, home.__file__ = sys.modules[module].__package__, path
    with quiet():
        exec(compile(result.text, f"<tangent of {module}.{name}>", "exec"), vars(home))
    return Generated(getattr(home, derivative.name), derivative)


def compare_all(subject: Subject, generated: Generated, opinion: SecondOpinion, verdict: Verdict) -> None:
    """Every float input at every point; the worst finding is the verdict."""
    found = [
        (kind, text)
        for measured in subject.points
        for name in measured.slopes
        for kind, text in compare(subject, measured, name, generated, opinion)
    ]
    kinds = [kind for kind, _ in found]
    verdict.overloading = kinds.count("overloading")
    verdict.verdict = (
        "wrong" if "wrong" in kinds else "right" if {"right", "overloading"} & {*kinds} else "inconclusive"
    )
    verdict.detail = [text for kind, text in found if kind == verdict.verdict and text]


def compare(
    subject: Subject, measured: Measured, name: str, generated: Generated, opinion: SecondOpinion
) -> Iterator[tuple[str, str]]:
    """Findings for one input at one point: right, overloading, wrong or inconclusive, and what to print."""
    where = f"{name} at {measured.point.arguments}"
    if name not in generated.derivative.wrt:
        if measured.depends_on(name):  # drawn floats may stand where the function means an int
            kind = "inconclusive" if measured.point.origin == "drawn" else "wrong"
            yield kind, f"{where}: not differentiated with respect to it"
        return
    known, second = measured.slopes[name], opinion.slopes(subject.candidate, measured, name)
    try:
        value, tangent = run(subject, measured.point, name, generated)
    except Exception as error:
        exists = all(slope.conclusive(measured.nothing(name)) for slope in known)
        yield "wrong" if exists else "inconclusive", f"{where}: raised {type(error).__name__}: {error}"
        return
    slopes = outputs_like(value, tangent)
    if not same(value, measured.value):
        yield "wrong", f"{where}: value {value!r} instead of {measured.value!r}"
    elif slopes is None or len(slopes) != len(known):
        yield "wrong", f"{where}: value {value!r} with tangent {tangent!r}"
    else:
        for index, (slope, reference) in enumerate(zip(slopes, known, strict=True)):
            overloaded = second[index] if second and len(second) == len(known) else None
            kind = settle(slope, reference, overloaded, measured.nothing(name))
            if kind == "wrong" and (
                at_kink(subject, measured, name, index, slope) or singular(subject, measured, name, slope, generated)
            ):
                kind = "inconclusive"
            overload = "" if overloaded is None else f", dual numbers {overloaded!r}"
            yield (
                kind,
                f"{where}: generated {slope!r}, differences {reference.value!r} ± {reference.error:.1e}{overload}",
            )


def run(subject: Subject, point: Point, name: str, generated: Generated) -> tuple[object, object]:
    """The tangent along one input."""
    derivative, arguments = generated.derivative, point.arguments
    seeds: dict[str, object] = {
        tangent: 1.0 if input_ == name else zero(arguments[input_])
        for input_, tangent in zip(derivative.wrt, derivative.tangents, strict=True)
    }
    moved = {
        key: float(entry) if key in derivative.wrt and type(entry) is int else entry for key, entry in arguments.items()
    }
    signature = inspect.signature(subject.candidate.call)
    result = call(generated.call, signature, moved, **seeds)
    assert isinstance(result, tuple) and len(result) == 2, f"returned {result!r}"
    return result


def zero(argument: object) -> object:
    """The tangent of an argument that does not move; it mirrors the argument."""
    if isinstance(argument, (list, tuple)):
        return type(argument)(map(zero, argument))
    return tangent_of(argument) if callable(argument) else 0.0


def tangent_of(function: Function) -> Function:
    """The tangent of an argument that is a function of floats, by differences."""

    def tangent(*arguments: object, **more: object) -> tuple[object, float]:
        count = len(arguments) // 2
        primal, along = arguments[:count], [part if isinstance(part, float) else 0.0 for part in arguments[count:]]

        def curve(shift: float) -> list[float] | None:
            moved = [x + shift * d if d else x for x, d in zip(primal, along, strict=True)]  # type: ignore[operator]
            return outputs(function(*moved, **more))

        size = max((abs(float(x)) / abs(d) for x, d in zip(primal, along, strict=True) if d), default=1.0)  # type: ignore[arg-type]
        found = slopes(curve, (size or 0.25) * 2.0**-8) if any(along) else None
        return function(*primal, **more), found[0].value if found else 0.0

    return tangent


def singular(subject: Subject, measured: Measured, name: str, slope: float, generated: Generated) -> bool:
    """Whether a derivative that is not finite stands at a single point, between finite ones."""
    if math.isfinite(slope):
        return False
    value, tangent = run(subject, near(measured.point, 1e-8), name, generated)
    return finite(outputs_like(value, tangent))


def outputs_like(value: object, tangent: object) -> list[float] | None:
    """The tangents of the floats of the value; those of its ints are left out."""
    if isinstance(value, tuple) and isinstance(tangent, tuple) and len(value) == len(tangent):
        parts = [outputs_like(a, b) for a, b in zip(value, tangent, strict=True) if not isinstance(a, int)]
        return None if any(part is None for part in parts) else [item for part in parts for item in part or []]
    if isinstance(value, float) and isinstance(tangent, (int, float)):
        return [float(tangent)]
    return None


def settle(slope: float, known: Slope, overloaded: float | None, tiny: float) -> str:
    """Differences first, dual numbers where they are noisy or stand at a kink."""
    if known.conclusive(tiny) and agree(slope, known, tiny):
        return "right"
    if overloaded is not None and abs(slope - overloaded) <= 1e-9 * abs(overloaded) + 1e-3 * tiny:
        return "overloading"
    if known.conclusive(tiny):
        return "wrong"
    return (
        "inconclusive"
        if overloaded is None or agree(slope, Slope(overloaded, 0.02 * abs(overloaded)), tiny)
        else "wrong"
    )


def agree(slope: float, known: Slope, tiny: float) -> bool:
    return abs(slope - known.value) <= 1e-6 * abs(known.value) + 50.0 * known.error + tiny


def at_kink(subject: Subject, measured: Measured, name: str, index: int, slope: float) -> bool:
    """Whether the slope is that of one side of the point, and the other side has another."""
    for side in (1, -1):
        found = slopes_at(subject.candidate, measured.point, name, side)
        if found is None or not found[index].conclusive(0.0) or agree(slope, found[index], measured.nothing(name)):
            return True
    return False
