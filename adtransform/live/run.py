"""`adgen run script.py`: a script runs as with Python, and its functions have derivatives beside them."""

from __future__ import annotations

import builtins
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import Any

from adtransform.live.asked import MODES
from adtransform.live.beside import Beside
from adtransform.live.hook import Hook

MISSING, FAILED, INTERRUPTED = 2, 1, 130  # exit statuses, as Python has them


def run_script(script: str, args: list[str]) -> int:
    """Run a script as `__main__`, with its functions and the modules of its folder hooked.

    Arguments:
        script: the path of the script.
        args: what it finds in `sys.argv` behind that.

    Returns:
        The exit status.

    Raises:
        SystemExit: the script does.
    """
    path = os.path.abspath(script)
    try:
        with open(path, "rb") as stream:
            source = stream.read()
    except OSError as error:
        reason = f"[Errno {error.errno}] {error.strerror}"
        print(f"{sys.executable}: can't open file {path!r}: {reason}", file=sys.stderr)
        return MISSING
    folder = os.path.dirname(os.path.realpath(path))
    sys.argv[:] = [script, *args]
    if not sys.flags.safe_path:
        sys.path[0] = folder
    sys.meta_path.insert(0, FolderHook(folder))
    live = vars(main_module(path))
    try:
        exec(compile(source, path, "exec", dont_inherit=True), live)
    except SystemExit:
        raise
    except BaseException as error:
        report(error)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED
    return 0


def main_module(path: str) -> ModuleType:
    """A new `__main__`, which has derivatives."""
    module = ModuleType("__main__")
    module.__file__ = path
    module.__loader__ = SourceFileLoader("__main__", path)
    beside = Beside(path, vars(module), (None, MODES))
    beside.install()
    vars(module)["__builtins__"] = Builtins(beside)
    sys.modules["__main__"] = module
    return module


class Builtins(dict[str, Any]):
    """The builtins of the script: Python looks here for a name that is none of its globals.

    Its functions find derivatives by that, which modules have as attributes only.  The price are slower look-ups of
    globals in the script.
    """

    def __init__(self, beside: Beside) -> None:
        super().__init__(vars(builtins))
        self.beside = beside

    def __missing__(self, name: str) -> Any:
        try:
            return self.beside.get(name)
        except AttributeError as error:
            why = str(error).partition(": ")[2]
            if why:
                raise NameError(f"name {name!r} is not defined: {why}", name=name) from None
            raise KeyError(name) from None


class FolderHook(Hook):
    """Finds the modules of a folder; what is installed below it is left alone."""

    def __init__(self, folder: str) -> None:
        super().__init__((), (None, MODES))
        self.folder = os.path.join(folder, "")

    def is_meant(self, name: str) -> bool:
        return name.partition(".")[0] not in sys.stdlib_module_names

    def accepts(self, spec: ModuleSpec) -> bool:
        origin = os.path.realpath(str(spec.origin))
        return super().accepts(spec) and origin.startswith(self.folder) and f"-packages{os.sep}" not in origin


def report(error: BaseException) -> None:
    """Show an exception as Python does, without the frames that are ours."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename != __file__:
            frames.append(trace)
        trace = trace.tb_next
    for outer, inner in zip(frames, [*frames[1:], None]):
        outer.tb_next = inner
    error.__traceback__ = frames[0] if frames else None
    sys.excepthook(type(error), error, error.__traceback__)
