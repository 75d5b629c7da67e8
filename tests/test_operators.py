"""`grad` and its like: JAX's names, arguments and meaning, on floats, lists, arrays, structures and objects."""

from __future__ import annotations

import contextlib
import gc
import inspect
import math
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

import adtransform as ad


def f(x, y):
    return x * x * y + math.sin(x)


def typed(x: float, y: float = 2.0, *, n: int = 2) -> float:
    return y * x**n


def norm(v):
    return v @ v


def rosenbrock(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return s


def with_aux(x):
    return x * x, {"n": 3, "text": "as it is", "v": [x]}


@dataclass
class Point:
    x: float
    y: float
    name: str = "p"


class Pair(NamedTuple):
    a: float
    b: float


def distance(p):
    return math.sqrt(p.x * p.x + p.y * p.y)


def product(p):
    return p.a * p.b


def nested(s):
    return s["u"] * s["v"] ** 2


# --- grad and value_and_grad ------------------------------------------------------------------------------------------


def test_the_first_argument_is_the_default() -> None:
    assert ad.grad(f)(2.0, 3.0) == 12.0 + math.cos(2.0)


def test_argnums() -> None:
    x, y = 12.0 + math.cos(2.0), 4.0
    assert ad.grad(f, 1)(2.0, 3.0) == y
    assert ad.grad(f, -1)(2.0, 3.0) == y
    assert ad.grad(f, (0, 1))(2.0, 3.0) == (x, y)
    assert ad.grad(f, [1, 0])(2.0, 3.0) == (y, x)
    assert ad.grad(f, (1,))(2.0, 3.0) == (y,)


def test_inputs_by_name() -> None:
    assert ad.grad(f, wrt="y")(2.0, 3.0) == 4.0
    assert ad.grad(f, wrt=("y",))(2.0, 3.0) == (4.0,)
    assert ad.grad(f, wrt=["y", "x"])(2.0, 3.0) == (4.0, 12.0 + math.cos(2.0))


def test_keywords_and_defaults() -> None:
    assert ad.grad(typed)(3.0) == 12.0
    assert ad.grad(typed)(3.0, n=3) == 54.0
    assert ad.grad(typed)(x=3.0, y=1.0) == 6.0
    assert ad.grad(typed, wrt="y")(3.0, n=1) == 3.0


def test_the_value_comes_with_it() -> None:
    assert ad.value_and_grad(f)(2.0, 3.0) == (f(2.0, 3.0), 12.0 + math.cos(2.0))
    assert ad.value_and_grad(f, (0, 1))(2.0, 3.0) == (f(2.0, 3.0), (12.0 + math.cos(2.0), 4.0))


def test_a_second_part_of_the_value_is_handed_on() -> None:
    assert ad.grad(with_aux, has_aux=True)(3.0) == (6.0, {"n": 3, "text": "as it is", "v": [3.0]})
    value, slope = ad.value_and_grad(with_aux, has_aux=True)(3.0)
    assert value == with_aux(3.0) and slope == 6.0


def test_derivatives_mirror_their_arguments() -> None:
    assert ad.grad(rosenbrock)([1.0, 2.0, 3.0]) == [-400.0, 1002.0, -200.0]
    array = ad.grad(rosenbrock)(np.array([1.0, 2.0, 3.0]))
    assert isinstance(array, np.ndarray) and array.tolist() == [-400.0, 1002.0, -200.0]
    assert ad.grad(distance)(Point(4.0, 3.0, "q")) == Point(0.8, 0.6000000000000001, "q")
    assert ad.grad(product)(Pair(3.0, 4.0)) == Pair(4.0, 3.0)
    assert ad.grad(nested)({"u": 2.0, "v": 3.0}) == {"u": 9.0, "v": 12.0}
    assert ad.grad(norm)(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]


def test_kinds_are_told_apart_call_by_call() -> None:
    square = ad.grad(lambda x: np.sum(x * x))
    assert square(3.0) == 6.0
    assert square(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    assert square(np.array([[1.0], [2.0]])).tolist() == [[2.0], [4.0]]
    assert square(3.0) == 6.0


def test_whole_numbers_are_numbers() -> None:
    assert ad.grad(f)(2, 3) == ad.grad(f)(2.0, 3.0)
    assert ad.grad(rosenbrock)([1, 2, 3]) == [-400.0, 1002.0, -200.0]


def test_what_does_not_depend_on_the_input_has_the_derivative_zero() -> None:
    assert ad.grad(lambda x: 3.0)(2.0) == 0.0
    assert ad.grad(lambda x, y: y)([1.0, 2.0], 3.0) == [0.0, 0.0]
    assert ad.grad(lambda x, y: y, (0, 1))(2.0, 3.0) == (0.0, 1.0)
    assert ad.jvp(lambda x: 3.0, (2.0,), (1.0,)) == (3.0, 0.0)
    assert ad.hvp(lambda x: 3.0 * x, (2.0,), (1.0,)) == 0.0
    assert ad.grad(ad.grad(lambda x: 3.0 * x))(2.0) == 0.0


@contextlib.contextmanager
def handed_on(v: float) -> Iterator[float]:
    yield v


KEPT: list[float] = []


def keep(v: float) -> None:
    KEPT.append(v)


def through_a_context(x: float) -> float:
    with handed_on(x * x) as y:
        return y


def through_a_list_of_the_module(x: float) -> float:
    keep(x)
    return KEPT.pop()


@pytest.mark.parametrize("hidden", [through_a_context, through_a_list_of_the_module])
def test_zero_is_said_only_where_it_is_proved(hidden: Callable[[float], float]) -> None:
    assert hidden(3.0) > 0.0
    for derivative in (ad.grad(hidden), ad.jacfwd(hidden), ad.hessian(hidden), lambda x: ad.jvp(hidden, (x,), (1.0,))):
        with pytest.raises(ad.TransformError):
            derivative(3.0)


def test_functions_of_libraries() -> None:
    assert ad.grad(math.sin)(0.3) == math.cos(0.3)
    assert ad.grad(math.atan2, (0, 1))(1.0, 2.0) == pytest.approx((0.4, -0.2))
    assert ad.grad(np.exp)(0.0) == 1.0
    assert ad.grad(ad.grad(math.sin))(1.0) == pytest.approx(-math.sin(1.0))


def test_what_it_looks_like() -> None:
    slope = ad.grad(typed)
    assert slope.__name__ == "typed_grad" and slope.__doc__ == "The gradient of `typed`."
    assert inspect.signature(slope) == inspect.signature(typed)
    assert slope.__module__ == __name__


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: ad.grad(lambda x: [x, x])(1.0), "functions of one real value"),
        (lambda: ad.grad(lambda v: v * 2.0)(np.ones(2)), "functions of one real value"),
        (lambda: ad.grad(with_aux)(1.0), "has_aux"),
        (lambda: ad.grad(f)("text", 1.0), "`x` of `f` is str"),
        (lambda: ad.grad(f)(1j, 1.0), "`x` of `f` is complex"),
        (lambda: ad.grad(f)(1.0, 1j), "`y` of `f` is complex"),
        (lambda: ad.grad(f)(None, 1.0), "`x` of `f` is NoneType"),
        (lambda: ad.grad(f)(True, 1.0), "`x` of `f` is bool"),
        (lambda: ad.grad(f)(Fraction(1, 2), 1.0), "convert it with `float`"),
        (lambda: ad.grad(f)(Decimal(1), 1.0), "convert it with `float`"),
        (lambda: ad.grad(norm)(np.array([1, 2])), "whole numbers"),
        (lambda: ad.grad(norm)(np.array([1j])), "complex"),
        (lambda: ad.grad(norm)(np.ma.array([1.0])), "np.asarray"),
        (lambda: ad.grad(f, wrt="z")(1.0, 2.0), "`f` has no parameter `z`"),
        (lambda: ad.grad(f, wrt=())(1.0, 2.0), "`wrt` takes a name or names"),
        (lambda: ad.tangent(f, 3), "`wrt` takes a name or names"),  # type: ignore[arg-type]
        (lambda: ad.derive(f), "`derive` takes the text of a module"),  # type: ignore[arg-type]
        (lambda: ad.hvp(f, 1.0, 1.0), "one item an argument"),  # type: ignore[arg-type]
        (lambda: ad.grad(f, "x")(1.0, 2.0), "argnums"),
        (lambda: ad.grad(3.0), "a function is expected"),  # type: ignore[arg-type]
        (lambda: ad.grad(f)(1.0), "missing a required argument"),
    ],
)
def test_wrong_use(run: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        run()


def test_arguments_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="has 2 parameters"):
        ad.grad(f, 2)(1.0, 2.0)
    with pytest.raises(ValueError, match="has 2 parameters"):
        ad.grad(f, 2)(1.0, y=2.0)
    with pytest.raises(ValueError, match="twice"):
        ad.grad(f, (0, -2))(1.0, 2.0)


