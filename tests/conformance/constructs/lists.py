"""Lists."""

import math


# at: items([0.7, 1.3, -0.4])
def items(x: list[float]) -> float:
    """Items by index, from the end, too"""
    return x[0] * x[1] + x[-1] * x[-2] ** 2


# at: loop_items([0.7, 1.3, -0.4])
def loop_items(x: list[float]) -> float:
    """A loop over the items"""
    s = 1.0
    for v in x:
        s = s * v + v * v
    return s


# at: loop_copy([0.7, 1.3, -0.4])
def loop_copy(x: list[float]) -> float:
    """A loop over the items of a list of its own"""
    u = x[:]
    s = 0.0
    for v in u:
        s += v * v
    return s


# at: loop_indices([0.7, 1.3, -0.4])
def loop_indices(x: list[float]) -> float:
    """A loop over the indices"""
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[len(x) - 1 - i] ** 2
    return s


# at: enumerated([0.7, 1.3, -0.4])
def enumerated(x: list[float]) -> float:
    """`enumerate`"""
    s = 0.0
    for i, v in enumerate(x):
        s += (i + 1) * v * v
    return s


# at: zipped([0.7, 1.3], [0.2, -0.4])
def zipped(x: list[float], y: list[float]) -> float:
    """`zip`"""
    return sum(a * b for a, b in zip(x, y)) + sum(x)


# at: item_written([0.7, 1.3, -0.4])
def item_written(x: list[float]) -> float:
    """`y[i] = …` on a list of its own"""
    y = [0.0, 0.0, 0.0]
    for i in range(3):
        y[i] = x[i] * x[i]
    y[1] = y[0] * y[2]
    return y[0] + y[1] * y[2]


# at: item_added([0.7, 1.3, -0.4])
def item_added(x: list[float]) -> float:
    """`y[i] += …` on a list of its own"""
    y = [0.0] * 3
    for i in range(3):
        y[i] += x[i] * x[i - 1]
        y[0] += y[i] * x[0]
    return y[0] * y[1] + y[2]


# at: item_added_twice([0.7, 1.3, -0.4])
def item_added_twice(x: list[float]) -> float:
    """`+=` that meets an item twice"""
    y = [0.0] * 2
    for k, i in enumerate([0, 1, 0]):
        y[i] += x[k] * x[k]
    return y[0] * y[1]


# at: item_multiplied([0.7, 1.3])
def item_multiplied(x: list[float]) -> float:
    """`y[i] *= y[j]` in place"""
    y = [v for v in x]
    y[0] *= y[1]
    y[1] *= y[0]
    y[0] *= y[0]
    return y[0] + y[1]


# at: argument_written([0.7, 1.3])
def argument_written(x: list[float]) -> float:
    """A list that was handed in is written to"""
    x[0] = x[0] * x[1]
    x[1] += x[0]
    return x[0] * x[1]


# at: argument_only_written([0.7, 1.3], 0.4)
def argument_only_written(x: list[float], a: float) -> None:
    """A function that writes to its list and returns nothing"""
    x[0] = a * x[1]
    x[1] *= 3.0


# at: items_swapped([0.7, 1.3, -0.4])
def items_swapped(x: list[float]) -> float:
    """`y[i], y[j] = y[j], y[i]`"""
    y = list(x)
    y[0], y[2] = y[2], y[0]
    y[0], y[1] = y[1] * 2.0, y[0] * 3.0
    return y[0] + y[1] * y[1] + y[2] * x[0]


# at: appended([0.7, 1.3])
def appended(x: list[float]) -> float:
    """`append`"""
    y = []
    for v in x:
        y.append(v * v)
        y.append(v * y[-1])
    return y[0] * y[3] + y[1]


# at: popped([0.7, 1.3])
def popped(x: list[float]) -> float:
    """`pop`"""
    y = [x[0], x[1], x[0] * x[1]]
    a = y.pop()
    b = y.pop(0)
    return a * b * y[0]


