"""Branches: the drag of a sphere, one correlation for each range, over a few Reynolds numbers."""

import math

POINT = (0.05, 0.8, 1.3, 0.02)
DIRECTION = (0.01, 0.1, 0.2, 0.001)


def coefficient(re: float) -> float:
    if re < 0.01:
        return 24.0 / re + 4.5
    elif re <= 20.0:
        return 24.0 / re * (1.0 + 0.1315 * re ** (0.82 - 0.02 * re))
    elif re < 260.0:
        return 24.0 / re * (1.0 + 0.1935 * re**0.6305)
    return 0.44 + 10.0 / re


def branches(speed: float, diameter: float, density: float, viscosity: float) -> float:
    force = 0.0
    v = speed
    for _ in range(6):
        re = density * v * diameter / viscosity
        drag = coefficient(re)
        if v > 3.0 and re > 100.0:
            drag = 0.9 * drag
        elif v < 0.2:
            drag = drag + v
        force += 0.5 * density * drag * v * v
        v = 3.0 * v
    return force


def coefficient_by_hand(re: float, re_d: float) -> tuple[float, float]:
    if re < 0.01:
        a = 24.0 / re
        return a + 4.5, -a / re * re_d
    elif re <= 20.0:
        a = 24.0 / re
        e = 0.82 - 0.02 * re
        p = 0.1315 * re**e
        return a * (1.0 + p), a * (p * (e / re - 0.02 * math.log(re)) - (1.0 + p) / re) * re_d
    elif re < 260.0:
        a = 24.0 / re
        b = 1.0 + 0.1935 * re**0.6305
        return a * b, a * (0.6305 * (b - 1.0) - b) / re * re_d
    a = 10.0 / re
    return 0.44 + a, -a / re * re_d


def branches_by_hand(
    speed: float,
    diameter: float,
    density: float,
    viscosity: float,
    speed_d: float,
    diameter_d: float,
    density_d: float,
    viscosity_d: float,
) -> tuple[float, float]:
    force = force_d = 0.0
    v, v_d = speed, speed_d
    for _ in range(6):
        p = density * v
        p_d = density_d * v + density * v_d
        re = p * diameter / viscosity
        re_d = (p_d * diameter + p * diameter_d - re * viscosity_d) / viscosity
        drag, drag_d = coefficient_by_hand(re, re_d)
        if v > 3.0 and re > 100.0:
            drag = 0.9 * drag
            drag_d = 0.9 * drag_d
        elif v < 0.2:
            drag = drag + v
            drag_d = drag_d + v_d
        t = 0.5 * density * drag
        force += t * v * v
        force_d += 0.5 * v * (density_d * drag * v + density * (drag_d * v + 2.0 * drag * v_d))
        v = 3.0 * v
        v_d = 3.0 * v_d
    return force, force_d


def coefficient_adjoint(re: float) -> tuple[float, float]:
    if re < 0.01:
        a = 24.0 / re
        return a + 4.5, -a / re
    elif re <= 20.0:
        a = 24.0 / re
        e = 0.82 - 0.02 * re
        p = 0.1315 * re**e
        b = 1.0 + p
        return a * b, a * (p * (e / re - 0.02 * math.log(re)) - b / re)
    elif re < 260.0:
        a = 24.0 / re
        b = 1.0 + 0.1935 * re**0.6305
        return a * b, a * (0.6305 * (b - 1.0) - b) / re
    a = 10.0 / re
    return 0.44 + a, -a / re


def branches_adjoint(
    speed: float, diameter: float, density: float, viscosity: float, seed: float = 1.0
) -> tuple[float, tuple[float, float, float, float]]:
    force = 0.0
    v = speed
    saved = []
    for _ in range(6):
        re = density * v * diameter / viscosity
        drag, slope = coefficient_adjoint(re)
        if v > 3.0 and re > 100.0:
            drag = 0.9 * drag
            slope *= 0.9
        elif v < 0.2:
            drag = drag + v
        saved.append((v, re, drag, slope))
        force += 0.5 * density * drag * v * v
        v = 3.0 * v
    half = 0.5 * seed
    v_b = density_b = diameter_b = viscosity_b = 0.0
    for v, re, drag, slope in saved[::-1]:
        t = half * v
        p = density * v
        drag_b = p * t
        p_b = drag * t
        v_b = 3.0 * v_b + density * p_b
        if v < 0.2:
            v_b += drag_b
        t = slope * drag_b / viscosity
        p_b += diameter * t
        v_b += density * p_b
        density_b += v * p_b
        diameter_b += p * t
        viscosity_b -= re * t
    return force, (v_b, diameter_b, density_b, viscosity_b)
