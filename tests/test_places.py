"""Functions wherever they stand: closures, lambdas, methods, partials, cells of notebooks, functions without source."""

from __future__ import annotations

import functools
import importlib
import linecache
import math
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import adtransform as ad

GAIN = 3.0


def gained(u):
    return GAIN * u * u


def outer(k, w):
    """A few functions that use variables of this one."""

    def square(u):
        return k * u * u

    def calls(x):
        return gained(x) + square(x) + math.sin(k * x)

    def array(x):
        return np.sum(w * x)

    def recursive(x, n):
        return x if n == 0 else x * recursive(x, n - 1)

    return square, calls, array, recursive


pair = [lambda x: x * x, lambda x: x * x * x]
nested = (lambda x: lambda y: x * y, lambda x: x * x)[1]


def force(x: float, k: float = 2.0, *, n: int = 2) -> float:
    return k * x**n


if GAIN > 2.0:

    def conditional(x: float) -> float:
        return x * x

else:

    def conditional(x: float) -> float:
        return -x


@dataclass
class Body:
    mass: float

    def drag(self, x: float, c: float = 1.0) -> float:
        return c * self.mass * x * x

    @staticmethod
    def cube(x: float) -> float:
        return x * x * x

    @classmethod
    def quartic(cls, x: float) -> float:
        return x**4

    def __call__(self, x: float) -> float:
        return self.mass * x


@dataclass
class Spring:
    k: float

    def energy(self, x: float) -> float:
        return 0.5 * self.k * x * x

    @property
    def twice(self) -> float:
        return 2.0 * self.k * self.k


class Heavy(Body):
    def drag(self, x: float, c: float = 1.0) -> float:
        return 10.0 * c * self.mass * x


class Scale:
    FACTOR = 3.0

    @classmethod
    def scaled(cls, x: float) -> float:
        return cls.FACTOR * x * x


class Larger(Scale):
    FACTOR = 5.0


def value_and_slope(f: Callable[..., Any], *args: Any) -> tuple[Any, Any]:
    return ad.adjoint(f)(*args)


def test_closures() -> None:
    square, calls, array, recursive = outer(2.0, np.array([1.0, 2.0]))
    assert value_and_slope(square, 3.0) == (18.0, 12.0)
    slope = 2.0 * GAIN * 0.5 + 2.0 * 2.0 * 0.5 + 2.0 * math.cos(1.0)
    assert value_and_slope(calls, 0.5) == (calls(0.5), pytest.approx(slope))
    assert value_and_slope(array, 2.0) == (6.0, 3.0)
    assert value_and_slope(recursive, 2.0, 2)[0] == 8.0 and ad.grad(recursive)(2.0, 2) == 12.0


def test_lambdas_on_one_line() -> None:
    assert [value_and_slope(f, 2.0) for f in pair] == [(4.0, 4.0), (8.0, 12.0)]
    assert value_and_slope(nested, 3.0) == (9.0, 6.0)
    one, two = (lambda x, y=1.0: x * y), (lambda x, y=2.0: x + y)
    assert value_and_slope(one, 3.0) == (3.0, (1.0, 3.0)) and value_and_slope(two, 3.0) == (5.0, (1.0, 1.0))


def test_lambdas_over_several_lines() -> None:
    f = lambda x: (  # noqa: E731
        x * x + 1.0  # a comment
    )
    assert value_and_slope(f, 3.0) == (10.0, 6.0)


def test_functions_in_branches_of_a_module() -> None:
    assert value_and_slope(conditional, 3.0) == (9.0, 6.0)


