"""Refusals inside the passes: raised at a node, turned into located diagnostics by the pipeline."""

from __future__ import annotations

from adtransform import ir
from adtransform.diagnostics import Refusal


class Refused(Exception):
    """What cannot be proved right; `node` says where, `code` is stable, `help` says what to write instead."""

    def __init__(
        self, node: ir.Node | None, code: str, message: str, help: str = "", place: Refusal | None = None
    ) -> None:
        super().__init__(message)
        self.node = node
        self.code = code
        self.message = message
        self.help = help
        self.place = place  # the refusal with its place, where that is known
