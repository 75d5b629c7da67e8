"""Layered calls: a pump with pipe losses, four functions deep."""

import math

POINT = (0.02, 0.1, 120.0, 9.5)
DIRECTION = (0.001, 0.005, 3.0, 0.2)


def area(diameter: float) -> float:
    return 0.25 * math.pi * diameter * diameter


def friction(reynolds: float) -> float:
    if reynolds < 2300.0:
        return 64.0 / reynolds
    return 0.3164 / math.sqrt(math.sqrt(reynolds))


def losses(flow: float, diameter: float, length: float) -> float:
    speed = flow / area(diameter)
    factor = friction(speed * diameter / 1e-6)
    return factor * length / diameter * speed * speed / 19.62


def power(flow: float, head: float) -> float:
    return 9810.0 * flow * head / (0.6 + 0.2 * math.exp(-head))


def calls(flow: float, diameter: float, length: float, height: float) -> float:
    head = height + losses(flow, diameter, length) + 1.5 * losses(flow, 0.8 * diameter, 10.0)
    return power(flow, head)


def area_by_hand(diameter: float, diameter_d: float) -> tuple[float, float]:
    t = 0.25 * math.pi * diameter
    return t * diameter, 2.0 * t * diameter_d


def friction_by_hand(reynolds: float, reynolds_d: float) -> tuple[float, float]:
    if reynolds < 2300.0:
        v = 64.0 / reynolds
        return v, -v / reynolds * reynolds_d
    v = 0.3164 / math.sqrt(math.sqrt(reynolds))
    return v, -0.25 * v / reynolds * reynolds_d


def losses_by_hand(
    flow: float, diameter: float, length: float, flow_d: float, diameter_d: float, length_d: float
) -> tuple[float, float]:
    a, a_d = area_by_hand(diameter, diameter_d)
    speed = flow / a
    speed_d = (flow_d - speed * a_d) / a
    factor, factor_d = friction_by_hand(speed * diameter / 1e-6, (speed_d * diameter + speed * diameter_d) / 1e-6)
    t = factor * length / diameter
    t_d = (factor_d * length + factor * length_d - t * diameter_d) / diameter
    return t * speed * speed / 19.62, speed * (t_d * speed + 2.0 * t * speed_d) / 19.62


def power_by_hand(flow: float, head: float, flow_d: float, head_d: float) -> tuple[float, float]:
    e = math.exp(-head)
    b = 0.6 + 0.2 * e
    v = 9810.0 * flow * head / b
    return v, (9810.0 * (flow_d * head + flow * head_d) + 0.2 * v * e * head_d) / b


def calls_by_hand(
    flow: float,
    diameter: float,
    length: float,
    height: float,
    flow_d: float,
    diameter_d: float,
    length_d: float,
    height_d: float,
) -> tuple[float, float]:
    first, first_d = losses_by_hand(flow, diameter, length, flow_d, diameter_d, length_d)
    second, second_d = losses_by_hand(flow, 0.8 * diameter, 10.0, flow_d, 0.8 * diameter_d, 0.0)
    head = height + first + 1.5 * second
    return power_by_hand(flow, head, flow_d, height_d + first_d + 1.5 * second_d)


def area_adjoint(diameter: float) -> tuple[float, float]:
    t = 0.25 * math.pi * diameter
    return t * diameter, t + t


def friction_adjoint(reynolds: float) -> tuple[float, float]:
    if reynolds < 2300.0:
        v = 64.0 / reynolds
        return v, -v / reynolds
    v = 0.3164 / math.sqrt(math.sqrt(reynolds))
    return v, -0.25 * v / reynolds


def losses_adjoint(flow: float, diameter: float, length: float) -> tuple[float, float, float, float]:
    a, a_slope = area_adjoint(diameter)
    speed = flow / a
    factor, slope = friction_adjoint(speed * diameter / 1e-6)
    t = factor * length / diameter
    s = speed / 19.62
    t_b = s * speed / diameter
    reynolds_b = slope * length * t_b / 1e-6
    speed_b = (2.0 * t * s + diameter * reynolds_b) / a
    diameter_b = speed * reynolds_b - t * t_b - speed * a_slope * speed_b
    return t * speed * speed / 19.62, speed_b, diameter_b, factor * t_b


def power_adjoint(flow: float, head: float) -> tuple[float, float, float]:
    e = math.exp(-head)
    b = 0.6 + 0.2 * e
    v = 9810.0 * flow * head / b
    return v, 9810.0 * head / b, (9810.0 * flow + 0.2 * v * e) / b


def calls_adjoint(
    flow: float, diameter: float, length: float, height: float, seed: float = 1.0
) -> tuple[float, tuple[float, float, float, float]]:
    first, first_flow, first_diameter, first_length = losses_adjoint(flow, diameter, length)
    second, second_flow, second_diameter, _ = losses_adjoint(flow, 0.8 * diameter, 10.0)
    head = height + first + 1.5 * second
    value, flow_b, head_b = power_adjoint(flow, head)
    head_b *= seed
    return value, (
        flow_b * seed + (first_flow + 1.5 * second_flow) * head_b,
        (first_diameter + 1.2 * second_diameter) * head_b,
        first_length * head_b,
        head_b,
    )
