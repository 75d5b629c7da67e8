"""The derivatives that a module seems to have: its `__getattr__` knows them."""

from __future__ import annotations

import sys
from _thread import RLock

from adtransform.live.batch import Batch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from adtransform.live.asked import Options
    from adtransform.live.batch import Live

LETTERS = {"forward": "d", "reverse": "b"}
MODE_OF = {letter: mode for mode, letter in LETTERS.items()}


class Lacking(Exception):
    """Why there is no derivative."""


class Beside:
    """The derivatives of one module.

    `f_d` and `f_b` always stand for the derivatives of `f`; where the source mentions these names without defining
    them, the generated functions have others (`f_b2`), which are known as well.

    They are not put among its names: what is asked for is compared with the function as it is then, so that a module
    that was reloaded or changed has no stale ones.
    """

    def __init__(self, filename: str, live: Live, chosen: Options) -> None:
        self.filename = filename
        self.live = live
        self.chosen = chosen
        self.lock = RLock()
        self.opened: Batch | None = None
        self.made: dict[str, tuple[object, Any]] = {}  # what each was made from, and itself
        self.lacking: dict[str, str] = {}  # what is refused, and why
        self.others: dict[str, Callable[..., Any] | None] = {}

    def install(self) -> None:
        """Become the module's `__getattr__` and `__dir__`; what it has of its own is asked next."""
        for name, own in (("__getattr__", self.get), ("__dir__", self.dir)):
            other = self.live.get(name)
            if other != own:
                former = getattr(other, "__self__", None)
                self.others[name] = former.others[name] if isinstance(former, Beside) else other
                self.live[name] = own

    def get(self, name: str) -> Any:
        """A derivative, or whatever the module itself has an answer for.

        Raises:
            AttributeError: there is none; it says why, if it is refused.
            ImportError: the same, in a `from` import: Python would drop what an `AttributeError` says.
        """
        stem, _, suffix = name.rpartition("_")
        why = f"module {self.live.get('__name__')!r} has no attribute {name!r}"
        if stem and suffix[:1] in MODE_OF and (len(suffix) == 1 or suffix[1:].isdigit()):
            try:
                with self.lock:
                    found = self.derivative(name, stem, MODE_OF[suffix[0]])
            except Lacking as lacking:
                why = f"{why}: {lacking}"
            else:
                if found is not None:
                    return found
        if (other := self.others["__getattr__"]) is not None:
            return other(name)
        if is_import(sys._getframe(1)):
            raise ImportError(why, name=self.live.get("__name__"), path=self.filename)
        raise AttributeError(why, name=name)

    def dir(self) -> list[str]:
        """The names of the module, with those of its derivatives."""
        other = self.others["__dir__"]
        batch = self.batch()
        found = set(other() if other is not None else self.live)
        for mode, names in batch.names.items() if batch is not None else ():
            found |= {f"{function}_{LETTERS[mode]}" for function in names}
        return sorted(found)

    def batch(self) -> Batch | None:
        """What was generated for the module; None if its source cannot be read."""
        if self.opened is None:
            try:
                self.opened = Batch(self.filename, self.live, "hooked", {"": self.chosen})
            except OSError:
                return None
        return self.opened

    def derivative(self, name: str, stem: str, mode: str) -> Any:
        """A derivative; None for a name that is none.

        Raises:
            Lacking: it is refused, or goes by another name.
        """
        f = self.live.get(stem)
        made_from = getattr(f, "__code__", f)
        if name in self.made and self.made[name][0] is not made_from:  # reloaded by somebody else, or replaced
            self.opened = None
            self.made.clear()
            self.lacking.clear()
        if name in self.lacking:
            raise Lacking(self.lacking[name])
        if not callable(f) or (batch := self.batch()) is None or stem not in batch.functions():
            return None
        self.check_constants(batch, stem, f)
        if name not in self.made:
            try:
                self.made[name] = made_from, self.fetched(batch, name, stem, mode, f)
            except Lacking as lacking:
                self.lacking[name] = str(lacking)
                raise
        return self.made[name][1]

    def check_constants(self, batch: Batch, stem: str, f: object) -> None:
        """Refuse a derivative that was made for other exponents.

        Raises:
            Lacking: one was changed since.
        """
        from adtransform.diagnostics import TransformError
        from adtransform.live.planted import check_constants

        try:
            check_constants(f, self.live, batch.exponents())
        except TransformError as error:
            raise Lacking(f"`{stem}` is refused\n{error}") from None

    def fetched(self, batch: Batch, name: str, stem: str, mode: str, f: object) -> Any:
        """A derivative from what was generated for the module, or for it alone: some are left out unless asked for.

        Raises:
            Lacking: it is refused, or goes by another name.
        """
        from adtransform.diagnostics import TransformError
        from adtransform.live.planted import refuse

        wrt, modes = self.chosen
        if mode not in modes:
            raise Lacking(f"the hook was installed for {modes[0]} mode")
        try:
            if not batch.has(stem, (mode,)):
                batch = Batch(self.filename, self.live, "", {stem: (wrt, (mode,))})
                if not batch.has(stem, (mode,)):
                    raise refuse(batch, stem, f)
            if name not in (f"{stem}_{LETTERS[mode]}", batch.names[mode][stem]):
                raise Lacking(f"it is called {batch.names[mode][stem]!r}")
            return batch.function(stem, mode, f)
        except TransformError as error:
            raise Lacking(f"`{stem}` is refused\n{error}") from None


def is_import(frame: FrameType) -> bool:
    """Whether a frame stands at a `from` import, which asks for an attribute."""
    from opcode import opmap

    return frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]
