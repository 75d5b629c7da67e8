"""Which functions are differentiated, and with respect to what: from the options of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adtransform.activity import Activity
from adtransform.changing import is_void
from adtransform.containers import reason
from adtransform.diagnostics import Refusal, TransformError
from adtransform.fence import check
from adtransform.kinds import Kind, default_wrt, of_param
from adtransform.modules import Defined, Module
from adtransform.refusals import Refused
from adtransform.reports import Reports
from adtransform.scopes import Program, Unit
from adtransform.shapes import STACK, result, stack_names

if TYPE_CHECKING:
    from adtransform.pipeline import Options


@dataclass(frozen=True)
class Requests:
    """The requests of one run; what is wrong with them goes into `reports`."""

    options: Options
    program: Program
    main: Module
    activity: Activity
    reports: Reports

    def roots(self) -> dict[Unit, frozenset[str]]:
        """The requested functions and their inputs; by default every function that has a derivative."""
        functions = self.options.functions
        by_function = dict(self.options.wrt_of)
        defined = [n for n, b in self.main.bindings.items() if isinstance(b, Defined)]
        known = [n for n in defined if n not in self.main.made]
        for name in [*(functions or ()), *by_function]:
            if name not in known:
                self.reports.absent("U001", self.missing(name), name, known)
        if self.reports.all:
            raise TransformError(self.reports.all)
        found: dict[Unit, frozenset[str]] = {}
        void: dict[Unit, frozenset[str]] = {}  # functions that return nothing: they change what their callers use
        chosen = functions if functions is not None else (tuple(by_function) or known)
        for name in chosen:
            unit = self.program.unit(self.main, name)
            explicit = functions is not None or name in by_function
            wrt = by_function.get(name, self.options.wrt)
            inputs = self.inputs(unit, wrt, explicit)
            if self.options.mode == "reverse" and not explicit and (takes_functions(unit) or gives_lists(unit)):
                continue  # differentiated where it is called
            if self.options.mode == "reverse" and not explicit and is_void(unit.function):
                void |= {unit: inputs} if inputs else {}
                continue
            if inputs:
                found[unit] = inputs
        found = found or void
        if functions is None and self.options.wrt is not None and not by_function:
            for name in self.options.wrt:
                if not any(name in (p.name for p in u.function.params) for u in found):
                    everywhere = [p.name for n in known for p in self.program.unit(self.main, n).function.params]
                    self.reports.absent("U002", f"no function has a parameter `{name}`", name, everywhere)
        if self.reports.all:
            raise TransformError(self.reports.all)
        if not found:
            raise TransformError([Refusal(self.reports.filename, 0, 0, "E004", *self.nothing_to_do(known))])
        return found

    def missing(self, name: str) -> str:
        if name in self.main.bindings:
            return f"`{name}` is not a function that is defined once at the top level"
        return f"there is no function `{name}`"

    def nothing_to_do(self, known: list[str]) -> tuple[str, str]:
        if not known:
            return "the file defines no function at its top level", "Give a file with functions of floats."
        return (
            "no function of the file has a derivative: none returns a value that depends on a float parameter",
            "Annotate parameters with `float`, `list[float]` or `np.ndarray`, or choose some with --wrt.",
        )

    def inputs(self, unit: Unit, wrt: tuple[str, ...] | None, explicit: bool) -> frozenset[str]:
        """The inputs of one root; empty if it is left alone."""
        params = [p.name for p in unit.function.params]
        summary = self.activity.summary(unit)
        if wrt is None:
            chosen = frozenset(default_wrt(self.activity, unit)) - set(self.options.passive)
            if explicit and not chosen & summary:
                self.undifferentiable(unit)
            return chosen if chosen & summary else frozenset()
        for name in wrt:
            if name not in params and explicit:
                self.reports.absent("U002", f"`{unit.name}` has no parameter `{name}`", name, params, unit)
        chosen = frozenset(wrt) & frozenset(params)
        if self.options.constants and explicit:
            return chosen
        if explicit and chosen and not chosen & summary:
            self.undifferentiable(unit)
        return chosen if chosen & summary else frozenset()

    def why(self, unit: Unit) -> str:
        """Why the lists of a function cannot be followed."""
        stacks = self.activity.stacks
        signature = stacks.signature(unit) if stacks is not None and stacks.shapes(unit) is not None else None
        reasons = (f"`{n}`: {r}" for n, s in signature.params.items() if (r := reason(s))) if signature else iter(())
        return next(reasons, "what becomes of them is not known")

    def undifferentiable(self, unit: Unit) -> None:
        """Say why a function that was asked for has no derivative."""
        try:
            check(unit)
        except Refused as reason:
            self.reports.refuse(unit, reason)
            return
        kinds = {of_param(self.activity, unit, p) for p in unit.function.params}
        summary = self.activity.summary(unit)
        if Kind.FLOAT not in kinds and Kind.CONTAINER in kinds:
            code, message = "N150", f"`{unit.name}` takes lists, arrays or dictionaries: {self.why(unit)}"
            help = "Pass the numbers one by one, or as a tuple."
        elif Kind.FLOAT not in kinds and not summary:
            code, message = "D001", f"`{unit.name}` has no float parameter"
            help = "Annotate a parameter with `float`, or choose one with --wrt."
        else:
            code, message = "D002", f"the value of `{unit.name}` does not depend on its float parameters"
            help = "Nothing to differentiate; leave the function out."
        refused = Refused(unit.function, code, message, help)
        self.reports.refuse(unit, refused)


def takes_functions(unit: Unit) -> bool:
    """Whether a parameter is called."""
    return any(unit.uses[0].get(p.name) is Kind.FUNCTION for p in unit.function.params)


def gives_lists(unit: Unit) -> bool:
    """Whether a function takes or returns a list that is used as a stack."""
    shape = result(unit, unit.program) if unit.program is not None else None
    known = stack_names(unit.function.body)
    return holds(shape) or any(p.name in known for p in unit.function.params)


def holds(shape: object) -> bool:
    return any(holds(s) for s in shape) if isinstance(shape, tuple) else shape == STACK
