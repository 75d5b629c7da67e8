"""Names to libraries: `math.sin`, `m.sin` and `sin` all become the same node, whatever the import form."""

from __future__ import annotations

from dataclasses import replace

from adtransform import ir
from adtransform.aliases import expanded
from adtransform.modules import Imported
from adtransform.rules import CONSTANTS
from adtransform.scopes import LibraryCall, Program, Unit, UnknownCall
from adtransform.traverse import map_blocks, map_expressions, rebuild, target_names


def resolve(program: Program, unit: Unit) -> ir.Function:
    """The function of a unit with library functions and constants as `Library` nodes."""

    def expression(e: ir.Expr, path: str, hidden: frozenset[str]) -> ir.Expr:
        match e:
            case ir.Call(func, (ir.Arg(ir.Name() as values, "", ""),)) if is_pairwise(func, path, hidden):
                pairs = (ir.Arg(values), ir.Arg(ir.Subscript(values, ir.Slice(ir.Const(1, "1"), None, None))))
                changed.append(e)
                return ir.Call(ir.Library("builtins", "zip"), pairs)
            case ir.Call(func, args):
                new = library(func, path, hidden) or expression(func, path, hidden)
                return ir.Call(new, tuple(replace(a, value=expression(a.value, path, hidden)) for a in args), at=e.at)
            case ir.Name(id) if id not in hidden and unit.scopes.key(path, id) is None:
                return constant(e, path) or e
            case ir.Attribute():
                return constant(e, path) or rebuild(e, lambda x: expression(x, path, hidden))
            case ir.Lambda(params, _):
                inner = hidden | {p.name for p in params}
                return rebuild(e, lambda x: expression(x, path, inner))
            case ir.Comprehension(_, _, clauses):
                inner = hidden | {n for c in clauses for n in target_names(c.target)}
                return rebuild(e, lambda x: expression(x, path, inner))
            case _:
                return rebuild(e, lambda x: expression(x, path, hidden))

    def is_pairwise(func: ir.Expr, path: str, hidden: frozenset[str]) -> bool:
        """Whether a call is one of `itertools.pairwise`: of a list it is `zip(x, x[1:])`."""
        if not isinstance(func, (ir.Name, ir.Attribute)) or (isinstance(func, ir.Name) and func.id in hidden):
            return False
        return program.callee(unit, path, func) == UnknownCall("itertools.pairwise")

    def library(func: ir.Expr, path: str, hidden: frozenset[str]) -> ir.Expr | None:
        if not isinstance(func, (ir.Name, ir.Attribute)) or (isinstance(func, ir.Name) and func.id in hidden):
            return None
        callee = program.callee(unit, path, func)
        return ir.Library(callee.home, callee.name, at=func.at) if isinstance(callee, LibraryCall) else None

    def constant(e: ir.Name | ir.Attribute, path: str) -> ir.Expr | None:
        if isinstance(e, ir.Name):
            resolved = program.project.resolve(unit.module, e.id)
            match resolved:
                case (_, _, Imported("math" | "numpy" as home, name)) if name:
                    return ir.Library(home, name, at=e.at)
            return None
        if e.attr not in CONSTANTS:
            return None
        callee = program.callee(unit, path, e)
        return ir.Library(callee.home, callee.name, at=e.at) if isinstance(callee, LibraryCall) else None

    def statement(s: ir.Stmt, path: str) -> ir.Stmt:
        def e(x: ir.Expr) -> ir.Expr:
            return expression(x, path, frozenset())

        if isinstance(s, ir.Function):
            inner = f"{path}{s.name}/"
            params = tuple(replace(p, default=p.default and e(p.default)) for p in s.params)
            return replace(s, params=params, body=tuple(statement(x, inner) for x in s.body))
        before = len(changed)
        new = map_expressions(s, e)
        if len(changed) > before:
            new = replace(new, source=replace(new.source, text=None))
        return map_blocks(new, lambda b: tuple(statement(x, path) for x in b))

    changed: list[ir.Expr] = []  # what is spelled in another way
    f = unit.raw
    known = program.project, unit.module

    def param(p: ir.Param) -> ir.Param:
        default = p.default and expression(p.default, "", frozenset())
        return replace(p, default=default, annotation=expanded(*known, p.annotation))

    body = tuple(statement(s, "") for s in f.body)
    return replace(f, params=tuple(map(param, f.params)), returns=expanded(*known, f.returns), body=body)
