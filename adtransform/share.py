"""Values that a statement and its tangent both need are computed once.

    y_d = math.cos(x) * x_d * math.exp(-x) - math.sin(x) * math.exp(-x) * x_d
    y = math.sin(x) * math.exp(-x)

becomes, since `sin` and `exp` are calls and occur twice:

    sin_x = math.sin(x)
    exp_x = math.exp(-x)
    y_d = math.cos(x) * x_d * exp_x - sin_x * exp_x * x_d
    y = sin_x * exp_x

Equal expressions get equal numbers (value numbering; Cocke and Schwartz 1970), from the leaves up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adtransform import ir
from adtransform.effects import raises_first
from adtransform.traverse import children, rebuild, walk

WORTH = 2  # operations that must be saved before a temporary pays
WORTH_IN_LOOP = 1  # one is enough where it is saved many times
PURE_BUILTINS = frozenset("abs min max sum pow round divmod float int bool len zip enumerate range reversed".split())
# what they give is one array each time, which may be written to
MAKING = frozenset(
    "zeros ones empty full zeros_like ones_like empty_like full_like array copy eye identity arange".split()
)
identity = id
PLAIN = (ir.Name, ir.Const, ir.Library, ir.Unary, ir.Binary, ir.Call)
CALL = 20  # what a call counts of which nothing is known: it may do anything, and must not run twice


@dataclass
class Numbering:
    """Numbers of expressions; a number is greater than those of its parts."""

    by_key: dict[object, int] = field(default_factory=dict)
    parts: list[tuple[int, ...]] = field(default_factory=list)
    example: list[ir.Expr] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    memo: dict[int, tuple[ir.Expr, int]] = field(default_factory=dict)
    slices: bool = False  # whether equal slices have one number; what they give is no value, but a view
    made: dict[tuple[int, frozenset[int]], ir.Expr] = field(default_factory=dict)

    def number(self, e: ir.Expr) -> int:
        if id(e) in self.memo:
            return self.memo[id(e)][1]
        shell = outline(e)
        if isinstance(e, ir.Slice) and self.slices:
            shell = ("slice", e.lower is None, e.upper is None, e.step is None)
        inner = tuple(self.number(c) for c in children(e)) if shell is not None or is_making(e) else ()
        key: object = (shell, inner) if shell is not None else ("unique", id(e))
        if isinstance(e, ir.Comprehension) and is_quiet(e):
            key = ("comprehension", e)
        if key not in self.by_key:
            self.by_key[key] = len(self.parts)
            self.parts.append(inner)
            self.example.append(e)
            constant = shell is not None and bool(inner) and all(isinstance(c, ir.Const) for c in children(e))
            self.cost.append(0 if constant else own_cost(e) + sum(self.cost[i] for i in inner))
        self.memo[id(e)] = (e, self.by_key[key])
        return self.by_key[key]


def outline(e: ir.Expr) -> object:
    """What an expression is apart from its parts; None for what is never shared."""
    match e:
        case ir.Name(id):
            return ("name", id)
        case ir.Const(value, text):
            return ("const", type(value).__name__, text)
        case ir.Library(home, name):
            return ("library", home, name)
        case ir.Binary(op) | ir.Unary(op):
            return (type(e).__name__, op)
        case ir.Compare(_, rest):
            return ("compare", *(op for op, _ in rest))
        case ir.Logic(op):
            return ("logic", op)
        case ir.Choice():
            return ("choice",)
        case ir.Call(ir.Library(home, name), args) if is_pure(home, name):
            return ("call", *((a.keyword, a.star) for a in args))
        case ir.Call(ir.Library("numpy", name), args) if name in MAKING:  # another array each time
            return ("made", identity(e), *((a.keyword, a.star) for a in args))
        case ir.Call(ir.Attribute(_, "index" | "count"), args):
            return ("method", len(args))
        case ir.Attribute(_, attr):
            return ("attribute", attr)
        case ir.Subscript():
            return ("subscript",)
        case ir.Display(bracket):
            return ("display", bracket)
        case ir.Star():
            return ("star",)
        case _:
            return None


def is_plain_value(e: ir.Expr) -> bool:
    """Whether an expression has operators and pure library calls alone: evaluated again it gives the same."""
    return all(isinstance(x, PLAIN) and outline(x) is not None for x in walk(e))


def is_quiet(e: ir.Comprehension) -> bool:
    """Whether a comprehension only computes, so that two that are written alike have one value."""
    calls = (x for x in walk(e) if isinstance(x, ir.Call))
    return all(isinstance(x.func, ir.Library) and is_pure(x.func.home, x.func.name) for x in calls)


def is_making(e: ir.Expr) -> bool:
    """Whether a call makes an array, another one each time, of values like those of any call."""
    return isinstance(e, ir.Call) and isinstance(e.func, ir.Library) and e.func.name in MAKING


def is_pure(home: str, name: str) -> bool:
    """Whether two calls with equal arguments are one: anything else may do something each time."""
    return (home != "builtins" or name in PURE_BUILTINS) and name not in MAKING


def own_cost(e: ir.Expr) -> int:
    """How many cheap operations an expression is worth, without its parts."""
    match e:
        case ir.Binary("**"):
            return 4
        case ir.Binary("/" | "//" | "%"):
            return 2
        case ir.Binary() | ir.Unary() | ir.Subscript() | ir.Compare():
            return 1
        case ir.Call(ir.Library(_, "float" | "abs")):
            return 2
        case ir.Call(ir.Library(home, name)) if is_pure(home, name):
            return 4
        case ir.Call() | ir.Comprehension() | ir.Opaque():
            return CALL
        case _:
            return 0


def lazy_parts(e: ir.Expr) -> int:
    """How many parts of an expression are always evaluated; the others may not be."""
    match e:
        case ir.Choice() | ir.Logic():
            return 1
        case ir.Compare():
            return 2
        case ir.Comprehension() | ir.Lambda():
            return 0
        case _:
            return 1_000_000


@dataclass(frozen=True)
class Shared:
    """`temporaries` in the order of evaluation, then the expressions with the temporaries put in."""

    temporaries: list[tuple[ir.Name, ir.Expr]]
    primal: ir.Expr
    tangents: tuple[ir.Expr, ...]


def share(
    primal: ir.Expr,
    tangents: tuple[ir.Expr, ...],
    new: Callable[[ir.Expr], ir.Name],
    root: ir.Name | None,
    worth: int = WORTH,
) -> Shared:
    """Find what is worth a temporary, and put it in.

    `root` stands in the tangents for the primal's value; None if that has no name.  `new` makes a temporary.
    """
    if is_trivial(primal):
        return Shared([], primal, tangents)
    table = Numbering()
    top = table.number(primal)
    tops = [table.number(t) for t in tangents]
    hoistable = evaluated(table, [primal, *tangents])
    chosen = choose(table, top, tops, hoistable, root is not None, worth)
    if not chosen and (root is None or not reads_top(table, top, tops)):
        return Shared([], primal, tangents)
    in_order(table, primal, top, chosen)
    names: dict[int, ir.Name] = {}
    found: list[tuple[ir.Name, ir.Expr]] = []
    for n in sorted(chosen):
        name = new(table.example[n])
        value = insert(table, table.example[n], names, skip=n)
        names[n] = name
        found.append((name, value))
    in_tangents = dict(names) | ({top: root} if root is not None else {})
    return Shared(
        found,
        insert(table, primal, names),
        tuple(insert(table, t, in_tangents) for t in tangents),
    )


def is_trivial(e: ir.Expr) -> bool:
    """A leaf, or one cheap operation on leaves: nothing that a temporary could save."""
    match e:
        case ir.Binary("+" | "-" | "*", ir.Name() | ir.Const(), ir.Name() | ir.Const()):
            return True
        case ir.Unary("-", ir.Name()):
            return True
        case _:
            return isinstance(e, (ir.Name, ir.Const))


def reads_top(table: Numbering, top: int, tops: list[int]) -> bool:
    """Whether the value itself occurs in a tangent."""
    seen, stack = set(tops), list(tops)
    while stack:
        n = stack.pop()
        if n == top:
            return True
        if n > top:
            for part in table.parts[n]:
                if part not in seen:
                    seen.add(part)
                    stack.append(part)
    return top in seen


def evaluated(table: Numbering, tops: list[ir.Expr]) -> set[int]:
    """Numbers of the expressions that are always evaluated."""
    found: set[int] = set()
    stack = list(tops)
    while stack:
        e = stack.pop()
        found.add(table.number(e))
        if outline(e) is not None:
            stack.extend(children(e)[: lazy_parts(e)])
    return found


def choose(table: Numbering, top: int, tops: list[int], hoistable: set[int], has_root: bool, worth: int) -> set[int]:
    """The numbers worth a temporary."""
    uses = [0] * len(table.parts)
    in_tangent = [False] * len(table.parts)
    uses[top] += 1
    for t in tops:
        uses[t] += 1
        in_tangent[t] = True
    chosen: set[int] = set()
    stored = isinstance(table.example[top], ir.Display)
    for n in range(len(table.parts) - 1, -1, -1):
        if not uses[n]:
            continue
        saved = (uses[n] - 1) * table.cost[n]
        pays = saved >= worth and in_tangent[n] and n in hoistable and is_value(table.example[n])
        if stored and is_slice(table.example[n]):
            pays = False  # several variables get lists of their own
        if pays and n != top:
            chosen.add(n)
        elif pays and not has_root:
            chosen.add(n)
        times = 1 if pays else uses[n]
        for part in table.parts[n]:
            if isinstance(table.example[n], ir.Subscript) and part != table.parts[n][0] and table.cost[part] <= 1:
                continue  # `i + 1` in `x[i + 1]` stays where it is read
            uses[part] += times
            in_tangent[part] = in_tangent[part] or (in_tangent[n] and not (n == top and has_root))
    return chosen


def is_value(e: ir.Expr) -> bool:
    if isinstance(e, ir.Unary):
        return not isinstance(e.operand, ir.Name)
    return not makes_list(e) and not isinstance(
        e, (ir.Name, ir.Const, ir.Library, ir.Display, ir.Star, ir.Slice, ir.Compare, ir.Logic, ir.Attribute)
    )


def is_slice(e: ir.Expr) -> bool:
    return isinstance(e, ir.Subscript) and isinstance(e.index, ir.Slice)


def makes_list(e: ir.Expr) -> bool:
    """Whether an expression is a new list each time: a list and its tangent are two."""
    if isinstance(e, ir.Binary) and e.op in "+*":
        return makes_list(e.left) or makes_list(e.right)
    return isinstance(e, ir.Display) and e.bracket == "["


def in_order(table: Numbering, primal: ir.Expr, top: int, chosen: set[int]) -> None:
    """What can raise and was evaluated before a temporary that can raise becomes one too."""
    order: list[int] = []

    def visit(e: ir.Expr) -> None:
        if outline(e) is not None:
            for c in children(e)[: lazy_parts(e)]:
                visit(c)
        order.append(table.number(e))

    visit(primal)
    last = max((i for i, n in enumerate(order) if n in chosen and raises_first(table.example[n])), default=-1)
    inside: set[int] = set()
    for n in chosen:
        stack = [n]
        while stack:
            part = stack.pop()
            if part not in inside:
                inside.add(part)
                stack.extend(table.parts[part])
    for n in order[: last + 1]:
        if n not in inside and n != top and is_value(table.example[n]) and raises_first(table.example[n]):
            if own_raise(table.example[n]):
                chosen.add(n)


def own_raise(e: ir.Expr) -> bool:
    if isinstance(e, ir.Binary):
        return e.op in ("/", "//", "%", "**")
    return isinstance(e, (ir.Call, ir.Subscript, ir.Comprehension, ir.Opaque))


def insert(table: Numbering, e: ir.Expr, names: dict[int, ir.Name], skip: int = -1) -> ir.Expr:
    """The expression with temporaries in place of what they hold."""
    if not names:
        return e
    n = table.number(e)
    if n in names and n != skip:
        return names[n]
    if is_making(e):  # one call stays one, wherever it stands
        key = (n, frozenset(names))
        if key not in table.made:
            table.made[key] = rebuild(e, lambda c: insert(table, c, names))
        return table.made[key]
    return e if outline(e) is None else rebuild(e, lambda c: insert(table, c, names))
