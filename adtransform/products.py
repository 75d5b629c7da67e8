"""The dot-product test: an adjoint is the transpose of the tangent.

For every seed and every direction d the numbers `seed . f_d(x; d)` and `f_b(x; seed) . d` are the same, to rounding.
No step and no difference is involved, so they agree to nearly all digits.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from adtransform.applied import Generated, Raised, Values
from adtransform.nested import leaves, replaced, same, zeros

EQUAL = 1e-9
TRIALS = 4


@dataclass(frozen=True, slots=True)
class Products:
    """How the test went.

    `count` is the number of pairs that are finite, `gap` the largest distance between the two sides of one, by the sum
    of the sizes of their terms; `missing` says why there is no tangent to test with.
    """

    count: int
    gap: float
    missing: str = ""

    @property
    def verdict(self) -> str:
        if not self.count:
            return "inconclusive"
        return "ok" if self.gap <= EQUAL else "WRONG"

    def text(self) -> str:
        """One line.

        >>> Products(4, 1.2e-16).text()
        'dot product with the tangent: 4 seeds and directions, relative error 1.2e-16, ok'
        """
        if not self.count:
            return f"dot product with the tangent: {self.missing or 'not finite, inconclusive'}"
        seeds = f"{self.count} seeds and directions" if self.count > 1 else "1 seed and direction"
        return f"dot product with the tangent: {seeds}, relative error {self.gap:.1e}, {self.verdict}"


def products(adjoint: Generated, tangent: Generated | None, values: Values, value: object) -> Products:
    """Test with a few seeds and directions; the first seed is the default one.

    Raises:
        Raised: a generated function raises something, or they return different values.
    """
    if tangent is None:
        return Products(0, 0.0, "none, as forward mode refuses the function")
    draw, gaps = random.Random(0), list[float]()
    for trial in range(TRIALS):
        seed = mapped(value, lambda v: draw.uniform(-1.0, 1.0) / (abs(v) or 1.0)) if trial else mapped(value, one)
        directions = {
            name: mapped(values[name], lambda x: draw.uniform(-1.0, 1.0) * (abs(x) or 1.0))
            for name in adjoint.derivative.wrt
        }
        primal, slopes = tangent.along(values, deepcopy(directions))  # lists are changed with the arguments
        again, adjoints = adjoint.against(values, seed if trial or not adjoint.has_seed else None)
        if not same(primal, again):
            raise Raised(f"the tangent returns the value {primal!r}, the adjoint {again!r}")
        left = terms(seed, slopes)
        right = [term for name, direction in directions.items() for term in terms(direction, adjoints[name])]
        if all(map(math.isfinite, [*left, *right])):
            size = max(math.fsum(map(abs, left)), math.fsum(map(abs, right)))
            gaps.append(abs(math.fsum(left) - math.fsum(right)) / (size or 1.0))
    return Products(len(gaps), max(gaps, default=0.0))


def one(_: float) -> float:
    return 1.0


def mapped(value: object, number: Callable[[float], float]) -> object:
    """The same structure with other numbers.

    >>> mapped((2, ("text", 3.0)), lambda x: 10.0 * x)
    (20.0, (0.0, 30.0))
    """
    found = zeros(value)
    for path, leaf in leaves(value).items():
        found = replaced(found, path, number(leaf))
    return found


def terms(weights: object, numbers: object) -> list[float]:
    """The terms of the dot product of two values of one structure."""
    others = leaves(numbers)
    return [weight * others.get(path, math.nan) for path, weight in leaves(weights).items()]
