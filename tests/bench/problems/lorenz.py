"""Lorenz' equations by the classical Runge-Kutta method, with scalars."""

POINT = (1.0, 1.2, 0.9, 28.0, 100)
DIRECTION = (0.1, 0.2, 0.3, 1.0)


def lorenz(x: float, y: float, z: float, rho: float, steps: int) -> float:
    h = 0.01
    for _ in range(steps):
        x1 = 10.0 * (y - x)
        y1 = x * (rho - z) - y
        z1 = x * y - 2.5 * z
        xa = x + 0.5 * h * x1
        ya = y + 0.5 * h * y1
        za = z + 0.5 * h * z1
        x2 = 10.0 * (ya - xa)
        y2 = xa * (rho - za) - ya
        z2 = xa * ya - 2.5 * za
        xb = x + 0.5 * h * x2
        yb = y + 0.5 * h * y2
        zb = z + 0.5 * h * z2
        x3 = 10.0 * (yb - xb)
        y3 = xb * (rho - zb) - yb
        z3 = xb * yb - 2.5 * zb
        xc = x + h * x3
        yc = y + h * y3
        zc = z + h * z3
        x4 = 10.0 * (yc - xc)
        y4 = xc * (rho - zc) - yc
        z4 = xc * yc - 2.5 * zc
        x += h / 6.0 * (x1 + 2.0 * x2 + 2.0 * x3 + x4)
        y += h / 6.0 * (y1 + 2.0 * y2 + 2.0 * y3 + y4)
        z += h / 6.0 * (z1 + 2.0 * z2 + 2.0 * z3 + z4)
    return x + y + z


def lorenz_by_hand(
    x: float, y: float, z: float, rho: float, steps: int, x_d: float, y_d: float, z_d: float, rho_d: float
) -> tuple[float, float]:
    h = 0.01
    for _ in range(steps):
        w = rho - z
        x1 = 10.0 * (y - x)
        y1 = x * w - y
        z1 = x * y - 2.5 * z
        x1_d = 10.0 * (y_d - x_d)
        y1_d = x_d * w + x * (rho_d - z_d) - y_d
        z1_d = x_d * y + x * y_d - 2.5 * z_d
        xa = x + 0.5 * h * x1
        ya = y + 0.5 * h * y1
        za = z + 0.5 * h * z1
        xa_d = x_d + 0.5 * h * x1_d
        ya_d = y_d + 0.5 * h * y1_d
        za_d = z_d + 0.5 * h * z1_d
        w = rho - za
        x2 = 10.0 * (ya - xa)
        y2 = xa * w - ya
        z2 = xa * ya - 2.5 * za
        x2_d = 10.0 * (ya_d - xa_d)
        y2_d = xa_d * w + xa * (rho_d - za_d) - ya_d
        z2_d = xa_d * ya + xa * ya_d - 2.5 * za_d
        xb = x + 0.5 * h * x2
        yb = y + 0.5 * h * y2
        zb = z + 0.5 * h * z2
        xb_d = x_d + 0.5 * h * x2_d
        yb_d = y_d + 0.5 * h * y2_d
        zb_d = z_d + 0.5 * h * z2_d
        w = rho - zb
        x3 = 10.0 * (yb - xb)
        y3 = xb * w - yb
        z3 = xb * yb - 2.5 * zb
        x3_d = 10.0 * (yb_d - xb_d)
        y3_d = xb_d * w + xb * (rho_d - zb_d) - yb_d
        z3_d = xb_d * yb + xb * yb_d - 2.5 * zb_d
        xc = x + h * x3
        yc = y + h * y3
        zc = z + h * z3
        xc_d = x_d + h * x3_d
        yc_d = y_d + h * y3_d
        zc_d = z_d + h * z3_d
        w = rho - zc
        x4 = 10.0 * (yc - xc)
        y4 = xc * w - yc
        z4 = xc * yc - 2.5 * zc
        x4_d = 10.0 * (yc_d - xc_d)
        y4_d = xc_d * w + xc * (rho_d - zc_d) - yc_d
        z4_d = xc_d * yc + xc * yc_d - 2.5 * zc_d
        x += h / 6.0 * (x1 + 2.0 * x2 + 2.0 * x3 + x4)
        y += h / 6.0 * (y1 + 2.0 * y2 + 2.0 * y3 + y4)
        z += h / 6.0 * (z1 + 2.0 * z2 + 2.0 * z3 + z4)
        x_d += h / 6.0 * (x1_d + 2.0 * x2_d + 2.0 * x3_d + x4_d)
        y_d += h / 6.0 * (y1_d + 2.0 * y2_d + 2.0 * y3_d + y4_d)
        z_d += h / 6.0 * (z1_d + 2.0 * z2_d + 2.0 * z3_d + z4_d)
    return x + y + z, x_d + y_d + z_d


