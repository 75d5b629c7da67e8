"""A neural network of two layers in NumPy, on batches."""

import numpy as np


def weights(inputs: int, hidden: int, outputs: int, batch: int) -> tuple[np.ndarray, ...]:
    """Numbers that are always the same."""
    rng = np.random.default_rng(0)
    shapes = [(inputs, hidden), (hidden,), (hidden, outputs), (outputs,), (batch, inputs), (batch, outputs)]
    return tuple(0.3 * rng.standard_normal(shape) for shape in shapes)


POINTS = {
    f"network_array_{batch}": (
        weights(16, 32, 4, batch),
        tuple(np.cos(1.0 + np.arange(16.0 * 32 + 32 + 32 * 4 + 4)).tolist()),
    )
    for batch in (32, 256)
}
WRT = ("w1", "b1", "w2", "b2")


def network_array(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray, x: np.ndarray, y: np.ndarray
) -> float:
    hidden = np.tanh(x @ w1 + b1)
    r = hidden @ w2 + b2 - y
    return np.sum(r * r) / len(x)


def network_array_by_hand(
    w1: np.ndarray,
    b1: np.ndarray,
    w2: np.ndarray,
    b2: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    w1_d: np.ndarray,
    b1_d: np.ndarray,
    w2_d: np.ndarray,
    b2_d: np.ndarray,
) -> tuple[float, float]:
    hidden = np.tanh(x @ w1 + b1)
    hidden_d = (1.0 - hidden * hidden) * (x @ w1_d + b1_d)
    r_d = hidden_d @ w2 + hidden @ w2_d + b2_d
    r = hidden @ w2 + b2 - y
    return np.sum(r * r) / len(x), 2.0 * np.sum(r * r_d) / len(x)


def network_array_adjoint(
    w1: np.ndarray,
    b1: np.ndarray,
    w2: np.ndarray,
    b2: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    seed: float = 1.0,
) -> tuple[float, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    hidden = np.tanh(x @ w1 + b1)
    r = hidden @ w2 + b2 - y
    value = np.sum(r * r) / len(x)

    r_b = 2.0 * seed / len(x) * r
    s_b = (1.0 - hidden * hidden) * (r_b @ w2.T)
    return value, (x.T @ s_b, s_b.sum(axis=0), hidden.T @ r_b, r_b.sum(axis=0))
