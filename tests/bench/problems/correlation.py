"""Straight line: a friction factor and a heat transfer coefficient, with powers and logarithms."""

import math

POINT = (84000.0, 3.4, 0.0015)
DIRECTION = (250.0, 0.2, 0.0001)


def correlation(re: float, pr: float, roughness: float) -> float:
    a = roughness / 3.7 + 5.74 / re**0.9
    f = 0.25 / math.log10(a) ** 2
    b = 1.07 + 12.7 * math.sqrt(f / 8.0) * (pr ** (2.0 / 3.0) - 1.0)
    nu = (f / 8.0) * re * pr / b
    return nu * (1.0 + math.exp(-re / 1e5)) ** 0.14


def correlation_by_hand(
    re: float, pr: float, roughness: float, re_d: float, pr_d: float, roughness_d: float
) -> tuple[float, float]:
    t = 5.74 / re**0.9
    a = roughness / 3.7 + t
    a_d = roughness_d / 3.7 - 0.9 * t / re * re_d
    lg = math.log10(a)
    f = 0.25 / lg**2
    f_d = -0.8685889638065036 * f / (lg * a) * a_d
    e = f / 8.0
    s = math.sqrt(e)
    w = pr ** (2.0 / 3.0)
    u = w - 1.0
    b = 1.07 + 12.7 * s * u
    b_d = 12.7 * (0.0625 * u / s * f_d + s * 0.6666666666666666 * w / pr * pr_d)
    p = e * re
    nu = p * pr / b
    nu_d = ((0.125 * f_d * re + e * re_d) * pr + p * pr_d - nu * b_d) / b
    x = math.exp(-re / 1e5)
    y = 1.0 + x
    z = y**0.14
    return nu * z, z * (nu_d - 0.14e-5 * nu * x / y * re_d)


def correlation_adjoint(
    re: float, pr: float, roughness: float, seed: float = 1.0
) -> tuple[float, tuple[float, float, float]]:
    t = 5.74 / re**0.9
    a = roughness / 3.7 + t
    lg = math.log10(a)
    f = 0.25 / lg**2
    e = f / 8.0
    s = math.sqrt(e)
    w = pr ** (2.0 / 3.0)
    u = w - 1.0
    b = 1.07 + 12.7 * s * u
    nu = e * re * pr / b
    x = math.exp(-re / 1e5)
    y = 1.0 + x
    z = y**0.14
    nu_b = nu * z * seed
    b_b = -12.7 * nu_b / b
    f_b = nu_b / f + 0.0625 * u / s * b_b
    a_b = -0.8685889638065036 * f * f_b / (lg * a)
    return nu * z, (
        nu_b * (1.0 / re - 0.14e-5 * x / y) - 0.9 * t / re * a_b,
        nu_b / pr + 0.6666666666666666 * s * w / pr * b_b,
        a_b / 3.7,
    )
