"""The shapes of arrays as symbols: which of them are certainly equal, so that no broadcast has to be undone.

    y = x @ w          (x0, w1) for x of (x0, x1) and w of (w0, w1)
    u[2:] - u[:-2]     both (u0 - 2,)

An extent is a tuple of lengths, empty for a number; one that is a text stands for all lengths of an array at once;
None is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adtransform import ir
from adtransform.array_rules import LIKE
from adtransform.arrays import REDUCING
from adtransform.calls import bind_names
from adtransform.printer import show
from adtransform.rules import BY_NUMPY_NAME
from adtransform.structure import Shape, find, rank_of
from adtransform.traverse import expressions, names, own_names, statements, walk

Length = tuple[str, int] | None  # a symbol, and how many items less
Extent = tuple[Length, ...] | str | None
ONE: Length = ("1", 0)
KEEPING = frozenset(
    "copy array asarray zeros_like ones_like empty_like full_like flip roll sort cumsum tril triu".split()
)
KEEPING |= frozenset("astype ascontiguousarray real conjugate nan_to_num fliplr flipud asanyarray around round".split())


@dataclass
class Extents:
    """The extents in the outermost scope of one function; `shape` gives the kinds of expressions, `primal` the variable
    whose tangent or adjoint a name is.
    """

    function: ir.Function
    shape: Callable[[ir.Expr], Shape]
    primal: Callable[[str], str]
    of_variable: dict[str, Extent] = field(default_factory=dict)
    bound: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the extents of variables: those that all their assignments agree on."""
        params = {p.name for p in self.function.params}
        values: dict[str, list[ir.Expr | None]] = {}
        for s in statements(self.function.body):
            for n in own_names(s):
                self.bound[n] = self.bound.get(n, 0) + 1
                values.setdefault(n, []).append(value_of(s, n))
        for n in params:
            self.of_variable[n] = self.of_param(n)
        clean = self.first_assigned(self.function.body, set(params))
        self.in_order(clean)
        values = {n: v for n, v in values.items() if n not in clean}
        unknown = dict.fromkeys(values.keys() - params)
        for _ in range(4):
            found = {n: self.agreed(n, values[n], n in params, n in unknown) for n in values}
            still = {n for n in unknown if found[n] is None and any(self.waits(v, unknown) for v in values[n])}
            changed = {n: e for n, e in found.items() if self.of_variable.get(n) != e}
            self.of_variable |= found
            if not changed and still == unknown.keys():
                break
            unknown = dict.fromkeys(still)
        self.in_order(clean)

    def first_assigned(self, block: ir.Block, seen: set[str]) -> dict[str, ir.Expr]:
        """The variables that are assigned once, before they are read, whenever what follows runs; with their values.

        `seen` are the names that occur before; those of the block are added.
        """
        found: dict[str, ir.Expr] = {}
        for s in block:
            match s:
                case ir.Assign((ir.Name(id),), value) if self.bound.get(id) == 1:
                    if id not in seen and id not in names(value):
                        found[id] = value
                case ir.For() | ir.While():
                    found |= self.first_assigned(s.body, set(seen))
                case _:
                    pass
            seen |= {n for x in statements((s,)) for e in expressions(x) for n in names(e)}
        return found

    def in_order(self, clean: dict[str, ir.Expr]) -> None:
        """The extents of such variables; what is not known of one gets its name."""
        for n, value in clean.items():
            found = self.of(value)
            unknown = found is None or isinstance(found, str) or None in found
            self.of_variable[n] = n if unknown and self.kind(ir.Name(n)) == "array" else found

    def waits(self, e: ir.Expr | None, unknown: dict[str, None]) -> bool:
        return e is not None and bool(names(e) & unknown.keys())

    def of_param(self, name: str) -> Extent:
        s = find(self.shape(ir.Name(name)))
        if s.kind == "number":
            return ()
        if s.kind != "array":
            return None
        count = rank_of(s).count
        return tuple((f"{name}{k}", 0) for k in range(count)) if count > 0 else name

    def agreed(self, name: str, values: list[ir.Expr | None], is_param: bool, first: bool) -> Extent:
        if find(self.shape(ir.Name(name))).kind == "number":
            return ()
        found = [self.of_param(name)] if is_param else []
        for v in values:
            e = self.of(v) if v is not None else None
            e = None if isinstance(e, str) and e.startswith("shape of") else e
            if v is not None and first and e is None and name in names(v):
                continue  # of itself: what the others say
            found.append(e)
        return found[0] if found and all(e == found[0] for e in found) else None

    def equal(self, a: ir.Expr, b: ir.Expr, path: str = "") -> bool:
        """Whether two expressions certainly have the same shape."""
        return not path and same(self.of(a), self.of(b))

    # --- expressions --------------------------------------------------------------------------------------------------

    def of(self, e: ir.Expr) -> Extent:
        """The extent of an expression; where nothing is known, its text stands for it."""
        found = self.known(e)
        if found is None and isinstance(e, (ir.Binary, ir.Unary)) and self.kind(e) == "number":
            return ()
        if found is None and isinstance(e, ir.Name) and (own := self.primal(e.id)) in self.of_variable:
            return f"shape of {own}"
        if found is None and isinstance(e, (ir.Name, ir.Binary, ir.Call, ir.Subscript)) and self.kind(e) == "array":
            return f"shape of {show(e)}"
        return found

    def known(self, e: ir.Expr) -> Extent:
        match e:
            case ir.Const():
                return ()
            case ir.Name(id):
                return self.of_variable[id] if id in self.of_variable else self.of_other(id)
            case ir.Library():
                return ()
            case ir.Unary(_, operand):
                return self.of(operand)
            case ir.Binary("@", left, right):
                return product(self.of(left), self.of(right))
            case ir.Binary(_, left, right):
                return joined(self.of(left), self.of(right))
            case ir.Compare(left, rest):
                found = self.of(left)
                for _, r in rest:
                    found = joined(found, self.of(r))
                return found
            case ir.Choice(_, body, orelse):
                a, b = self.of(body), self.of(orelse)
                return a if a == b else None
            case ir.Subscript(value, index):
                return self.item(self.of(value), index) if self.kind(e) != "number" else ()
            case ir.Attribute(value, "T"):
                return turned(self.of(value))
            case ir.Call():
                return () if self.kind(e) == "number" else self.call(e)
            case _:
                return () if self.kind(e) == "number" else None

    def of_other(self, name: str) -> Extent:
        """A name that is no variable of the source: a tangent or adjoint has the shape of its variable."""
        own = self.primal(name)
        return self.of_variable.get(own) if own else () if self.kind(ir.Name(name)) == "number" else None

    def kind(self, e: ir.Expr) -> str:
        try:
            return find(self.shape(e)).kind
        except KeyError:
            return ""

    def call(self, e: ir.Call) -> Extent:
        match e.func:
            case ir.Library("numpy" | "helper", name):
                args = e.args
            case ir.Attribute(value, name):
                args = (ir.Arg(value), *e.args)
            case _:
                return None
        if name in PARAMS:
            named = bind_names(PARAMS[name], ir.Call(e.func, args))
            return self.of(named[LIKE[name]])
        first = self.of(args[0].value) if args else None
        if name == "owned":
            return first
        if name in KEEPING:
            return first
        if name in ("zeros", "ones", "empty", "full"):
            return self.lengths(args[0].value)
        if name == "expand_dims" and isinstance(first, tuple) and isinstance(args[1].value, ir.Const):
            k = args[1].value.value
            return (*first[:k], ONE, *first[k:]) if isinstance(k, int) and k >= 0 else None
        if name == "broadcast_to":
            return self.lengths(args[1].value)
        if name == "transpose" and len(args) == 1:
            return turned(first)
        if name == "outer" and len(args) == 2:
            second = self.of(args[1].value)
            plain = isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second) == 1
            return (*first, *second) if plain else None  # type: ignore[misc]
        if name in ("dot", "matmul") and len(args) == 2:
            return product(first, self.of(args[1].value))
        if name in ("linalg.inv", "linalg.cholesky"):
            return first
        if name in REDUCING:
            return self.reduced(first, bind_names(("a", "axis"), ir.Call(e.func, args)))
        if name == "reshape":
            return self.lengths(args[1].value) if len(args) == 2 else None
        if name in BY_NUMPY_NAME or name == "where":
            found: Extent = ()
            for a in args:
                found = joined(found, self.of(a.value)) if not a.keyword else found
            return found
        return None

    def reduced(self, first: Extent, given: dict[str, ir.Expr]) -> Extent:
        axis = given.get("axis")
        if axis is None and "keepdims" not in given:
            return ()
        k = axis.value if isinstance(axis, ir.Const) else None
        if isinstance(axis, ir.Unary) and isinstance(axis.operand, ir.Const) and isinstance(axis.operand.value, int):
            k = -axis.operand.value
        if not isinstance(first, tuple) or not isinstance(k, int) or not -len(first) <= k < len(first):
            return None
        k %= len(first)
        keeps = given.get("keepdims", ir.Const(False, "False"))
        if not isinstance(keeps, ir.Const):
            return None
        return (*first[:k], *([ONE] if keeps.value else []), *first[k + 1 :])

    def lengths(self, e: ir.Expr) -> Extent:
        """`(n, 3)`, `n`, `x.shape`."""
        match e:
            case ir.Display("(", items):
                return tuple(self.length(i) for i in items)
            case ir.Attribute(value, "shape") | ir.Call(ir.Library("numpy", "shape"), (ir.Arg(value),)):
                return self.of(value)
            case _ if self.kind(e) == "number":
                return (self.length(e),)
            case _:
                return None

    def length(self, e: ir.Expr) -> Length:
        match e:
            case ir.Const(int() as n):
                return (str(n), 0)
            case ir.Call(ir.Library("builtins", "len"), (ir.Arg(value),)):
                return first_of(self.of(value))
            case ir.Subscript(ir.Attribute(value, "shape"), ir.Const(int() as k)):
                known = self.of(value)
                return known[k] if isinstance(known, tuple) and -len(known) <= k < len(known) else None
            case _ if all(isinstance(x, (ir.Name, ir.Const, ir.Binary)) for x in walk(e)):
                return (show(e), 0) if all(self.is_fixed(n) for n in names(e)) else None
            case _:
                return None

    def is_fixed(self, name: str) -> bool:
        return name not in self.bound

    def item(self, base: Extent, index: ir.Expr) -> Extent:
        """A slice: each entry takes its axis."""
        entries = index.items if isinstance(index, ir.Display) and index.bracket == "(" else (index,)
        if isinstance(base, str):
            return f"{base}-{trim}" if len(entries) == 1 and (trim := trimmed(entries[0])) is not None else None
        if not isinstance(base, tuple):
            return None
        if ir.Const(..., "...") in entries:
            return base if len(entries) == 1 else None
        found: list[Length] = []
        rest = list(base)
        for i in entries:
            if i in (ir.Const(None, "None"), ir.Library("numpy", "newaxis")):
                found.append(ONE)
                continue
            if not rest:
                return None
            length = rest.pop(0)
            if isinstance(i, ir.Slice):
                trim = trimmed(i)
                found.append((length[0], length[1] + trim) if length is not None and trim is not None else None)
            elif self.kind(i) != "number":
                return None
        return (*found, *rest)


