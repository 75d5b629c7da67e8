"""The contestants in forward mode: each gives, for a problem, a function of nothing that returns value and tangent."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.bench.dual import MATH, Dual
from tests.bench.problem import Problem, execute, parts
from tests.bench.written import Missing, function

Run = Callable[[], object]  # what it returns is flattened before it is compared
Make = Callable[[Problem], Run]


def primal(problem: Problem) -> Run:
    function, point = problem.primal, problem.point
    return lambda: function(*point)


def generated(problem: Problem) -> Run:
    """What the tool writes, compiled from its text."""
    derivative, arguments = function(problem, "forward"), (*problem.point, *problem.tangents)
    return lambda: derivative(*arguments)


def by_hand(problem: Problem) -> Run:
    assert problem.tangent
    function, arguments = problem.tangent, (*problem.point, *problem.tangents)
    return lambda: function(*arguments)


def dual(problem: Problem) -> Run:
    """The dual-number class; making the duals belongs to the work."""
    function, moves = with_math(problem, MATH), list(zip(problem.floats, problem.direction))

    def run() -> tuple[float, float]:
        result = function(*problem.arguments(Dual(x, d) for x, d in moves))
        return result.v, result.d

    return run


def with_math(problem: Problem, math_: object) -> Callable[..., Any]:
    """The primal, executed again with another module in the place of `math`.

    Raises:
        Missing: if it needs NumPy.
    """
    if problem.has_arrays:
        raise Missing("-")
    home = execute(problem.source, problem.path)
    home["math"] = math_
    function: Callable[..., Any] = home[problem.function]
    return function


def with_library(problem: Problem, library: Any, erf: Callable[..., Any]) -> Callable[..., Any]:
    """The same for an array library, in the place of `numpy`, too; the version without writes if there is one."""
    home = execute(f"{problem.source}\n\n{problem.pure}", problem.path)
    home.update(math=namespace(library, erf), np=library)
    function: Callable[..., Any] = home[f"{problem.function}_pure" if problem.pure else problem.function]
    return function


def namespace(library: Any, erf: Callable[..., Any]) -> SimpleNamespace:
    """`math` made of an array library's functions."""
    found = {name: getattr(library, name) for name in vars(math) if hasattr(library, name)}
    return SimpleNamespace(**{**vars(math), **found, "erf": erf, "pi": math.pi})


def of_leaves(problem: Problem, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the differentiated numbers and arrays alone."""
    return lambda *leaves: function(*problem.with_leaves(leaves))


def autograd(problem: Problem) -> Run:
    """autograd's forward mode."""
    from autograd import make_jvp
    from autograd import numpy as anp
    from autograd.scipy.special import erf

    function, wrapped = of_leaves(problem, with_library(problem, anp, erf)), tuple if problem.has_arrays else anp.array
    push = make_jvp(lambda x: function(*x))(wrapped(problem.leaves))
    direction = wrapped(parts(problem.tangents))

    def run() -> tuple[float, float]:
        value, tangent = push(direction)
        return float(value), float(tangent)

    return run


def jax_eager(problem: Problem) -> Run:
    return jax_forward(problem, compiled=False)


def jax_jit(problem: Problem) -> Run:
    return jax_forward(problem, compiled=True)


def jax_forward(problem: Problem, compiled: bool) -> Run:
    import jax
    from jax import numpy as jnp
    from jax.scipy.special import erf

    jax.config.update("jax_enable_x64", True)
    function = of_leaves(problem, with_library(problem, jnp, erf))
    floats = tuple(map(jnp.asarray, problem.leaves))
    direction = tuple(map(jnp.asarray, parts(problem.tangents)))

    def push(floats: Any, direction: Any) -> Any:
        return jax.jvp(function, floats, direction)

    chosen = jax.jit(push) if compiled else push

    def run() -> tuple[float, float]:
        value, tangent = chosen(floats, direction)
        return float(value), float(tangent)

    return run


OURS: dict[str, Make] = {"generated": generated, "by hand": by_hand, "dual": dual}
OTHERS: dict[str, Make] = {}
if importlib.util.find_spec("autograd"):
    OTHERS["autograd"] = autograd
if importlib.util.find_spec("jax"):
    OTHERS["jax"] = jax_eager
    OTHERS["jax jit"] = jax_jit
