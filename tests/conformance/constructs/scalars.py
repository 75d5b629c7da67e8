"""Scalars."""

import math

import numpy as np


# at: reassigned(0.7)
def reassigned(x: float) -> float:
    """A parameter that is assigned anew"""
    x = x * x
    x = math.sin(x) + x
    return x


# at: augmented(0.7, 1.3)
def augmented(x: float, y: float) -> float:
    """`+=`, `-=`, `*=`, `/=`, `**=`"""
    z = x
    z += y
    z *= x
    z -= y * y
    z /= x + 2.0
    z **= 2
    return z


# at: chained(0.7)
def chained(x: float) -> float:
    """`a = b = …`"""
    a = b = x * x
    a = a * b
    return a - b


# at: swapped(0.7, 1.3)
def swapped(x: float, y: float) -> float:
    """`x, y = y, x`"""
    x, y = y, x * y
    x, y = y - x, x
    return x * x * y


# at: walrus(0.7)
def walrus(x: float) -> float:
    """`(y := …)` inside an expression"""
    return (y := math.exp(x)) * y + y


# at: unused(0.7, 1.3)
def unused(x: float, y: float) -> float:
    """An input that nothing depends on"""
    y = 2.0
    return x * y


# at: constant(0.7)
def constant(x: float) -> float:
    """A value that depends on no input"""
    y = x * x
    y = 3.0
    return y


# at: whole_power(0.7)
# at: whole_power(-1.3)
# slope: whole_power(0.0) -> 1.0
def whole_power(x: float) -> float:
    """`x ** n` at negative x and at zero"""
    return x**3 + x**2 + x**1


# slope: zeroth_power(0.0) -> 0.0
# at: zeroth_power(1.3)
def zeroth_power(x: float) -> float:
    """`x ** 0` at zero"""
    return x**0 + x**0.0


# at: exponent(0.7, 1.3)
# slope: exponent(0.0, 2.0) -> 0.0
def exponent(x: float, y: float) -> float:
    """`x ** y`, and `0 ** y`"""
    return x**y


# at: passive_exponent(-1.3, 3.0)
def passive_exponent(x: float, n: float) -> float:
    """A negative base: no logarithm is taken for an exponent that does not move"""
    k = round(n)
    return x**k


# slope: absolute(0.0) -> 0.0
# at: absolute(-0.7)
def absolute(x: float) -> float:
    """`abs` at zero"""
    return abs(x)


# slope: largest(0.5, 0.5) -> 1.0
# at: largest(0.7, 1.3)
def largest(x: float, y: float) -> float:
    """`max` with a tie: the first argument wins"""
    return max(x, 2.0 * y - 0.5)


# slope: smallest(0.5, 0.5) -> 1.0
# at: smallest(0.7, 1.3)
def smallest(x: float, y: float) -> float:
    """`min` with a tie"""
    return min(x, 3.0 * y - 1.0, 9.0)


# slope: root_at_zero(0.0) -> inf
# at: root_at_zero(0.7)
def root_at_zero(x: float) -> float:
    """`sqrt` at zero"""
    return math.sqrt(x)


# at: distance(0.7, -1.3)
# slope: distance(0.0, 0.0) -> 0.0
def distance(x: float, y: float) -> float:
    """`hypot`, and at the origin"""
    return math.hypot(x, y)


# at: rounded(2.7)
def rounded(x: float) -> float:
    """`floor`, `ceil`, `round`, `int`, `//` have no slope, `%` has"""
    return math.floor(x) * x + round(x) * 2.0 + int(x) * x * x + x // 0.4 + x % 0.8 + math.ceil(x)


# at: divided(-7.3, 2.1)
def divided(x: float, y: float) -> float:
    """`divmod` and `math.fmod` with a negative argument"""
    q, r = divmod(x, y)
    return q * x + r * r + math.fmod(x, y)


# at: integers(0.7, 3)
def integers(x: float, n: int) -> float:
    """Integers among floats"""
    k = n // 2 + 1
    return x * k + n / 2 * x**n


# at: truth(0.7)
# at: truth(-0.7)
def truth(x: float) -> float:
    """A comparison as a number"""
    return (x > 0.0) * x * x + 2.0 * x


# slope: logic(0.0, 1.3) -> 2.3
# at: logic(0.7, 1.3)
def logic(x: float, y: float) -> float:
    """`and` and `or` that return a number"""
    return (x or y) * (y and x + 1.0)


# at: signs(0.7, -1.3)
def signs(x: float, y: float) -> float:
    """`copysign` and unary minus"""
    return math.copysign(x, y) * -(y**2) + +x


# at: many_functions(0.4)
def many_functions(x: float) -> float:
    """The functions of `math`"""
    a = math.exp(x) + math.log(x) + math.log1p(x) + math.expm1(x) + math.log2(x) + math.log10(x)
    b = math.tan(x) + math.asin(x) + math.acos(x) + math.atan(x) + math.sinh(x) + math.cosh(x) + math.tanh(x)
    return a * b + math.erf(x) + math.gamma(x) + math.lgamma(x) + math.atan2(x, 0.3) + math.asinh(x)


# at: scalar_numpy(0.7)
def scalar_numpy(x: float) -> float:
    """Functions of `numpy` on floats"""
    return np.sin(x) * np.exp(-x) + np.sqrt(x) + np.maximum(x, 0.1) + np.pi


# at: logistic(0.3, 3.7)
def logistic(x: float, r: float) -> float:
    """A recurrence"""
    for _ in range(6):
        x = r * x * (1.0 - x)
    return x


# at: cancelled(0.7)
def cancelled(x: float) -> float:
    """A variable that is read, overwritten and read again in one expression"""
    y = x
    z = y * (y := y * x) * y
    return z + y


# at: formatted(0.7)
def formatted(x: float) -> float:
    """Strings and prints beside numbers"""
    label = f"x = {x:.3f}"
    print(label, x * 2.0)
    return x * len(label)


SCALE = 3.0


def helper_scale(x):
    return SCALE * x * x


# at: globals_read(0.7)
def globals_read(x: float) -> float:
    """A constant of the module"""
    return helper_scale(x) + SCALE * x


# at: names_dx(0.7, 0.2)
def names_dx(x: float, x_d: float) -> float:
    """Names that derivatives would like to have"""
    x_b = x * x_d
    t1 = x_b + x_d
    return t1 * x_b
