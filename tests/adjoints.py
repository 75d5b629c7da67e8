"""Adjoints of case files, judged by tangents and differences."""

from __future__ import annotations

import copy
import inspect
import itertools
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from adtransform.differences import differentiate
from adtransform.nested import Path, carries, is_plain, items, leaves, replaced, zeros
from tests.casefiles import (
    Call,
    Pair,
    Point,
    agrees,
    arguments,
    bits,
    call_of,
    changed,
    check_derivative,
    filled,
    quiet,
    raised,
    tangent_of,
)

ROUNDING = 1e-9
Entry = tuple[str, Path]  # a number that goes in: the parameter and the position in it
Jacobian = Mapping[tuple[Path, Entry], float]


@dataclass(frozen=True)
class Adjoint:
    """A function beside its adjoint and its tangent."""

    pair: Pair
    tangent: Pair | None

    def __call__(self, call: Call, seed: object = None) -> tuple[object, dict[str, object]]:
        """The value and the adjoints by name; `seed` is left to its default if it is None."""
        derivative = self.pair.derivative
        seeds = {} if seed is None else {derivative.seed: seed}
        args, kwargs, seeds = copy.deepcopy((call.args, call.kwargs, seeds))
        found = self.pair.f_d(*args, **kwargs, **seeds)
        assert isinstance(found, tuple) and len(found) == 2, f"not a pair: {found!r}"
        value, adjoints = found
        if len(derivative.wrt) == 1:
            adjoints = (adjoints,)
        assert isinstance(adjoints, tuple) and len(adjoints) == len(derivative.wrt), f"adjoints {adjoints!r}"
        return value, dict(zip(derivative.wrt, adjoints))


def seed_of(value: object, numbers: Mapping[Path, float]) -> object:
    """A seed with the structure of a value, zero where no number is given."""
    seed = zeros(value)
    for path, number in numbers.items():
        seed = replaced(seed, path, number)
    return seed


def numbers_of(value: object) -> list[Path]:
    """The positions of the numbers in a value; what is no number and no tuple counts as one."""
    return list(leaves(value)) or ([] if isinstance(value, (tuple, list)) else [()])


def entries(call: Call) -> list[Entry]:
    return [(name, path) for name, value in call.varying.items() for path in leaves(value)]


def check_value(adjoint: Adjoint, call: Call) -> object:
    """The adjoint computes the value of the function, bit by bit, prints what it prints, and mirrors its inputs.

    The default of the seed is one, where it has a default.
    """
    with quiet() as printed:
        value = adjoint.pair.f(*copy.deepcopy(call.args), **call.kwargs)
    ones = seed_of(value, dict.fromkeys(numbers_of(value), 1.0))
    with quiet() as printed_b:
        value_b, adjoints = adjoint(call, ones)
    assert bits(value_b) == bits(value), f"value {value_b!r}, not {value!r}"
    assert printed_b.getvalue() == printed.getvalue()
    default = inspect.signature(adjoint.pair.f_d).parameters[adjoint.pair.derivative.seed].default
    if is_complex(value) or default in (None, inspect.Parameter.empty):
        return value  # the seed of a list has no default
    with quiet():
        by_default = adjoint(call)
    assert bits(list(by_default[1].values())) == bits(list(adjoints.values())), f"{by_default[1]}, not {adjoints}"
    for name, path in entries(call):
        assert path in leaves(adjoints[name]), f"{name}_b is {adjoints[name]!r} for {call.varying[name]!r}"
    for number in (n for a in adjoints.values() for n in flat(a)):
        assert isinstance(number, float) or hasattr(number, "__float__"), f"an adjoint is {number!r}"
    return value


def is_complex(value: object) -> bool:
    """Whether a value is not what derivatives are defined for."""
    return any(isinstance(x, complex) for x in flat([value]))


def flat(value: object) -> list[object]:
    inner = items(value)
    return [value] if inner is None else [x for item in inner for x in flat(item) if is_plain(value) or carries(x)]


def rows(adjoint: Adjoint, call: Call, outs: list[Path], value: object) -> Jacobian:
    """The derivatives of each number that comes out, by the adjoint."""
    found: dict[tuple[Path, Entry], float] = {}
    for out in outs:
        with quiet():
            _, adjoints = adjoint(call, seed_of(value, {out: 1.0}))
        for name, path in entries(call):
            found[out, (name, path)] = leaves(adjoints[name])[path]
    return found


def columns(pair: Pair, call: Call) -> Jacobian:
    """The derivatives by each number that goes in, by the tangent."""
    found: dict[tuple[Path, Entry], float] = {}
    zero = filled(pair, call, itertools.repeat(0.0).__next__)
    for name, path in entries(call):
        with quiet():
            _, tangent = tangent_of(pair, call, {**zero, name: replaced(zero[name], path, 1.0)})
        for out, slope in leaves(tangent).items():
            found[out, (name, path)] = slope
    return found


