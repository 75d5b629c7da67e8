"""One unit at work: what is active in it, the names of its tangents, and what was refused."""

from __future__ import annotations

from functools import cached_property

from adtransform import ir
from adtransform.activity import RESULT, Activity, Facts, Probe, passive_line
from adtransform.calculus import number
from adtransform.extents import Extents
from adtransform.kinds import Kind, of_param
from adtransform.names import Supply
from adtransform.operators import SEQUENCES
from adtransform.refusals import Refused
from adtransform.scopes import Callee, Program, Unit
from adtransform.structure import Shape, Signature, cells_of, find, lists_in
from adtransform.traverse import children, expressions, names, own_names, statements, target_names, walk


class Work:
    """The facts about one unit, which grow by the temporaries that the passes introduce."""

    backward = False  # whether adjoints are wanted

    def __init__(self, unit: Unit, program: Program, activity: Activity, facts: Facts, supply: Supply) -> None:
        self.unit = unit
        self.program = program
        self.supply = supply
        self.active = set(facts.active)
        self.varied = set(facts.varied)
        self.useful = facts.useful
        self.probe = Probe(activity, unit)
        self.refused: list[tuple[Refused, ir.Stmt]] = []
        self.kept: list[ir.Expr] = []
        self.plain: set[int] = set()  # identities of sums that are no tuples
        self.nonzero: list[ir.Expr] = []
        self.nobody: ir.Name | None = None
        self.temporaries: set[str] = set()
        self.followed: set[int] = set()  # identities of calls whose changes to lists are followed
        self.signs = True
        self.loops = 0  # how many loops the statement at hand stands in
        self.has_walrus = any(f.walrus for f in unit.features.values())
        self.bound: dict[str, ir.Expr | None] = {}  # variables of the comprehension at hand, and their tangents

        self.inference = activity.stacks.inference(unit) if activity.stacks is not None else None
        self.integers = integers(unit, activity) - self.active  # an exponent that is differentiated may be any number
        self.effectful = self.with_effects()
        self.active |= {path + RESULT for path in self.effectful}
        self.varied |= {path + RESULT for path in self.effectful}

    # --- questions ----------------------------------------------------------------------------------------------------

    def sources(self, e: ir.Expr, path: str) -> frozenset[str]:
        """The variables that an expression depends on differentiably."""
        return self.probe.sources(e, path)

    def is_active(self, e: ir.Expr, path: str) -> bool:
        """Whether an expression has a derivative that matters."""
        return not self.active.isdisjoint(self.sources(e, path))

    def is_useful(self, e: ir.Expr, path: str) -> bool:
        """Whether the result depends on a variable."""
        return not self.useful.isdisjoint(self.sources(e, path))

    def is_varied(self, e: ir.Expr, path: str) -> bool:
        return not self.varied.isdisjoint(self.sources(e, path))

    def targets_active(self, s: ir.Assign, path: str) -> bool:
        return not passive_line(s) and any(self.is_active(t, path) for t in s.targets)

    def callee(self, func: ir.Expr, path: str) -> Callee:
        return self.program.callee(self.unit, path, func)

    def nonlocals(self, name: str) -> set[str]:
        """The outer names that a nested function assigns."""
        found: set[str] = set()
        for path, functions in self.unit.scopes.functions.items():
            if path.endswith(f"{name}/"):
                for f in functions:
                    found |= {n for s in statements(f.body, True) if isinstance(s, ir.Outer) for n in s.names}
        return found

    def shape_of(self, e: ir.Expr, path: str) -> Shape:
        """The shape of an expression; an unknown one in a unit without lists."""
        return self.inference.shape(e, path) if self.inference is not None else Shape()

    @cached_property
    def extents(self) -> Extents:
        """What is known of the shapes of arrays."""
        suffix = self.supply.suffix
        return Extents(
            self.unit.function,
            lambda e: self.shape_of(e, ""),
            lambda n: n.removesuffix(suffix) if n.endswith(suffix) else "",
        )

    @cached_property
    def writes_arrays(self) -> bool:
        """Whether anything in the program writes to arrays."""
        stacks = self.probe.activity.stacks
        found = (k.shapes.variables.values() for k in stacks.found.values() if k is not None) if stacks else ()
        return any(c.kind == "cells" and c.changed for shapes in found for s in shapes for c in lists_in(s))

    def written_arrays(self) -> frozenset[str]:
        """The variables of arrays that are written to, and their tangents."""
        known = self.probe.shapes.variables if self.probe.shapes is not None else {}
        found = {k.rpartition("/")[2] for k, s in known.items() if find(s).kind == "array" and cells_of(s).changed}
        return frozenset(found | {self.tangent(n).id for n in found})

    def is_sequence(self, e: ir.Expr, path: str) -> bool:
        """Whether an expression is a tuple or a list, as far as it shows."""
        match e:
            case ir.Display("(" | "[") | ir.Comprehension("[" | "("):
                return True
            case ir.Name() | ir.Subscript(_, ir.Name() | ir.Const()) | ir.Call() if self.inference is not None:
                return self.shape_of(e, path).kind in SEQUENCES
            case ir.Name(name):
                return self.unit.scopes.key(path, name) in self.unit.sequences
            case ir.Binary("+" | "*", left, right):
                if id(e) in self.plain:
                    return False
                found = self.is_sequence(left, path) or self.is_sequence(right, path)
                if not found:
                    self.plain.add(id(e))
                    self.kept.append(e)
                return found
            case ir.Subscript(_, ir.Slice()):
                return self.inference is None or self.shape_of(e, path).kind != "array"
            case ir.Call(ir.Library("builtins", "tuple" | "list" | "sorted")):
                return True
            case _:
                return False

    def stack(self, name: ir.Name, path: str) -> Shape | None:
        """The shape of a list that is a stack and nothing else."""
        key, shapes = self.unit.scopes.key(path, name.id), self.probe.shapes
        return shapes.stack(key) if shapes is not None and key is not None else None

    def is_stack(self, name: ir.Name, path: str) -> bool:
        return self.stack(name, path) is not None

    def signature(self, unit: Unit) -> Signature | None:
        """The shapes of what a function takes and gives."""
        stacks = self.probe.activity.stacks
        return stacks.signature(unit) if stacks is not None else None

    def is_integer(self, e: ir.Expr, path: str) -> bool:
        """Whether an expression is a whole number by its parameters, loops over `range`, and literals."""
        match e:
            case ir.Const(int()):
                return True
            case ir.Name(id):
                return id in self.integers and self.unit.scopes.key(path, id) in (id, None)
            case ir.Binary("+" | "-" | "*" | "//" | "%", left, right):
                return self.is_integer(left, path) and self.is_integer(right, path)
            case ir.Unary("-", operand):
                return self.is_integer(operand, path)
            case ir.Call(ir.Library("builtins", "int" | "len")):
                return True
            case _:
                return False

    def value(self, e: ir.Expr, path: str) -> float | None:
        """The value of an expression of literals and constants of the module; None if it is not known."""
        match e:
            case ir.Name(id) if self.unit.scopes.key(path, id) is None:
                known = self.unit.module.constants.get(id)
                return number(known) if known is not None else None
            case ir.Unary("-", operand):
                inner = self.value(operand, path)
                return None if inner is None else -inner
            case ir.Binary("+" | "-" | "*" | "/" as op, left, right):
                a, b = self.value(left, path), self.value(right, path)
                if a is None or b is None or (op == "/" and b == 0):
                    return None
                return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0.0}[op]
            case _:
                found = number(e)
                return found if found is None or abs(found) < 1e15 else None

    def with_effects(self) -> set[str]:
        """Paths of the nested functions that assign active variables or lists of an outer one, or call such a function.

        Their tangents must run wherever they run, whatever becomes of the result.
        """
        scopes = self.unit.scopes
        found: set[str] = set()
        while True:
            new = {
                p
                for p, fs in scopes.functions.items()
                if p and p not in found and any(self.has_effect(p, f, found) for f in fs)
            }
            if not new:
                return found
            found |= new

    def has_effect(self, path: str, f: ir.Function, known: set[str]) -> bool:
        scopes = self.unit.scopes
        outer = path[: path.rstrip("/").rfind("/") + 1]
        for s in statements(f.body):
            if isinstance(s, ir.Outer) and any((scopes.key(outer, n) or "") in self.active for n in s.names):
                return True
            if self.writes_outer(s, path):
                return True
            for top in expressions(s):
                for e in walk(top):
                    nested = scopes.nested(path, e.id) if isinstance(e, ir.Name) else None
                    if nested is not None and nested.path in known:
                        return True
        return False

    def writes_outer(self, s: ir.Stmt, path: str) -> bool:
        """Whether a statement of a nested function may write to an active list that an outer one holds."""
        shapes = self.probe.shapes
        if shapes is None or not (
            writes_items(s) or any(isinstance(e, ir.Call) for t in expressions(s) for e in walk(t))
        ):
            return False
        outside = frozenset[str]().union(
            *(shapes.list_leaves(v) for k, v in shapes.variables.items() if not k.startswith(path))
        )
        own = {k for e in expressions(s) for n in names(e) if (k := self.unit.scopes.key(path, n)) is not None}
        written = frozenset[str]().union(*(shapes.changed_leaves(k) for k in own))
        return not (self.active & outside).isdisjoint(written)

    # --- names --------------------------------------------------------------------------------------------------------

    def tangent(self, name: str) -> ir.Name:
        return ir.Name(name + self.supply.suffix)

    def temporary(self, base: str, path: str, active: bool) -> ir.Name:
        """A new local variable."""
        name = self.supply.fresh(base)
        self.temporaries.add(name)
        self.unit.scopes.locals[path] |= {name}
        self.unit.scopes.other[path + name] = 1
        if active:
            self.active.add(path + name)
            self.varied.add(path + name)
        return ir.Name(name)

    def variable(self, base: str, path: str, active: bool) -> ir.Name:
        """A new local variable of the name that the source has for it, if nothing else has it."""
        if (
            base in self.mentioned
            or self.unit.scopes.owner(path, base) is not None
            or base in self.unit.module.bindings
        ):
            return self.temporary(base, path, active)
        self.unit.scopes.locals[path] |= {base}
        self.unit.scopes.other[path + base] = 1
        if active:
            self.active.add(path + base)
            self.varied.add(path + base)
        return ir.Name(base)

    @cached_property
    def mentioned(self) -> set[str]:
        """The names that the unit reads, but for the variables of comprehensions."""
        return {
            n for s in statements(self.unit.function.body, nested=True) for e in expressions(s) for n in free_names(e)
        }

    def unused(self) -> ir.Name:
        """A target for what nobody reads."""
        if self.nobody is None:
            free = all(n != "_" for n in self.reads())
            self.nobody = ir.Name("_") if free else ir.Name(self.supply.fresh("unused"))
        return self.nobody

    def reads(self) -> set[str]:
        """Every name that the unit reads."""
        found: set[str] = set()
        for s in statements(self.unit.function.body, nested=True):
            for e in expressions(s):
                if not (
                    isinstance(s, (ir.Assign, ir.For)) and e in (getattr(s, "target", None), *getattr(s, "targets", ()))
                ):
                    found |= names(e)
        return found

    def refuse(self, refused: Refused, s: ir.Stmt) -> None:
        self.refused.append((refused, s))


