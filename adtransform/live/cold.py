"""What is done once for a source file, and kept by the cache: derivatives of its functions, compiled."""

from __future__ import annotations

import ast
import marshal
import os
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import astuple

from adtransform.compiled import register
from adtransform.diagnostics import TransformError
from adtransform.files import decode
from adtransform.imports import Import
from adtransform.live.asked import MODES, Asked
from adtransform.live.cache import Digest, digest, pack
from adtransform.live.fingerprints import Known, known
from adtransform.live.generate import LOCK
from adtransform.live.graft import compiled_graft
from adtransform.live.unchanged import folded
from adtransform.pipeline import Options, Result, transform


def packed(filename: str, source: bytes, asked: Asked, key: Digest) -> tuple[bytes, bool]:
    """Generate derivatives, as an entry of the cache; what is refused is left out.

    The head of the entry is `(asked, names, texts, parts)`: the names of the derivatives by mode and function, and what
    `f.source` says, as texts and as their numbers by function.  The blobs are `(text, code)` for each mode, as `graft`
    wants them, what `fingerprints` knows of this file and of the others together with the exponents that are constants
    of these, and what is known of the adjoints.

    Arguments:
        filename: the source file.
        source: its content.
        asked: what to differentiate.
        key: the key of the entry.

    Returns:
        The bytes, and whether they may be kept: not if a file changed while it was read.
    """
    text = decode(source, filename).text
    with LOCK:
        runs = {mode: run(filename, text, asked, mode) for mode in MODES}
    results = [result for result in runs.values() if result is not None]
    files = {path: read for result in results for path, read in result.files}
    contents = {path: content(path) for path in files}
    is_stable = all(files[path] is None or files[path] == decoded(data) for path, data in contents.items())
    sources = tuple((path, None if data is None else digest(data)) for path, data in contents.items())
    imports = {asked_for: path for result in results for asked_for, path in result.imports}
    names = {mode: {d.function: d.name for d in result.derivatives} for mode, result in runs.items() if result}
    texts, parts = shown([(result.text, names[mode]) for mode, result in runs.items() if result])
    blobs: list[object] = [compiled(filename, text, result) for result in runs.values()]
    others = tuple(outside(files, {f for result in results for f in result.functions}))
    read = {"": text} | {path: read for path, read in files.items() if read is not None}
    exponents = tuple((path, name, value) for path, source in read.items() for name, value in folded(source).items())
    blobs.append((known(text), others, tuple(bindings(filename, text, imports, others)), exponents))
    adjoints = runs["reverse"].derivatives if runs["reverse"] is not None else ()
    blobs.append({derivative.function: astuple(derivative) for derivative in adjoints})
    return pack(key, (asked, names, texts, parts), sources, tuple(imports.items()), blobs), is_stable


def compiled(filename: str, text: str, result: Result | None) -> tuple[str, bytes] | None:
    """A generated text and the code of its graft."""
    if result is None:
        return None
    code = compiled_graft(text, result.text, register(result.text, filename), file=filename)
    return result.text, marshal.dumps(code)


def outside(files: Mapping[str, str | None], functions: Set[tuple[str, str]]) -> Iterator[tuple[str, str, Known]]:
    """The functions of other files that derivatives were made from: file, name, and how to tell it."""
    for path, text in files.items():
        table = known(text) if text is not None else {}
        yield from ((path, name, table[name]) for file, name in sorted(functions) if file == path and name in table)


def bindings(
    filename: str, text: str, imports: Mapping[Import, str | None], others: Iterable[tuple[str, str, Known]]
) -> Iterator[tuple[str, Known]]:
    """What the module calls functions of other files, by its `from` imports."""
    by_place = {(path, name): known for path, name, known in others}
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    for statement in statements:
        for a in statement.names:
            path = imports.get((filename, statement.module or "", a.name, statement.level))
            if path is not None and (place := (os.path.realpath(path), a.name)) in by_place:
                yield a.asname or a.name, by_place[place]


def shown(results: list[tuple[str, dict[str, str]]]) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    """What was generated for each function, with all that its derivatives use: texts, and their numbers by function."""
    texts: list[str] = []
    parts: dict[str, tuple[int, ...]] = {}
    for text, names in results:
        nodes = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        uses = {name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} for name, node in nodes.items()}
        lines, start = text.splitlines(), len(texts)
        for node in nodes.values():
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            texts.append("\n".join([*lines[first - 1 : node.end_lineno], ""]))
        for function, name in names.items():
            needed = [name]
            for other in needed:  # grows meanwhile
                needed += [n for n in nodes if n in uses[other] and n not in needed]
            numbers = (start + i for i, n in enumerate(nodes) if n in needed)
            parts[function] = (*parts.get(function, ()), *numbers)
    return tuple(texts), parts


def content(path: str) -> bytes | None:
    """The bytes of a file; None if it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def decoded(data: bytes | None) -> str | None:
    """The text of a file as a run reads it."""
    if data is None:
        return None
    try:
        return data.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return None


def run(filename: str, text: str, asked: Asked, mode: str) -> Result | None:
    """One run, without the functions that are refused; None if all are."""
    chosen = {name: wrt for name, (wrt, modes) in asked.items() if mode in modes}
    while chosen:
        every = "" in chosen
        options = Options(
            mode=mode,
            functions=None if every else tuple(chosen),
            wrt=chosen[""] if every else None,
            wrt_of=() if every else tuple((name, wrt) for name, wrt in chosen.items() if wrt is not None),
            live=True,
            keep_going=True,
            source_name=os.path.basename(filename),
        )
        try:
            return transform(text, filename, options)
        except TransformError as error:
            refused = {refusal.function for refusal in error.refusals} & chosen.keys()
            chosen = {name: wrt for name, wrt in chosen.items() if refused and name not in refused}
    return None
