"""The energy of three bodies, with scalar arguments."""

import math

POINT = (0.1, 0.2, -0.1, 1.1, 0.3, 0.2, -0.4, 0.9, 0.5, 0.3, -0.2, 0.1)
DIRECTION = (1.0, 0.5, 0.2, -0.3, 0.7, 0.1, 0.4, -0.6, 0.8, 0.2, 0.9, -0.5)


def nbody(
    xa: float,
    ya: float,
    za: float,
    xb: float,
    yb: float,
    zb: float,
    xc: float,
    yc: float,
    zc: float,
    va: float,
    vb: float,
    vc: float,
) -> float:
    kinetic = 0.5 * (3.0 * va**2 + 2.0 * vb**2 + 1.5 * vc**2)
    ab = math.sqrt((xa - xb) ** 2 + (ya - yb) ** 2 + (za - zb) ** 2)
    bc = math.sqrt((xb - xc) ** 2 + (yb - yc) ** 2 + (zb - zc) ** 2)
    ca = math.sqrt((xc - xa) ** 2 + (yc - ya) ** 2 + (zc - za) ** 2)
    return kinetic - 6.0 / ab - 3.0 / bc - 4.5 / ca


def nbody_by_hand(
    xa: float,
    ya: float,
    za: float,
    xb: float,
    yb: float,
    zb: float,
    xc: float,
    yc: float,
    zc: float,
    va: float,
    vb: float,
    vc: float,
    xa_d: float,
    ya_d: float,
    za_d: float,
    xb_d: float,
    yb_d: float,
    zb_d: float,
    xc_d: float,
    yc_d: float,
    zc_d: float,
    va_d: float,
    vb_d: float,
    vc_d: float,
) -> tuple[float, float]:
    kinetic_d = 3.0 * va * va_d + 2.0 * vb * vb_d + 1.5 * vc * vc_d
    kinetic = 0.5 * (3.0 * va**2 + 2.0 * vb**2 + 1.5 * vc**2)
    dx = xa - xb
    dy = ya - yb
    dz = za - zb
    ab = math.sqrt(dx**2 + dy**2 + dz**2)
    ab_d = (dx * (xa_d - xb_d) + dy * (ya_d - yb_d) + dz * (za_d - zb_d)) / ab
    dx = xb - xc
    dy = yb - yc
    dz = zb - zc
    bc = math.sqrt(dx**2 + dy**2 + dz**2)
    bc_d = (dx * (xb_d - xc_d) + dy * (yb_d - yc_d) + dz * (zb_d - zc_d)) / bc
    dx = xc - xa
    dy = yc - ya
    dz = zc - za
    ca = math.sqrt(dx**2 + dy**2 + dz**2)
    ca_d = (dx * (xc_d - xa_d) + dy * (yc_d - ya_d) + dz * (zc_d - za_d)) / ca
    p = 6.0 / ab
    q = 3.0 / bc
    r = 4.5 / ca
    return kinetic - p - q - r, kinetic_d + p / ab * ab_d + q / bc * bc_d + r / ca * ca_d


def nbody_adjoint(
    xa: float,
    ya: float,
    za: float,
    xb: float,
    yb: float,
    zb: float,
    xc: float,
    yc: float,
    zc: float,
    va: float,
    vb: float,
    vc: float,
    seed: float = 1.0,
) -> tuple[float, tuple[float, float, float, float, float, float, float, float, float, float, float, float]]:
    kinetic = 0.5 * (3.0 * va**2 + 2.0 * vb**2 + 1.5 * vc**2)
    abx = xa - xb
    aby = ya - yb
    abz = za - zb
    ab = math.sqrt(abx**2 + aby**2 + abz**2)
    bcx = xb - xc
    bcy = yb - yc
    bcz = zb - zc
    bc = math.sqrt(bcx**2 + bcy**2 + bcz**2)
    cax = xc - xa
    cay = yc - ya
    caz = zc - za
    ca = math.sqrt(cax**2 + cay**2 + caz**2)
    p = 6.0 / ab
    q = 3.0 / bc
    r = 4.5 / ca
    t = p / (ab * ab) * seed
    abx *= t
    aby *= t
    abz *= t
    t = q / (bc * bc) * seed
    bcx *= t
    bcy *= t
    bcz *= t
    t = r / (ca * ca) * seed
    cax *= t
    cay *= t
    caz *= t
    return kinetic - p - q - r, (
        abx - cax,
        aby - cay,
        abz - caz,
        bcx - abx,
        bcy - aby,
        bcz - abz,
        cax - bcx,
        cay - bcy,
        caz - bcz,
        3.0 * va * seed,
        2.0 * vb * seed,
        1.5 * vc * seed,
    )
