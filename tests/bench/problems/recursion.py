"""Recursion: adaptive Simpson's rule, written the usual way."""

import math

POINT = (0.0, 1.5, 2.0)
DIRECTION = (0.1, 0.3, 1.0)


def height(x: float, sharpness: float) -> float:
    return math.exp(-sharpness * x * x) * x


def refine(a: float, b: float, fa: float, fm: float, fb: float, sharpness: float, depth: int) -> float:
    m = 0.5 * (a + b)
    h = b - a
    left = height(0.5 * (a + m), sharpness)
    right = height(0.5 * (m + b), sharpness)
    coarse = h / 6.0 * (fa + 4.0 * fm + fb)
    fine = h / 12.0 * (fa + 4.0 * left + 2.0 * fm + 4.0 * right + fb)
    if depth == 0 or abs(fine - coarse) < 1e-9:
        return fine
    return refine(a, m, fa, left, fm, sharpness, depth - 1) + refine(m, b, fm, right, fb, sharpness, depth - 1)


def recursion(a: float, b: float, sharpness: float) -> float:
    fa = height(a, sharpness)
    fm = height(0.5 * (a + b), sharpness)
    fb = height(b, sharpness)
    return refine(a, b, fa, fm, fb, sharpness, 8)


def height_by_hand(x: float, sharpness: float, x_d: float, sharpness_d: float) -> tuple[float, float]:
    e = math.exp(-sharpness * x * x)
    return e * x, e * (x_d - x * x * (sharpness_d * x + 2.0 * sharpness * x_d))


def refine_by_hand(
    a: float,
    b: float,
    fa: float,
    fm: float,
    fb: float,
    sharpness: float,
    depth: int,
    a_d: float,
    b_d: float,
    fa_d: float,
    fm_d: float,
    fb_d: float,
    sharpness_d: float,
) -> tuple[float, float]:
    m = 0.5 * (a + b)
    m_d = 0.5 * (a_d + b_d)
    h = b - a
    h_d = b_d - a_d
    left, left_d = height_by_hand(0.5 * (a + m), sharpness, 0.5 * (a_d + m_d), sharpness_d)
    right, right_d = height_by_hand(0.5 * (m + b), sharpness, 0.5 * (m_d + b_d), sharpness_d)
    coarse = h / 6.0 * (fa + 4.0 * fm + fb)
    s = fa + 4.0 * left + 2.0 * fm + 4.0 * right + fb
    w = h / 12.0
    fine = w * s
    if depth == 0 or abs(fine - coarse) < 1e-9:
        return fine, h_d / 12.0 * s + w * (fa_d + 4.0 * left_d + 2.0 * fm_d + 4.0 * right_d + fb_d)
    x, x_d = refine_by_hand(a, m, fa, left, fm, sharpness, depth - 1, a_d, m_d, fa_d, left_d, fm_d, sharpness_d)
    y, y_d = refine_by_hand(m, b, fm, right, fb, sharpness, depth - 1, m_d, b_d, fm_d, right_d, fb_d, sharpness_d)
    return x + y, x_d + y_d


def recursion_by_hand(
    a: float, b: float, sharpness: float, a_d: float, b_d: float, sharpness_d: float
) -> tuple[float, float]:
    fa, fa_d = height_by_hand(a, sharpness, a_d, sharpness_d)
    fm, fm_d = height_by_hand(0.5 * (a + b), sharpness, 0.5 * (a_d + b_d), sharpness_d)
    fb, fb_d = height_by_hand(b, sharpness, b_d, sharpness_d)
    return refine_by_hand(a, b, fa, fm, fb, sharpness, 8, a_d, b_d, fa_d, fm_d, fb_d, sharpness_d)