def lorenz_adjoint(
    x: float, y: float, z: float, rho: float, steps: int, seed: float = 1.0
) -> tuple[float, tuple[float, float, float, float]]:
    h = 0.01
    saved = []
    for _ in range(steps):
        w = rho - z
        x1 = 10.0 * (y - x)
        y1 = x * w - y
        z1 = x * y - 2.5 * z
        xa = x + 0.5 * h * x1
        ya = y + 0.5 * h * y1
        za = z + 0.5 * h * z1
        wa = rho - za
        x2 = 10.0 * (ya - xa)
        y2 = xa * wa - ya
        z2 = xa * ya - 2.5 * za
        xb = x + 0.5 * h * x2
        yb = y + 0.5 * h * y2
        zb = z + 0.5 * h * z2
        wb = rho - zb
        x3 = 10.0 * (yb - xb)
        y3 = xb * wb - yb
        z3 = xb * yb - 2.5 * zb
        xc = x + h * x3
        yc = y + h * y3
        zc = z + h * z3
        wc = rho - zc
        x4 = 10.0 * (yc - xc)
        y4 = xc * wc - yc
        z4 = xc * yc - 2.5 * zc
        saved.append((x, y, w, xa, ya, wa, xb, yb, wb, xc, yc, wc))
        x += h / 6.0 * (x1 + 2.0 * x2 + 2.0 * x3 + x4)
        y += h / 6.0 * (y1 + 2.0 * y2 + 2.0 * y3 + y4)
        z += h / 6.0 * (z1 + 2.0 * z2 + 2.0 * z3 + z4)
    half = 0.5 * h
    sixth = h / 6.0
    x_b = y_b = z_b = seed
    rho_b = 0.0
    for x_0, y_0, w, xa, ya, wa, xb, yb, wb, xc, yc, wc in saved[::-1]:
        x4_b = sixth * x_b
        y4_b = sixth * y_b
        z4_b = sixth * z_b
        t = 10.0 * x4_b
        xc_b = yc * z4_b + wc * y4_b - t
        yc_b = xc * z4_b - y4_b + t
        zc_b = -2.5 * z4_b - xc * y4_b
        x_2 = x4_b + x4_b
        y_2 = y4_b + y4_b
        z_2 = z4_b + z4_b
        x3_b = x_2 + h * xc_b
        y3_b = y_2 + h * yc_b
        z3_b = z_2 + h * zc_b
        t = 10.0 * x3_b
        xb_b = yb * z3_b + wb * y3_b - t
        yb_b = xb * z3_b - y3_b + t
        zb_b = -2.5 * z3_b - xb * y3_b
        x2_b = x_2 + half * xb_b
        y2_b = y_2 + half * yb_b
        z2_b = z_2 + half * zb_b
        t = 10.0 * x2_b
        xa_b = ya * z2_b + wa * y2_b - t
        ya_b = xa * z2_b - y2_b + t
        za_b = -2.5 * z2_b - xa * y2_b
        x1_b = x4_b + half * xa_b
        y1_b = y4_b + half * ya_b
        z1_b = z4_b + half * za_b
        t = 10.0 * x1_b
        rho_b += xc * y4_b + xb * y3_b + xa * y2_b + x_0 * y1_b
        x_b += xc_b + xb_b + xa_b + y_0 * z1_b + w * y1_b - t
        y_b += yc_b + yb_b + ya_b + x_0 * z1_b - y1_b + t
        z_b += zc_b + zb_b + za_b - 2.5 * z1_b - x_0 * y1_b
    return x + y + z, (x_b, y_b, z_b, rho_b)
