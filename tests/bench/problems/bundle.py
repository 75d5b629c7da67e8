"""One residual of bundle adjustment: a point seen by a camera, squared and weighted."""

import math

POINT = (
    [0.1, 0.2, -0.3, 0.5, -0.2, 0.1, 1.3, 0.05, -0.1, 0.02, -0.01],
    [0.3, 0.7, 4.0],
    0.8,
    [0.6, 0.1],
)
DIRECTION = tuple(math.cos(1.0 + i) for i in range(15))
WRT = ("camera", "x", "weight")


def bundle(camera: list[float], x: list[float], weight: float, seen: list[float]) -> float:
    square = camera[0] ** 2 + camera[1] ** 2 + camera[2] ** 2
    angle = math.sqrt(square)
    c = math.cos(angle)
    s = math.sin(angle)
    a0 = camera[0] / angle
    a1 = camera[1] / angle
    a2 = camera[2] / angle
    d0 = x[0] - camera[3]
    d1 = x[1] - camera[4]
    d2 = x[2] - camera[5]
    along = (a0 * d0 + a1 * d1 + a2 * d2) * (1.0 - c)
    p0 = d0 * c + (a1 * d2 - a2 * d1) * s + a0 * along
    p1 = d1 * c + (a2 * d0 - a0 * d2) * s + a1 * along
    p2 = d2 * c + (a0 * d1 - a1 * d0) * s + a2 * along
    u = p0 / p2
    v = p1 / p2
    r = u * u + v * v
    distortion = camera[6] * (1.0 + camera[9] * r + camera[10] * r * r)
    e0 = weight * (u * distortion + camera[7] - seen[0])
    e1 = weight * (v * distortion + camera[8] - seen[1])
    return e0 * e0 + e1 * e1 + (1.0 - weight * weight) ** 2


def bundle_by_hand(
    camera: list[float],
    x: list[float],
    weight: float,
    seen: list[float],
    camera_d: list[float],
    x_d: list[float],
    weight_d: float,
) -> tuple[float, float]:
    square = camera[0] ** 2 + camera[1] ** 2 + camera[2] ** 2
    angle = math.sqrt(square)
    angle_d = (camera[0] * camera_d[0] + camera[1] * camera_d[1] + camera[2] * camera_d[2]) / angle
    c = math.cos(angle)
    s = math.sin(angle)
    c_d = -s * angle_d
    s_d = c * angle_d
    a0 = camera[0] / angle
    a1 = camera[1] / angle
    a2 = camera[2] / angle
    a0_d = (camera_d[0] - a0 * angle_d) / angle
    a1_d = (camera_d[1] - a1 * angle_d) / angle
    a2_d = (camera_d[2] - a2 * angle_d) / angle
    d0 = x[0] - camera[3]
    d1 = x[1] - camera[4]
    d2 = x[2] - camera[5]
    d0_d = x_d[0] - camera_d[3]
    d1_d = x_d[1] - camera_d[4]
    d2_d = x_d[2] - camera_d[5]
    dot = a0 * d0 + a1 * d1 + a2 * d2
    versed = 1.0 - c
    along_d = (a0_d * d0 + a0 * d0_d + a1_d * d1 + a1 * d1_d + a2_d * d2 + a2 * d2_d) * versed - dot * c_d
    along = dot * versed
    n0 = a1 * d2 - a2 * d1
    n1 = a2 * d0 - a0 * d2
    n2 = a0 * d1 - a1 * d0
    p0_d = d0_d * c + d0 * c_d + (a1_d * d2 + a1 * d2_d - a2_d * d1 - a2 * d1_d) * s + n0 * s_d
    p1_d = d1_d * c + d1 * c_d + (a2_d * d0 + a2 * d0_d - a0_d * d2 - a0 * d2_d) * s + n1 * s_d
    p2_d = d2_d * c + d2 * c_d + (a0_d * d1 + a0 * d1_d - a1_d * d0 - a1 * d0_d) * s + n2 * s_d
    p0_d += a0_d * along + a0 * along_d
    p1_d += a1_d * along + a1 * along_d
    p2_d += a2_d * along + a2 * along_d
    p0 = d0 * c + n0 * s + a0 * along
    p1 = d1 * c + n1 * s + a1 * along
    p2 = d2 * c + n2 * s + a2 * along
    u = p0 / p2
    v = p1 / p2
    u_d = (p0_d - u * p2_d) / p2
    v_d = (p1_d - v * p2_d) / p2
    r_d = 2.0 * (u * u_d + v * v_d)
    r = u * u + v * v
    factor = 1.0 + camera[9] * r + camera[10] * r * r
    factor_d = camera_d[9] * r + camera_d[10] * r * r + (camera[9] + 2.0 * camera[10] * r) * r_d
    distortion_d = camera_d[6] * factor + camera[6] * factor_d
    distortion = camera[6] * factor
    g0 = u * distortion + camera[7] - seen[0]
    g1 = v * distortion + camera[8] - seen[1]
    e0 = weight * g0
    e1 = weight * g1
    e0_d = weight_d * g0 + weight * (u_d * distortion + u * distortion_d + camera_d[7])
    e1_d = weight_d * g1 + weight * (v_d * distortion + v * distortion_d + camera_d[8])
    rest = 1.0 - weight * weight
    return e0 * e0 + e1 * e1 + rest**2, 2.0 * (e0 * e0_d + e1 * e1_d) - 4.0 * rest * weight * weight_d


