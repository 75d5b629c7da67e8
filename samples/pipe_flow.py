"""Pressure drop of a fluid that flows through a pipe."""

import math

ROUGHNESS = 4.5e-5  # commercial steel, m
LAMINAR = 2300.0  # Reynolds number below which the flow is laminar


def reynolds(speed: float, diameter: float, density: float, viscosity: float) -> float:
    """Reynolds number: inertia against friction in the fluid."""
    return density * speed * diameter / viscosity


def swamee_jain(re: float, roughness: float) -> float:
    """Friction factor of turbulent flow, good to one per cent."""
    return 0.25 / math.log10(roughness / 3.7 + 5.74 / re**0.9) ** 2


def friction_factor(re: float, roughness: float) -> float:
    """Darcy friction factor; the Colebrook equation by Newton's method where the flow is turbulent."""
    if re < LAMINAR:
        return 64.0 / re

    x = 1.0 / math.sqrt(swamee_jain(re, roughness))
    for _ in range(20):
        inner = roughness / 3.7 + 2.51 * x / re
        residual = x + 2.0 * math.log10(inner)
        slope = 1.0 + 5.02 / (math.log(10.0) * re * inner)
        step = residual / slope
        x -= step
        if abs(step) < 1e-13:
            break
    return 1.0 / (x * x)


def pressure_drop(
    flow: float, diameter: float, length: float, density: float = 998.0, viscosity: float = 1.0e-3
) -> float:
    """Pressure drop in pascals for a flow in cubic metres a second."""
    area = 0.25 * math.pi * diameter**2
    speed = flow / area
    # friction, as a multiple of the dynamic pressure
    re = reynolds(speed, diameter, density, viscosity)
    loss = friction_factor(re, ROUGHNESS / diameter) * length / diameter
    return loss * 0.5 * density * speed**2
