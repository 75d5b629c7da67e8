"""The contestants: each gives, for a problem, a function of nothing that returns the value and its derivative."""

from __future__ import annotations

import importlib.util
import inspect
import math
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

from adtransform.pipeline import Options, transform
from tests.bench.dual import MATH, Dual
from tests.bench.problem import Problem

Run = Callable[[], tuple[float, float]]


def primal(problem: Problem) -> Run:
    function, point = problem.primal, problem.point
    return lambda: function(*point)  # type: ignore[return-value]


def generated(problem: Problem) -> Run:
    """What the tool writes, compiled from its text."""
    result = transform(problem.source, str(problem.path), Options(functions=(problem.name,)))
    home: dict[str, Any] = {}
    exec(compile(result.text, f"<tangent of {problem.name}>", "exec"), home)
    (derivative,) = [entry for entry in result.derivatives if entry.function == problem.name]
    inputs = list(inspect.signature(problem.primal).parameters)
    assert derivative.wrt == tuple(inputs[index] for index in problem.floats), derivative.wrt
    function, arguments = home[derivative.name], (*problem.point, *problem.direction)
    return lambda: function(*arguments)


def by_hand(problem: Problem) -> Run:
    function, arguments = problem.by_hand, (*problem.point, *problem.direction)
    return lambda: function(*arguments)  # type: ignore[return-value]


def dual(problem: Problem) -> Run:
    """The dual-number class; making the duals belongs to the work."""
    function, directions = with_math(problem, MATH), iter(problem.direction)
    along = [next(directions) if isinstance(argument, float) else None for argument in problem.point]
    moves = list(zip(problem.point, along))

    def run() -> tuple[float, float]:
        result = function(*[x if d is None else Dual(x, d) for x, d in moves])
        return result.v, result.d

    return run


def with_math(problem: Problem, math_: object) -> Callable[..., Any]:
    """The primal, executed again with another module in the place of `math`."""
    home = ModuleType(problem.name)
    exec(compile(problem.source, str(problem.path), "exec"), vars(home))
    home.math = math_  # type: ignore[attr-defined]
    function: Callable[..., Any] = getattr(home, problem.name)
    return function


def namespace(library: Any, erf: Callable[..., Any]) -> SimpleNamespace:
    """`math` made of an array library's functions."""
    found = {name: getattr(library, name) for name in vars(math) if hasattr(library, name)}
    return SimpleNamespace(**{**vars(math), **found, "erf": erf, "pi": math.pi})


def of_floats(problem: Problem, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the differentiated arguments alone."""

    def restricted(*floats: Any) -> Any:
        arguments = list(problem.point)
        for index, value in zip(problem.floats, floats):
            arguments[index] = value
        return function(*arguments)

    return restricted


def autograd(problem: Problem) -> Run:
    """autograd's forward mode."""
    from autograd import make_jvp
    from autograd import numpy as anp
    from autograd.scipy.special import erf

    function = of_floats(problem, with_math(problem, namespace(anp, erf)))
    floats = anp.array([problem.point[index] for index in problem.floats])
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
    floats = tuple(jnp.asarray(problem.point[index]) for index in problem.floats)
    direction = tuple(map(jnp.asarray, problem.direction))

    def push(floats: Any, direction: Any) -> Any:
        return jax.jvp(function, floats, direction)

    chosen = jax.jit(push) if compiled else push

    def run() -> tuple[float, float]:
        value, tangent = chosen(floats, direction)
        return float(value), float(tangent)

    return run


OURS: dict[str, Callable[[Problem], Run]] = {"generated": generated, "by hand": by_hand, "dual": dual}
OTHERS: dict[str, Callable[[Problem], Run]] = {}
if importlib.util.find_spec("autograd"):
    OTHERS["autograd"] = autograd
if importlib.util.find_spec("jax"):
    OTHERS["jax"] = jax_eager
    OTHERS["jax jit"] = jax_jit