def test_refusals_come_with_the_first_call() -> None:
    refused = ad.grad(lambda x: abs(x + 1j))
    with pytest.raises(ad.TransformError) as caught:
        refused(1.0)
    assert caught.value.refusals[0].code == "D003"
    assert caught.value.filename == __file__


def test_annotations_that_arguments_contradict_are_refused() -> None:
    with pytest.raises(ad.TransformError, match="`x` is annotated as a number, and an array is given"):
        ad.grad(typed)(np.ones(2))


def test_classes_of_one_name_are_not_mixed_up() -> None:
    class Point:
        def __init__(self, x: float, y: float) -> None:
            self.x, self.y = y, x

    with pytest.raises(TypeError, match="a class `Point` that the module of the function does not name"):
        ad.grad(distance)(Point(3.0, 4.0))


# --- jvp, vjp, hvp ----------------------------------------------------------------------------------------------------


def test_along_a_direction() -> None:
    assert ad.jvp(f, (2.0, 3.0), (1.0, 0.5)) == (f(2.0, 3.0), pytest.approx(14.0 + math.cos(2.0)))
    value, tangent = ad.jvp(lambda v: v * v, (np.array([1.0, 2.0]),), (np.array([1.0, 0.5]),))
    assert value.tolist() == [1.0, 4.0] and tangent.tolist() == [2.0, 2.0]
    assert ad.jvp(with_aux, (3.0,), (1.0,), has_aux=True) == (9.0, 6.0, {"n": 3, "text": "as it is", "v": [3.0]})