# at: inserted([0.7, 1.3])
def inserted(x: list[float]) -> float:
    """`insert` and `extend`"""
    y = [x[0]]
    y.insert(0, x[1] * x[1])
    y.extend([x[0] * 2.0, 1.0])
    return y[0] * y[1] + y[2] * y[3]


# at: sorted_values([0.7, -1.3, 0.4])
def sorted_values(x: list[float]) -> float:
    """`sorted`"""
    y = sorted(x)
    return y[0] + 2.0 * y[1] * y[2]


# at: sorted_in_place([0.7, -1.3, 0.4])
def sorted_in_place(x: list[float]) -> float:
    """`y.sort()`"""
    y = [v * v for v in x]
    y.sort(reverse=True)
    return y[0] * y[1] + 3.0 * y[2]


# slope: sorted_ties([0.5, 0.5]) -> 8.0
def sorted_ties(x: list[float]) -> float:
    """`sorted` with ties keeps their order"""
    y = sorted([2.0 * x[0], 4.0 * x[1] - 1.0])
    return 2.0 * y[0] + y[1]


# at: reversed_values([0.7, -1.3, 0.4])
def reversed_values(x: list[float]) -> float:
    """`reversed` and `y[::-1]`"""
    s = 0.0
    for v in reversed(x):
        s = s * 0.5 + v * v
    y = x[::-1]
    return s + y[0] * x[0]


# at: comprehension([0.7, -1.3, 0.4])
def comprehension(x: list[float]) -> float:
    """A comprehension with a condition"""
    y = [v * v for v in x if v > 0.0]
    return y[0] * y[1] * len(y)


# at: nested_comprehension([0.7, -1.3])
def nested_comprehension(x: list[float]) -> float:
    """A comprehension in a comprehension"""
    m = [[a * b + i for b in x] for i, a in enumerate(x)]
    return m[0][1] * m[1][0] + m[1][1]


# at: slice_read([0.7, -1.3, 0.4, 2.0])
def slice_read(x: list[float]) -> float:
    """Slices are new lists"""
    y = x[1:3]
    y[0] = y[0] * y[1]
    return y[0] * x[1] + sum(x[::2])


# at: slice_written([0.7, -1.3, 0.4])
def slice_written(x: list[float]) -> float:
    """`y[1:] = …`"""
    y = [0.0] * 3
    y[1:] = [x[0] * x[1], x[2]]
    y[:1] = [x[2], 1.0]
    return y[0] + y[2] * y[3] + len(y)


# at: joined([0.7, -1.3], [0.4])
def joined(x: list[float], y: list[float]) -> float:
    """`x + y` and `x * 2`"""
    z = x + y + x * 2
    return z[0] * z[2] + z[-1] * z[3]


# at: matrix([[0.7, -1.3], [0.4, 2.0]])
def matrix(a: list[list[float]]) -> float:
    """Lists of lists"""
    return a[0][0] * a[1][1] - a[0][1] * a[1][0]


# at: matrix_written([[0.7, -1.3], [0.4, 2.0]])
def matrix_written(a: list[list[float]]) -> float:
    """`m[i][j] += …`"""
    m = [[0.0] * 2 for _ in range(2)]
    for i in range(2):
        for j in range(2):
            for k in range(2):
                m[i][j] += a[i][k] * a[k][j]
    return m[0][0] * m[1][1] + m[0][1]


# at: eliminated([[2.0, 1.0], [0.5, 3.0]], [0.7, 1.3])
def eliminated(a: list[list[float]], b: list[float]) -> list[float]:
    """Gaussian elimination on copies"""
    n = len(b)
    a = [row[:] for row in a]
    x = b[:]
    for k in range(n):
        for i in range(k + 1, n):
            f = a[i][k] / a[k][k]
            for j in range(k, n):
                a[i][j] -= f * a[k][j]
            x[i] -= f * x[k]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= a[i][j] * x[j]
        x[i] /= a[i][i]
    return x


