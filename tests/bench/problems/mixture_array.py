"""The log-likelihood of a Gaussian mixture, vectorised."""

import math

import numpy as np

POINT = (
    np.array([0.3, -0.2, 0.1, 0.0, 0.4]),
    np.array([[math.sin(3.0 * k + j) for j in range(4)] for k in range(5)]),
    np.array([0.2, -0.1, 0.3, 0.0, 0.1]),
    np.array([[math.cos(2.0 * i + 5.0 * j) for j in range(4)] for i in range(500)]),
)
DIRECTION = tuple(math.cos(1.0 + i) for i in range(30))
WRT = ("weights", "means", "scales")


def mixture_array(weights: np.ndarray, means: np.ndarray, scales: np.ndarray, data: np.ndarray) -> float:
    d = data[:, None, :] - means
    q = np.sum(d * d, axis=2)
    terms = weights + data.shape[1] * scales - 0.5 * np.exp(2.0 * scales) * q
    top = np.max(terms, axis=1, keepdims=True)
    sums = np.sum(np.exp(terms - top), axis=1)
    return np.sum(np.log(sums) + top[:, 0]) - len(data) * np.log(np.sum(np.exp(weights)))


def mixture_array_by_hand(
    weights: np.ndarray,
    means: np.ndarray,
    scales: np.ndarray,
    data: np.ndarray,
    weights_d: np.ndarray,
    means_d: np.ndarray,
    scales_d: np.ndarray,
) -> tuple[float, float]:
    d = data[:, None, :] - means
    q_d = -2.0 * np.sum(d * means_d, axis=2)
    q = np.sum(d * d, axis=2)
    sharp = np.exp(2.0 * scales)
    terms_d = weights_d + data.shape[1] * scales_d - sharp * (scales_d * q + 0.5 * q_d)
    terms = weights + data.shape[1] * scales - 0.5 * sharp * q
    top = np.max(terms, axis=1, keepdims=True)
    e = np.exp(terms - top)
    sums = np.sum(e, axis=1)
    p = np.exp(weights)
    s = np.sum(p)
    value_d = np.sum(np.sum(e * terms_d, axis=1) / sums) - len(data) * np.sum(p * weights_d) / s
    return np.sum(np.log(sums) + top[:, 0]) - len(data) * np.log(s), value_d


def mixture_array_adjoint(
    weights: np.ndarray, means: np.ndarray, scales: np.ndarray, data: np.ndarray, seed: float = 1.0
) -> tuple[float, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    d = data[:, None, :] - means
    q = np.sum(d * d, axis=2)
    sharp = np.exp(2.0 * scales)
    terms = weights + data.shape[1] * scales - 0.5 * sharp * q
    top = np.max(terms, axis=1, keepdims=True)
    e = np.exp(terms - top)
    sums = np.sum(e, axis=1)
    p = np.exp(weights)
    s = np.sum(p)
    value = np.sum(np.log(sums) + top[:, 0]) - len(data) * np.log(s)

    e *= (seed / sums)[:, None]
    terms_b = np.sum(e, axis=0)
    scales_b = data.shape[1] * terms_b - sharp * np.sum(e * q, axis=0)
    means_b = sharp[:, None] * (e.T @ data - terms_b[:, None] * means)
    return value, (terms_b - len(data) * seed / s * p, means_b, scales_b)