@pytest.mark.parametrize(
    ("primals", "tangents"),
    [
        ((1.0, 2.0), (1.0,)),
        (1.0, 1.0),
        (([1.0],), (1.0,)),
        ((np.ones(2),), (np.ones(3),)),
        (([1.0, 2.0],), ([1.0],)),
        ((1.0,), ("x",)),
    ],
)
def test_tangents_mirror_their_primals(primals: Any, tangents: Any) -> None:
    with pytest.raises(TypeError):
        ad.jvp(lambda x, y=1.0: x, primals, tangents)


def test_against_a_seed() -> None:
    value, pull = ad.vjp(f, 2.0, 3.0)
    assert value == f(2.0, 3.0)
    assert pull(2.0) == pytest.approx((24.0 + 2.0 * math.cos(2.0), 8.0))
    assert pull(0.0) == (0.0, 0.0)
    value, pull = ad.vjp(lambda v: [v[0] * v[1], v[1]], [2.0, 3.0])
    assert value == [6.0, 3.0] and pull([1.0, 0.0]) == ([3.0, 2.0],) and pull([0.0, 1.0]) == ([0.0, 1.0],)
    value, pull, aux = ad.vjp(with_aux, 3.0, has_aux=True)
    assert (value, pull(1.0), aux["n"]) == (9.0, (6.0,), 3)