def test_methods() -> None:
    body = Body(5.0)
    assert value_and_slope(body.drag, 2.0) == (20.0, (20.0, 20.0))
    assert ad.adjoint(body.drag, "x")(2.0) == (20.0, 20.0)
    assert ad.grad(body.drag)(2.0) == 20.0 and ad.grad(ad.grad(body.drag))(2.0) == 10.0
    assert ad.grad(Spring.energy)(Spring(5.0), 2.0) == Spring(2.0)
    assert ad.grad(Body.drag, 1)(body, 2.0) == 20.0
    assert value_and_slope(Body.cube, 2.0) == value_and_slope(body.cube, 2.0) == (8.0, 12.0)
    assert value_and_slope(body.quartic, 2.0) == value_and_slope(Body.quartic, 2.0) == (16.0, 32.0)
    assert value_and_slope(Spring.twice, Spring(5.0)) == (50.0, Spring(20.0))


def test_methods_of_derived_classes() -> None:
    assert ad.grad(Heavy(2.0).drag)(3.0) == 20.0
    assert ad.grad(Body(2.0).drag)(3.0) == 12.0
    assert [ad.grad(cls.scaled)(2.0) for cls in (Scale, Larger)] == [12.0, 20.0]


def test_objects_that_can_be_called() -> None:
    assert value_and_slope(Body(5.0), 2.0) == (10.0, 5.0)
    assert ad.grad(Heavy(5.0))(2.0) == 5.0


def test_partials() -> None:
    assert value_and_slope(functools.partial(force, n=3), 2.0, 4.0) == (32.0, (48.0, 8.0))
    assert value_and_slope(functools.partial(force, n=3), 2.0) == (16.0, (24.0, 8.0))
    assert value_and_slope(functools.partial(force, k=4.0), 2.0) == (16.0, 16.0)
    assert value_and_slope(functools.partial(force, 3.0), 2.0) == (18.0, 9.0)
    assert ad.grad(functools.partial(force, 3.0))(2.0) == 9.0
    assert ad.grad(functools.partial(lambda a, x: np.sum(a * x), np.ones(3)))(2.0) == 3.0


def cell(text: str, names: dict[str, Any], number: int) -> None:
    """Execute a text as a notebook does: it stands in no file, and `linecache` knows it."""
    name = f"<cell {number}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), names)


def test_cells_of_a_notebook() -> None:
    names: dict[str, Any] = {"__name__": "notebook"}
    cell("import math\nimport numpy as np\nfrom math import exp\nRATE = 0.5\n", names, 1)
    cell("def growth(t):\n    return exp(RATE * t)\n", names, 2)
    cell("def f(t):\n    return growth(t) * math.sin(t)\n", names, 3)
    value = names["f"](1.0)
    assert value_and_slope(names["f"], 1.0)[0] == value
    assert ad.grad(names["f"])(1.0) == pytest.approx(math.exp(0.5) * (0.5 * math.sin(1.0) + math.cos(1.0)))
    cell("def growth(t):\n    return t * t\n", names, 4)  # what a cell defines anew
    cell("def f(t):\n    return growth(t) * math.sin(t)\n", names, 5)
    assert ad.grad(names["f"])(1.0) == pytest.approx(2.0 * math.sin(1.0) + math.cos(1.0))
    cell("class Box:\n    def __init__(self, a: float):\n        self.a = a\n", names, 6)
    cell("def area(b):\n    return b.a * b.a\n", names, 7)
    assert ad.grad(names["area"])(names["Box"](3.0)).a == 6.0


def test_names_that_mean_two_things_are_refused() -> None:
    def inside(k: float) -> Callable[[float], float]:
        return lambda u: k * u

    k, helper = 2.0, inside(3.0)

    def f(x):
        return k * helper(x)

    with pytest.raises(ad.TransformError, match="`k` means one thing in"):
        ad.grad(f)(1.0)


def test_refusals_in_assembled_texts_are_at_their_places() -> None:
    z = 2.0

    def f(x):
        y = x * z
        return abs(y + 1j)

    with pytest.raises(ad.TransformError) as caught:
        ad.grad(f)(1.0)
    refusal = caught.value.refusals[0]
    assert refusal.filename == __file__ and refusal.text == "        return abs(y + 1j)"
    assert linecache.getline(__file__, refusal.line).rstrip() == refusal.text
    assert refusal.text[refusal.column - 1 :].startswith("1j")


