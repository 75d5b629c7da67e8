"""Newton iteration: the eccentric anomaly from the mean anomaly."""

import math

POINT = (0.8, 0.6)
DIRECTION = (1.0, 0.3)


def kepler(mean: float, eccentricity: float) -> float:
    anomaly = mean
    while True:
        residual = anomaly - eccentricity * math.sin(anomaly) - mean
        slope = 1.0 - eccentricity * math.cos(anomaly)
        step = residual / slope
        anomaly -= step
        if abs(step) < 1e-12:
            break
    return anomaly


def kepler_by_hand(mean: float, eccentricity: float, mean_d: float, eccentricity_d: float) -> tuple[float, float]:
    anomaly_d = mean_d
    anomaly = mean
    while True:
        s = math.sin(anomaly)
        c = math.cos(anomaly)
        residual_d = anomaly_d - (eccentricity_d * s + eccentricity * c * anomaly_d) - mean_d
        residual = anomaly - eccentricity * s - mean
        slope_d = eccentricity * s * anomaly_d - eccentricity_d * c
        slope = 1.0 - eccentricity * c
        step = residual / slope
        anomaly_d -= (residual_d - step * slope_d) / slope
        anomaly -= step
        if abs(step) < 1e-12:
            break
    return anomaly, anomaly_d


def kepler_adjoint(mean: float, eccentricity: float, seed: float = 1.0) -> tuple[float, tuple[float, float]]:
    saved = []
    anomaly = mean
    while True:
        s = math.sin(anomaly)
        c = math.cos(anomaly)
        residual = anomaly - eccentricity * s - mean
        slope = 1.0 - eccentricity * c
        step = residual / slope
        saved.append((s, c, slope, step))
        anomaly -= step
        if abs(step) < 1e-12:
            break
    anomaly_b = seed
    mean_b = 0.0
    eccentricity_b = 0.0
    for s, c, slope, step in saved[::-1]:
        t = anomaly_b / slope  # minus the adjoint of the residual
        mean_b += t
        eccentricity_b += (s - c * step) * t
        anomaly_b += (eccentricity * (s * step + c) - 1.0) * t
    return anomaly, (mean_b + anomaly_b, eccentricity_b)
