"""`check_grads`: a function's derivatives beside differences, for users' own tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from adtransform.differences import Difference, differentiate
from adtransform.live.specialise import Function, by_name, passed, remembered, shown
from adtransform.nested import items, leaves, replaced, show_path, with_items, zeros
from adtransform.report import Check, Row

MODES = {"fwd": "forward", "rev": "reverse"}
Judge = Callable[[float, Difference, float], str]


def check_grads(
    f: Function,
    args: Sequence[Any],
    order: int = 1,
    modes: str | Sequence[str] = ("fwd", "rev"),
    atol: float | None = None,
    rtol: float | None = None,
) -> None:
    """Compare the derivatives of a function with differences, along random directions in each of its arguments.

    For higher orders the derivatives themselves are differentiated, in each combination of modes.

    Arguments:
        f: the function.
        args: its arguments, a tuple or list; those that are numbers, arrays, or hold numbers are differentiated.
        order: how often to differentiate, 1 or more.
        modes: "fwd" for tangents, "rev" for adjoints, or both.
        atol: the largest absolute error; None with `rtol` None: what the error estimate of the differences allows.
        rtol: the largest error by the size of the difference.

    Raises:
        AssertionError: with a table, if a derivative is wrong, or if no difference says anything.
        TransformError: the function is refused.
        TypeError: the arguments do not fit, or none is differentiated.
        ValueError: there is no such mode or order.

    >>> check_grads(lambda x: x**3, (2.0,), order=2)
    """
    __tracebackhide__ = True  # pytest shows the test
    chosen = (modes,) if isinstance(modes, str) else tuple(modes)
    if not chosen or not set(chosen) <= {*MODES}:
        raise ValueError(f"`modes` takes 'fwd', 'rev' or both, not {modes!r}")
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"order={order}: a whole number of at least 1 is expected")
    if not isinstance(args, (tuple, list)):
        raise TypeError("args is a tuple or list, one item an argument")
    given = dict(zip(by_name(f, tuple(args), {}), args))  # what has its default stays as it is
    names = tuple(n for n, v in given.items() if any(True for _ in floats(v)))
    if not names:
        raise TypeError(f"`{shown(f)}` is given no floats, nor lists or arrays of them")
    rule = judge_within(atol or 0.0, rtol or 0.0) if atol is not None or rtol is not None else judge_by_estimate
    trial = Trial(chosen, names, rule, random.Random(0))
    rows = tuple(trial.rows(Step(f, tuple(args), {}, ""), order))
    check = Check(shown(f), ", ".join(f"{n}={v!r}" for n, v in given.items()), rows)
    if not check.ok:
        raise AssertionError(f"derivatives of {check.text()}".replace(" with --at", ""))


@dataclass(frozen=True, slots=True)
class Step:
    """A function to be differentiated: `f`, or a derivative along a fixed direction, or with a fixed seed."""

    f: Function
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    path: str

    def value(self, changed: dict[str, Any]) -> Any:
        """The value where some arguments are others; all are copied, as the function may change them."""
        values = tuple(changed.get(n, v) for n, v in zip(passed(self.f, self.args), self.args))
        return self.f(*deepcopy(values), **deepcopy(self.kwargs))


@dataclass(frozen=True, slots=True)
class Trial:
    """What is compared: modes, the inputs, and the rule that tells right from wrong."""

    modes: tuple[str, ...]
    names: tuple[str, ...]
    judge: Judge
    draw: random.Random

    def rows(self, step: Step, order: int) -> Iterator[Row]:
        """The comparisons of a function, and of its derivatives as far as the order says."""
        given = {n: v for n, v in by_name(step.f, step.args, step.kwargs).items() if n in self.names}
        directions = {n: self.direction(v) for n, v in given.items()}
        value = step.value({})
        differences = {
            n: differentiate(lambda t, n=n: step.value({n: moved(given[n], directions[n], t)}), 0.0, 1.0)  # type: ignore[misc]
            for n in given
        }
        for mode in self.modes:
            special = remembered(step.f, self.names, MODES[mode], step.args, step.kwargs)
            path = f"{step.path} {mode}".strip()
            more: dict[str, Any] = {}
            if mode == "fwd":
                yield from self.forward(step, special, directions, differences, value, path)
            else:
                seed = self.direction(value, 1.0)
                yield from self.reverse(step, special, directions, differences, seed, path)
            if order > 1 and special.call is not None and special.derivative is not None:
                d = special.derivative
                fixed = (
                    {t: directions[n] for n, t in zip(d.wrt, d.tangents)}
                    if mode == "fwd"
                    else {d.seed: self.direction(value, 1.0)}
                )
                more = step.kwargs | fixed
                yield from self.rows(Step(special.call, step.args, more, path), order - 1)

    def forward(self, step: Step, special: Any, directions: Any, differences: Any, value: Any, path: str) -> Any:
        """The tangent along a direction in each input, by output."""
        for name, direction in directions.items():
            along = {n: deepcopy(direction) if n == name else zeros(d) for n, d in directions.items()}
            _, tangent = special.tangent(step.f, *deepcopy((step.args, step.kwargs)), along)
            slopes = leaves(tangent)
            for output, difference in differences[name].items():
                size = abs(leaves(value).get(output, 0.0))
                slope = slopes.get(output, 0.0)
                verdict = self.judge(slope, difference, size)
                where = f"{path}: {name}", show_path(output)
                yield Row(*where, slope, difference.value, difference.error, verdict)

    def reverse(self, step: Step, special: Any, directions: Any, differences: Any, seed: Any, path: str) -> Any:
        """The adjoint of a weighted sum of the outputs, times a direction in each input."""
        weights = leaves(seed)
        _, adjoints = special.adjoint(step.f, *deepcopy((step.args, step.kwargs)), deepcopy(seed))
        for name, direction in directions.items():
            parts = leaves(adjoints[name])
            slope = sum(parts.get(p, 0.0) * d for p, d in leaves(direction).items())
            known = {p: d for p, d in differences[name].items() if weights.get(p)}
            total = sum(weights[p] * d.value for p, d in known.items())
            error = sum(abs(weights[p]) * d.error for p, d in known.items())
            kinds = {d.kind for d in known.values()}
            kind = next((k for k in ("none", "kink", "stairs") if k in kinds), "central")
            difference = Difference(total, error, kind)
            yield Row(f"{path}: {name}", "", slope, total, error, self.judge(slope, difference, abs(total)))

    def direction(self, value: Any, size: float = 0.0) -> Any:
        """Random numbers in the structure of a value, as large as its own unless a size is given."""
        found = zeros(value)
        for path, number in leaves(value).items():
            found = replaced(found, path, self.draw.uniform(0.5, 1.0) * (size or abs(number) or 1.0))
        return found


def floats(value: Any) -> Iterator[float]:
    """The numbers in an argument that are differentiated: whole numbers by themselves are not."""
    if isinstance(value, (int, str)):
        return
    yield from leaves(value).values()


def moved(value: Any, direction: Any, t: float) -> Any:
    """A value, a little further along a direction."""
    if (parts := items(value)) is not None:
        others = items(direction)
        assert others is not None
        return with_items(value, [moved(p, d, t) for p, d in zip(parts, others)])
    if isinstance(value, (str, bytes, type(None), bool)) or not hasattr(value, "__add__"):
        return value
    return value + t * direction


def judge_within(atol: float, rtol: float) -> Judge:
    """Right if the error is at most `atol + rtol * |difference|`."""

    def judge(generated: float, difference: Difference, natural: float) -> str:
        del natural
        if difference.kind in ("none", "kink"):
            return "inconclusive" if difference.kind == "none" else "kink"
        return "ok" if abs(generated - difference.value) <= atol + rtol * abs(difference.value) else "WRONG"

    return judge


def judge_by_estimate(generated: float, difference: Difference, natural: float) -> str:
    """Right as far as the error estimate of the difference allows."""
    from adtransform.trial import judge

    return judge(generated, difference, natural)
