"""Derivatives follow what they were made from: what was replaced leaves no derivative behind."""

from __future__ import annotations

import gc
import importlib
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import adtransform as ad

MAIN = """
import basis_other
from basis_other import twice

FACTOR = 2.0


def square(x: float) -> float:
    return x * x


def f(x: float) -> float:
    return square(x) * basis_other.cube(x) * FACTOR


def g(x: float) -> float:
    return twice(x) * x
"""

OTHER = """
SCALE = 1.0


def cube(x: float) -> float:
    return x * x * x * SCALE


def twice(x: float) -> float:
    return 2.0 * x
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "basis_main.py").write_text(MAIN)
    (tmp_path / "basis_other.py").write_text(OTHER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a second version may have the same time and size
    yield importlib.import_module("basis_main")
    del sys.modules["basis_main"], sys.modules["basis_other"]


ASKED: dict[str, Callable[..., Callable[[float], object]]] = {
    "grad": ad.grad,
    "grad of grad": lambda f: ad.grad(ad.grad(f)),
    "value_and_grad": ad.value_and_grad,
    "jacfwd": ad.jacfwd,
    "hessian": ad.hessian,
    "tangent": lambda f: lambda x: ad.tangent(f)(x, 1.0),
    "hvp": lambda f: lambda x: ad.hvp(f, (x,), (1.0,)),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("replaced", ["basis_main.square", "basis_other.cube"])
def test_what_was_replaced_is_refused(module: ModuleType, asked: str, replaced: str) -> None:
    home, _, name = replaced.partition(".")
    derivative = ASKED[asked](module.f)
    first = derivative(1.5)
    original = getattr(sys.modules[home], name)
    setattr(sys.modules[home], name, lambda x: 5.0 * x)
    with pytest.raises(ad.TransformError, match=f"`{name}`, which `f` calls, is no longer the function"):
        derivative(1.5)
    setattr(sys.modules[home], name, original)
    assert derivative(1.5) == first


def test_what_was_replaced_where_it_is_imported(module: ModuleType) -> None:
    module.__dict__["twice"] = lambda x: 3.0 * x
    with pytest.raises(ad.TransformError, match="`twice`, which `g` calls"):
        ad.grad(module.g)(1.0)
    assert ad.grad(module.square)(3.0) == 6.0


def test_a_file_that_was_changed_since_it_was_imported(module: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "basis_other.py").write_text(OTHER.replace("2.0 * x", "7.0 * x"))
    with pytest.raises(ad.TransformError, match="`twice`, which `g` calls"):
        ad.grad(module.g)(1.0)
    importlib.reload(sys.modules["basis_other"])
    with pytest.raises(ad.TransformError, match="`twice`, which `g` calls"):  # the module still has the old one
        ad.grad(module.g)(1.0)
    importlib.reload(module)
    assert ad.grad(module.g)(1.0) == 14.0


def test_new_code_in_a_function(module: ModuleType, tmp_path: Path) -> None:
    """As `autoreload` does it."""
    derivative = ad.grad(module.f)
    assert derivative(1.0) == 10.0
    (tmp_path / "basis_other.py").write_text(OTHER.replace("x * x * x", "x"))
    scope: dict[str, Callable[[float], float]] = {}
    path = tmp_path / "basis_other.py"
    exec(compile(path.read_text(), str(path), "exec", dont_inherit=True), scope)
    sys.modules["basis_other"].cube.__code__ = scope["cube"].__code__
    assert derivative(1.0) == 6.0


def test_variables_of_modules(module: ModuleType) -> None:
    derivative = ad.grad(module.f)
    assert derivative(1.0) == 10.0
    module.__dict__["FACTOR"] = 3.0
    assert derivative(1.0) == 15.0
    sys.modules["basis_other"].__dict__["SCALE"] = 2.0  # a variable of another module is one, too
    assert derivative(1.0) == 30.0 and ad.adjoint(module.f)(1.0) == (module.f(1.0), 30.0)
    module.__dict__["FACTOR"] = np.ones(2)
    with pytest.raises(ad.TransformError, match="`FACTOR`, which `f` reads, is no longer the number"):
        derivative(1.0)


def test_global_variables_and_variables_around() -> None:
    def scaled(u: float) -> float:
        return k * u

    def f(x: float) -> float:
        return scaled(x) * x

    k = 2.0
    derivative = ad.grad(f)
    assert derivative(3.0) == 12.0
    k = 4.0
    assert derivative(3.0) == 24.0

    def other(u: float) -> float:
        return u * u

    scaled = other  # noqa: F811
    assert derivative(3.0) == 27.0


def test_functions_are_not_kept_alive() -> None:
    def make(k: float) -> Callable[[float], float]:
        return lambda x: k * x * x

    f = make(2.0)
    derivative = ad.grad(f)
    assert derivative(3.0) == 12.0
    gone = weakref.ref(f)
    del f, derivative
    gc.collect()
    assert gone() is None
