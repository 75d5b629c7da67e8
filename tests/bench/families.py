"""Problems of any size: the text of the primal and of its adjoint by hand, written for a number of inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

from tests.bench.problem import Problem, execute

Texts = tuple[str, str]  # of the primal, and of the adjoint by hand


def numbered(name: str, n: int, form: str = "x{0}") -> str:
    return ", ".join(form.format(i) for i in range(1, n + 1))


def function(head: str, lines: Iterable[str]) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


def both(name: str, n: int, primal: list[str], adjoint: list[str]) -> Texts:
    """The two functions of n scalar parameters."""
    parameters, floats = numbered(name, n, "x{0}: float"), ", ".join(["float"] * n)
    return function(f"{name}({parameters}) -> float", primal), function(
        f"{name}_adjoint({parameters}, seed: float = 1.0) -> tuple[float, tuple[{floats}]]", adjoint
    )


def speelpenning(name: str, n: int) -> Texts:
    """The product of all inputs, one factor a statement."""
    primal = ["p = x1", *[f"p = p * x{i}" for i in range(2, n + 1)], "return p"]
    forward = ["p2 = x1 * x2", *[f"p{i} = p{i - 1} * x{i}" for i in range(3, n + 1)]]
    reverse = [line for i in range(n, 2, -1) for line in (f"x{i}_b = p{i - 1} * b", f"b *= x{i}")]
    gradient = ", ".join(["x2 * b", "x1 * b", *[f"x{i}_b" for i in range(3, n + 1)]])
    return both(name, n, primal, [*forward, "b = seed", *reverse, f"return p{n}, ({gradient})"])


def rosenbrock(name: str, n: int) -> Texts:
    """Rosenbrock's function, one term a statement."""
    terms = [f"total += 100.0 * (x{i + 1} - x{i} ** 2) ** 2 + (1.0 - x{i}) ** 2" for i in range(1, n)]
    adjoint = ["total = 0.0", "a = 400.0 * seed", "b = 2.0 * seed"]
    for i in range(1, n):
        adjoint += [f"u = 1.0 - x{i}", f"t = x{i + 1} - x{i} ** 2", "total += 100.0 * t**2 + u**2"]
        adjoint += ["c = a * t", f"x{i}_b = {'s - ' if i > 1 else '-'}c * x{i} - b * u", "s = 0.5 * c"]
    gradient = numbered("", n - 1, "x{0}_b")
    return both(name, n, ["total = 0.0", *terms, "return total"], [*adjoint, f"return total, ({gradient}, s)"])


def chain(name: str, depth: int) -> Texts:
    """Functions that call each other, one inside the other; the last is what is differentiated."""
    levels = [f"{name}_{i}" for i in range(depth)] + [name]
    primal = [function(f"{levels[0]}(x: float, y: float) -> float", ["return x * y + 0.5 * x"])]
    adjoint = [function(f"{levels[0]}_joint(x, y)", ["return x * y + 0.5 * x, y + 0.5, x"])]
    for callee, caller in pairwise(levels):
        primal.append(
            function(f"{caller}(x: float, y: float) -> float", [f"u = {callee}(0.9 * x, y)", "return u * y + 0.1 * x"])
        )
        adjoint.append(function(f"{caller}_joint(x, y)", [f"u, u_x, u_y = {callee}_joint(0.9 * x, y)", JOINT]))
    return "\n\n".join(primal), "\n\n".join([*adjoint, seeded(name, "x, y")])


def climb(name: str, depth: int) -> Texts:
    """The same as one function that calls itself; its last argument is the depth."""
    primal = [
        "if depth == 0:",
        "    return x * y + 0.5 * x",
        f"u = {name}(0.9 * x, y, depth - 1)",
        "return u * y + 0.1 * x",
    ]
    adjoint = [
        "if depth == 0:",
        "    return x * y + 0.5 * x, y + 0.5, x",
        f"u, u_x, u_y = {name}_joint(0.9 * x, y, depth - 1)",
        JOINT,
    ]
    joint = function(f"{name}_joint(x, y, depth)", adjoint) + "\n\n" + seeded(name, "x, y, depth")
    return function(f"{name}(x: float, y: float, depth: int) -> float", primal), joint


JOINT = "return u * y + 0.1 * x, 0.9 * y * u_x + 0.1, y * u_y + u"


def seeded(name: str, arguments: str) -> str:
    lines = [f"value, x_b, y_b = {name}_joint({arguments})", "return value, (x_b * seed, y_b * seed)"]
    return function(f"{name}_adjoint({arguments}, seed=1.0)", lines)


def product(name: str, n: int) -> Texts:
    """The product of all numbers of a tuple, in a loop."""
    primal = ["p = 1.0", "for factor in x:", "    p = p * factor", "return p"]
    adjoint = [
        "before = []",
        "p = 1.0",
        "for factor in x:",
        "    before.append(p)",
        "    p = p * factor",
        "x_b = []",
        "b = seed",
        "for factor, q in zip(x[::-1], before[::-1]):",
        "    x_b.append(q * b)",
        "    b *= factor",
        "return p, tuple(x_b[::-1])",
    ]
    return function(f"{name}(x: tuple[float, ...]) -> float", primal), function(f"{name}_adjoint(x, seed=1.0)", adjoint)


FAMILIES: dict[str, Callable[[str, int], Texts]] = {
    "speelpenning": speelpenning,
    "rosenbrock": rosenbrock,
    "product": product,
    "chain": chain,
    "climb": climb,
}


@cache
def family(kind: str, n: int) -> Problem:
    """The problem of that kind and size."""
    name = f"{kind}_{n}"
    source, adjoint = FAMILIES[kind](name, n)
    primal, by_hand = execute(source, f"{name}.py")[name], execute(adjoint, f"{name}_adjoint.py")[f"{name}_adjoint"]
    many = tuple(1.0 + 0.05 * math.sin(float(i)) for i in range(n))
    points: dict[str, tuple[object, ...]] = {"chain": (1.3, 0.7), "climb": (1.3, 0.7, n), "product": (many,)}
    point = points.get(kind, many)
    count = 2 if kind in ("chain", "climb") else n
    direction = tuple(math.cos(float(i)) for i in range(count))
    title = (FAMILIES[kind].__doc__ or "").rstrip(".")
    return Problem(name, title, source, adjoint, f"{name}.py", primal, by_hand, point, direction, function=name)
