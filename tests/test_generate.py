"""`ad.tangent(f)` and `ad.adjoint(f)`: the generated function beside the live one."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import linecache
import math
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

import adtransform as ad
from adtransform.compiled import compile_module

MODEL = """
    import functools
    import math
    from math import sin

    RHO = 1.225
    AREA = 0.7


    def lift(u: float) -> float:
        return sin(u) * RHO


    def force(x: float, k: float = AREA, *, n: int = 2) -> float:
        s = 0.0
        for _ in range(n):
            s += lift(x) * k
        return s


    @functools.lru_cache
    def square(x: float) -> float:
        return x * x


    def ratio(x: float) -> float:
        y = x * x
        return lift(x) / (y - y)


    identity = lambda x: x


    def outer():
        def inner(x: float) -> float:
            return x * x

        return inner


    class Body:
        def drag(self, x: float) -> float:
            return x * x


    def plain(x: float) -> float:
        return x * x


    @functools.wraps(plain)
    def wrapped(x: float) -> float:
        return 2 * plain(x)


    def twice(x: float) -> float:
        return x


    def twice(x: float) -> float:
        return x * x


    def checked(x: float) -> float:
        assert x > 0
        return math.log(x)
    """


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[..., ModuleType]]:
    """Import a text as a module of its own."""
    numbers = itertools.count()
    names: list[str] = []

    def run(text: str = MODEL) -> ModuleType:
        name = f"functional_model_{next(numbers)}"
        path = tmp_path / f"{name}.py"
        path.write_text(dedent(text))
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        names.append(name)
        spec.loader.exec_module(module)
        return module

    yield run
    for name in names:
        del sys.modules[name]


def test_value_and_derivative(load: Callable[..., ModuleType]) -> None:
    model = load()
    value, value_d = ad.tangent(model.force)(0.3, x_d=1.0)
    assert value == model.force(0.3)
    assert value_d == pytest.approx(2 * math.cos(0.3) * 1.225 * 0.7)


def test_chosen_inputs(load: Callable[..., ModuleType]) -> None:
    force = load().force
    assert list(inspect.signature(ad.tangent(force, "k")).parameters) == ["x", "k", "k_d", "n"]
    both = ad.tangent(force, ("x", "k"))
    assert list(inspect.signature(both).parameters) == ["x", "k", "x_d", "k_d", "n"]
    with pytest.raises(ad.TransformError, match="`force` has no parameter `kk`"):
        ad.tangent(force, "kk")


def test_constants_of_the_module_are_the_live_ones(load: Callable[..., ModuleType]) -> None:
    model = load()
    force_d = ad.tangent(model.force)
    model.RHO = 2.0
    assert force_d(0.3, x_d=1.0)[0] == model.force(0.3)
    assert force_d(0.3, x_d=1.0)[1] == pytest.approx(2 * math.cos(0.3) * 2.0 * 0.7)


def test_defaults_are_those_of_the_function(load: Callable[..., ModuleType]) -> None:
    model = load()
    model.AREA = 5.0  # too late to change a default
    model.force.__kwdefaults__["n"] = 3
    force_d = ad.tangent(model.force)
    assert force_d(0.3, x_d=1.0)[0] == model.force(0.3)
    assert force_d.__defaults__[0] == 0.7


def test_the_module_gets_no_new_names(load: Callable[..., ModuleType]) -> None:
    model = load()
    before = set(vars(model))
    ad.tangent(model.force)(0.3, x_d=1.0)
    assert set(vars(model)) == before


def test_new_imports_do_not_reach_the_module(load: Callable[..., ModuleType]) -> None:
    model = load("from math import sin\n\n\ndef f(x: float) -> float:\n    return sin(x)\n")
    model.sin = lambda x: 2.0 * math.sin(x)
    assert ad.tangent(model.f)(0.3, 1.0) == (2.0 * math.sin(0.3), math.cos(0.3))  # cos is new, sin is the live one
    assert not hasattr(model, "cos")


def test_global_statements_work_on_the_module(load: Callable[..., ModuleType]) -> None:
    model = load("""
        CALLS = 0


        def f(x: float) -> float:
            global CALLS
            CALLS += 1
            return x * x
        """)
    assert ad.tangent(model.f)(3.0, 1.0) == (9.0, 6.0)
    assert model.CALLS == 1


def test_who_the_generated_function_says_it_is(load: Callable[..., ModuleType]) -> None:
    force = load().force
    force_d = ad.tangent(force)
    assert (force_d.__name__, force_d.__qualname__, force_d.__module__) == ("force_d", "force_d", force.__module__)
    assert not hasattr(force_d, "__wrapped__")
    assert "Tangent of `force`" in (force_d.__doc__ or "")


def test_the_generated_source_can_be_read(load: Callable[..., ModuleType]) -> None:
    force_d = ad.tangent(load().force)
    linecache.checkcache()
    source = inspect.getsource(force_d)
    assert source.startswith("def force_d(")
    assert "k: float = AREA" in source
    assert source.rstrip().endswith("return s, s_d")


def test_tracebacks_show_generated_lines(load: Callable[..., ModuleType]) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        ad.tangent(load().ratio)(1.0, 1.0)
    text = "".join(traceback.format_exception(caught.value))
    assert "<adgen functional_model_0.py " in text
    assert "/ (y - y)" in text


def test_the_same_function_is_generated_once(load: Callable[..., ModuleType]) -> None:
    model = load()
    assert ad.tangent(model.force) is ad.tangent(model.force)
    assert ad.tangent(model.force) is not ad.tangent(model.force, "x")


def test_equal_functions_of_two_modules_keep_their_own_globals(load: Callable[..., ModuleType]) -> None:
    text = "K = {}\n\n\ndef f(x: float) -> float:\n    return K * x\n"
    one, two = load(text.format("1.0")), load(text.format("2.0"))
    assert one.f.__code__ == two.f.__code__
    assert ad.tangent(one.f)(1.0, 1.0) == (1.0, 1.0)
    assert ad.tangent(two.f)(1.0, 1.0) == (2.0, 2.0)


def test_tangents_have_tangents(load: Callable[..., ModuleType]) -> None:
    model = load()
    once = ad.tangent(model.force, "x")
    twice = ad.tangent(once, "x")
    model.RHO = 2.0
    (value, slope), (slope_2, curvature) = twice(0.3, x_d=1.0, x_d2=1.0)
    assert value == model.force(0.3)
    assert slope == slope_2 == pytest.approx(2 * math.cos(0.3) * 2.0 * 0.7)
    assert curvature == pytest.approx(-2 * math.sin(0.3) * 2.0 * 0.7)
    assert "def force_d_d2(" in inspect.getsource(twice)


def test_a_cache_around_the_function_is_looked_through(load: Callable[..., ModuleType]) -> None:
    model = load()
    assert ad.tangent(model.square)(3.0, 1.0) == (9.0, 6.0)
    assert ad.adjoint(model.square)(3.0) == (9.0, 6.0)


def test_value_and_gradient(load: Callable[..., ModuleType]) -> None:
    model = load()
    model.RHO = 2.0
    value, (x_b, k_b) = ad.adjoint(model.force)(0.3, n=3)
    assert value == model.force(0.3, n=3)
    assert x_b == pytest.approx(3 * math.cos(0.3) * 2.0 * 0.7)
    assert k_b == pytest.approx(3 * math.sin(0.3) * 2.0)
    assert ad.adjoint(model.force, "k")(0.3, seed=2.0, n=3) == (value, pytest.approx(2.0 * k_b))


def test_adjoints_are_as_tangents_are(load: Callable[..., ModuleType]) -> None:
    model = load()
    before = set(vars(model))
    force_b = ad.adjoint(model.force)
    assert set(vars(model)) == before
    assert list(inspect.signature(force_b).parameters) == ["x", "k", "seed", "n"]
    assert (force_b.__name__, force_b.__qualname__, force_b.__module__) == ("force_b", "force_b", model.__name__)
    assert "Adjoint of `force`" in (force_b.__doc__ or "")
    assert ad.adjoint(model.force) is force_b
    assert ad.adjoint(model.force) not in (ad.tangent(model.force), ad.adjoint(model.force, "x"))
    with pytest.raises(ad.TransformError, match="`force` has no parameter `kk`"):
        ad.adjoint(model.force, "kk")


def test_the_generated_source_of_an_adjoint_can_be_read(load: Callable[..., ModuleType]) -> None:
    source = inspect.getsource(ad.adjoint(load().force))
    assert source.startswith("def force_b(")
    assert "lift_v, lift_v_u = lift_b(" in source
    assert source.rstrip().endswith("return s, (x_b, k_b)")


def test_tracebacks_show_the_lines_of_adjoints(load: Callable[..., ModuleType]) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        ad.adjoint(load().ratio)(1.0)
    text = "".join(traceback.format_exception(caught.value))
    assert "<adgen functional_model_0.py " in text
    assert "(y - y)" in text


def test_hessians_by_either_order(load: Callable[..., ModuleType]) -> None:
    model = load("""
        import math


        def f(x: float, y: float) -> float:
            return x * math.sin(x * y)
        """)
    x, y = 0.7, 1.3
    mixed = 2.0 * x * math.cos(x * y) - x * x * y * math.sin(x * y)
    _, (_, (_, y_b_d)) = ad.tangent(ad.adjoint(model.f))(x, y, x_d=1.0)
    assert y_b_d == pytest.approx(mixed)
    _, (_, y_b, _, _) = ad.adjoint(ad.tangent(model.f))(x, y, 1.0, 0.0, seed=(0.0, 1.0))
    assert y_b == pytest.approx(mixed)


def test_functions_with_assertions(load: Callable[..., ModuleType]) -> None:
    assert ad.tangent(load().checked)(2.0, 1.0) == (math.log(2.0), 0.5)
    assert ad.tangent(asserting)(2.0, 1.0) == (4.0, 4.0)


def asserting(x: float) -> float:
    assert x > 0.0  # pytest rewrites this function
    return x * x


@pytest.mark.parametrize(
    ("choose", "message", "help_"),
    [
        (lambda m: m.Body, "`Body` is not a function", "`def`"),
        (lambda m: m.wrapped, "`plain` is wrapped by a decorator", "__wrapped__"),
        (lambda m: len, "`len` has no Python source", "return len(x)"),
        (lambda m: 3.0, "`3.0` is not a function", "`def`"),
    ],
)
def test_what_has_no_tangent_is_refused_with_help(
    load: Callable[..., ModuleType], choose: Callable[[ModuleType], Callable[..., object]], message: str, help_: str
) -> None:
    with pytest.raises(ad.TransformError) as caught:
        ad.tangent(choose(load()))
    assert message in str(caught.value)
    assert help_ in caught.value.refusals[0].help


def test_functions_without_a_file_are_refused() -> None:
    names: dict[str, Callable[[float], float]] = {}
    exec("def f(x: float) -> float:\n    return x * x\n", names)
    with pytest.raises(ad.TransformError, match=r"the source of `f` cannot be found"):
        ad.tangent(names["f"])


@pytest.mark.parametrize(("old", "new"), [("return x * x", "return x * x * x"), ("import math", "import math\n")])
def test_a_file_that_changed_since_the_import_is_refused(load: Callable[..., ModuleType], old: str, new: str) -> None:
    model = load()
    path = Path(str(model.__file__))
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ad.TransformError, match="no longer what was imported"):
        ad.tangent(model.plain)


def test_a_callee_that_was_replaced_is_refused(load: Callable[..., ModuleType]) -> None:
    model = load()
    model.lift = lambda u: u
    with pytest.raises(ad.TransformError, match="`lift`, which `force` calls, is no longer the function"):
        ad.tangent(model.force)
    assert ad.tangent(model.plain)(3.0, 1.0) == (9.0, 6.0)


def test_what_is_refused_inside_is_raised_with_its_place(load: Callable[..., ModuleType]) -> None:
    model = load("def f(x: float) -> float:\n    return abs(x + 1j)\n")
    with pytest.raises(ad.TransformError) as caught:
        ad.tangent(model.f)
    assert caught.value.lineno == 2
    assert caught.value.filename == model.__file__


def test_compiled_modules_are_registered_by_their_text() -> None:
    one = compile_module("def f(x):\n    return x\n", "a/model.py")
    two = compile_module("def f(x):\n    return 2 * x\n", "a/model.py")
    assert one.f.__code__.co_filename != two.f.__code__.co_filename
    assert (
        one.f.__code__.co_filename == compile_module("def f(x):\n    return x\n", "b/model.py").f.__code__.co_filename
    )
    linecache.checkcache()
    assert inspect.getsource(two.f) == "def f(x):\n    return 2 * x\n"
    assert one.__name__ == "model"


def test_compiled_modules_know_their_package_and_file() -> None:
    module = compile_module("from . import abc\nname = __file__\n", "x.py", package="collections", path="/tmp/x.py")
    assert (module.__name__, module.__package__, module.name) == ("collections.x", "collections", "/tmp/x.py")
    assert "collections.x" not in sys.modules


def test_scripts_that_take_derivatives_of_their_functions(load: Callable[..., ModuleType]) -> None:
    script = load("""
        import adtransform as ad

        Number = float
        W = [0.5, 0.25]


        def square(x: Number) -> Number:
            return x * x


        def weighted(v):
            return W[0] * v[0] + W[1] * v[1] ** 2


        slope: Number = ad.grad(square)(3.0)
        slopes = [ad.grad(square)(float(i)) for i in range(3)]
        print(ad.grad(weighted)(W), ad.hessian(weighted)(W), ad.hvp(square, (2.0,), (1.0,)))


        def uses_values(x):
            return slope * x + slopes[2] * x
        """)
    assert (script.slope, script.slopes) == (6.0, [0.0, 2.0, 4.0])
    assert ad.grad(script.uses_values)(1.0) == 10.0
    assert ad.grad(script.weighted)([1.0, 2.0]) == [0.5, 1.0]
