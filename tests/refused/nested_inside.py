# ruff: noqa: E501
"""Places of what is refused behind, inside and above functions that are added to the module."""

import adtransform as ad
from nowhere import table


def cube(x: float) -> float:
    return x**3


def f(x: float) -> float:
    def inner(y: float) -> float:
        return x * table(y)  # refused: N101 table(y)

    return ad.grad(cube)(x) * ad.grad(inner)(x)


def g(x: float) -> float:
    return ad.grad(cube)(x) * table(x)  # refused: N101 table(x)


def h(x: float) -> float:
    return table(x)  # refused: N101 table(x)


def k(x: float) -> float:
    return h(x) * g(x) + ad.grad(ad.grad(cube))(x) + ad.grad(lambda y: y * x)(1.0) * table(x)  # refused: N101 table(x)