def check_same(found: Jacobian, expected: Jacobian, tolerance: float = ROUNDING) -> None:
    """Both are the same up to rounding, and infinite or undefined in the same places."""
    assert found.keys() == expected.keys()
    size = max((abs(v) for v in expected.values() if math.isfinite(v)), default=0.0)
    for (out, (name, path)), number in found.items():
        other = expected[out, (name, path)]
        room = tolerance * max(size, abs(number) if math.isfinite(number) else 0.0)
        same = number == other or (math.isnan(number) and math.isnan(other)) or abs(number - other) <= room
        assert same, f"d{out}/d{name}{path}: adjoint {number!r}, expected {other!r}"


def check_adjoint(adjoint: Adjoint, call: Call, differences: bool) -> None:
    """The adjoint against the tangent, by numbers and by random directions, and against differences."""
    call = replace(call, written=())
    value = check_value(adjoint, call)
    if is_complex(value):
        return
    outs = numbers_of(value)
    found = rows(adjoint, call, outs, value)
    if adjoint.tangent is not None:
        forward = columns(adjoint.tangent, call)
        check_same(found, {k: v for k, v in forward.items() if k[0] in outs})
        if all(map(math.isfinite, found.values())):
            check_dot_products(adjoint, call, value, outs)
    for name, path in entries(call) if differences else ():
        with quiet():
            number = leaves(call.varying[name])[path]
            by_out = differentiate(partial(changed, adjoint.pair, call, name, path), number)
        for out, difference in by_out.items():
            slope = found.get((out, (name, path)), 0.0)
            assert agrees(slope, difference, strict=False), (
                f"d{out}/d{name}{path}: adjoint {slope!r}, differences {difference}"
            )


def at(value: object, path: Path) -> object:
    for k in path:
        assert isinstance(value, (tuple, list))
        value = value[k]
    return value


def check_dot_products(adjoint: Adjoint, call: Call, value: object, outs: list[Path]) -> None:
    """The seed times the tangent is the adjoint times the direction."""
    assert adjoint.tangent is not None
    rng = random.Random(adjoint.pair.derivative.name)
    for _ in range(2):
        seeds = {out: rng.uniform(-1.0, 1.0) for out in outs}
        directions = filled(adjoint.tangent, call, lambda: rng.uniform(-1.0, 1.0))
        with quiet():
            _, tangent = tangent_of(adjoint.tangent, call, directions)
            _, adjoints = adjoint(call, seed_of(value, seeds))
        slopes = leaves(tangent)
        left = [seed * slopes[out] for out, seed in seeds.items()]
        right = [leaves(adjoints[n])[path] * leaves(directions[n])[path] for n, path in entries(call)]
        size = sum(map(abs, [*left, *right])) + 1e-300
        assert abs(math.fsum(left) - math.fsum(right)) <= ROUNDING * size, (
            f"seed times tangent {math.fsum(left)!r}, adjoint times direction {math.fsum(right)!r}"
        )


def check_raises(adjoint: Adjoint, call: Call) -> None:
    """The adjoint raises what the function raises, whatever the seed."""
    error = raised(lambda: adjoint.pair.f(*call.args, **call.kwargs))
    assert error is not None, "the function raises nothing"
    for seed in (None, 0.0):
        error_b = raised(lambda seed=seed: adjoint(call, seed))  # type: ignore[misc]
        assert type(error_b) is type(error) and str(error_b) == str(error), f"raises {error_b!r}, not {error!r}"


def check_point(adjoint: Adjoint, point: Point, differences: bool = True) -> None:
    call = arguments(adjoint.pair, point)
    if point.kind == "raises":
        check_raises(adjoint, call)
    else:
        check_adjoint(adjoint, call, differences and point.kind == "at")


def jacobian(adjoint: Adjoint, call: Call) -> Jacobian:
    """The derivatives of all numbers that come out by all that go in, by the adjoint; the value is looked at, too."""
    value = check_value(adjoint, call)
    return rows(adjoint, call, numbers_of(value), value)


def check_second(adjoint: Adjoint, again: Pair, point: Point) -> None:
    """The tangent of the adjoint, against differences of the adjoint: products of the Hessian with each direction."""
    check_derivative(again, seeded(adjoint, again, point), strict=False)


def check_twice(adjoint: Adjoint, again: Adjoint, point: Point) -> None:
    """The adjoint of the adjoint, against the tangent of the adjoint."""
    check_adjoint(again, seeded(adjoint, again.pair, point), differences=False)


def seeded(adjoint: Adjoint, again: Pair, point: Point) -> Call:
    """A call of the adjoint with a seed that is not one."""
    call = arguments(adjoint.pair, point)
    with quiet():
        value = adjoint.pair.f(*copy.deepcopy(call.args), **call.kwargs)
    weights = itertools.cycle([0.9, -0.7, 0.4, 1.1, 0.6, -0.3, 0.8, 0.5])
    seed = seed_of(value, {path: next(weights) for path in leaves(value)})
    return call_of(again, call.args, {**call.kwargs, adjoint.pair.derivative.seed: seed})
