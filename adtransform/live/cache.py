"""What was generated for a module, kept beside its byte code.

An entry is one file in `__pycache__`:

    FORMAT  key (8 bytes)  digest of the head (8)  length of the head (8)  head  blob  blob ...

The key is made of the source, the options, the version of the tool and that of Python; where it differs, the entry is
for something else.  The head names the other files that were read, with digests, and says where their imports led, so
that nothing stale is ever used.  Blobs, the bulk, are looked at when they are asked for.  What is damaged counts as
absent.  Entries are replaced in one step, so any number of processes may read and write at once.

Every module that is differentiated needs this file: it imports nothing that Python has not loaded already.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER, cache_from_source

from adtransform import __version__
from adtransform.imports import Import, source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FORMAT = b"adgen 2\n"
START = len(FORMAT) + 24  # of the head

Digest = bytes
Sources = tuple[tuple[str, Digest | None], ...]  # files; None for one that cannot be read
Imports = tuple[tuple[Import, str | None], ...]


def tool() -> str:
    """The version of this package; that of a working copy changes with its files."""
    folder = os.path.dirname(os.path.dirname(__file__))
    if f"-packages{os.sep}" in folder:
        return __version__
    parts = (folder, *(os.path.join(folder, part) for part in ("expand", "live")))
    entries = [entry for part in parts for entry in os.scandir(part)]
    files = [entry.stat() for entry in entries if entry.name.endswith(".py")]
    return f"{__version__} {max(s.st_mtime_ns for s in files)} {sum(s.st_size for s in files)}"


TOOL = tool()


class Damaged(Exception):
    """An entry is not what it was."""


class Entry:
    """What was read: `head` is what was stored first, the blobs are read when they are asked for.

    They are in the file behind `start`, or in `data` if that is not None.
    """

    __slots__ = ("blobs", "data", "head", "imports", "path", "sources", "start")

    def __init__(self, packed: bytes, path: str, data: bytes | None = None) -> None:
        self.head: Any
        self.sources: Sources
        self.imports: Imports
        self.blobs: tuple[tuple[int, int, Digest], ...]
        self.head, self.sources, self.imports, self.blobs = marshal.loads(packed)
        self.start = START + len(packed)
        self.path = path
        self.data = data

    def blob(self, i: int) -> Any:
        """One of the values stored behind the head.

        Raises:
            Damaged: the file is not what it was when the head was read.
        """
        start, end, expected = self.blobs[i]
        data = self.slice(self.start + start, self.start + end)
        if digest(data) != expected:
            raise Damaged
        return marshal.loads(data)

    def slice(self, start: int, end: int) -> bytes:
        """A part of the file.

        Raises:
            Damaged: it cannot be read.
        """
        if self.data is not None:
            return self.data[start:end]
        try:
            with open(self.path, "rb", buffering=0) as stream:
                stream.seek(start)
                return stream.read(end - start)
        except OSError:
            raise Damaged from None

    def is_true(self) -> bool:
        """Whether files still have the contents they had, and imports still lead where they did."""
        return all(file_digest(path) == known for path, known in self.sources) and all(
            source_of(*asked) == path for asked, path in self.imports
        )


def digest(data: bytes) -> Digest:
    """Eight bytes that tell contents apart: the hash that Python has for hash-based byte code, ten times as quick as
    those of hashlib; it guards against accidents, not against whoever may write to `__pycache__`.
    """
    return _imp.source_hash(len(data), data)


def file_digest(path: str) -> Digest | None:
    """The digest of a file; None if it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as stream:
            return digest(stream.read())
    except OSError:
        return None


def location(filename: str, kind: str) -> str:
    """Where the entry of a source file stands; empty where Python keeps no byte code.

    It is named after the byte code, the level of optimisation included, and respects `sys.pycache_prefix`.
    """
    try:
        path = cache_from_source(filename)
    except NotImplementedError:
        return ""
    return f"{path.removesuffix('.pyc')}.adgen-{kind}"


def key(source: bytes, options: object) -> Digest:
    """What an entry is for; the options must have a faithful `repr`."""
    rest = repr((TOOL, MAGIC_NUMBER, sys.flags.optimize, len(source), options))
    return digest(source + rest.encode())


def read(path: str, expected: Digest) -> Entry | None:
    """The entry with a key; None if there is none, or it is damaged, or no longer true."""
    try:
        with open(path, "rb", buffering=0) as stream:
            start = stream.read(START)
            if not start.startswith(FORMAT + expected):
                return None
            packed = stream.read(int.from_bytes(start[-8:], "little"))
    except (OSError, OverflowError, MemoryError):
        return None
    if len(start) < START or digest(packed) != start[-16:-8]:
        return None
    entry = Entry(packed, path)
    return entry if entry.is_true() else None


def unpack(data: bytes) -> Entry:
    """The entry in bytes that `pack` gave."""
    return Entry(data[START : START + int.from_bytes(data[START - 8 : START], "little")], "", data)


def pack(expected: Digest, head: Any, sources: Sources, imports: Imports, blobs: list[Any]) -> bytes:
    """The bytes of an entry.

    Arguments:
        expected: its key.
        head: what is read at once; like the blobs, of types that `marshal` knows.
        sources: the other files that it was made from.
        imports: where their imports lead.
        blobs: what is read when it is asked for.
    """
    bulk = [marshal.dumps(blob) for blob in blobs]
    ends = [0]
    for data in bulk:
        ends.append(ends[-1] + len(data))
    table = tuple((start, end, digest(data)) for start, end, data in zip(ends, ends[1:], bulk))
    packed = marshal.dumps((head, sources, imports, table))
    return b"".join((FORMAT, expected, digest(packed), len(packed).to_bytes(8, "little"), packed, *bulk))


def write(path: str, data: bytes, source: str) -> None:
    """Put an entry in its place in one step; where that cannot be done, do without.

    Arguments:
        path: where `location` says; nothing is written for an empty path.
        data: what `pack` gave.
        source: the source file, whose permissions the entry gets.
    """
    if not path or sys.dont_write_bytecode:
        return
    temporary = f"{path}.{os.urandom(6).hex()}"
    try:
        mode = os.stat(source).st_mode & 0o666 | 0o200
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
    except OSError:
        remove(temporary)


def remove(path: str) -> None:
    """Remove a file, if it is there."""
    try:
        os.unlink(path)
    except OSError:
        return
