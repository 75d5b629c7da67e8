"""Control flow."""

import math


# at: branches(0.7)
# at: branches(-0.7)
def branches(x: float) -> float:
    """`if`, `elif`, `else`"""
    if x > 1.0:
        y = x
    elif x > 0.0:
        y = x * x
    else:
        y = -math.sin(x)
    return y * x


# at: one_sided(0.7)
# at: one_sided(-0.7)
def one_sided(x: float) -> float:
    """A branch that overwrites what its test reads"""
    if x > 0.0:
        x = x * x - 5.0
    if x > 0.0:
        x = x * 3.0
    return x * x


# at: early(0.7)
# at: early(-0.7)
def early(x: float) -> float:
    """An early return"""
    if x < 0.0:
        return x * x
    x = math.sin(x)
    return x * x


# at: conditional(0.7, 1.3)
# at: conditional(-0.7, 1.3)
def conditional(x: float, y: float) -> float:
    """A conditional expression"""
    return (x * y if x > 0.0 else y / x) + (y if y > x else x)


# at: short_circuit(0.7)
# slope: short_circuit(0.0) -> 1.0
def short_circuit(x: float) -> float:
    """`and` that keeps an error from being raised"""
    if x != 0.0 and 1.0 / x > 0.5:
        return x * x
    return x


# at: loop_early(0.7)
def loop_early(x: float) -> float:
    """A return inside a loop"""
    for i in range(10):
        x = x * 1.5 + 0.1 * i
        if x > 3.0:
            return x * x
    return x


# at: broken(0.7)
def broken(x: float) -> float:
    """`break`"""
    s = 0.0
    for i in range(10):
        s += x**i
        if s > 2.0:
            break
        x = x * 0.9
    return s * x


# at: continued(0.7)
def continued(x: float) -> float:
    """`continue`"""
    s = 0.0
    for i in range(6):
        if i % 2:
            continue
        s = s * x + i * x
    return s


# at: loop_else(0.7, 3.0)
# at: loop_else(0.7, 100.0)
def loop_else(x: float, most: float) -> float:
    """`for … else`"""
    for _ in range(4):
        x = x * 2.0
        if x > most:
            break
    else:
        x = x * x
    return x * 3.0


# at: newton(2.3)
def newton(a: float) -> float:
    """`while`: the steps of an iteration"""
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


# at: while_true(0.7)
def while_true(x: float) -> float:
    """`while True` that is left by `break`"""
    n = 0
    while True:
        x = x * x + 0.5
        n += 1
        if x > 5.0 or n > 20:
            break
    return x * n


# at: nested_loops(0.7, 3)
def nested_loops(x: float, n: int) -> float:
    """Nested loops"""
    s = x
    for i in range(n):
        for j in range(i + 1):
            s = s * x + j * s
        x = x + 0.1 * s
    return s


# at: inner_break(0.7)
def inner_break(x: float) -> float:
    """`break` of the inner of two loops"""
    total = 0.0
    for i in range(4):
        y = x
        for j in range(5):
            y = y * (1.0 + x)
            if y > 2.0 + i:
                break
        total = total * 0.5 + y * j
    return total


# at: backwards(0.7)
def backwards(x: float) -> float:
    """`range` with a negative step"""
    s = 0.0
    for i in range(7, 0, -2):
        s = s * x + i
    return s


# at: no_turn(0.7, 0)
def no_turn(x: float, n: int) -> float:
    """A loop that does not turn at all"""
    y = x
    for i in range(n):
        y = y * x
    return y + x


# at: index_after(0.7)
def index_after(x: float) -> float:
    """The index after its loop"""
    for i in range(5):
        x = x * 0.9
    return x * i


# at: index_changed(0.7)
def index_changed(x: float) -> float:
    """An index that is changed inside its loop"""
    s = 0.0
    for i in range(4):
        i = i * 2
        s += x**i
    return s


# at: count_from_float(3.7)
def count_from_float(x: float) -> float:
    """A number of turns that is computed from a float"""
    y = x
    for _ in range(int(x)):
        y = y * x * 0.5
    return y


# at: bisection(2.3)
def bisection(a: float) -> float:
    """Bisection, ended by Newton steps"""
    low, high = 0.0, a
    for _ in range(30):
        middle = 0.5 * (low + high)
        if middle * middle < a:
            low = middle
        else:
            high = middle
    for _ in range(2):
        middle = middle - (middle * middle - a) / (2.0 * middle)
    return middle


# at: matched(0.7, 2)
def matched(x: float, kind: int) -> float:
    """`match`"""
    match kind:
        case 1:
            return x
        case 2:
            return x * x
        case _:
            return 0.0


# at: pairs(0.7)
def pairs(x: float) -> float:
    """`enumerate` and `zip` over constants"""
    s = 0.0
    for i, (a, b) in enumerate(zip((1.0, 2.0, 3.0), (0.5, 0.25, 0.125))):
        s += a * x**i + b * s
    return s
