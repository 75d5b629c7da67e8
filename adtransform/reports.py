"""What one run refuses, by function."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from adtransform import ir
from adtransform.diagnostics import Refusal
from adtransform.locate import locate
from adtransform.refusals import Refused
from adtransform.scopes import Unit


@dataclass
class Reports:
    """Refusals of one run; `filename` is where those stand that have no place."""

    filename: str
    by_unit: dict[Unit | None, list[Refusal]] = field(default_factory=dict)

    @property
    def all(self) -> list[Refusal]:
        return sorted(r for found in self.by_unit.values() for r in found)

    def refuse(self, unit: Unit, refused: Refused, statement: ir.Stmt | None = None) -> None:
        node = refused.node if refused.node is not None and refused.node.at is not None else statement or unit.function
        found = refused.place or locate(unit.module, node, refused, statement)
        if refused.place is not None and any(replace(r, function="") == found for r in self.all):
            return  # another function uses it, too
        self.by_unit.setdefault(unit, []).append(replace(found, function=unit.name))

    def absent(self, code: str, message: str, name: str, known: list[str], unit: Unit | None = None) -> None:
        near = get_close_matches(name, known, 3)
        help = f"Did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else ""
        if not near and known:
            shown = ", ".join(dict.fromkeys(known[:8]))
            help = f"There are: {shown}{', …' if len(known) > 8 else ''}."
        if unit is not None:
            self.refuse(unit, Refused(unit.function, code, message, help))
        else:
            self.by_unit.setdefault(None, []).append(Refusal(self.filename, 0, 0, code, message, help))