def test_derivatives_of_a_users_own_are_used() -> None:
    # adgen: partial x = 100.0
    def known(x):
        return x * x

    def f(x):
        return known(x)

    assert ad.grad(f)(1.0) == 100.0


@pytest.mark.parametrize(
    ("f", "message", "help_"),
    [
        (len, "`len` has no Python source", "def f"),
        (str.upper, "`upper` has no Python source", "def f"),
        (eval("lambda x: x"), "the source of `<lambda>` cannot be found", "Save it in a file"),
        (functools.wraps(force)(lambda x: x), "`force` is wrapped by a decorator", "__wrapped__"),
        (functools.partial(math.pow, 2.0), "a `functools.partial` of what is no function", "`def`"),
        (Body, "`Body` is not a function", "`def`"),
    ],
)
def test_what_has_no_source_is_refused_with_help(f: Callable[..., Any], message: str, help_: str) -> None:
    with pytest.raises(ad.TransformError) as caught:
        ad.tangent(f)
    assert message in str(caught.value) and help_ in caught.value.refusals[0].help


# --- odd texts --------------------------------------------------------------------------------------------------------


def texts(k):
    """Functions whose strings, comments and lines must not be moved with their indentation."""

    def spread(x):
        s = """a
        b"""
        return k * x * len(s)

    return spread, lambda x: x * len("""e
            f""")  # fmt: skip


def test_strings_stay_as_they_are() -> None:
    for f in texts(2.0):
        assert value_and_slope(f, 3.0) == (f(3.0), f(1.0) - f(0.0))


def module_of(text: str, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (folder / f"{name}.py").write_bytes(text.encode())
    monkeypatch.syspath_prepend(str(folder))
    return importlib.import_module(name)


def test_lines_of_files_with_form_feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "S = '\u2028'\n\x0c\nclass C:\n    def m(self, x): return x * len('\x0c')\n    def n(self, x):\n"
        "        return 2 * x\ndef made(k):\n    def f(x):\n# in the first column\n        y = k * \\\n x\n"
        "        return y\n    return f\n"
    )
    m = module_of(text, "of_form_feeds", tmp_path, monkeypatch)
    assert [ad.grad(f)(3.0) for f in (m.C().m, m.C().n, m.made(5.0))] == [1.0, 2.0, 5.0]


def given(x, y=2.0):
    return x * y


class Late:
    square = lambda self, x: x * x  # noqa: E731


def test_functions_that_become_methods() -> None:
    assert ad.grad(types.MethodType(given, 3.0))(4.0) == 3.0
    assert ad.grad(Late().square)(3.0) == 6.0
    assert [ad.grad(f)(3.0) for f in [lambda x: k * x for k in (1.0, 2.0)]] == [2.0, 2.0]  # noqa: B023


class Private:
    def __init__(self, k):
        self.__k = k

    def scaled(self, x):
        return self.__k * x


async def waiting(x):
    return x


def test_names_that_python_changes_are_refused() -> None:
    with pytest.raises(ad.TransformError, match="`__k` is private in `Private`"):
        ad.grad(Private(2.0).scaled)(3.0)
    with pytest.raises(ad.TransformError, match="is an `async` function"):
        ad.grad(waiting)(3.0)


REPLACED = """
import functools
K = 2.0
def g(u): return u * u
def h(u): return u * u * u
@functools.lru_cache
def cached(u): return u * u
def scaled(u, k=K): return k * u
class C:
    def m(self, x): return g(x)
    def n(self, x): return 2.0 * self.m(x)
    def other(self, x): return h(x)
def by_function(x): return g(x)
def by_cache(x): return cached(x)
def by_class(x): return C().n(x)
def by_default(x): return scaled(x)
"""


