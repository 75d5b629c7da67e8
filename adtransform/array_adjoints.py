"""Adjoints of array operations: what flows into each operand, summed where the operand was broadcast.

    y = x @ w + b              x_b = y_b @ w.T
                               w_b = x.T @ y_b
                               b_b = unbroadcast(y_b, b)

The adjoint of an array is an array of the same shape; a number in its place stands for as many equal ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from adtransform import array_calculus as calculus
from adtransform import ir
from adtransform.array_rules import LIKE
from adtransform.array_tangents import JOINING, is_alias, library_name
from adtransform.calculus import number
from adtransform.extents import same
from adtransform.listwise import OWNED
from adtransform.refusals import Refused
from adtransform.tables import base_of
from adtransform.traverse import expressions, map_blocks, map_expressions, names, rebuild, statements, walk

if TYPE_CHECKING:
    from adtransform.adjoints import Adjoints

Shares = list[tuple[str, ir.Expr]]
MOVING = frozenset("transpose swapaxes moveaxis reshape ravel flatten flip fliplr flipud".split())  # each item once


def is_array(work: Adjoints, e: ir.Expr) -> bool:
    return work.inference is not None and work.shape_of(e, "").kind == "array"


def has_arrays(work: Adjoints, e: ir.Expr) -> bool:
    """Whether an expression reads an array of the source."""
    return work.inference is not None and any(isinstance(x, ir.Name) and is_array(work, x) for x in walk(e))


def shares(work: Adjoints, e: ir.Expr, seed: ir.Expr) -> Shares | None:
    """What flows through an array operation; None for anything else."""
    if work.inference is None:
        return None
    if isinstance(e, ir.Call) and (name := library_name(work, e, "")) in JOINING:
        return joining(work, e, name, full(work, e, seed))
    if isinstance(e, ir.Call) and library_name(work, e, "") == "einsum":
        return einsum(work, e, full(work, e, seed))
    op = calculus.operation(work, e, "")
    if op is None:
        return None
    if op.rule.equivalent:
        return work.shares(calculus.equivalent(work, op, ""), seed, "")
    found: Shares = []
    for n, a in op.args.items():
        if not work.is_active(a, ""):
            continue
        if LIKE.get(op.rule.name) == n and n not in op.rule.adjoints:
            continue
        if n not in op.rule.adjoints:
            raise Refused(e, "N104", f"there is no rule for `numpy.{op.rule.name}` by `{n}`", calculus.UNKNOWN)
        if op.rule.name in MOVING and work.extents.of(seed) == () and is_array(work, a):
            share = seed  # one number for all items, wherever they are
        else:
            share = calculus.adjoint(work, op, n, seed if passes(work, op, n) else full(work, e, seed), "")
            share = calculus.vectorised(work, share, "") or share
        if work.shape_of(a, "").kind == "number":
            share = as_number(work, share)
        found += work.shares(a, work.whole(a, as_values(work, a, share)), "")
    return found


def own(work: Adjoints, e: ir.Expr) -> ir.Expr:
    """What a temporary holds: a copy, if it would be a view of an adjoint that changes later (see `with_owned`)."""
    view = work.inference is not None and isinstance(e, ir.Subscript) and is_alias(e) and work.extents.of(e) != ()
    return ir.Call(OWNED, (ir.Arg(e),)) if view else e


def as_number(work: Adjoints, share: ir.Expr) -> ir.Expr:
    """The adjoint of a number, from an array of as many axes as it has: none."""
    match share:
        case ir.Call(ir.Library("numpy", "broadcast_to"), (ir.Arg(value), _)):
            return call("sum", value)
        case _:
            return share if work.extents.of(share) == () else call("sum", share)


def passes(work: Adjoints, op: calculus.Operation, operand: str) -> bool:
    """Whether a number for the adjoint of all items is one for those of the operand as well."""
    if work.shape_of(op.args[operand], "").kind not in ("array", "number"):
        return False  # each item of a display has an adjoint of its own
    return op.rule.adjoints[operand] == "v_b"


def as_values(work: Adjoints, operand: ir.Expr, share: ir.Expr) -> ir.Expr:
    """The adjoint of a list that was made an array is a list."""
    if isinstance(operand, ir.Display) or work.shape_of(operand, "").kind not in ("list", "sequence"):
        return share
    return ir.Call(ir.Attribute(share, "tolist"), ())


def full(work: Adjoints, e: ir.Expr, seed: ir.Expr) -> ir.Expr:
    """An adjoint in the shape of the value, where it may be one number for all."""
    if not is_array(work, e) or work.extents.of(seed) != ():
        return seed
    return call("broadcast_to", seed, call("shape", e))


def fitted(work: Adjoints, share: ir.Expr, operand: ir.Expr) -> ir.Expr:
    """A share in the shape of an operand that may have been broadcast."""
    given, own = work.extents.of(share), work.extents.of(operand)
    if not is_array(work, operand):
        if given == () or not is_array_valued(work, share):
            return share
        return call("sum", share)
    if given == () or same(given, own):
        return share
    return ir.Call(ir.Library("helper", "unbroadcast"), (ir.Arg(share), ir.Arg(operand)))


@contextmanager
def seeded(work: Adjoints, target: ir.Name, value: ir.Expr) -> Iterator[ir.Expr]:
    """The adjoint of a variable as that of its value, whose shape it has while its assignment is looked at; a number
    may have become an array elsewhere.
    """
    seed = work.tangent(target.id)
    if not is_array(work, target):
        if work.inference is not None and work.shape_of(value, "").kind == "number":
            work.extents.of_variable[seed.id] = ()
        yield seed
    elif not is_array(work, value):
        yield fitted(work, seed, value)
    else:
        work.extents.of_variable[seed.id] = work.extents.of(value)
        yield seed
        del work.extents.of_variable[seed.id]


def is_array_valued(work: Adjoints, e: ir.Expr) -> bool:
    """Whether an expression of the reverse sweep may be an array."""
    return any(
        (work.extents.of(x) != () and is_known(work, x)) if isinstance(x, ir.Name) else is_array(work, x)
        for x in walk(e)
        if isinstance(x, (ir.Name, ir.Call, ir.Attribute, ir.Subscript))
    )


def is_known(work: Adjoints, x: ir.Name) -> bool:
    return x.id in work.extents.of_variable or bool(work.extents.primal(x.id)) or is_array(work, x)


def elementwise(work: Adjoints, e: ir.Expr, operands: list[ir.Expr], seed: ir.Expr) -> ir.Expr:
    """The adjoint of an elementwise operation, as large as its value if one operand is smaller."""
    if not is_array(work, e) or work.extents.of(seed) != ():
        return seed
    whole = work.extents.of(e)
    if all(same(work.extents.of(o), whole) for o in operands):
        return seed
    return full(work, e, seed)


def joining(work: Adjoints, e: ir.Call, name: str, seed: ir.Expr) -> Shares:
    """`np.concatenate((a, b))`: each part gets its piece."""
    if name == "append":
        parts: tuple[ir.Expr, ...] = tuple(a.value for a in e.args if not a.keyword)
    elif isinstance(e.args[0].value, ir.Display):
        parts = e.args[0].value.items
    else:
        raise Refused(e, "N104", f"`numpy.{name}` of arrays that are not written out has no adjoint yet", PARTS)
    if any(isinstance(p, ir.Star) for p in parts):
        raise Refused(e, "N104", f"`numpy.{name}` of starred arguments has no adjoint yet", PARTS)
    axis = next((a.value for a in e.args if a.keyword == "axis"), None)
    if axis is None and name in ("concatenate", "stack") and len(e.args) > 1:
        axis = e.args[1].value
    k = number(axis) if axis is not None else 0
    ranks = [calculus.axes(work, p, "") for p in parts]
    if not isinstance(k, int) or k < 0 or (name == "append" and (axis is not None or ranks[0] != 1)):
        raise Refused(e, "N104", f"the axis of `numpy.{name}` has no adjoint yet", calculus.AXES)
    if name in ("hstack", "vstack", "column_stack", "append"):
        k, stacked = axis_of(e, name, ranks)
    else:
        stacked = name == "stack"
    found: Shares = []
    offset: ir.Expr | None = None
    for n, (p, rank) in enumerate(zip(parts, ranks, strict=True)):
        length: ir.Expr = (
            ir.Const(1, "1") if stacked or rank == 0 else ir.Subscript(ir.Attribute(p, "shape"), literal(k))
        )
        if k == 0 and not stacked and rank != 0:
            length = ir.Call(ir.Library("builtins", "len"), (ir.Arg(p),))
        end = length if offset is None else ir.Binary("+", offset, length)
        if stacked or (rank == 0 and all(r == 0 for r in ranks[:n])):
            at: ir.Expr = literal(n)
        elif rank == 0:
            at = offset or literal(0)
        else:
            at = ir.Slice(offset, None if n == len(parts) - 1 else end, None)
        if work.is_active(p, ""):
            whole = ir.Slice(None, None, None)
            piece: ir.Expr = ir.Subscript(seed, ir.Display("(", (*[whole] * k, at)) if k else at)
            if name == "append" and rank is None:
                piece = call("reshape", piece, call("shape", p))
            found += work.shares(p, work.whole(p, piece), "")
        offset = end
    return found


def axis_of(e: ir.Call, name: str, ranks: list[int | None]) -> tuple[int, bool]:
    """The axis that `hstack` and its like join along, and whether it is a new one."""
    if name == "append" or (name == "hstack" and all(r in (0, 1) for r in ranks)):
        return 0, False
    if name == "vstack" and all(r == 1 for r in ranks):
        return 0, True
    if name == "column_stack" and all(r == 1 for r in ranks):
        return 1, True
    if all(r == 2 for r in ranks):
        return (0 if name == "vstack" else 1), False
    raise Refused(e, "N104", f"how many axes the arguments of `numpy.{name}` have does not show", calculus.AXES)


def einsum(work: Adjoints, e: ir.Call, seed: ir.Expr) -> Shares:
    """`einsum("ij,jk->ik", a, b)`: the indices of an operand change places with those of the value."""
    text = e.args[0].value.value if isinstance(e.args[0].value, ir.Const) else None
    if not isinstance(text, str) or "->" not in text or "." in text or any(a.keyword for a in e.args):
        raise Refused(e, "N104", "`numpy.einsum` without an explicit `->` has no adjoint yet", "Write all indices.")
    given, out = text.replace(" ", "").split("->")
    terms = given.split(",")
    operands = [a.value for a in e.args[1:]]
    found: Shares = []
    for k, (own, a) in enumerate(zip(terms, operands, strict=True)):
        if not work.is_active(a, ""):
            continue
        others = [t for j, t in enumerate(terms) if j != k]
        lost = [i for i in own if i not in out and not any(i in t for t in others)]
        if len(set(own)) < len(own):
            raise Refused(e, "N104", "`numpy.einsum` of a diagonal has no adjoint yet", "Take the diagonal first.")
        kept = "".join(i for i in own if i not in lost)
        values = [o for j, o in enumerate(operands) if j != k]
        share: ir.Expr = ir.Call(
            ir.Library("numpy", "einsum"),
            (ir.Arg(constant(f"{','.join([out, *others])}->{kept}")), ir.Arg(seed), *map(ir.Arg, values)),
        )
        for i in sorted(lost, key=own.index):
            share = call("expand_dims", share, literal(own.index(i)))
        if lost:
            share = call("broadcast_to", share, call("shape", a))
        found += work.shares(a, work.whole(a, share), "")
    return found


def constant(text: str) -> ir.Expr:
    return ir.Const(text, f'"{text}"')


def literal(k: int | float | None) -> ir.Expr:
    return ir.Const(k, str(k))


def call(name: str, *args: ir.Expr) -> ir.Expr:
    return ir.Call(ir.Library("numpy", name), tuple(map(ir.Arg, args)))


def with_owned(block: ir.Block, around: ir.Block = ()) -> ir.Block:
    """A reverse sweep with copies where they matter: where an array is changed in place that something else may name.

    `around` are the statements that may run after the block: those behind it, and those of a loop around it.
    """
    return settled_block(block, *touched(around))


def touched(block: ir.Block) -> tuple[set[str], set[str]]:
    """The names of the arrays that a block writes to, and all names in it."""
    inside = list(statements(block))
    written = {n for x in inside for n in changed_in_place(x)}
    return written, {n for x in inside for e in expressions(x) for n in names(e)}


def settled_block(block: ir.Block, written: set[str], read: set[str]) -> ir.Block:
    """The block with its copies settled; `written` and `read` is what happens behind it."""
    found: list[ir.Stmt] = []
    written, read = set(written), set(read)
    for s in reversed(block):
        own = touched((s,))
        new = map_expressions(s, partial(settled, kept=is_kept(s, written, read), written=written))
        if isinstance(new, ir.Assign) and is_passing(new, written, read):
            new = replace(new, value=call("array", new.value))
        is_loop = isinstance(s, (ir.For, ir.While))
        inner = (written | own[0], read | own[1]) if is_loop else (written, read)
        found.append(map_blocks(new, lambda b, inner=inner: settled_block(b, *inner)))  # type: ignore[misc]
        written |= own[0]
        read |= own[1]
    return tuple(reversed(found))


def is_kept(s: ir.Stmt, written: set[str], read: set[str]) -> bool:
    """Whether a statement names an array that is changed later, while another name for it is still read."""
    if not isinstance(s, ir.Assign) or not any(isinstance(t, ir.Name) and t.id in written for t in s.targets):
        return False
    match s.value:
        case ir.Call(func, (ir.Arg(ir.Name(id)),)) if func == OWNED and not id.startswith("seed"):
            return id in read
        case _:
            return True


def is_passing(s: ir.Assign, written: set[str], read: set[str]) -> bool:
    """Whether a view, `np.broadcast_to(x_b, …)`, is written to, or read when the array has changed."""
    match s:
        case ir.Assign((ir.Name(id),), ir.Call(func) as value):
            if func == ir.Library("numpy", "broadcast_to") and id in written:
                return True
            return is_alias(value) and (id in written or (id in read and bool(names(value) & written)))
        case _:
            return False


def settled(e: ir.Expr, kept: bool, written: set[str]) -> ir.Expr:
    match e:
        case ir.Call(func, (ir.Arg(value),)) if func == OWNED:
            inner = settled(value, False, written)
            return call("array", inner) if kept or names(value) & written else inner
        case _:
            return rebuild(e, partial(settled, kept=False, written=written))


def changed_in_place(s: ir.Stmt) -> set[str]:
    """The names of arrays that a statement writes to."""
    match s:
        case ir.Augment(target):
            return {base_of(target).id}  # type: ignore[union-attr]
        case ir.Assign(targets):
            return {base_of(t).id for t in targets if isinstance(t, ir.Subscript)}  # type: ignore[union-attr]
        case ir.Effect(ir.Call(ir.Library("numpy", "add.at"), (ir.Arg(target), *_))):
            return {base_of(target).id}  # type: ignore[union-attr]
        case _:
            return set()


PARTS = "Write the arrays in a tuple."
