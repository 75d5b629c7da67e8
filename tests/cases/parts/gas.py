"""A file that cases import from."""

from math import exp

SOUND = 20.05
R = 287.0


def density(t: float, p: float) -> float:
    """Density of a gas, corrected."""
    return correction(t) * p / (R * t)


def correction(t: float) -> float:
    return 1.0 + exp(-t)
