"""Text becomes a module: generated source that tracebacks and `inspect` can show, and the user's own source at home."""

from __future__ import annotations

import hashlib
import importlib
import linecache
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType


def register(text: str, filename: str) -> str:
    """Make a text known to `linecache`, so that `inspect.getsource`, tracebacks and debuggers show its lines.

    Arguments:
        text: Python source that stands in no file.
        filename: the file that it was made from.

    Returns:
        The name to compile it under; it depends on the arguments alone, and differs where the texts differ.

    >>> register("x = 1\\n", "models/drag.py")
    '<adgen drag.py 9e26bf36>'
    """
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    name = f"<adgen {os.path.basename(filename)} {digest}>"
    # No modification time: `linecache.checkcache` keeps such entries.
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return name


def compile_module(text: str, filename: str, *, package: str = "", path: str = "") -> ModuleType:
    """Execute a generated module.

    Arguments:
        text: the module's source.
        filename: the file that it was generated from.
        package: the package that its relative imports start from.
        path: its `__file__`; the private name of the text where there is none.

    Returns:
        The module; it is not in `sys.modules`.

    Raises:
        Exception: whatever the module raises when it is executed.
    """
    private = register(text, filename)
    stem = Path(filename).stem
    module = new_module(f"{package}.{stem}" if package else stem, package, path or private)
    exec(compile(text, private, "exec", dont_inherit=True), module.__dict__)
    return module


def new_module(name: str, package: str, path: str) -> ModuleType:
    """An empty module that knows where it stands."""
    module = ModuleType(name)
    module.__file__ = path
    module.__package__ = package
    return module


@dataclass(frozen=True, slots=True)
class Home:
    """Where a source file stands among the modules: its dotted name, its package, and the folder imports start from."""

    name: str
    package: str
    folder: str
    path: str


def home(filename: str) -> Home:
    """The place of a source file; a file in folders with `__init__.py` is a module of their package.

    A name in angle brackets stands for a text that has no file; it is at home in the working folder.
    """
    if filename.startswith("<"):
        return Home("adgen_input", "", os.getcwd(), filename)
    path = Path(filename).absolute()
    folder, parts = path.parent, [] if path.name == "__init__.py" else [path.stem]
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    name = ".".join(parts) or path.stem
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return Home(name, package, str(folder), str(path))


@contextmanager
def at_home(place: Home) -> Iterator[None]:
    """Let imports work as for a script in the file's folder; undo it, and forget the modules from there, afterwards."""
    before = dict(sys.modules)
    sys.path.insert(0, place.folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        if place.folder in sys.path:
            sys.path.remove(place.folder)
        for name in sys.modules.keys() - before.keys():
            if name == place.name or is_under(sys.modules[name], place):
                del sys.modules[name]
        sys.modules.update(before)


def is_under(module: ModuleType, place: Home) -> bool:
    """Whether a module is the user's own: in the folder, but not installed, as that may not bear a second import."""
    file = str(getattr(module, "__file__", None))
    return file.startswith(os.path.join(place.folder, "")) and "-packages" + os.sep not in file


def run_source(text: str, place: Home) -> ModuleType:
    """Execute a user's source under its own name, never `__main__`; to be used within `at_home`.

    Raises:
        Exception: whatever the source raises when it is executed.
    """
    if place.package and place.package != place.name:
        importlib.import_module(place.package)
    module = new_module(place.name, place.package, place.path)
    if Path(place.path).name == "__init__.py":
        module.__path__ = [os.path.dirname(place.path)]
    known = sys.modules.get(place.name, module)
    if getattr(known, "__file__", None) == place.path:
        sys.modules[place.name] = module  # dataclasses and pickle look there for the module of a class
    code_name = place.path if Path(place.path).is_file() else register(text, place.path)
    exec(compile(text, code_name, "exec", dont_inherit=True), module.__dict__)
    return module
