"""Which functions there are: the modules of an installed package and their top-level functions."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

# modules that hold no functions of their own: they wrap those of the others for Numba, NumPy and pint
WRAPPERS = frozenset({"numba", "numba_vectorized", "units", "vectorized"})
APART = frozenset({"tests", "derivations"})  # packages inside of packages that are no part of them
# of large packages: these modules alone, and these of their functions
CHOSEN = {"scipy": {"scipy.optimize._optimize": ("rosen", "rosen_der", "rosen_hess", "rosen_hess_prod")}}
FUNCTIONS = {module: names for modules in CHOSEN.values() for module, names in modules.items()}


@dataclass(frozen=True)
class Candidate:
    """A top-level function of an installed module."""

    module: str
    name: str
    call: Callable[..., object]

    @property
    def label(self) -> str:
        return f"{self.module}.{self.name}"


def installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def modules_of(package: str, only: str | None = None) -> Iterator[ModuleType]:
    """The modules of `package` that can be imported, in the order of their names."""
    root = importlib.import_module(package)
    names = sorted(CHOSEN.get(package) or (m.name for m in pkgutil.walk_packages(root.__path__, f"{package}.")))
    for name in names:
        if name.rpartition(".")[2] in WRAPPERS or (only is not None and name != only):
            continue
        if APART & {*name.removeprefix(package).split(".")}:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield importlib.import_module(name)
        except ImportError:
            continue  # needs something that is not installed


def functions_of(module: ModuleType) -> Iterator[Candidate]:
    """The functions written at the top level of the module, public and private, in source order."""
    found = [
        Candidate(module.__name__, name, value)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and value.__name__ == name
        if name in FUNCTIONS.get(module.__name__, (name,))
    ]
    yield from sorted(found, key=lambda candidate: candidate.call.__code__.co_firstlineno)


@cache
def source_of(module: str) -> tuple[str, str]:
    """Text and path of a module."""
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8"), spec.origin