@pytest.mark.parametrize(
    ("replace", "users"),
    [
        (lambda m: setattr(m, "g", m.h), ["by_function", "by_class"]),
        (lambda m: setattr(m, "cached", m.h), ["by_cache"]),
        (lambda m: setattr(m.C, "m", m.C.other), ["by_class"]),
        (lambda m: setattr(m, "K", 5.0), ["by_default"]),
    ],
)
def test_what_was_replaced_is_refused(
    replace: Callable[[Any], None], users: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = module_of(REPLACED, f"of_replaced_{users[0]}", tmp_path, monkeypatch)
    replace(m)
    for name in users:
        with pytest.raises(ad.TransformError, match="U008"):
            ad.grad(getattr(m, name))(3.0)
    unchanged = {"by_function", "by_cache", "by_class", "by_default"} - {*users}
    assert all(ad.grad(getattr(m, n))(3.0) > 0.0 for n in unchanged)


def with_defaults(c):
    def inner(u, k=c * 2, d=(c,
                             c)):  # fmt: skip
        return u * k * d[0]

    def calls(x):
        return inner(x) * x

    fs = [calls]
    for k in (1.0, 2.0):

        def f(x, k=k):
            return k * x * x

        fs += [f, lambda x, k=k * 3: k * x]
    return fs


def test_defaults_are_the_values_that_functions_have() -> None:
    fs = with_defaults(2.0)
    assert [ad.value_and_grad(f)(3.0) for f in fs] == [(f(3.0), f(3.0) * n / 3.0) for f, n in zip(fs, [2, 2, 1, 2, 1])]


def variable(x, *rest, **more):
    return x * sum(rest) * more.get("k", 1.0)


def test_partials_of_a_variable_number_are_refused() -> None:
    for p in (functools.partial(variable), functools.partial(variable, 1.0, 2.0), functools.partial(variable, k=2.0)):
        with pytest.raises(ad.TransformError, match="of a function with"):
            ad.tangent(p)


def power(x):
    return x * x


def cubed(x):
    return x**3


cubed.__name__ = "power"


def calling_each_other():
    def even(x, n):
        return x if n == 0 else odd(1.5 * x, n - 1)

    def odd(x, n):
        return 2.0 * x if n == 0 else even(x * x, n - 1)

    return even


def counting():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return calls * x

    return f


def test_names_that_were_changed_do_not_matter() -> None:
    assert value_and_slope(cubed, 2.0) == (8.0, 12.0)
    assert value_and_slope(calling_each_other(), 2.0, 3) == (27.0, 27.0)
    with pytest.raises(ad.TransformError, match="sets `calls`, a variable of the function around it"):
        ad.grad(counting())(2.0)


def test_exponents_that_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "N = 2\nclass C:\n    def m(self, x): return x**N\ndef g(x): return x**N\ndef f(x): return x * g(x)\n"
    m = module_of(text, "of_exponents", tmp_path, monkeypatch)
    gradient, hessian = ad.grad(m.f), ad.hessian(m.f)
    assert gradient(3.0) == 27.0 and hessian(3.0) == 18.0 and ad.grad(m.C().m)(3.0) == 6.0
    m.N = 3
    assert gradient(3.0) == 108.0 and hessian(3.0) == 108.0 and ad.jvp(m.g, (3.0,), (1.0,))[1] == 27.0
    with pytest.raises(ad.TransformError, match="`N`, an exponent, is no longer"):
        ad.grad(m.C().m)(3.0)
    m.N = 0.5
    assert gradient(4.0) == 1.5 * 2.0


def bound_again(x):
    return x * x


first_of_its_name = bound_again
bound_again = None  # type: ignore[assignment]


def test_functions_whose_name_means_something_else_by_now() -> None:
    assert value_and_slope(first_of_its_name, 3.0) == (9.0, 6.0)


def test_exponents_of_other_files_that_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = module_of("N = 2\ndef g(x): return x**N\n", "of_other_exponents", tmp_path, monkeypatch)
    m = module_of("from of_other_exponents import g\ndef f(x): return g(x)\n", "of_importer", tmp_path, monkeypatch)
    gradient = ad.grad(m.f)
    assert gradient(3.0) == 6.0
    other.N = 3
    with pytest.raises(ad.TransformError, match="`N`, an exponent, is no longer"):
        gradient(3.0)
