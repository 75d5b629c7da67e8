"""Which of the generated functions are written: those that are asked for, and what they call."""

from __future__ import annotations

from adtransform import ir
from adtransform.activity import Activity
from adtransform.plan import Instance, Plan
from adtransform.scopes import Unit, UnitCall
from adtransform.traverse import expressions, names, statements

Written = dict[Instance, tuple[ir.Function, ...]]


def without_refused(activity: Activity, whole: Plan, written: Written, asked: list[Instance], reverse: bool) -> Written:
    """Drop what calls a function that was refused, and callees that nobody calls any more."""
    calls = {i: callees(activity, i, whole) for i in whole.wrt}
    bad = {i.unit for i in whole.wrt if i not in written}
    while True:
        more = {i.unit for i in written if i.unit not in bad and calls[i] & bad}
        if not more:
            break
        bad |= more
    instances: dict[Unit, list[Instance]] = {}
    for i in whole.wrt:
        instances.setdefault(i.unit, []).append(i)
    kept: set[Unit] = set()
    stack = [i for i in asked if i.unit not in bad]
    while stack:
        current = stack.pop()
        if current.unit not in kept:
            kept.add(current.unit)
            stack += [i for u in calls[current] for i in instances.get(u, ())]
    written = {i: f for i, f in written.items() if i.unit in kept}
    return called_for(written, asked) if reverse else written


def callees(activity: Activity, current: Instance, whole: Plan) -> set[Unit]:
    """The units whose derivatives one derivative calls."""
    found: set[Unit] = set()
    for site in () if current.unit.directives.partials else activity.graph(current.unit).sites:
        if site.meets(whole.facts[current].active):
            found |= {site.unit, *(f.unit for f in site.functions.values() if isinstance(f, UnitCall))}
    return {u for u in found if not u.directives.partials}


def called_for(written: Written, asked: list[Instance]) -> Written:
    """What is asked for, and the functions that it calls; an adjoint may serve callers that had another in mind."""
    by_name = {f.name: f for functions in written.values() for f in functions}
    kept: set[str] = set()
    waiting = [f.name for i in asked for f in written.get(i, ())]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            body = statements(by_name[name].body, nested=True)
            waiting += [n for s in body for e in expressions(s) for n in sorted(names(e)) if n in by_name]
    chosen = {i: tuple(f for f in functions if f.name in kept) for i, functions in written.items()}
    return {i: functions for i, functions in chosen.items() if functions}