# at: stencil([0.1, 0.7, -0.4, 0.2], 3)
def stencil(u: list[float], steps: int) -> float:
    """A stencil with element writes, step by step"""
    u = u[:]
    for _ in range(steps):
        before = u[0]
        for i in range(1, len(u) - 1):
            here = u[i]
            u[i] = here + 0.1 * (before - 2.0 * here + u[i + 1]) - 0.05 * here * (u[i + 1] - before)
            before = here
    return sum(v * v for v in u)


# at: returned([0.7, -1.3])
def returned(x: list[float]) -> list[float]:
    """A list is returned"""
    return [x[0] * x[1], math.sin(x[0]), 1.0]


# at: returned_argument([0.7, -1.3])
def returned_argument(x: list[float]) -> list[float]:
    """The list that was handed in is returned"""
    return x


# at: largest_item([0.7, -1.3, 0.4])
def largest_item(x: list[float]) -> float:
    """`max` and `min` of a list"""
    return max(x) * min(x)


# slope: largest_tie([0.5, 0.5]) -> 1.0
def largest_tie(x: list[float]) -> float:
    """`max` of a list with a tie: the first item wins"""
    y = [x[0], 3.0 * x[1] - 1.0]
    return max(y)


# at: deleted([0.7, -1.3, 0.4])
def deleted(x: list[float]) -> float:
    """`del y[i]` and `clear`"""
    y = [v * v for v in x]
    del y[0]
    s = y[0] * y[1]
    y.clear()
    return s + len(y)


# at: integers_inside([0.7, 2])
def integers_inside(x: list[float]) -> float:
    """An integer among the items"""
    return x[0] ** x[1] + x[1] * x[0]


# at: empty([], 0.7)
def empty(x: list[float], y: float) -> float:
    """An empty list"""
    s = y
    for v in x:
        s = s * v
    return s * y + sum(x)


# at: index_of_largest([0.7, 1.3, -0.4])
def index_of_largest(x: list[float]) -> float:
    """`x.index(max(x))`, and a test for membership"""
    i = x.index(max(x))
    return x[i] * x[0] if x[0] in x else 0.0


# at: starred([0.7, 1.3, -0.4])
def starred(x: list[float]) -> float:
    """`a, *b = x`"""
    a, *b = x
    return a * b[0] * b[1]


# at: unpacked([0.7, 1.3])
def unpacked(x: list[float]) -> float:
    """`a, b = x`"""
    a, b = x
    return a * b * b


# at: computed_index([0.7, 1.3, -0.4], 1.2)
def computed_index(x: list[float], t: float) -> float:
    """Linear interpolation: an index computed from a float"""
    i = int(t)
    w = t - i
    return x[i] * (1.0 - w) + x[i + 1] * w


# at: item_loop_variable([0.7, 1.3, -0.4])
def item_loop_variable(x: list[float]) -> float:
    """`for y[0] in x`"""
    y = [0.0]
    s = 0.0
    for y[0] in x:
        s += y[0] * y[0]
    return s


# at: grown_while_read([0.7, 1.3])
def grown_while_read(x: list[float]) -> float:
    """A list that grows while a loop runs over it"""
    y = [x[0], x[1]]
    for v in y:
        if len(y) < 5:
            y.append(v * v + x[0])
    return y[-1] * y[2]


# at: pivot([0.7, -1.3, 0.4])
def pivot(x: list[float]) -> float:
    """`max(…, key=…)` over indices"""
    p = max(range(len(x)), key=lambda i: abs(x[i]))
    return x[p] * x[0]


def nested_deeper(n):
    a = []
    for _ in range(n):
        a = [a]
    return a


# at: list_in_list(0.7)
def list_in_list(x: float) -> float:
    """A list without floats that is put into itself, turn by turn"""
    return x * x * len(nested_deeper(3))