def free_names(e: ir.Expr) -> set[str]:
    """The names in an expression, but for the variables of comprehensions in it."""
    match e:
        case ir.Name(id):
            return {id}
        case ir.Comprehension(_, _, clauses):
            inner = set[str]().union(*(free_names(c) for c in children(e)))
            return inner - {n for c in clauses for n in target_names(c.target)}
        case _:
            return set[str]().union(*(free_names(c) for c in children(e)))


def writes_items(s: ir.Stmt) -> bool:
    """Whether a statement assigns or deletes items of something."""
    return any(isinstance(t, ir.Subscript) for e in expressions(s) for t in walk(e)) and not isinstance(s, ir.Effect)


def integers(unit: Unit, activity: Activity) -> frozenset[str]:
    """Names of the outermost scope that only hold whole numbers: parameters, and variables of loops over `range`."""
    found = {p.name for p in unit.function.params if of_param(activity, unit, p) is Kind.INT}
    bound: dict[str, int] = {}
    ranges: dict[str, int] = {}
    for s in statements(unit.function.body):
        for n in own_names(s):
            bound[n] = bound.get(n, 0) + 1
        match s:
            case ir.For(ir.Name(id), ir.Call(ir.Library("builtins", "range"))):
                ranges[id] = ranges.get(id, 0) + 1
            case ir.For(ir.Display(_, (ir.Name(id), *_)), ir.Call(ir.Library("builtins", "enumerate"))):
                ranges[id] = ranges.get(id, 0) + 1
            case ir.Augment(ir.Name(id), "+" | "-" | "*" | "//", ir.Const(int())):
                ranges[id] = ranges.get(id, 0) + 1
            case _:
                pass
    whole = {n for n, k in bound.items() if ranges.get(n, 0) == k}
    params = {p.name for p in unit.function.params}
    return frozenset({n for n in found if n not in bound or n in whole} | {n for n in whole if n not in params})