def bundle_adjoint(
    camera: list[float], x: list[float], weight: float, seen: list[float], seed: float = 1.0
) -> tuple[float, tuple[list[float], list[float], float]]:
    square = camera[0] ** 2 + camera[1] ** 2 + camera[2] ** 2
    angle = math.sqrt(square)
    c = math.cos(angle)
    s = math.sin(angle)
    a0 = camera[0] / angle
    a1 = camera[1] / angle
    a2 = camera[2] / angle
    d0 = x[0] - camera[3]
    d1 = x[1] - camera[4]
    d2 = x[2] - camera[5]
    dot = a0 * d0 + a1 * d1 + a2 * d2
    versed = 1.0 - c
    along = dot * versed
    n0 = a1 * d2 - a2 * d1
    n1 = a2 * d0 - a0 * d2
    n2 = a0 * d1 - a1 * d0
    p0 = d0 * c + n0 * s + a0 * along
    p1 = d1 * c + n1 * s + a1 * along
    p2 = d2 * c + n2 * s + a2 * along
    u = p0 / p2
    v = p1 / p2
    r = u * u + v * v
    factor = 1.0 + camera[9] * r + camera[10] * r * r
    distortion = camera[6] * factor
    g0 = u * distortion + camera[7] - seen[0]
    g1 = v * distortion + camera[8] - seen[1]
    e0 = weight * g0
    e1 = weight * g1
    rest = 1.0 - weight * weight

    t = 2.0 * seed
    e0_b = e0 * t
    e1_b = e1 * t
    weight_b = g0 * e0_b + g1 * e1_b - 2.0 * rest * weight * t
    e0_b *= weight
    e1_b *= weight
    distortion_b = u * e0_b + v * e1_b
    factor_b = camera[6] * distortion_b
    r_b = 2.0 * (camera[9] + 2.0 * camera[10] * r) * factor_b
    p0_b = (distortion * e0_b + u * r_b) / p2
    p1_b = (distortion * e1_b + v * r_b) / p2
    p2_b = -(u * p0_b + v * p1_b)
    along_b = a0 * p0_b + a1 * p1_b + a2 * p2_b
    dot_b = versed * along_b
    n0_b = s * p0_b
    n1_b = s * p1_b
    n2_b = s * p2_b
    angle_b = c * (n0 * p0_b + n1 * p1_b + n2 * p2_b) - s * (d0 * p0_b + d1 * p1_b + d2 * p2_b - dot * along_b)
    d0_b = c * p0_b + a2 * n1_b - a1 * n2_b + a0 * dot_b
    d1_b = c * p1_b + a0 * n2_b - a2 * n0_b + a1 * dot_b
    d2_b = c * p2_b + a1 * n0_b - a0 * n1_b + a2 * dot_b
    a0_b = (along * p0_b + d1 * n2_b - d2 * n1_b + d0 * dot_b) / angle
    a1_b = (along * p1_b + d2 * n0_b - d0 * n2_b + d1 * dot_b) / angle
    a2_b = (along * p2_b + d0 * n1_b - d1 * n0_b + d2 * dot_b) / angle
    angle_b -= a0 * a0_b + a1 * a1_b + a2 * a2_b
    return e0 * e0 + e1 * e1 + rest**2, (
        [
            a0_b + a0 * angle_b,
            a1_b + a1 * angle_b,
            a2_b + a2 * angle_b,
            -d0_b,
            -d1_b,
            -d2_b,
            factor * distortion_b,
            e0_b,
            e1_b,
            r * factor_b,
            r * r * factor_b,
        ],
        [d0_b, d1_b, d2_b],
        weight_b,
    )
