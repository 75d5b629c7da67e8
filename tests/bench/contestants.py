"""The contestants in forward mode: each gives, for a problem, a function of nothing that returns value and tangent."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.bench.dual import MATH, Dual
from tests.bench.problem import Problem, execute
from tests.bench.written import function

Run = Callable[[], object]  # what it returns is flattened before it is compared
Make = Callable[[Problem], Run]


def primal(problem: Problem) -> Run:
    function, point = problem.primal, problem.point
    return lambda: function(*point)


def generated(problem: Problem) -> Run:
    """What the tool writes, compiled from its text."""
    derivative, arguments = function(problem, "forward"), (*problem.point, *problem.direction)
    return lambda: derivative(*arguments)


def by_hand(problem: Problem) -> Run:
    assert problem.tangent
    function, arguments = problem.tangent, (*problem.point, *problem.direction)
    return lambda: function(*arguments)


def dual(problem: Problem) -> Run:
    """The dual-number class; making the duals belongs to the work."""
    function, moves = with_math(problem, MATH), list(zip(problem.floats, problem.direction))

    def run() -> tuple[float, float]:
        result = function(*problem.arguments(Dual(x, d) for x, d in moves))
        return result.v, result.d

    return run


def with_math(problem: Problem, math_: object) -> Callable[..., Any]:
    """The primal, executed again with another module in the place of `math`."""
    home = execute(problem.source, problem.path)
    home["math"] = math_
    function: Callable[..., Any] = home[problem.name]
    return function


def namespace(library: Any, erf: Callable[..., Any]) -> SimpleNamespace:
    """`math` made of an array library's functions."""
    found = {name: getattr(library, name) for name in vars(math) if hasattr(library, name)}
    return SimpleNamespace(**{**vars(math), **found, "erf": erf, "pi": math.pi})


def of_floats(problem: Problem, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the differentiated numbers alone."""
    return lambda *floats: function(*problem.arguments(floats))


def autograd(problem: Problem) -> Run:
    """autograd's forward mode."""
    from autograd import make_jvp
    from autograd import numpy as anp
    from autograd.scipy.special import erf

    function = of_floats(problem, with_math(problem, namespace(anp, erf)))
    floats = anp.array(problem.floats)
    push, direction = make_jvp(lambda x: function(*x))(floats), anp.array(problem.direction)

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
    function = of_floats(problem, with_math(problem, namespace(jnp, erf)))
    floats = tuple(map(jnp.asarray, problem.floats))
    direction = tuple(map(jnp.asarray, problem.direction))

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
