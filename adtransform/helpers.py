"""Source text of the small functions that a generated module carries along when a partial derivative needs them.

The text is written in the language that the tool accepts, so that a module with helpers can be differentiated again;
it needs `import math`, raises ZeroDivisionError at the poles, and overflows to inf instead of raising.
Both functions are good to 1e-13 relative to the value; next to a zero on the negative axis, where the value is the
difference of nearly equal terms, relative to those terms.
"""

from __future__ import annotations

from adtransform.array_helpers import ARRAY_HELPERS

# Abramowitz and Stegun, Handbook of Mathematical Functions (1964): reflection 6.3.7, recurrence 6.3.5, asymptotic
# series 6.3.18.  Next to its positive root the function is summed from its Taylor series there, whose coefficients are
# (-1)**(k + 1) * zeta(k + 1, root); the root is given in two parts, so that d keeps all its digits.
DIGAMMA = '''\
def digamma(x: float) -> float:
    """Logarithmic derivative of the gamma function."""
    if x < 0.0:
        if x == -math.inf:
            return math.nan
        reflected = math.pi / math.tan(math.pi * (x - math.floor(x + 0.5)))
        return digamma(1.0 - x) - reflected
    d = x - 1.4616321449683622 - 9.549995429965697e-17
    if abs(d) < 0.005:
        series = 0.0
        for coefficient in (
            0.03316112647484736,
            0.04880428816414311,
            0.07219956125645471,
            0.10782405069126237,
            0.16394270544240652,
            0.258499760955651,
            0.4427631689835921,
            0.9676722454476212,
        ):
            series = coefficient - d * series
        return d * series
    total = 0.0
    while x < 10.0:
        total -= 1.0 / x
        x += 1.0
    z = 1.0 / x
    z2 = z * z
    series = 0.0
    for b in (1 / 12, 691 / 32760, 1 / 132, 1 / 240, 1 / 252, 1 / 120, 1 / 12):
        series = z2 * (b - series)
    return total + math.log(x) - 0.5 * z - series
'''

# Abramowitz and Stegun 6.4.6 (recurrence) and 6.4.11 (asymptotic series, whose Bernoulli numbers stand in the tuple).
# At negative x: the sum of n! / (x + k)**(n + 1) over all integers k, which has period one, less the part of it with
# negative k; both are polygammas of positive arguments.
POLYGAMMA = '''\
def polygamma(n: int, x: float) -> float:
    """The n-th derivative of the digamma function, n >= 1."""
    sign = 1.0 if n % 2 else -1.0
    if x < 0.0:
        if x == -math.inf:
            return math.nan
        f = x - math.floor(x + 0.5)
        left = sign * polygamma(n, 1.0 - x)
        if f < 0.0:
            return sign * polygamma(n, -f) + polygamma(n, 1.0 + f) - left
        return polygamma(n, f) + sign * polygamma(n, 1.0 - f) - left
    total = 0.0
    while x < 12.0 + n:
        term = 1.0 / x
        for k in range(1, n + 1):
            term *= k / x
        total += term
        x += 1.0
    term = 1.0 / x
    for k in range(1, n):
        term *= k / x
    total += term + 0.5 * n * term / x
    k = n
    for b in (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6):
        term *= k / (k - n + 1) / x * ((k + 1) / (k - n + 2) / x)
        total += b * term
        k += 2
    return sign * total
'''

HELPERS: dict[str, str] = {"digamma": DIGAMMA, "polygamma": POLYGAMMA} | ARRAY_HELPERS
