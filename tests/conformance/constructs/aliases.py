"""Aliases."""

import math


# at: second_name([0.7, 1.3])
def second_name(x: list[float]) -> float:
    """`b = a`, written through one and read through the other"""
    a = [x[0], x[1]]
    b = a
    b[0] = a[0] * a[1]
    a[1] = b[0] * 2.0
    return a[0] * b[1]


# at: second_name_of_argument([0.7, 1.3])
def second_name_of_argument(x: list[float]) -> float:
    """A second name of a list that was handed in"""
    y = x
    y[0] = x[0] * x[1]
    return x[0] * y[0]


# at: row([[0.7, 1.3], [0.4, 0.2]])
def row(a: list[list[float]]) -> float:
    """`r = m[i]; r[j] = …`"""
    m = [[a[0][0], a[0][1]], [a[1][0], a[1][1]]]
    r = m[0]
    r[1] = r[0] * m[1][0]
    r[0] *= m[0][1]
    return m[0][0] * m[0][1] + m[1][1]


# at: row_added([0.7, 1.3])
def row_added(x: list[float]) -> float:
    """Rows written by a loop over them"""
    m = [[x[0], 1.0], [x[1], 2.0]]
    for r in m:
        r[1] += r[0] * r[1]
        r[0] *= x[0]
    return m[0][0] * m[1][1] + m[0][1]


# at: rows_swapped([0.7, 1.3])
def rows_swapped(x: list[float]) -> float:
    """`m[0], m[1] = m[1], m[0]`"""
    m = [[x[0], 1.0], [x[1], 2.0]]
    m[0], m[1] = m[1], m[0]
    m[0][0] *= x[0]
    return m[0][0] * m[1][0] + m[1][1]


# at: rows_shared([0.7, 1.3])
def rows_shared(x: list[float]) -> float:
    """`[[…]] * n`: all rows are one row"""
    m = [[0.0] * 2] * 2
    m[0][0] += x[0]
    m[1][0] += x[1]
    m[0][1] = m[1][0] * x[0]
    return m[0][0] * m[1][1]


# at: copied_not_aliased([0.7, 1.3])
def copied_not_aliased(x: list[float]) -> float:
    """`y[:]`, `list(y)`, `y.copy()` make new lists"""
    a, b, c = x[:], list(x), x.copy()
    a[0] = x[1] * x[0]
    b[1] = a[0] * x[0]
    c[0] += b[1]
    return a[0] * b[1] * c[0] * x[0]


# at: shallow([0.7, 1.3])
def shallow(x: list[float]) -> float:
    """A shallow copy shares its rows"""
    m = [[x[0]], [x[1]]]
    n = m[:]
    n[0][0] = x[1] * x[1]
    n[1] = [x[0]]
    return m[0][0] * m[1][0] * n[1][0]


# at: chosen([0.7, 1.3], True)
# at: chosen([0.7, 1.3], False)
def chosen(x: list[float], first: bool) -> float:
    """One of two lists gets a second name"""
    a, b = [x[0]], [x[1]]
    c = a if first else b
    c[0] = a[0] * b[0]
    return a[0] + 2.0 * b[0] * b[0]


def add_into(target, source, factor):
    for i in range(len(target)):
        target[i] += factor * source[i]


# at: argument_twice([0.7, 1.3])
def argument_twice(x: list[float]) -> float:
    """One list handed over twice to a function that writes"""
    y = [x[0], x[1]]
    add_into(y, y, x[0])
    return y[0] * y[1]


def multiply(a, b):
    return a[0] * b[1] + a[1] * b[0]


# at: argument_twice_read([0.7, 1.3])
def argument_twice_read(x: list[float]) -> float:
    """One list handed over twice to a function that reads"""
    return multiply(x, x) * x[0]


def scale_first(v, factor):
    v[0] *= factor
    return v[0]


# at: changed_by_callee([0.7, 1.3])
def changed_by_callee(x: list[float]) -> float:
    """A function changes the list it is given"""
    y = [x[0], x[1]]
    a = scale_first(y, x[1])
    b = scale_first(y, 2.0)
    return a * b * y[0]


# at: row_to_callee([0.7, 1.3])
def row_to_callee(x: list[float]) -> float:
    """A row of a list is changed by a function"""
    m = [[x[0], 1.0], [x[1], 2.0]]
    s = scale_first(m[1], x[0])
    return s * m[1][0] + m[0][0]


def identity(v):
    return v


# at: alias_from_callee([0.7, 1.3])
def alias_from_callee(x: list[float]) -> float:
    """A function returns the list it is given"""
    y = [x[0], x[1]]
    z = identity(y)
    z[0] = y[0] * y[1]
    return y[0] * z[0]


# at: in_tuple([0.7, 1.3])
def in_tuple(x: list[float]) -> float:
    """A list inside a tuple is written to"""
    y = [x[0], 1.0]
    pair = (y, x[1])
    pair[0][1] = y[0] * pair[1]
    return y[1] * pair[0][0]


# at: appended_row([0.7, 1.3])
def appended_row(x: list[float]) -> float:
    """A list is appended, then changed"""
    y = [x[0]]
    m = [y]
    m.append(y)
    y[0] = x[1] * y[0]
    return m[0][0] * m[1][0]


# at: snapshot([0.7, 1.3])
def snapshot(x: list[float]) -> float:
    """A history of one list that goes on changing"""
    u = [x[0], x[1]]
    history = []
    for _ in range(3):
        u[0] = u[0] * u[1]
        history.append(u)
    return history[0][0] + history[2][0] * u[1]


# at: snapshot_copied([0.7, 1.3])
def snapshot_copied(x: list[float]) -> float:
    """A history of copies"""
    u = [x[0], x[1]]
    history = []
    for _ in range(3):
        u[0] = u[0] * u[1]
        history.append(u[:])
    return history[0][0] + history[2][0] * u[1]


# at: two_levels([0.7, 1.3])
def two_levels(x: list[float]) -> float:
    """Old and new lists change places"""
    old, new = [x[0], x[1], 0.3], [0.0, 0.0, 0.0]
    for _ in range(3):
        for i in range(3):
            new[i] = 0.5 * old[i] + 0.3 * old[i - 1] * old[0]
        old, new = new, old
    return old[0] * old[1] + new[2]


# at: augmented_list([0.7, 1.3])
def augmented_list(x: list[float]) -> float:
    """`b += …` extends the list that `a` names, too"""
    a = [x[0]]
    b = a
    b += [x[1] * x[0]]
    return a[1] * a[0] * len(a)


# at: rebound_list([0.7, 1.3])
def rebound_list(x: list[float]) -> float:
    """`b = b + …` makes a new list"""
    a = [x[0]]
    b = a
    b = b + [x[1]]
    b[0] = x[1]
    return a[0] * b[0] * b[1] * len(a)


DEFAULT = [1.0, 2.0]


# at: global_list(0.7)
def global_list(x: float) -> float:
    """A list of the module is read"""
    return x * DEFAULT[0] + x * x * DEFAULT[1]


# at: mutable_default(0.7)
def mutable_default(x: float, seen: list[float] = []) -> float:
    """A default that is a list and grows from call to call"""
    seen.append(x)
    return math.sin(x) * x


# at: loop_alias([0.7, 1.3, 0.4])
def loop_alias(x: list[float]) -> float:
    """A name that stands for another list in each turn"""
    a, b = [x[0]], [x[1]]
    s = 0.0
    for i in range(4):
        c = a if i % 2 else b
        c[0] = c[0] * x[2] + s
        s += a[0] * b[0]
    return s