PARAMS = {
    "unbroadcast": ("g", "like"),
    "one_hot": ("index", "a", "axis"),
    "scattered": ("g", "a", "indices"),
    "scattered_along": ("g", "a", "indices", "axis"),
    "unpadded": ("g", "a", "pad_width"),
    "matmul_left": ("g", "a", "b"),
    "matmul_right": ("g", "a", "b"),
    "dot_left": ("g", "a", "b"),
    "dot_right": ("g", "a", "b"),
}


def value_of(s: ir.Stmt, name: str) -> ir.Expr | None:
    """What a statement sets a variable to, if that shows."""
    match s:
        case ir.Assign(targets, value) if ir.Name(name) in targets:
            return value
        case ir.Assign((ir.Display(_, ts),), ir.Display(_, vs)) if len(ts) == len(vs) and ir.Name(name) in ts:
            return vs[ts.index(ir.Name(name))]
        case ir.Augment(ir.Name(id), op, value) if id == name:
            return ir.Binary(op, ir.Name(name), value)
        case _:
            return None


def same(a: Extent, b: Extent) -> bool:
    """Whether two extents are certainly equal."""
    return a is not None and a == b and (isinstance(a, str) or None not in a)


def joined(a: Extent, b: Extent) -> Extent:
    """The extent of what two operands are broadcast to."""
    if a == () or same(a, b):
        return b
    if b == ():
        return a
    if not isinstance(a, tuple) or not isinstance(b, tuple):
        return None
    count = max(len(a), len(b))
    left, right = ((ONE,) * (count - len(x)) + x for x in (a, b))
    return tuple(p if p == q or q == ONE else q if p == ONE else None for p, q in zip(left, right, strict=True))


def product(a: Extent, b: Extent) -> Extent:
    """The extent of a matrix product."""
    if not isinstance(a, tuple) or not isinstance(b, tuple) or not 0 < len(a) <= 2 or not 0 < len(b) <= 2:
        return None
    return (*a[:-1], *b[1:])


def turned(a: Extent) -> Extent:
    return a[::-1] if isinstance(a, tuple) else f"{a}.T" if isinstance(a, str) else None


def first_of(a: Extent) -> Length:
    return a[0] if isinstance(a, tuple) and a else None


def trimmed(i: ir.Expr) -> int | None:
    """How many items a slice like `[1:-1]` leaves out at both ends; None for any other."""
    if not isinstance(i, ir.Slice) or i.step is not None:
        return None
    low = 0 if i.lower is None else i.lower.value if isinstance(i.lower, ir.Const) else None
    match i.upper:
        case None:
            high: object = 0
        case ir.Unary("-", ir.Const(int() as n)):
            high = n
        case _:
            return None
    return low + high if isinstance(low, int) and low >= 0 and isinstance(high, int) else None
