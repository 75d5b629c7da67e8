"""The dot-product test: an adjoint is the transpose of the tangent.

For every seed and every direction d the numbers `seed . f_d(x; d)` and `f_b(x; seed) . d` are the same, to rounding.
No step and no difference is involved, so they agree to nearly all digits.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from adtransform.applied import Generated, Raised, Values
from adtransform.nested import leaves, replaced, same, zeros

EQUAL = 1e-9
TRIALS = 4


@dataclass(frozen=True, slots=True)
class Products:
    """How the test went: both sides of each pair that is finite; `missing` says why there is no tangent to test with.

    `gap` is the largest distance between two sides, by the sum of the sizes of their terms.
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
        title = "dot product with the tangent: "
        if self.missing:
            return f"{title}none, {self.missing}"
        if not self.count:
            return f"{title}not finite, inconclusive"
        return f"{title}{self.count} seeds and directions, relative error {self.gap:.1e}, {self.verdict}"


def products(adjoint: Generated, tangent: Generated | None, values: Values, value: object) -> Products:
    """Test with a few seeds and directions; the first seed is the default one.

    Raises:
        Raised: a generated function raises something, or returns another value.
    """
    if tangent is None:
        return Products(0, 0.0, "forward mode refuses the function")
    draw, gaps = random.Random(0), list[float]()
    for trial in range(TRIALS):
        seed = scaled(value, [1.0] * TRIALS if trial == 0 else None, draw)
        directions = {name: scaled(values[name], None, draw) for name in adjoint.derivative.wrt}
        primal, slopes = tangent.along(values, directions)
        again, adjoints = adjoint.against(values, None if trial == 0 else seed)
        if not same(primal, again):
            raise Raised(f"the tangent returns the value {primal!r}, the adjoint {again!r}")
        left = terms(seed, slopes)
        right = [t for name, direction in directions.items() for t in terms(adjoints[name], direction)]
        if all(map(math.isfinite, [*left, *right])):
            size = max(math.fsum(map(abs, left)), math.fsum(map(abs, right)))
            gaps.append(abs(math.fsum(left) - math.fsum(right)) / (size or 1.0))
    return Products(len(gaps), max(gaps, default=0.0))
