"""The derivatives of one module: read from the cache or generated, and made into functions when they are used."""

from __future__ import annotations

from _thread import RLock

from adtransform.live import cache
from adtransform.live.asked import MODES, Asked, decorated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Function = Callable[..., Any]
    Live = dict[str, Any]


class Batch:
    """What was generated for a module.

    `asked` is what was asked for, `names` holds the names of the derivatives by mode and function: those that are
    refused are missing.
    """

    __slots__ = ("asked", "entry", "filename", "key", "live", "lock", "made", "names", "options", "parts", "texts")

    def __init__(self, filename: str, live: Live, kind: str, asked: Asked | None = None) -> None:
        """Read or generate.

        Arguments:
            filename: the source file.
            live: the names of the module.
            kind: of entries in the cache, by whom they are for; empty for what is not kept.
            asked: what to differentiate; None for what is decorated in the source.

        Raises:
            OSError: the source cannot be read.
        """
        self.filename = filename
        self.live = live
        self.options = asked
        self.lock = RLock()
        self.made: dict[str, Live] = {}
        source = content(filename, live)
        self.key = cache.key(source, asked)
        path = cache.location(filename, kind) if kind else ""
        found = cache.read(path, self.key) if path else None
        self.entry = found or self.fresh(source, path)
        self.asked, self.names, self.texts, self.parts = self.entry.head

    def fresh(self, source: bytes, path: str = "") -> cache.Entry:
        """Generate, and keep the result if there is a place for it."""
        from adtransform.live.cold import packed

        asked = decorated(source) if self.options is None else self.options
        data, is_stable = packed(self.filename, source, asked, self.key)
        if is_stable:
            cache.write(path, data, self.filename)
        return cache.unpack(data)

    def blob(self, i: int) -> Any:
        """A part of the entry; what is damaged is generated again, if the source is still the same."""
        try:
            return self.entry.blob(i)
        except cache.Damaged:
            source = content(self.filename, self.live)
            if cache.key(source, self.options) == self.key:
                self.entry = self.fresh(source)
            return self.entry.blob(i)

    def has(self, name: str, modes: tuple[str, ...]) -> bool:
        """Whether a function has its derivatives."""
        return all(name in self.names.get(mode, ()) for mode in modes)

    def functions(self) -> Any:
        """What is known of the functions at the top level of the module, by name."""
        return self.blob(len(MODES))[0]

    def exponents(self) -> Any:
        """The constants that derivatives are written for: file, empty for the module's own, name, and value."""
        return self.blob(len(MODES))[3]

    def files(self) -> list[str]:
        """The other files that were read."""
        return [path for path, _ in self.entry.sources]

    def source(self, name: str) -> str:
        """What was generated for a function."""
        parts: tuple[int, ...] = self.parts[name]
        return str(self.texts[parts[0]]) if len(parts) == 1 else "\n\n".join([self.texts[i] for i in parts])

    def function(self, name: str, mode: str, f: object) -> Function:
        """A derivative as a function.

        Arguments:
            name: the name of the function in the module.
            mode: "forward" or "reverse".
            f: the function as it lives.

        Raises:
            TransformError: it, or what it calls, is no longer what the sources define.
        """
        from adtransform.live.planted import check, plant, ready

        with self.lock:
            check(name, f, self.live, *self.blob(len(MODES)))
            if mode not in self.made:
                text, code = self.blob(MODES.index(mode))
                self.made[mode] = plant(text, code, self.filename, self.live)
            function: Function = ready(self.made[mode][self.names[mode][name]], f)
            return function


def content(filename: str, live: Live) -> bytes:
    """The source of a module, from its loader if that can tell.

    Raises:
        OSError: it cannot be read.
    """
    get_data = getattr(live.get("__loader__"), "get_data", None)
    if get_data is None:
        with open(filename, "rb") as stream:
            return stream.read()
    data: bytes = get_data(filename)
    return data
