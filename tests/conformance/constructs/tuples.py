"""Tuples."""

import math
from typing import NamedTuple


# at: returned(0.7, 1.3)
def returned(x: float, y: float) -> tuple[float, float]:
    """A pair is returned"""
    return x * y, math.sin(x)


# at: nested_result(0.7)
def nested_result(x: float) -> tuple[float, tuple[float, int]]:
    """A tuple in a tuple, with an integer"""
    return x * x, (math.exp(x), 3)


# at: parameter((0.7, 1.3), 0.4)
def parameter(p: tuple[float, float], y: float) -> float:
    """A tuple is handed in"""
    a, b = p
    return a * b * y + p[0] * p[1] ** 2


# at: many((0.7, 1.3, 0.4))
def many(p: tuple[float, ...]) -> float:
    """A tuple of any length"""
    s = 1.0
    for v in p:
        s = s * v + v
    return s


# at: swapped(0.7, 1.3)
def swapped(x: float, y: float) -> float:
    """Three values rotate"""
    a, b, c = x, y, x * y
    for _ in range(2):
        a, b, c = b * c, c, a
    return a + b * c


# at: built(0.7, 1.3)
def built(x: float, y: float) -> float:
    """A tuple as a value: index, slice, length, sum"""
    t = (x, y, x * y)
    u = t[1:]
    return t[0] * u[0] + sum(t) * len(u) + t[-1]


# at: joined(0.7, 1.3)
def joined(x: float, y: float) -> float:
    """`t + u`"""
    t = (x,) + (y, x * y)
    t += (x,)
    return t[0] * t[2] + t[3] * t[1]


# at: carried(0.7)
def carried(x: float) -> float:
    """A tuple that a loop carries"""
    t = (x, 1.0)
    for _ in range(4):
        t = (t[0] * t[1], t[1] + 0.1 * x)
    return t[0] + t[1]


def both(x, y):
    return x * y, x + y


# at: from_callee(0.7, 1.3)
def from_callee(x: float, y: float) -> float:
    """The pair of a function is taken apart"""
    p, q = both(x, y)
    r = both(p, q)
    return r[0] * q + r[1]


# at: starred_call(0.7, 1.3)
def starred_call(x: float, y: float) -> float:
    """`f(*pair)`"""
    pair = (x * x, y)
    a, b = both(*pair)
    return a * b


# at: list_of_pairs(0.7, 1.3)
def list_of_pairs(x: float, y: float) -> float:
    """A loop over pairs"""
    s = 0.0
    for a, b in [(x, y), (y, x * x), (x * y, 1.0)]:
        s += a * b * b
    return s


# at: saved(0.7)
def saved(x: float) -> float:
    """Tuples on a stack"""
    stack = []
    for i in range(4):
        stack.append((x, i * x))
        x = x * x + 0.1
    while stack:
        a, b = stack.pop()
        x = x * a + b
    return x


class Point(NamedTuple):
    x: float
    y: float


# at: named(Point(0.7, 1.3), 0.4)
def named(p: Point, z: float) -> float:
    """A named tuple"""
    q = Point(p.x * p.y * z, p.y)
    return q.x * q[1] + p.x * z


# at: compared(0.7, 1.3)
def compared(x: float, y: float) -> float:
    """Tuples compared"""
    return x * y if (x, y) < (y, x) else x


# at: largest_pair(0.7, 1.3)
def largest_pair(x: float, y: float) -> float:
    """`max` of pairs"""
    value, index = max((x * x, 0), (y, 1))
    return value * value + index
