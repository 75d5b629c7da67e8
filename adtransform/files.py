"""Reading sources and writing results: encodings, line endings, atomic writes, differences.

Inside the tool a source is text with `\\n` at the end of every line.  What is written is UTF-8 with the line ending of
the source.
"""

from __future__ import annotations

import codecs
import contextlib
import difflib
import io
import os
import re
import stat
import tokenize
from dataclasses import dataclass
from pathlib import Path

from adtransform.diagnostics import Refusal, TransformError

COOKIE = re.compile(r"^([ \t\f]*#.*?coding[:=][ \t]*)([-\w.]+)", re.ASCII)
UTF8_BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class Source:
    """A source as text.

    `text` has `\\n` line endings, no byte-order mark, and a coding comment, if any, that says `utf-8`.
    `newline` is the line ending of the bytes it was read from.
    """

    text: str
    newline: str = "\n"

    def encode(self, result: str) -> bytes:
        """The bytes to write for `result`, a text with `\\n` line endings: UTF-8, the line ending of this source."""
        return result.replace("\n", self.newline).encode("utf-8", "replace")


def decode(data: bytes, filename: str) -> Source:
    """Turn the bytes of a source file into text as Python does: PEP 263 coding comments, UTF-8 otherwise.

    Args:
        data: the content of the file.
        filename: the name to show in refusals.

    Returns:
        The text, and the line ending it had.

    Raises:
        TransformError: the bytes are not text in the encoding they claim.

    >>> decode(b"x = 1\\r\\n", "f.py")
    Source(text='x = 1\\n', newline='\\r\\n')
    """
    encoding = declared_encoding(data, filename)
    try:
        raw = data.removeprefix(UTF8_BOM).decode(encoding)
    except UnicodeDecodeError as error:
        raise TransformError([undecodable(data, filename, encoding, error)]) from None
    except (UnicodeError, LookupError):
        raise TransformError([unknown_encoding(filename, encoding)]) from None
    found = re.search(r"\r\n|\r|\n", raw)
    text = re.sub(r"\r\n?", "\n", raw)
    return Source(text if is_utf8(encoding) else declare_utf8(text), found.group() if found else "\n")


def declared_encoding(data: bytes, filename: str) -> str:
    """The encoding of a source file: its byte-order mark, its coding comment, or UTF-8.

    Raises:
        TransformError: the coding comment names no encoding, or contradicts the byte-order mark.
    """
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0].removesuffix("-sig")
    except SyntaxError as error:
        if "invalid or missing" in str(error):
            return "utf-8"  # decoding will say where
        raise TransformError([unknown_encoding(filename, str(error).rpartition(": ")[2])]) from None


def is_utf8(encoding: str) -> bool:
    """Whether a codec's name is one of those of UTF-8."""
    return codecs.lookup(encoding).name == "utf-8"


def declare_utf8(text: str) -> str:
    """Make the coding comment in the first two lines, if any, say UTF-8, which is what is written."""
    lines = text.split("\n", 2)
    return "\n".join([*(COOKIE.sub(r"\1utf-8", line) for line in lines[:2]), *lines[2:]])


def undecodable(data: bytes, filename: str, encoding: str, error: UnicodeDecodeError) -> Refusal:
    """The refusal for a byte that is not text."""
    offset = error.start + (len(UTF8_BOM) if data.startswith(UTF8_BOM) else 0)
    before = re.split(rb"\r\n|\r|\n", data[:offset])
    rest = re.split(rb"\r\n|\r|\n", data[offset:], maxsplit=1)[0]
    start = before[-1].removeprefix(UTF8_BOM).decode(encoding, "replace")
    return Refusal(
        filename,
        line=len(before),
        column=len(start) + 1,
        end_column=len(start) + 2,
        code="E003",
        message=f"the byte 0x{data[offset]:02x} is not {encoding.upper()} text",
        help="Save the file as UTF-8, or name its encoding in the first line: `# -*- coding: latin-1 -*-`.",
        text=start + rest.decode(encoding, "replace"),
    )


def unknown_encoding(filename: str, encoding: str) -> Refusal:
    """The refusal for a coding comment that Python cannot follow."""
    message = f"the coding comment does not name the encoding of this file: {encoding}"
    return Refusal(filename, 1, 1, "E003", message, help="Save the file as UTF-8 and remove the coding comment.")


def write_if_changed(path: Path, data: bytes) -> bool:
    """Write `data` to `path` in one step, so that no reader ever sees half of it, and only if the bytes differ.

    The mode bits of an existing file stay, and a symbolic link stays a link.  What is not a regular file (a pipe,
    `/dev/null`) is written directly.

    Returns:
        Whether anything was written.

    Raises:
        OSError: the folder does not exist or cannot be written.
    """
    mode = None
    with contextlib.suppress(FileNotFoundError):
        mode = path.stat().st_mode
    if mode is not None and not stat.S_ISREG(mode):
        path.write_bytes(data)
        return True
    target = Path(os.path.realpath(path))
    if mode is not None and target.read_bytes() == data:
        return False
    temporary = target.with_name(f".adgen-{os.urandom(6).hex()}.tmp")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as stream:
            stream.write(data)
        if mode is not None:
            temporary.chmod(stat.S_IMODE(mode))
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return True


def same_file(first: Path, second: Path) -> bool:
    """Whether two paths lead to one file, through links too; the files need not exist."""
    try:
        return first.samefile(second)
    except OSError:
        return os.path.realpath(first) == os.path.realpath(second)


def difference(old: bytes, new: bytes, name: str) -> list[str]:
    """The unified diff of two contents of the file `name`, as lines; undecodable bytes survive as surrogates.

    >>> print("".join(difference(b"x = 1\\n", b"x = 2\\n", "f.py")), end="")
    --- f.py
    +++ f.py
    @@ -1 +1 @@
    -x = 1
    +x = 2
    """
    before, after = (split_lines(content.decode("utf-8", "surrogateescape")) for content in (old, new))
    rows = difflib.unified_diff(before, after, fromfile=name, tofile=name)
    return [row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows]


def split_lines(text: str) -> list[str]:
    """The lines of a text with their `\\n`; no other character ends a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
