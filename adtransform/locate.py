"""Positions of refusals.  They are computed only when something is refused: for all nodes of a file at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from adtransform import ir
from adtransform.diagnostics import Refusal
from adtransform.modules import Module
from adtransform.refusals import Refused


def positions(module: Module) -> Mapping[Any, CodeRange]:
    """The positions of all nodes of a module, computed once."""
    if module.positions is None:
        module.positions = MetadataWrapper(module.parsed, unsafe_skip_copy=True).resolve(PositionProvider)
    return module.positions


def locate(module: Module, node: ir.Node, refused: Refused, statement: ir.Stmt | None) -> Refusal:
    """The refusal with file, line, columns and the text of the line."""
    found = positions(module)
    for candidate in (node, statement):
        at = candidate.at if candidate is not None else None
        if isinstance(candidate, ir.Function) and at is not None:
            at = getattr(at, "name", at)
        where = found.get(at) if at is not None else None
        if where is not None:
            start, end = where.start, where.end
            lines = module.text.splitlines()
            text = lines[start.line - 1] if start.line <= len(lines) else ""
            last = end.column if end.line == start.line else len(text.partition("#")[0].rstrip())
            place = Refusal(
                module.filename,
                start.line,
                start.column + 1,
                refused.code,
                refused.message,
                refused.help,
                text,
                last + 1,
            )
            return place if module.expansion is None else module.expansion.original(place)
    return Refusal(module.filename, 0, 0, refused.code, refused.message, refused.help)