def test_arguments_may_change_between_value_and_pull() -> None:
    x = [1.0, 2.0, 3.0]
    _, pull = ad.vjp(rosenbrock, x)
    x[0] = 9.0
    assert pull(1.0) == ([-400.0, 1002.0, -200.0],)


def test_functions_that_change_their_arguments() -> None:
    def changes(x):
        x[0] = x[0] * x[1]
        return x[0] * x[0]

    assert ad.grad(changes)([2.0, 3.0]) == [36.0, 24.0]
    assert ad.jacfwd(changes)([2.0, 3.0]) == [36.0, 24.0]
    x = [2.0, 3.0]
    assert ad.hessian(changes)(x) == [[18.0, 24.0], [24.0, 8.0]] and x == [2.0, 3.0]
    _, pull = ad.vjp(changes, x)
    assert pull(1.0) == pull(1.0) == ([36.0, 24.0],) and x == [2.0, 3.0]


def test_counts_of_primals_and_tangents_are_not_mixed_up() -> None:
    assert ad.hvp(f, (2.0, 3.0), (1.0, 0.0))[1] == 4.0
    with pytest.raises(TypeError, match="3 primals and 1 tangents"):
        ad.hvp(f, (2.0, 3.0, 1.0), (0.0,))


def test_products_with_the_hessian() -> None:
    assert ad.hvp(lambda x: x**3, (2.0,), (1.0,)) == 12.0
    assert ad.hvp(f, (2.0, 3.0), (1.0, 0.0)) == pytest.approx((6.0 - math.sin(2.0), 4.0))
    assert ad.hvp(rosenbrock, ([1.0, 2.0, 3.0],), ([1.0, 0.0, 0.0],)) == [402.0, -400.0, 0.0]
    with pytest.raises(TypeError, match="one real value"):
        ad.hvp(lambda v: v * v, (np.ones(2),), (np.ones(2),))


# --- orders -----------------------------------------------------------------------------------------------------------


def test_any_order() -> None:
    cubic = ad.grad(lambda x: x**5)
    assert cubic(2.0) == 80.0
    assert ad.grad(cubic)(2.0) == 160.0
    assert ad.grad(ad.grad(cubic))(2.0) == 240.0
    assert ad.grad(ad.grad(ad.grad(cubic)))(2.0) == 240.0
    assert ad.grad(ad.grad(f), 1)(2.0, 3.0) == 4.0
    assert ad.tangent(cubic)(2.0, 1.0) == (80.0, 160.0)
    assert ad.jvp(cubic, (2.0,), (1.0,)) == (80.0, 160.0)
    assert ad.vjp(cubic, 2.0)[1](1.0) == (160.0,)


def test_the_source_of_a_gradient_of_a_gradient() -> None:
    inner = ad.tangent(ad.grad(typed))
    assert "def typed_grad_d(" in inspect.getsource(inner)


# --- closures ---------------------------------------------------------------------------------------------------------


def scaled(k: float) -> tuple[Callable[[float], float], Callable[[float], None]]:
    def inner(x):
        return k * x * x

    def change(new):
        nonlocal k
        k = new

    return inner, change


def test_variables_of_closures_are_live() -> None:
    inner, change = scaled(2.0)
    slope = ad.grad(inner)
    assert slope(3.0) == 12.0
    change(5.0)
    assert slope(3.0) == 30.0 and ad.grad(slope)(3.0) == 10.0


def test_closures_of_one_function_are_told_apart() -> None:
    slopes = [ad.grad(scaled(k)[0]) for k in (1.0, 2.0, 3.0)]
    assert [s(1.0) for s in slopes] == [2.0, 4.0, 6.0]


