"""Functions under decorators."""
import functools
from functools import lru_cache


@lru_cache(maxsize=64)
def legendre(n: int, x: float) -> float:
    if n < 2:
        return x if n else 1.0
    return ((2 * n - 1) * x * legendre(n - 1, x) - (n - 1) * legendre(n - 2, x)) / n


@functools.cache
def powers(x: float, n: int) -> list[float]:
    found = [1.0]
    for _ in range(n):
        found.append(found[-1] * x)
    return found
