"""Which units are differentiated, and with respect to what: from the roots along the active calls."""

from __future__ import annotations

from dataclasses import dataclass

from adtransform.activity import RESULT, Activity, Facts
from adtransform.scopes import NestedCall, Unit, UnitCall


@dataclass(frozen=True)
class Plan:
    """`wrt[u]` are the parameters of `u` that get a tangent; `facts[u]` its varied and useful variables."""

    wrt: dict[Unit, frozenset[str]]
    facts: dict[Unit, Facts]


def plan(activity: Activity, roots: dict[Unit, frozenset[str]]) -> Plan:
    """Follow active calls until nothing grows: one derivative a function, for all inputs that any call needs."""
    wrt = dict(roots)
    facts: dict[Unit, Facts] = {}
    work = list(roots)
    while work:
        unit = work.pop(0)
        if unit.directives.partials:
            facts[unit] = Facts(frozenset(), frozenset())
            continue
        found = facts[unit] = activity.facts(unit, wrt[unit])
        for site in activity.graph(unit).sites:
            needed = needed_by(activity, found, site.node, site.unit, site.received, site.functions)
            for callee, inputs in needed:
                if callee.directives.partials or not inputs:
                    continue
                if not inputs <= wrt.get(callee, frozenset()):
                    wrt[callee] = wrt.get(callee, frozenset()) | inputs
                    work.append(callee)
    return Plan(wrt, facts)


def needed_by(
    activity: Activity,
    facts: Facts,
    node: str,
    unit: Unit,
    received: dict[str, frozenset[str]],
    functions: dict[str, object],
) -> list[tuple[Unit, frozenset[str]]]:
    """What one call asks of its callee, and of the functions that are handed to it."""
    if node not in facts.active:
        return []
    summary = activity.summary(unit)
    inputs = {p for p, sources in received.items() if p in summary and sources & facts.varied}
    handed: list[tuple[Unit, frozenset[str]]] = []
    for p, target in functions.items():
        if p not in summary:
            continue
        inputs.add(p)
        if isinstance(target, UnitCall):
            own = frozenset(q.name for q in target.unit.function.params if q.role in ("", "/"))
            handed.append((target.unit, own & activity.summary(target.unit)))
        elif isinstance(target, NestedCall) and target.path + RESULT not in facts.varied:
            pass
    return [(unit, frozenset(inputs)), *handed]
