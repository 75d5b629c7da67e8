"""Library calls that the forward sweep has made: the reverse sweep reads their values.

    sin_x = math.sin(x)            sin_x = math.sin(x)
    …                              …
    c_b = -math.sin(x) * y_b       c_b = -sin_x * y_b

Equal calls of equal versions have equal values (value numbering over both sweeps; Cocke and Schwartz 1970).
"""

from __future__ import annotations

from dataclasses import dataclass

from adtransform import ir
from adtransform.mirror import SLOT, Mirror
from adtransform.share import MAKING
from adtransform.traverse import map_blocks, map_expressions, names, rebuild
from adtransform.versions import Timeline, Version

Place = dict[int, int]  # for each block around a statement, where its stretch of code begins


@dataclass(frozen=True)
class Recall:
    """The calls that are known, with the versions that hold them."""

    mirror: Mirror
    known: dict[ir.Expr, list[Version]]

    def block(self, block: ir.Block, place: Place) -> ir.Block:
        found: list[ir.Stmt] = []
        for s in block:
            if isinstance(s, ir.Unread) and s.what.startswith(SLOT):
                segment = self.mirror.segments[int(s.what.split()[1])]
                place = {**place, id(segment.lines): segment.start}
                found.append(s)
                continue
            inner = map_blocks(s, lambda b, place=place: self.block(b, place))  # type: ignore[misc]
            found.append(map_expressions(inner, lambda e, place=place: self.expression(e, place)))  # type: ignore[misc]
        return tuple(found)

    def expression(self, e: ir.Expr, place: Place) -> ir.Expr:
        if isinstance(e, ir.Call):
            for v in self.known.get(e, ()):
                if self.is_there(v, place):
                    return ir.Name(v.tag)
        return rebuild(e, lambda x: self.expression(x, place))

    def is_there(self, v: Version, place: Place) -> bool:
        """Whether a version was made wherever a statement of the reverse sweep runs."""
        if id(v.lines) not in place:
            return False
        starts = [s.start for s in self.mirror.segments if s.lines is v.lines and s.start <= v.index + 1]
        return max(starts, default=0) <= place[id(v.lines)]


def plain_names(e: ir.Expr) -> set[str]:
    return {n.partition("@")[0] for n in names(e)}


def recalled(timeline: Timeline, mirror: Mirror, block: ir.Block, written: frozenset[str]) -> ir.Block:
    """The reverse sweep without the calls that the forward sweep has made; `written` are arrays that are written to."""
    known: dict[ir.Expr, list[Version]] = {}
    for v in timeline.versions.values():
        if v.real and isinstance(v.value, ir.Call) and isinstance(v.value.func, ir.Library):
            home, name = v.value.func.home, v.value.func.name
            if home in ("math", "numpy") and name not in MAKING and not ({v.name} | plain_names(v.value)) & written:
                known.setdefault(v.value, []).append(v)
    return Recall(mirror, known).block(block, {id(timeline.lines): 0}) if known else block
