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


def height_adjoint(x: float, sharpness: float) -> tuple[float, float, float]:
    e = math.exp(-sharpness * x * x)
    t = e * x * x
    return e * x, e - 2.0 * sharpness * t, -t * x


def refine_adjoint(
    a: float, b: float, fa: float, fm: float, fb: float, sharpness: float, depth: int
) -> tuple[float, float, float, float, float, float, float]:
    m = 0.5 * (a + b)
    h = b - a
    left, left_x, left_s = height_adjoint(0.5 * (a + m), sharpness)
    right, right_x, right_s = height_adjoint(0.5 * (m + b), sharpness)
    coarse = h / 6.0 * (fa + 4.0 * fm + fb)
    s = fa + 4.0 * left + 2.0 * fm + 4.0 * right + fb
    w = h / 12.0
    fine = w * s
    if depth == 0 or abs(fine - coarse) < 1e-9:
        t = 4.0 * w
        h_b = s / 12.0
        left_x *= t
        right_x *= t
        m_b = 0.25 * (left_x + right_x)
        a_b = 0.5 * left_x + m_b - h_b
        b_b = 0.5 * right_x + m_b + h_b
        return fine, a_b, b_b, w, 2.0 * w, w, t * (left_s + right_s)
    x, x_a, x_m, x_fa, left_b, x_fm, x_s = refine_adjoint(a, m, fa, left, fm, sharpness, depth - 1)
    y, y_m, y_b, y_fm, right_b, y_fb, y_s = refine_adjoint(m, b, fm, right, fb, sharpness, depth - 1)
    left_x *= left_b
    right_x *= right_b
    m_b = 0.5 * (x_m + y_m + 0.5 * (left_x + right_x))
    sharpness_b = x_s + y_s + left_s * left_b + right_s * right_b
    return x + y, x_a + 0.5 * left_x + m_b, y_b + 0.5 * right_x + m_b, x_fa, x_fm + y_fm, y_fb, sharpness_b


def recursion_adjoint(
    a: float, b: float, sharpness: float, seed: float = 1.0
) -> tuple[float, tuple[float, float, float]]:
    fa, fa_x, fa_s = height_adjoint(a, sharpness)
    fm, fm_x, fm_s = height_adjoint(0.5 * (a + b), sharpness)
    fb, fb_x, fb_s = height_adjoint(b, sharpness)
    value, a_b, b_b, fa_b, fm_b, fb_b, sharpness_b = refine_adjoint(a, b, fa, fm, fb, sharpness, 8)
    m_b = 0.5 * fm_x * fm_b
    return value, (
        (a_b + fa_x * fa_b + m_b) * seed,
        (b_b + fb_x * fb_b + m_b) * seed,
        (sharpness_b + fa_s * fa_b + fm_s * fm_b + fb_s * fb_b) * seed,
    )
