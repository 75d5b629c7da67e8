"""The import hook: modules have derivatives beside their functions, without a line changed in them."""

from __future__ import annotations

import sys

from adtransform.live.asked import MODES, options
from adtransform.live.beside import Beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from adtransform.live.asked import Options


def install_import_hook(
    *modules: str, wrt: str | Iterable[str] | None = None, modes: str | Iterable[str] = MODES
) -> Hook:
    """Let modules have the derivatives of their functions: `from mypkg.physics import drag_b`.

    Derivatives are generated when the first of a module is asked for, and kept beside its byte code.  They see the
    globals of the module, which gets no new names but `__getattr__` and `__dir__`; what it has is never replaced.  A
    function that is refused has no derivative, and asking for it says why.

    Arguments:
        modules: dotted names; `mypkg.*` is the package and everything in it.  Those that are imported already have
            derivatives from now on.
        wrt: the inputs to differentiate with respect to, a name or several; None: every float parameter.
        modes: "forward" for `f_d`, "reverse" for `f_b`; both by default.

    Returns:
        A handle: `uninstall()`, or the end of a `with` block, ends it for modules that are not imported yet.

    Raises:
        TypeError: no names are given.
        ValueError: one is no dotted name, or there is no such mode.

    >>> with install_import_hook("colorsys", wrt="g"):
    ...     from colorsys import rgb_to_yiq_d
    >>> rgb_to_yiq_d(0.1, 0.2, 0.3, g_d=1.0)[1][0]
    0.59
    """
    if not modules or not all(isinstance(module, str) for module in modules):
        raise TypeError("`install_import_hook` takes the names of modules")
    for name in modules:
        if not all(part.isidentifier() for part in name.removesuffix(".*").split(".")):
            raise ValueError(f"{name!r} is no dotted name: `mypkg.physics` is a module, `mypkg.*` all of a package")
    hook = Hook(modules, options(wrt, modes))
    sys.meta_path.insert(0, hook)
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if spec is not None and hook.is_meant(name) and is_source(spec):
            Beside(spec.origin, vars(module), hook.chosen).install()
    return hook


class Hook:
    """A finder: it lets the others find a module, and wraps the loader of what is meant."""

    def __init__(self, modules: Iterable[str], chosen: Options) -> None:
        self.chosen = chosen
        self.names = frozenset(name.removesuffix(".*") for name in modules)
        self.packages = tuple(name.removesuffix("*") for name in modules if name.endswith(".*"))

    def is_meant(self, name: str) -> bool:
        return name in self.names or name.startswith(self.packages)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module as the finders behind this one find it."""
        if not self.is_meant(fullname) or self not in sys.meta_path:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(fullname, path, target) if find is not None else None
            if spec is not None:
                if self.accepts(spec):
                    spec.loader = Loader(spec.loader, str(spec.origin), self.chosen)  # type: ignore[assignment]
                return spec
        return None

    def accepts(self, spec: ModuleSpec) -> bool:
        """Whether a module that is meant can have derivatives."""
        return is_source(spec)

    def uninstall(self) -> None:
        """Leave modules alone from now on; those that were imported keep their derivatives."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *_: object) -> None:
        self.uninstall()


class Loader:
    """The loader of a module, until it is executed: then the module gets the one that it would have had."""

    def __init__(self, loader: Any, filename: str, chosen: Options) -> None:
        self.loader = loader
        self.filename = filename
        self.chosen = chosen

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self.loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Execute a module that has derivatives from the start."""
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        beside = Beside(self.filename, vars(module), self.chosen)
        beside.install()  # modules that import each other may ask already
        self.loader.exec_module(module)
        beside.install()


def is_source(spec: ModuleSpec) -> bool:
    """Whether a module is made from source that can be had."""
    return str(spec.origin).endswith(".py") and hasattr(spec.loader, "get_data")
