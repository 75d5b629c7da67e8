"""The contestants in reverse mode: each gives, for a problem, a function of nothing that returns value and gradient."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.bench.contestants import Make, Run, of_leaves, with_library, with_math
from tests.bench.problem import Problem
from tests.bench.tape import MATH, Var, gradient
from tests.bench.written import function


def generated(problem: Problem) -> Run:
    """What the tool writes, compiled from its text."""
    derivative, point = function(problem, "reverse"), problem.point
    return lambda: derivative(*point)


def by_hand(problem: Problem) -> Run:
    function, point = problem.adjoint, problem.point
    return lambda: function(*point)


def tape(problem: Problem) -> Run:
    """The tape class; making the variables belongs to the work."""
    function, floats = with_math(problem, MATH), problem.floats

    def run() -> object:
        inputs = list(map(Var, floats))
        return gradient(function, problem.arguments(inputs), inputs)

    return run


def differences(problem: Problem) -> Run:
    """One-sided finite differences: one more evaluation than there are inputs."""
    function, floats = problem.primal, list(problem.floats)
    steps = [1.5e-8 * max(1.0, abs(x)) for x in floats]
    points = [problem.arguments([*floats[:i], floats[i] + h, *floats[i + 1 :]]) for i, h in enumerate(steps)]
    moves, point = list(zip(points, steps)), problem.point

    def run() -> object:
        value = function(*point)
        return value, [(function(*moved) - value) / h for moved, h in moves]

    return run


def autograd(problem: Problem) -> Run:
    """autograd, with an argument for each number and array."""
    from autograd import numpy as anp
    from autograd import value_and_grad
    from autograd.scipy.special import erf

    leaves = problem.leaves
    restricted = of_leaves(problem, with_library(problem, anp, erf))
    both = value_and_grad(restricted, argnum=tuple(range(len(leaves))))
    return lambda: both(*leaves)


def jax_eager(problem: Problem) -> Run:
    return jax_gradient(problem, compiled=False)


def jax_jit(problem: Problem) -> Run:
    return jax_gradient(problem, compiled=True)


def jax_gradient(problem: Problem, compiled: bool) -> Run:
    import jax
    from jax import numpy as jnp
    from jax.scipy.special import erf

    jax.config.update("jax_enable_x64", True)
    leaves = tuple(map(jnp.asarray, problem.leaves))
    restricted = of_leaves(problem, with_library(problem, jnp, erf))
    both = jax.value_and_grad(restricted, argnums=tuple(range(len(leaves))))
    chosen = jax.jit(both) if compiled else both
    return lambda: jax.block_until_ready(chosen(*leaves))


def torch_eager(problem: Problem) -> Run:
    import torch

    torch.set_num_threads(1)  # the arrays are small

    def lifted(name: str) -> Callable[..., Any]:
        of_tensor, of_float = getattr(torch, name), getattr(math, name)
        return lambda x, *rest: of_tensor(x, *rest) if isinstance(x, torch.Tensor) else of_float(x, *rest)

    if problem.has_arrays:
        function = with_library(problem, torch_as_numpy(), torch.erf)

        def restricted(*leaves: Any) -> Any:
            arguments = problem.with_leaves(leaves)
            return function(*[torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arguments])

    else:
        known = [name for name, found in vars(math).items() if callable(found) and hasattr(torch, name)]
        math_ = SimpleNamespace(**{**vars(math), **{name: lifted(name) for name in known}})
        restricted = of_leaves(problem, with_math(problem, math_))
    leaves = problem.leaves

    def run() -> object:
        inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in leaves]
        value = restricted(*inputs)
        return value.detach(), torch.autograd.grad(value, inputs)

    return run


def torch_as_numpy() -> SimpleNamespace:
    """The functions of NumPy that the problems use, in PyTorch."""
    import torch

    def largest(a: Any, axis: int, keepdims: bool = False) -> Any:
        return torch.amax(a, dim=axis, keepdim=keepdims)

    same = ("exp", "log", "mean", "sqrt", "sum", "tanh", "zeros")
    return SimpleNamespace(
        **{name: getattr(torch, name) for name in same}, max=largest, concatenate=torch.cat, ndarray=torch.Tensor
    )


OURS: dict[str, Make] = {"generated": generated, "by hand": by_hand, "tape": tape}
OTHERS: dict[str, Make] = {"differences": differences}


def installed(library: str, makes: Iterable[tuple[str, Make]]) -> None:
    if importlib.util.find_spec(library):
        OTHERS.update(makes)


installed("autograd", [("autograd", autograd)])
installed("jax", [("jax", jax_eager), ("jax jit", jax_jit)])
installed("torch", [("torch", torch_eager)])
