"""Exceptions."""

import contextlib
import math


# raises: raised(-0.7)
# at: raised(0.7)
def raised(x: float) -> float:
    """`raise` where an argument is out of range"""
    if x < 0.0:
        raise ValueError(f"negative: {x}")
    return x * x


# raises: domain(-0.7)
# at: domain(0.7)
def domain(x: float) -> float:
    """What `math` raises outside of its domain"""
    return math.log(x) * x


# raises: overflow(1e200)
# at: overflow(0.7)
def overflow(x: float) -> float:
    """`x ** 2` overflows with an error, `x * x` does not"""
    return x**2 + x * x


# raises: division(0.0)
# at: division(0.7)
def division(x: float) -> float:
    """Division by zero"""
    return 1.0 / x


# raises: no_item([0.7])
# at: no_item([0.7, 1.3])
def no_item(x: list[float]) -> float:
    """An index out of range"""
    return x[0] * x[1]


# at: caught(0.7)
# slope: caught(0.0) -> 6.0
def caught(x: float) -> float:
    """`try … except` that starts over"""
    try:
        y = 1.0 / x
    except ZeroDivisionError:
        y = 5.0 + x
    return y * (x + 1.0)


# at: half_done(0.7)
# at: half_done(-0.7)
def half_done(x: float) -> float:
    """What was assigned before the error stays"""
    y = x
    try:
        y = x * x
        y = y + math.sqrt(x)
    except ValueError:
        pass
    return y * x


# at: half_written([0.7, 1.3])
def half_written(x: list[float]) -> float:
    """Items written before the error stay"""
    y = [0.0, 0.0]
    try:
        for i in range(3):
            y[i] = x[0] * x[1]
    except IndexError:
        y[0] += x[0]
    return y[0] * y[1]


# at: at_last(0.7)
def at_last(x: float) -> float:
    """`try … finally`"""
    try:
        y = x * x
    finally:
        x = x * 3.0
    return y * x


# at: otherwise(0.7)
def otherwise(x: float) -> float:
    """`try … except … else`"""
    try:
        y = math.log(x)
    except ValueError:
        y = 0.0
    else:
        y = y * x
    return y * y


# at: return_in_try(0.7)
# at: return_in_try(-0.7)
def return_in_try(x: float) -> float:
    """A return inside `try`"""
    try:
        return math.sqrt(x) * x
    except ValueError:
        return x * x


def checked(x):
    if x < 0.0:
        raise ValueError
    return x * x


# at: from_callee(0.7)
# at: from_callee(-0.7)
def from_callee(x: float) -> float:
    """An error that comes from a function is caught"""
    try:
        y = checked(x)
    except ValueError:
        y = -x
    return y * x


# at: suppressed(0.7)
def suppressed(x: float) -> float:
    """`with contextlib.suppress(…)`"""
    y = x
    with contextlib.suppress(ZeroDivisionError):
        y = y * x
    return y * x


# at: loop_caught(0.7)
def loop_caught(x: float) -> float:
    """An error that ends a loop"""
    y = x
    try:
        for i in range(5, -5, -1):
            y = y * x + 1.0 / i
    except ZeroDivisionError:
        y = y * x
    return y


# at: items_half_done([0.7, 1.3], 0.4)
# at: items_half_done([0.7, 1.3], -0.4)
def items_half_done(x: list[float], t: float) -> float:
    """Items written before an error that comes from another statement stay"""
    y = [1.0, x[0], 1.0]
    try:
        y[2] = x[1] * x[0]
        y[1] = math.sqrt(t) * x[1]
    except ValueError:
        y[0] = x[0] * x[0]
    return y[0] * y[1] + y[2] * y[0]


def written_by(y, x):
    y[0] = x[1] * x[1]
    y[1] = math.log(x[0])


# at: called_half_done([0.7, 1.3])
# at: called_half_done([-0.7, 1.3])
def called_half_done(x: list[float]) -> float:
    """A function writes an item and then raises"""
    y = [x[0], x[1]]
    try:
        written_by(y, x)
    except ValueError:
        y[0] *= 2.0
    return y[0] * y[1]
