"""A neural network on lists of weights: one hidden layer and the cost that training minimises."""

import math

POINT = (
    [[0.1 * math.sin(3.0 * i + j) for j in range(5)] for i in range(6)],
    [[0.2 * math.cos(2.0 * i + 3.0 * j) for j in range(6)] for i in range(3)],
    [0.9, -0.3, 0.4, 0.7, -0.8],
    [0.2, 0.9, 0.5],
)
DIRECTION = tuple(math.cos(1.0 + i) for i in range(48))
WRT = ("w1", "w2")


def layer(weights: list[list[float]], inputs: list[float]) -> list[float]:
    outputs = []
    for row in weights:
        s = 0.0
        for w, x in zip(row, inputs):
            s += w * x
        outputs.append(1.0 / (1.0 + math.exp(-s)))
    return outputs


def network(w1: list[list[float]], w2: list[list[float]], inputs: list[float], targets: list[float]) -> float:
    hidden = layer(w1, inputs)
    outputs = layer(w2, hidden)
    return sum(0.5 * (y - t) ** 2 for y, t in zip(outputs, targets))


def first_layer_by_hand(
    weights: list[list[float]], inputs: list[float], weights_d: list[list[float]]
) -> tuple[list[float], list[float]]:
    outputs, outputs_d = [], []
    for row, row_d in zip(weights, weights_d):
        s_d = 0.0
        s = 0.0
        for w, w_d, x in zip(row, row_d, inputs):
            s_d += x * w_d
            s += w * x
        y = 1.0 / (1.0 + math.exp(-s))
        outputs_d.append(y * (1.0 - y) * s_d)
        outputs.append(y)
    return outputs, outputs_d


def layer_by_hand(
    weights: list[list[float]], inputs: list[float], weights_d: list[list[float]], inputs_d: list[float]
) -> tuple[list[float], list[float]]:
    outputs, outputs_d = [], []
    for row, row_d in zip(weights, weights_d):
        s_d = 0.0
        s = 0.0
        for w, w_d, x, x_d in zip(row, row_d, inputs, inputs_d):
            s_d += x * w_d + w * x_d
            s += w * x
        y = 1.0 / (1.0 + math.exp(-s))
        outputs_d.append(y * (1.0 - y) * s_d)
        outputs.append(y)
    return outputs, outputs_d


def network_by_hand(
    w1: list[list[float]],
    w2: list[list[float]],
    inputs: list[float],
    targets: list[float],
    w1_d: list[list[float]],
    w2_d: list[list[float]],
) -> tuple[float, float]:
    hidden, hidden_d = first_layer_by_hand(w1, inputs, w1_d)
    outputs, outputs_d = layer_by_hand(w2, hidden, w2_d, hidden_d)
    value_d = sum((y - t) * y_d for y, y_d, t in zip(outputs, outputs_d, targets))
    return sum(0.5 * (y - t) ** 2 for y, t in zip(outputs, targets)), value_d


def network_adjoint(
    w1: list[list[float]], w2: list[list[float]], inputs: list[float], targets: list[float], seed: float = 1.0
) -> tuple[float, tuple[list[list[float]], list[list[float]]]]:
    hidden = layer(w1, inputs)
    outputs = layer(w2, hidden)
    value = sum(0.5 * (y - t) ** 2 for y, t in zip(outputs, targets))

    hidden_b = [0.0] * len(hidden)
    w2_b = []
    for row, y, t in zip(w2, outputs, targets):
        s_b = y * (1.0 - y) * (y - t) * seed
        w2_b.append([x * s_b for x in hidden])
        for j, w in enumerate(row):
            hidden_b[j] += w * s_b
    w1_b = []
    for y, y_b in zip(hidden, hidden_b):
        s_b = y * (1.0 - y) * y_b
        w1_b.append([x * s_b for x in inputs])
    return value, (w1_b, w2_b)