def used() -> weakref.ref[Callable[[float], float]]:
    inner, _ = scaled(2.0)
    slope = ad.grad(inner)
    found = slope(1.0), ad.grad(slope)(1.0), ad.hessian(inner)(1.0), ad.jvp(inner, (1.0,), (1.0,))[1]
    if found != (4.0, 4.0, 4.0, 4.0):
        raise AssertionError(found)
    return weakref.ref(inner)


def test_closures_are_freed() -> None:
    gone = used()
    gc.collect()
    assert gone() is None


cube_slope = ad.grad(lambda x: x**3)


def using_derivatives(k: float) -> Callable[[float], float]:
    slope = ad.grad(lambda y: k * y * y * y)
    second = ad.hessian(lambda y: y**4)
    return lambda x: cube_slope(x) * x + slope(x) + second(x)


def test_functions_that_use_derivatives_have_derivatives() -> None:
    f = using_derivatives(2.0)
    assert f(2.0) == 24.0 + 24.0 + 48.0
    assert ad.grad(f)(2.0) == 36.0 + 24.0 + 48.0
    assert ad.grad(ad.grad(f))(2.0) == 36.0 + 12.0 + 24.0


def test_perturbations_are_not_confused() -> None:
    assert ad.grad(lambda x: x * ad.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert ad.grad(lambda x: ad.grad(lambda y: x * y * y)(x))(3.0) == 12.0


# --- which arguments are meant ----------------------------------------------------------------------------------------


def several(x, *rest, k=1.0):
    return x * k * (rest[0] if rest else 1.0)


def only_rest(*xs, k=1.0):
    return xs[0] * k


def test_positions_are_those_of_positional_parameters() -> None:
    assert ad.grad(several)(2.0, 3.0, k=4.0) == 12.0
    assert ad.grad(several, wrt="k")(2.0, 3.0) == 6.0
    for call in (
        lambda: ad.grad(only_rest)(2.0),
        lambda: ad.grad(several, 1)(2.0, 3.0),
        lambda: ad.grad(typed, 2)(2.0, 3.0),
        lambda: ad.jvp(several, (2.0, 3.0), (1.0, 1.0)),
        lambda: ad.vjp(several, 2.0, 3.0),
        lambda: ad.hvp(several, (2.0, 3.0), (1.0, 1.0)),
    ):
        with pytest.raises((TypeError, ValueError), match=r"by position|of its own"):
            call()


def test_negative_positions_count_from_the_last_argument() -> None:
    assert ad.grad(typed, -1)(3.0) == 12.0 and ad.grad(typed, -1)(3.0, 5.0) == 9.0
    assert ad.grad(typed, (-1, 0))(3.0, 5.0) == (9.0, 30.0)
    assert ad.jacfwd(typed, -1)(3.0) == 12.0


def test_positions_of_numpy_and_several_names() -> None:
    assert ad.grad(typed, np.int64(1))(3.0, 5.0) == 9.0  # type: ignore[arg-type]
    assert ad.grad(typed, wrt="x,y")(3.0, 5.0) == ad.jacfwd(typed, wrt="x, y")(3.0, 5.0) == (30.0, 9.0)


def test_values_that_are_no_numbers_are_told_at_once() -> None:
    with pytest.raises(TypeError, match="returns a value of type ndarray"):
        ad.grad(lambda x: x[0] * x)(np.ones(3))


def test_what_is_no_array_by_its_looks_may_be_one() -> None:
    holder = SimpleNamespace(weights=np.array([1.0, 2.0]))

    def f(x):
        return np.sum(holder.weights * x)

    assert ad.grad(f)(3.0) == 3.0 and ad.vjp(f, 3.0)[1](1.0) == (3.0,)


def test_fields_that_hold_arrays_are_not_taken_for_numbers() -> None:
    """A gradient that was made for numbers must not serve arrays in the same fields."""

    def dot(p):
        return np.sum(p.a * p.b)

    slope = ad.grad(dot)
    assert slope(Pair(2.0, 3.0)) == Pair(3.0, 2.0)
    for gradient in (slope, ad.grad(dot)):
        with pytest.raises(ad.TransformError, match="has the shape"):
            gradient(Pair(2.0, np.array([1.0, 2.0])))
    one, arrays = Pair(2.0, 3.0), Pair(2.0, np.array([1.0, 2.0]))
    assert ad.hvp(dot, (one,), (Pair(1.0, 0.0),)) == Pair(0.0, 1.0)
    assert ad.hessian(dot)(one) == Pair(Pair(0.0, 1.0), Pair(1.0, 0.0))
    for second in (lambda: ad.hvp(dot, (arrays,), (Pair(1.0, np.zeros(2)),)), lambda: ad.hessian(dot)(arrays)):
        with pytest.raises(ad.TransformError, match="has the shape"):
            second()


def test_variables_that_have_no_value_yet() -> None:
    def uses(p):
        return p.x * later

    slope = ad.grad(uses)
    with pytest.raises(ad.TransformError, match="`later` has no value yet"):
        slope(Point(1.0, 2.0))
    later = 3.0
    assert slope(Point(1.0, 2.0)) == Point(3.0, 0.0)


def test_structures_are_compared_to_the_last_number() -> None:
    for primal, tangent in (
        ([[1.0], [2.0]], [[1.0], [2.0, 3.0]]),
        ({"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 2.0}),
        (2.0, np.ones(3)),
        ((1.0, [2.0]), (1.0, (2.0,))),
    ):
        with pytest.raises(TypeError, match="does not mirror"):
            ad.jvp(lambda x: x if isinstance(x, float) else 1.0, (primal,), (tangent,))


def test_seeds_mirror_the_value() -> None:
    for function, x, seed in (
        (lambda x: x * x, np.ones(2), 1.0),
        (lambda x: x * x, 2.0, np.ones(2)),
        (lambda x: (x, x * x), 2.0, [1.0, 1.0]),
        (lambda x: [x, x * x], 2.0, [1.0, 1.0, 1.0]),
        (lambda x: {"a": x, "b": x * x}, 2.0, {"a": 1.0}),
    ):
        with pytest.raises(TypeError, match="the seed does not mirror"):
            ad.vjp(function, x)[1](seed)


def test_sets_and_generators_have_no_derivatives() -> None:
    for x in ({1.0, 2.0}, (i * 1.0 for i in range(2))):
        with pytest.raises(TypeError, match="derivatives are of numbers, lists"):
            ad.grad(lambda x: sum(x))(x)


def test_variables_that_become_arrays_are_told() -> None:
    k: Any = 2.0

    def scaled(x):
        return np.sum(k * x)

    gradient, both = ad.grad(scaled), ad.value_and_grad(scaled)
    assert gradient(3.0) == 2.0 and both(3.0) == (6.0, 2.0)
    k = np.ones(3)
    for call in (gradient, both):
        with pytest.raises(ad.TransformError, match="N154"):
            call(3.0)


def of_either(x: float | np.ndarray) -> float:
    return np.sum(x * x)


def test_unions_leave_it_to_the_argument() -> None:
    assert ad.grad(of_either)(3.0) == 6.0
    assert ad.grad(of_either)(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]


def test_pairs_are_expected_with_has_aux() -> None:
    for function in (lambda x: x * x, lambda x: (x * x, x, x)):
        for call in (
            lambda f: ad.grad(f, has_aux=True)(2.0),
            lambda f: ad.jvp(f, (2.0,), (1.0,), has_aux=True),
            lambda f: ad.vjp(f, 2.0, has_aux=True),
        ):
            with pytest.raises(TypeError, match="with has_aux a pair is expected"):
                call(function)


def test_tuples_without_items() -> None:
    assert ad.grad(lambda t, x: x * len(t), 1)((), 2.0) == 0.0
