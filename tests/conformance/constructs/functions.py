"""Functions."""

import functools
import math


def square(x):
    return x * x


# at: nested_calls(0.7)
def nested_calls(x: float) -> float:
    """Calls inside of calls"""
    return square(square(x) + math.sin(square(x)))


def power(x, n=2, *, scale=1.0):
    return scale * x**n


# at: keywords(0.7, 1.3)
def keywords(x: float, y: float) -> float:
    """Keywords and defaults"""
    return power(x) + power(y, 3) * power(scale=x, x=y)


# at: default(0.7)
# at: default(0.7, 1.3)
def default(x: float, y: float = 2.0) -> float:
    """A default of a differentiated parameter"""
    return x * y * y


# at: keyword_only(0.7, y=1.3)
def keyword_only(x: float, *, y: float) -> float:
    """A parameter that is given by keyword only"""
    return x * y * y


# at: positional_only(0.7, 1.3)
def positional_only(x: float, /, y: float) -> float:
    """A parameter that is given by position only"""
    return x * y * y


def total(*values):
    s = 0.0
    for v in values:
        s += v * v
    return s


# at: variadic(0.7, 1.3)
def variadic(x: float, y: float) -> float:
    """`*args` of a function that is called"""
    return total(x, y, x * y) * x


def factorial(x, n):
    return 1.0 if n == 0 else x * factorial(x - 0.1, n - 1)


# at: recursion(0.7)
def recursion(x: float) -> float:
    """Recursion"""
    return factorial(x, 4) * x


def even(x, n):
    return x if n == 0 else odd(x * x + 0.1, n - 1)


def odd(x, n):
    return 1.0 if n == 0 else even(math.sin(x), n - 1)


# at: mutual_recursion(0.7)
def mutual_recursion(x: float) -> float:
    """Two functions that call each other"""
    return even(x, 4) * x


# at: nested(0.7, 1.3)
def nested(x: float, y: float) -> float:
    """A function inside a function"""

    def inner(z: float) -> float:
        return z * y + x

    return inner(x) * inner(y)


# at: late(0.7)
def late(x: float) -> float:
    """A closure sees what is assigned later"""

    def inner(z: float) -> float:
        return z * y

    y = x * x
    a = inner(x)
    y = x + 1.0
    return a + inner(x)


# at: counted(0.7)
def counted(x: float) -> float:
    """`nonlocal`"""
    s = 0.0

    def add(v: float) -> None:
        nonlocal s
        s = s * x + v

    add(x)
    add(x * x)
    return s


# at: anonymous(0.7)
def anonymous(x: float) -> float:
    """`lambda`"""
    f = lambda z: z * z * x  # noqa: E731
    return f(x) + f(2.0 * x)


# at: loop_lambda(0.7)
def loop_lambda(x: float) -> float:
    """A lambda sees the last value of a loop variable"""
    fs = [lambda z: z * i for i in range(3)]
    return fs[0](x) + x * x


def apply_twice(f, x):
    return f(f(x))


# at: handed_over(0.7)
def handed_over(x: float) -> float:
    """A function as an argument"""
    return apply_twice(square, x) + apply_twice(math.sin, x)


# at: argument_function(square, 0.7)
def argument_function(f, x: float) -> float:
    """A function as an argument of what is differentiated"""
    return f(x) * x + f(x * x)


# at: mapped([0.7, 1.3])
def mapped(x: list[float]) -> float:
    """`map` and `sum`"""
    return sum(map(square, x)) + max(map(math.sin, x))


# at: partial_call(0.7)
def partial_call(x: float) -> float:
    """`functools.partial`"""
    cube = functools.partial(power, n=3)
    return cube(x) * x


# at: reduced([0.7, 1.3, 0.4])
def reduced(x: list[float]) -> float:
    """`functools.reduce`"""
    return functools.reduce(lambda a, b: a * b + a, x)


@functools.lru_cache
def cached_square(x):
    return x * x


# at: cached(0.7)
def cached(x: float) -> float:
    """A decorated function is called"""
    return cached_square(x) * x


def squares(x):
    y = x
    for _ in range(3):
        yield y * y
        y = y * x


# at: generator(0.7)
def generator(x: float) -> float:
    """`yield`"""
    return sum(squares(x)) + x


# at: generator_expression(0.7)
def generator_expression(x: float) -> float:
    """A generator expression"""
    return sum(x**i for i in range(4)) * math.prod(x + i for i in range(3))


TOTAL = 0.0


# at: global_written(0.7)
def global_written(x: float) -> float:
    """`global`"""
    global TOTAL
    TOTAL = x * x
    return TOTAL * x


def first_of(values, start=0.0):
    for v in values:
        if v > 0.5:
            return v
    return start


# at: early_return_of_callee([0.2, 0.7, 1.3])
def early_return_of_callee(x: list[float]) -> float:
    """A function that returns from inside a loop over a list"""
    return first_of(x) * first_of(x, 2.0) + x[0]


# at: unknown(0.7)
def unknown(x: float) -> float:
    """A function of a library that nothing is known of"""
    return math.fsum([x, x * x]) * x


# adgen: partial x = math.cos(x)
def own_rule(x: float) -> float:
    return math.sin(x)


# at: ruled(0.7)
def ruled(x: float) -> float:
    """A derivative given in a comment"""
    return own_rule(x * x) * x


# at: assertion(0.7)
def assertion(x: float) -> float:
    """`assert`"""
    assert x > 0.0, "positive"
    return x * x
