"""Which units are differentiated, and with respect to what: from the roots along the active calls."""

from __future__ import annotations

from dataclasses import dataclass

from adtransform.activity import Activity, Facts, Site
from adtransform.scopes import Unit, UnitCall


@dataclass(frozen=True, slots=True)
class Instance:
    """A unit and those of its active parameters that are sequences: their tangents must be sequences too.

    One derivative serves all calls with the same `shape`; a passive number gets the tangent 0.0, a passive sequence
    could not.  `root` if it is requested in reverse mode: such a function has an adjoint of its own, whoever calls it.
    """

    unit: Unit
    shape: frozenset[str] = frozenset()
    root: bool = False


@dataclass(frozen=True)
class Plan:
    """`wrt[i]` are the parameters of `i` that get a tangent; `facts[i]` its varied and useful variables."""

    wrt: dict[Instance, frozenset[str]]
    facts: dict[Instance, Facts]


def instance(unit: Unit, inputs: frozenset[str]) -> Instance:
    """The instance that serves a call with these active inputs."""
    return Instance(unit, inputs & unit.sequences)


def plan(activity: Activity, roots: dict[Instance, frozenset[str]]) -> Plan:
    """Follow active calls until nothing grows: one derivative an instance, for all inputs that any call needs."""
    wrt = dict(roots)
    facts: dict[Instance, Facts] = {}
    work = list(wrt)
    while work:
        current = work.pop(0)
        if current.unit.directives.partials:
            facts[current] = Facts(frozenset(), frozenset())
            continue
        found = facts[current] = activity.facts(current.unit, wrt[current])
        for site in activity.graph(current.unit).sites:
            for callee, inputs in needed_by(activity, found, site):
                if callee.directives.partials or not inputs:
                    continue
                called = instance(callee, inputs)
                if not inputs <= wrt.get(called, frozenset()):
                    wrt[called] = wrt.get(called, frozenset()) | inputs
                    work.append(called)
    return Plan(wrt, facts)


def needed_by(activity: Activity, facts: Facts, site: Site) -> list[tuple[Unit, frozenset[str]]]:
    """What one call asks of its callee, and of the functions that are handed to it."""
    if not site.meets(facts.active):
        return []
    summary = activity.summary(site.unit)
    inputs = {p for p, sources in site.received.items() if p in summary and sources & facts.varied}
    handed: list[tuple[Unit, frozenset[str]]] = []
    for p, target in site.functions.items():
        if p in summary:
            inputs.add(p)
            if isinstance(target, UnitCall):
                own = frozenset(q.name for q in target.unit.function.params if q.role in ("", "/"))
                handed.append((target.unit, own & activity.summary(target.unit)))
    return [(site.unit, frozenset(inputs)), *handed]
