"""The log-likelihood of a Gaussian mixture, by loops over lists."""

import math

POINT = (
    [0.3, -0.2, 0.1],
    [[0.5, 0.1], [-0.7, 0.9], [1.1, -0.4]],
    [0.2, -0.1, 0.3],
    [[math.sin(2.0 * i), math.cos(3.0 * i)] for i in range(10)],
)
DIRECTION = (1.0, 0.5, -0.3, 0.2, 0.7, -0.6, 0.4, 0.9, -0.8, 0.1, 0.3, -0.2)
WRT = ("weights", "means", "scales")


def log_sum_exp(terms: list[float]) -> float:
    top = max(terms)
    s = 0.0
    for t in terms:
        s += math.exp(t - top)
    return top + math.log(s)


def mixture(weights: list[float], means: list[list[float]], scales: list[float], data: list[list[float]]) -> float:
    sharp = [math.exp(2.0 * scale) for scale in scales]
    total = 0.0
    for x in data:
        terms = []
        for k in range(len(weights)):
            mean = means[k]
            q = 0.0
            for j in range(len(x)):
                d = x[j] - mean[j]
                q += d * d
            terms.append(weights[k] + len(x) * scales[k] - 0.5 * sharp[k] * q)
        total += log_sum_exp(terms)
    return total - len(data) * log_sum_exp(weights)


def log_sum_exp_by_hand(terms: list[float], terms_d: list[float]) -> tuple[float, float]:
    top = max(terms)
    s_d = 0.0
    s = 0.0
    for t, t_d in zip(terms, terms_d):
        e = math.exp(t - top)
        s_d += e * t_d
        s += e
    return top + math.log(s), s_d / s


def mixture_by_hand(
    weights: list[float],
    means: list[list[float]],
    scales: list[float],
    data: list[list[float]],
    weights_d: list[float],
    means_d: list[list[float]],
    scales_d: list[float],
) -> tuple[float, float]:
    sharp = [math.exp(2.0 * scale) for scale in scales]
    sharp_d = [2.0 * s * scale_d for s, scale_d in zip(sharp, scales_d)]
    total_d = 0.0
    total = 0.0
    for x in data:
        terms, terms_d = [], []
        for k in range(len(weights)):
            mean, mean_d = means[k], means_d[k]
            q_d = 0.0
            q = 0.0
            for j in range(len(x)):
                d = x[j] - mean[j]
                q_d -= d * mean_d[j]
                q += d * d
            terms_d.append(weights_d[k] + len(x) * scales_d[k] - 0.5 * sharp_d[k] * q - sharp[k] * q_d)
            terms.append(weights[k] + len(x) * scales[k] - 0.5 * sharp[k] * q)
        value, value_d = log_sum_exp_by_hand(terms, terms_d)
        total_d += value_d
        total += value
    value, value_d = log_sum_exp_by_hand(weights, weights_d)
    return total - len(data) * value, total_d - len(data) * value_d


def mixture_adjoint(
    weights: list[float], means: list[list[float]], scales: list[float], data: list[list[float]], seed: float = 1.0
) -> tuple[float, tuple[list[float], list[list[float]], list[float]]]:
    sharp = [math.exp(2.0 * scale) for scale in scales]
    weights_b = [0.0] * len(weights)
    means_b = [[0.0] * len(mean) for mean in means]
    scales_b = [0.0] * len(scales)
    sharp_b = [0.0] * len(scales)
    total = 0.0
    for x in data:
        terms, squares = [], []
        for k in range(len(weights)):
            mean = means[k]
            q = 0.0
            for j in range(len(x)):
                d = x[j] - mean[j]
                q += d * d
            squares.append(q)
            terms.append(weights[k] + len(x) * scales[k] - 0.5 * sharp[k] * q)
        top = max(terms)
        parts = []
        s = 0.0
        for t in terms:
            e = math.exp(t - top)
            parts.append(e)
            s += e
        total += top + math.log(s)
        s_b = seed / s
        for k in range(len(weights)):
            t_b = parts[k] * s_b
            weights_b[k] += t_b
            sharp_b[k] += squares[k] * t_b
            mean, mean_b = means[k], means_b[k]
            q_b = sharp[k] * t_b
            for j in range(len(x)):
                mean_b[j] += (x[j] - mean[j]) * q_b
    top = max(weights)
    parts = []
    s = 0.0
    for w in weights:
        e = math.exp(w - top)
        parts.append(e)
        s += e
    value = total - len(data) * (top + math.log(s))
    s_b = len(data) * seed / s
    for k in range(len(weights)):
        scales_b[k] = len(data[0]) * weights_b[k] - sharp[k] * sharp_b[k]
        weights_b[k] -= parts[k] * s_b
    return value, (weights_b, means_b, scales_b)
