"""What has to be asked, or refused, because the number of axes of an array does not show."""

from __future__ import annotations

from adtransform import ir
from adtransform.refusals import Refused
from adtransform.structure import find, rank_of
from adtransform.traverse import statements
from adtransform.work import Work

MAKERS = frozenset({"where", "array", "asarray"})  # what they give may be an array of no axes


def guards(work: Work, f: ir.Function) -> ir.Block:
    """Tests of the number of axes of those arrays of which it only shows by how they are indexed."""
    found: list[ir.Stmt] = []
    for p in f.params if work.inference is not None else ():
        s = work.shape_of(ir.Name(p.name), "")
        inner = find(s.items[0]) if s.kind in ("list", "sequence") and s.items else s
        if inner.kind != "array" or not rank_of(inner).assumed or p.name not in work.active:
            continue
        if (count := rank_of(inner).count) <= 0:
            continue
        value = ir.Name(p.name) if inner is s else ir.Name("a")
        test: ir.Expr = ir.Compare(call("ndim", value), (("!=", ir.Const(count, str(count))),))
        if inner is not s:
            each = ir.Comprehension("(", test, (ir.Clause(ir.Name("a"), ir.Name(p.name)),))
            test = ir.Call(ir.Library("builtins", "any"), (ir.Arg(each),))
        text = f"{p.name}: an array with {count} ax{'i' if count == 1 else 'e'}s is expected"
        error = ir.Call(ir.Library("builtins", "ValueError"), (ir.Arg(ir.Const(text, f'"{text}"')),))
        found.append(ir.If(test, (ir.Inert("raise", ("raise ", error)),), ()))
    return tuple(found)


def call(name: str, e: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("numpy", name), (ir.Arg(e),))


def changes_items(f: ir.Function) -> bool:
    """Whether a variable that is set to an item is then changed by `v *= …`: a row would change its array."""
    items = {
        s.targets[0].id
        for s in statements(f.body)
        if isinstance(s, ir.Assign) and isinstance(s.targets[0], ir.Name) and isinstance(s.value, ir.Subscript)
    }
    return any(
        isinstance(s, ir.Augment) and isinstance(s.target, ir.Name) and s.target.id in items for s in statements(f.body)
    )


def is_made(e: ir.Expr) -> bool:
    """Whether numpy makes an array of a value, perhaps one of no axes."""
    return (
        isinstance(e, ir.Call) and isinstance(e.func, ir.Library) and e.func.home == "numpy" and e.func.name in MAKERS
    )


def check_names(work: Work, target: ir.Name, s: ir.Stmt) -> None:
    """Raise `Refused` where `t *= …` changes an array of no axes that has another name."""
    assigned = [x for x in statements(work.unit.function.body) if isinstance(x, ir.Assign)]
    if not any(is_made(x.value) for x in assigned):
        return
    alike = {target.id}
    for _ in assigned:
        for x in assigned:
            own = {t.id for t in x.targets if isinstance(t, ir.Name)}
            if isinstance(x.value, ir.Name) and (own | {x.value.id}) & alike:
                alike |= own | {x.value.id}
    made = (x.value for x in assigned if any(isinstance(t, ir.Name) and t.id in alike for t in x.targets))
    if len(alike) > 1 and any(map(is_made, made)):
        text = f"`{target.id}` may be an array of no axes that has another name, and is changed in place"
        raise Refused(s, "N140", text, f"Write `{target.id} = {target.id} …`.")
