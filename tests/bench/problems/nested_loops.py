"""Nested loops: a double series with a running power."""

import math

POINT = (0.4, 0.7, 12)
DIRECTION = (1.0, 0.5)


def nested_loops(x: float, y: float, n: int) -> float:
    total = 0.0
    power = 1.0
    for i in range(1, n + 1):
        power = power * x
        wave = 0.0
        for j in range(1, i + 1):
            wave += math.cos(j * y) * power / (i + j)
        total += wave * math.sin(i * x)
    return total


def nested_loops_by_hand(x: float, y: float, n: int, x_d: float, y_d: float) -> tuple[float, float]:
    total_d = 0.0
    total = 0.0
    power_d = 0.0
    power = 1.0
    for i in range(1, n + 1):
        power_d = power_d * x + power * x_d
        power = power * x
        wave_d = 0.0
        wave = 0.0
        for j in range(1, i + 1):
            a = j * y
            c = math.cos(a)
            wave_d += (c * power_d - math.sin(a) * j * y_d * power) / (i + j)
            wave += c * power / (i + j)
        a = i * x
        s = math.sin(a)
        total_d += wave_d * s + wave * math.cos(a) * i * x_d
        total += wave * s
    return total, total_d


def nested_loops_adjoint(x: float, y: float, n: int, seed: float = 1.0) -> tuple[float, tuple[float, float]]:
    total = 0.0
    power = 1.0
    saved = []
    for i in range(1, n + 1):
        before = power
        power = power * x
        wave = 0.0
        cosines = 0.0  # the inner loop only adds: its derivatives are sums too
        sines = 0.0
        for j in range(1, i + 1):
            a = j * y
            c = math.cos(a)
            k = i + j
            wave += c * power / k
            cosines += c / k
            sines += j * math.sin(a) / k
        s = math.sin(i * x)
        saved.append((before, power, wave, cosines, sines, s))
        total += wave * s
    x_b = 0.0
    y_b = 0.0
    power_b = 0.0
    for i in range(n, 0, -1):
        before, power, wave, cosines, sines, s = saved.pop()
        wave_b = s * seed
        y_b -= power * sines * wave_b
        power_b += cosines * wave_b
        x_b += before * power_b + i * math.cos(i * x) * wave * seed
        power_b *= x
    return total, (x_b, y_b)
