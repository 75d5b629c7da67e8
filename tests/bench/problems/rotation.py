"""Straight line with many products: the reprojection of a point by a camera (bundle adjustment)."""

import math

POINT = (0.1, -0.2, 0.3, 0.5, 0.4, -0.1, 800.0, -0.05, 1.2, -0.7, 4.0)
DIRECTION = (0.2, 0.1, -0.3, 0.4, 0.6, 0.5, 10.0, 0.01, 0.7, 0.8, -0.2)


def rotation(
    ax: float,
    ay: float,
    az: float,
    tx: float,
    ty: float,
    tz: float,
    focal: float,
    lens: float,
    x: float,
    y: float,
    z: float,
) -> float:
    angle = math.sqrt(ax * ax + ay * ay + az * az)
    c = math.cos(angle)
    s = math.sin(angle)
    kx = ax / angle
    ky = ay / angle
    kz = az / angle
    dot = (kx * x + ky * y + kz * z) * (1.0 - c)
    px = x * c + (ky * z - kz * y) * s + kx * dot + tx
    py = y * c + (kz * x - kx * z) * s + ky * dot + ty
    pz = z * c + (kx * y - ky * x) * s + kz * dot + tz
    u = px / pz
    v = py / pz
    radius = u * u + v * v
    scale = focal * (1.0 + lens * radius)
    return (scale * u - 250.0) ** 2 + (scale * v + 80.0) ** 2


def rotation_by_hand(
    ax: float,
    ay: float,
    az: float,
    tx: float,
    ty: float,
    tz: float,
    focal: float,
    lens: float,
    x: float,
    y: float,
    z: float,
    ax_d: float,
    ay_d: float,
    az_d: float,
    tx_d: float,
    ty_d: float,
    tz_d: float,
    focal_d: float,
    lens_d: float,
    x_d: float,
    y_d: float,
    z_d: float,
) -> tuple[float, float]:
    angle = math.sqrt(ax * ax + ay * ay + az * az)
    angle_d = (ax * ax_d + ay * ay_d + az * az_d) / angle
    c = math.cos(angle)
    s = math.sin(angle)
    c_d = -s * angle_d
    s_d = c * angle_d
    kx = ax / angle
    ky = ay / angle
    kz = az / angle
    kx_d = (ax_d - kx * angle_d) / angle
    ky_d = (ay_d - ky * angle_d) / angle
    kz_d = (az_d - kz * angle_d) / angle
    along = kx * x + ky * y + kz * z
    rest = 1.0 - c
    dot = along * rest
    dot_d = (kx_d * x + kx * x_d + ky_d * y + ky * y_d + kz_d * z + kz * z_d) * rest - along * c_d
    wx = ky * z - kz * y
    wy = kz * x - kx * z
    wz = kx * y - ky * x
    px = x * c + wx * s + kx * dot + tx
    py = y * c + wy * s + ky * dot + ty
    pz = z * c + wz * s + kz * dot + tz
    wx_d = ky_d * z + ky * z_d - kz_d * y - kz * y_d
    wy_d = kz_d * x + kz * x_d - kx_d * z - kx * z_d
    wz_d = kx_d * y + kx * y_d - ky_d * x - ky * x_d
    px_d = x_d * c + x * c_d + wx_d * s + wx * s_d + kx_d * dot + kx * dot_d + tx_d
    py_d = y_d * c + y * c_d + wy_d * s + wy * s_d + ky_d * dot + ky * dot_d + ty_d
    pz_d = z_d * c + z * c_d + wz_d * s + wz * s_d + kz_d * dot + kz * dot_d + tz_d
    u = px / pz
    v = py / pz
    u_d = (px_d - u * pz_d) / pz
    v_d = (py_d - v * pz_d) / pz
    radius = u * u + v * v
    bend = 1.0 + lens * radius
    scale = focal * bend
    scale_d = focal_d * bend + focal * (lens_d * radius + 2.0 * lens * (u * u_d + v * v_d))
    p = scale * u - 250.0
    q = scale * v + 80.0
    return p**2 + q**2, 2.0 * (p * (scale_d * u + scale * u_d) + q * (scale_d * v + scale * v_d))


def rotation_adjoint(
    ax: float,
    ay: float,
    az: float,
    tx: float,
    ty: float,
    tz: float,
    focal: float,
    lens: float,
    x: float,
    y: float,
    z: float,
    seed: float = 1.0,
) -> tuple[float, tuple[float, float, float, float, float, float, float, float, float, float, float]]:
    angle = math.sqrt(ax * ax + ay * ay + az * az)
    c = math.cos(angle)
    s = math.sin(angle)
    kx = ax / angle
    ky = ay / angle
    kz = az / angle
    along = kx * x + ky * y + kz * z
    rest = 1.0 - c
    dot = along * rest
    wx = ky * z - kz * y
    wy = kz * x - kx * z
    wz = kx * y - ky * x
    px = x * c + wx * s + kx * dot + tx
    py = y * c + wy * s + ky * dot + ty
    pz = z * c + wz * s + kz * dot + tz
    u = px / pz
    v = py / pz
    radius = u * u + v * v
    bend = 1.0 + lens * radius
    scale = focal * bend
    p = scale * u - 250.0
    q = scale * v + 80.0
    p_b = 2.0 * p * seed
    q_b = 2.0 * q * seed
    scale_b = u * p_b + v * q_b
    bend_b = focal * scale_b
    t = 2.0 * lens * bend_b
    px_b = (scale * p_b + t * u) / pz
    py_b = (scale * q_b + t * v) / pz
    pz_b = -u * px_b - v * py_b
    dot_b = kx * px_b + ky * py_b + kz * pz_b
    along_b = rest * dot_b
    wx_b = s * px_b
    wy_b = s * py_b
    wz_b = s * pz_b
    kx_b = dot * px_b + x * along_b + y * wz_b - z * wy_b
    ky_b = dot * py_b + y * along_b + z * wx_b - x * wz_b
    kz_b = dot * pz_b + z * along_b + x * wy_b - y * wx_b
    angle_b = (
        c * (wx * px_b + wy * py_b + wz * pz_b)
        - s * (x * px_b + y * py_b + z * pz_b - along * dot_b)
        - (kx * kx_b + ky * ky_b + kz * kz_b) / angle
    )
    return p**2 + q**2, (
        kx_b / angle + kx * angle_b,
        ky_b / angle + ky * angle_b,
        kz_b / angle + kz * angle_b,
        px_b,
        py_b,
        pz_b,
        bend * scale_b,
        radius * bend_b,
        c * px_b + kx * along_b + kz * wy_b - ky * wz_b,
        c * py_b + ky * along_b + kx * wz_b - kz * wx_b,
        c * pz_b + kz * along_b + ky * wx_b - kx * wy_b,
    )
