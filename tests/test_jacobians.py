"""`jacfwd`, `jacrev`, `jacobian`, `hessian`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der, rosen_hess

import adtransform as ad

JACOBIANS = pytest.mark.parametrize("jac", [ad.jacfwd, ad.jacrev, ad.jacobian])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def on_list(x):
    return [x[0] * x[1], x[1] ** 2, math.sin(x[0])]


def on_arrays(x, y):
    return np.array([x[0] * y, x[1] * x[0], y * y])


@JACOBIANS
def test_numbers(jac: Callable[..., Any]) -> None:
    assert jac(lambda x: x**3)(2.0) == 12.0
    assert jac(lambda x, y: x * y, (0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert jac(lambda x: (x, x * x))(3.0) == (1.0, 6.0)


@JACOBIANS
def test_lists(jac: Callable[..., Any]) -> None:
    assert jac(on_list)([1.0, 2.0]) == [[2.0, 1.0], [0.0, 4.0], [math.cos(1.0), 0.0]]
    assert jac(lambda x: x[0] * x[1])([2.0, 3.0]) == [3.0, 2.0]


@JACOBIANS
def test_arrays(jac: Callable[..., Any]) -> None:
    x = np.array([1.0, 2.0])
    assert jac(on_arrays)(x, 3.0).tolist() == [[3.0, 0.0], [2.0, 1.0], [0.0, 0.0]]
    assert jac(on_arrays, 1)(x, 3.0).tolist() == [1.0, 0.0, 6.0]
    both = jac(on_arrays, (0, 1))(x, 3.0)
    assert both[0].shape == (3, 2) and both[1].shape == (3,)


@JACOBIANS
def test_axes_of_the_value_come_first(jac: Callable[..., Any]) -> None:
    a, x = np.arange(6.0).reshape(2, 3), np.ones((3, 4))
    found = jac(lambda x: a @ x)(x)
    assert found.shape == (2, 4, 3, 4)
    assert np.array_equal(found, np.einsum("ik,jl->ijkl", a, np.eye(4)))


@JACOBIANS
def test_structures(jac: Callable[..., Any]) -> None:
    def g(p):
        return {"sum": p["u"] + p["k"], "product": p["u"] * p["k"]}

    assert jac(g)({"u": 2.0, "k": 5.0}) == {"sum": {"u": 1.0, "k": 1.0}, "product": {"u": 5.0, "k": 2.0}}


@JACOBIANS
def test_a_second_part_of_the_value_is_handed_on(jac: Callable[..., Any]) -> None:
    assert jac(lambda x: (x * x, "text"), has_aux=True)(3.0) == (6.0, "text")


def test_hessian_of_rosenbrock() -> None:
    x = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    assert rosenbrock(x) == pytest.approx(rosen(x), rel=1e-15)
    assert np.allclose(ad.grad(rosenbrock)(x), rosen_der(x), rtol=1e-14)
    for second in (ad.hessian(rosenbrock), ad.jacfwd(ad.grad(rosenbrock)), ad.jacrev(ad.grad(rosenbrock))):
        found = second(x)
        assert found.shape == (5, 5) and np.allclose(found, rosen_hess(x), rtol=1e-13)


def test_hessians_of_several_arguments() -> None:
    assert ad.hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
    assert ad.hessian(lambda x, y: x * x * y, wrt="y")(2.0, 3.0) == 0.0


def test_hessians_of_several_values() -> None:
    found = ad.hessian(on_arrays)(np.array([1.0, 2.0]), 3.0)
    assert found.shape == (3, 2, 2) and found[1].tolist() == [[0.0, 1.0], [1.0, 0.0]] and not found[[0, 2]].any()


def test_third_derivatives() -> None:
    x = np.array([1.3, 0.7, 0.8])
    third = ad.jacfwd(ad.hessian(rosenbrock))(x)
    assert third.shape == (3, 3, 3) and np.allclose(third[0, 0], [2400.0 * 1.3, -400.0, 0.0])
    assert np.allclose(third, ad.jacfwd(ad.jacfwd(ad.jacfwd(rosenbrock)))(x))
    assert ad.jacfwd(ad.jacfwd(lambda x: x**3))(2.0) == 12.0
    assert ad.hessian(ad.hessian(lambda x: x**4))(1.0) == 24.0
    assert ad.jacfwd(ad.hessian(lambda x: x[0] ** 3 * x[1]))([1.0, 2.0])[0] == [[12.0, 6.0], [6.0, 0.0]]


def test_the_mode_with_fewer_runs_is_taken() -> None:
    runs = []

    def counted(x):
        runs.append(1)
        return np.sum(x * x)

    assert ad.jacobian(counted)(np.ones(50)).tolist() == [2.0] * 50
    assert len(runs) < 5


# --- structures, as in JAX --------------------------------------------------------------------------------------------


@JACOBIANS
def test_tuples_of_arguments_stand_in_place_of_the_input(jac: Callable[..., Any]) -> None:
    both = jac(lambda x, y: [x * y[0], y[1] * x * x], (0, 1))(2.0, [3.0, 4.0])
    assert both == [(3.0, [2.0, 0.0]), (16.0, [0.0, 4.0])]
    assert jac(lambda x, y: {"a": x * y, "b": y}, (1, 0))(2.0, 3.0) == {"a": (2.0, 3.0), "b": (1.0, 0.0)}
    value, aux = jac(lambda x, y: ((x * y, y), x), (0, 1), has_aux=True)(2.0, 3.0)
    assert value == ((3.0, 2.0), (0.0, 1.0)) and aux == 2.0


def test_tuples_of_arguments_in_hessians() -> None:
    found = ad.hessian(lambda x, y: x * y[0] * y[1], (0, 1))(2.0, [3.0, 4.0])
    assert found == ((0.0, [4.0, 3.0]), [(4.0, [0.0, 2.0]), (3.0, [2.0, 0.0])])
    found = ad.hessian(lambda x, y: [x * y, y * y], (1, 0))(2.0, 3.0)
    assert found == [((0.0, 1.0), (1.0, 0.0)), ((2.0, 0.0), (0.0, 0.0))]


@JACOBIANS
def test_arrays_without_numbers(jac: Callable[..., Any]) -> None:
    assert jac(lambda x: x * x)(np.zeros(0)).shape == (0, 0)
    assert jac(lambda x, y: x * y, (0, 1))(np.zeros(0), 2.0)[1].shape == (0,)
    assert jac(lambda x: np.sum(x))(np.zeros((0, 2))).shape == (0, 2)
    assert ad.hessian(lambda x: np.sum(x * x))(np.zeros(0)).shape == (0, 0)


def test_gradients_of_what_is_no_number_have_no_derivatives() -> None:
    x = np.ones(3)
    assert ad.hessian(lambda x: np.sin(x) * x)(x).shape == (3, 3, 3)
    for f in (ad.jacfwd(ad.hessian(lambda x: np.sin(x) * x)), ad.jacfwd(ad.grad(lambda x: np.sin(x) * x))):
        with pytest.raises(ad.TransformError, match="its value is no number"):
            f(x)
    with pytest.raises(ad.TransformError):
        ad.jacfwd(ad.jacfwd(lambda x: [[x[0] * x[1]], [x[0]]]))([2.0, 3.0])


def cubes(x, i, columns=2.0):
    return x[0] ** 2 * x[1] * i * columns


@JACOBIANS
@pytest.mark.parametrize("second", [ad.jacfwd, ad.jacrev])
def test_jacobians_of_jacobians(jac: Callable[..., Any], second: Callable[..., Any]) -> None:
    x = np.array([2.0, 3.0])
    assert second(jac(lambda x: np.sum(x**3)))(x).tolist() == [[12.0, 0.0], [0.0, 18.0]]
    assert second(jac(cubes))(x, 5.0).tolist() == second(jac(cubes))([2.0, 3.0], 5.0) == [[60.0, 40.0], [40.0, 0.0]]


@dataclass
class Named:
    x: float
    n: int = 2
    name: str = "p"


def products(p, y):
    return [p.x * y, p.x**p.n]


def test_fields_that_are_no_floats_are_handed_on() -> None:
    for jac in (ad.jacfwd, ad.jacrev):
        assert jac(products)(Named(3.0), 4.0) == [Named(4.0), Named(6.0)]
        assert jac(products, (0, 1))(Named(3.0), 4.0) == [(Named(4.0), 3.0), (Named(6.0), 0.0)]
