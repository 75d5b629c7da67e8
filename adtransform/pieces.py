"""Small rewrites of statements."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import replace

from adtransform import ir
from adtransform.templates import substitute
from adtransform.traverse import expressions, map_blocks, map_expressions, rebuild, statements, target_names, walk

NUMBERED = re.compile(r"t\d+$")
VALUE = ir.Name("the new value")  # stands for what the primal statement assigns; no variable can have this name
STORE_HELP = "Keep active values in variables, in tuples, or in lists and arrays that are made in the function."


def pair(value: ir.Expr, tangent: ir.Expr) -> ir.Expr:
    return ir.Display("(", (value, tangent))


def put(d: ir.Expr, value: ir.Expr) -> ir.Expr:
    """The tangent with the primal's new value in its place."""
    return substitute(d, {VALUE.id: value})


def show_name(e: ir.Expr) -> str:
    return e.id if isinstance(e, ir.Name) else e.attr if isinstance(e, ir.Attribute) else "it"


def zipped(items: list[ir.Expr], rest: tuple[ir.Arg, ...] = ()) -> ir.Expr:
    return ir.Call(ir.Library("builtins", "zip"), (*(ir.Arg(i) for i in items), *rest))


def keywords(e: ir.Call) -> tuple[ir.Arg, ...]:
    return tuple(a for a in e.args if a.keyword)


def with_lead(pre: list[ir.Stmt], s: ir.Stmt) -> list[ir.Stmt]:
    """Statements above another: its comments move up, and the comment behind it stays."""
    if not pre:
        return [s]
    first = replace(pre[0], source=replace(pre[0].source, lead=s.source.lead))
    return [first, *pre[1:], replace(s, source=replace(s.source, lead=()))]


def without_text(source: ir.Source) -> ir.Source:
    return replace(source, text=None)


def untold(source: ir.Source, same: bool) -> ir.Source:
    return source if same else replace(source, text=None)


def is_docstring(s: ir.Stmt) -> bool:
    return isinstance(s, ir.Effect) and isinstance(s.value, ir.Const) and isinstance(s.value.value, str)


def without_unused(s: ir.Assign, nobody: ir.Name | None) -> ir.Assign:
    """`_, r_d = 0.0, x_d` is `r_d = x_d`."""
    match s:
        case ir.Assign((ir.Display(bracket, ts),), ir.Display(_, vs)) if nobody in ts and len(ts) == len(vs):
            kept = [(t, v) for t, v in zip(ts, vs, strict=True) if t != nobody]
            if len(kept) == 1 and not isinstance(kept[0][1], ir.Star):
                return ir.Assign((kept[0][0],), kept[0][1])
            if kept and not any(isinstance(x, ir.Star) for pair_ in kept for x in pair_):
                return ir.Assign(
                    (ir.Display(bracket, tuple(t for t, _ in kept)),), ir.Display("(", tuple(v for _, v in kept))
                )
    return s


def read_names(block: ir.Block, own: frozenset[str]) -> set[str]:
    """Names that a block reads; a function that only calls itself does not count as read."""
    found: set[str] = set()
    for s in statements(block):
        found |= {n.id for e in expressions(s) for n in walk(e) if isinstance(n, ir.Name) and n.id not in own}
        if isinstance(s, ir.Function):
            found |= read_names(s.body, own | {s.name})
    return found


def without_idle(body: list[ir.Stmt], functions: dict[str, list[ir.Function]]) -> list[ir.Stmt]:
    """The body without the nested functions that nothing calls any more."""
    nested = {f.name for path, fs in functions.items() if path for f in fs}
    while nested:
        read = read_names(tuple(body), frozenset())
        idle = nested - read
        if not idle:
            break
        nested -= idle

        def keep(block: ir.Block, idle: set[str] = idle) -> ir.Block:
            kept = tuple(s for s in block if not (isinstance(s, ir.Function) and s.name in idle and not s.decorators))
            return tuple(map_blocks(s, keep) for s in kept) or (ir.Keyword("pass"),) * bool(block)

        body = list(keep(tuple(body)))
    return body


def holds_list(e: ir.Expr) -> bool:
    """Whether a value is a list, or a tuple with lists in it, or a copy of one."""
    match e:
        case ir.Display("["):
            return True
        case ir.Display(_, items):
            return any(holds_list(i) for i in items)
        case ir.Binary("+" | "*", left, right):
            return holds_list(left) or holds_list(right)
        case ir.Comprehension("["):
            return True
        case _:
            return False


def renumbered(block: ir.Block, temporaries: Set[str]) -> ir.Block:
    """The block with `t1`, `t2`, … in the order in which they are assigned."""
    numbered = [
        n for s in statements(block, nested=True) for n in ordered_names(s) if n in temporaries and NUMBERED.match(n)
    ]
    free = sorted(dict.fromkeys(numbered), key=lambda n: int(n[1:]))
    new = dict(zip(dict.fromkeys(numbered), free, strict=True))
    if all(old == name for old, name in new.items()):
        return block

    def expression(e: ir.Expr) -> ir.Expr:
        if not isinstance(e, ir.Name):
            return rebuild(e, expression)
        for stem, tail in ((e.id, ""), *((e.id[:i], e.id[i:]) for i in [e.id.find("_")] if i > 0)):
            if stem in new and (not tail or e.id in {n + tail for n in new}):
                return ir.Name(new[stem] + tail, at=e.at)
        return e

    def whole(b: ir.Block) -> ir.Block:
        done = []
        for s in b:
            s = replace(s, body=whole(s.body)) if isinstance(s, ir.Function) else s
            done.append(map_blocks(map_expressions(s, expression), whole))
        return tuple(done)

    return whole(block)


def ordered_names(s: ir.Stmt) -> list[str]:
    """The variables that an assignment binds, from left to right."""
    return [n for t in s.targets for n in target_names(t)] if isinstance(s, ir.Assign) else []
