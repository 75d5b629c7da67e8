"""The adjoint of an expression: the chain rule, transposed.

The tangent of `e` is a sum of partials times the tangents of its operands.  Its transpose sends the adjoint of `e` to
each operand, times the same partial (Griewank and Walther, Evaluating Derivatives, section 3.2).  The partials are
those of `Tangents.derivative`: an operand's share is the tangent of `e` when the operand's tangent is the adjoint of
`e` and all others are zero.  One rule table serves both modes.
"""

from __future__ import annotations

from typing import Any

from adtransform import array_adjoints, ir, moments
from adtransform.array_adjoints import is_array
from adtransform.calculus import ZERO, Derivative, constant, neg, number, over, plus, positive_part, product, times
from adtransform.generators import of_element
from adtransform.held import held_in
from adtransform.listwise import Lists
from adtransform.refusals import Refused
from adtransform.shapes import LIST, STACK, Shape, Shapes, displayed, index_of, label_of, parts
from adtransform.structure import Shape as Structure
from adtransform.structure import find
from adtransform.tables import Place, Tables
from adtransform.tangents import MIXED, Tangents
from adtransform.terms import flattened
from adtransform.traverse import children, rebuild, walk

ONE = constant(1.0)
Shares = list[tuple[str, ir.Expr]]


class Adjoints(Tangents):
    """Transposes the expressions of one unit; the adjoint of `x` is called `x_b`."""

    backward = True
    operands: list[ir.Expr] | None = None  # of the operator at hand, as its rule asks for them
    chosen = -1  # the operand whose tangent is the seed
    seed: ir.Expr = ZERO
    parts: dict[str, ir.Expr]  # adjoints of operands, by name

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.parts = {}
        self.shapes: Shapes | None = None
        self.adjoint_names: dict[str, str] = {}
        self.lists: Lists | None = None
        self.place = Place(0, ())

    def derivative(self, e: ir.Expr, path: str) -> Derivative:
        if self.operands is None:
            return super().derivative(e, path)
        if not self.is_active(e, path):
            return None
        self.operands.append(e)
        return self.seed if len(self.operands) - 1 == self.chosen else None

    def shares(self, e: ir.Expr, seed: ir.Expr, path: str) -> Shares:
        """What the adjoint `seed` of an expression adds to the adjoints of the variables in it.

        Raises `Refused` for what has no rule.
        """
        if not self.is_active(e, path):
            return []
        if self.lists is not None and (found_ := self.listed(e, seed, self.lists)) is not None:
            return found_
        if (through := array_adjoints.shares(self, e, seed)) is not None:
            return through
        match e:
            case ir.Name(id):
                if self.shape(e) not in (None, STACK, LIST):
                    raise Refused(e, *NOT_A_NUMBER)
                return [(id, seed)]
            case ir.Subscript() if (key := self.component(e)) is not None:
                return [(key, seed)]
            case ir.Display() | ir.Star() | ir.Subscript():
                raise Refused(e, "N161", "a tuple stands here as a value: not supported in reverse mode yet", TUPLES)
            case ir.Binary("+" | "*", left, right) if self.is_sequence(left, path) or self.is_sequence(right, path):
                raise Refused(e, *MIXED)
            case ir.Call(ir.Library("builtins" | "math", "sum" | "fsum"), (ir.Arg(ir.Comprehension() as g), *_)):
                return self.summed(e, g, seed, path)
            case ir.Comprehension():
                raise Refused(e, "N122", "a comprehension with active values is not supported yet", "Write a loop.")
            case _:
                found: Shares = []
                operands = self.asked(e, path)
                seed = array_adjoints.elementwise(self, e, operands, seed)
                for k, operand in enumerate(operands):
                    share = self.run(e, path, k, seed)
                    if share is not None:
                        if is_array(self, e):
                            share = array_adjoints.fitted(self, share, operand)
                        found += self.shares(operand, self.whole(operand, share), path)
                return found

    def listed(self, e: ir.Expr, seed: ir.Expr, lists: Lists) -> Shares | None:
        """The shares of items of lists and of whole lists; None for anything else."""
        tables = lists.tables
        if isinstance(e, ir.Subscript) and self.component(e) is not None:
            return None
        match e:
            case ir.Name(id) if id in lists.items and not tables.is_list(e):
                return [(lists.item(lists.items[id]), seed)]
            case ir.Name(id) if is_array(self, e):
                return [(lists.whole(e) if tables.alias(id) else id, seed)]
            case ir.Subscript(value) if is_array(self, value):
                return [(lists.item(e), seed)]
            case ir.Subscript() | ir.Call() | ir.Binary() | ir.Unary() | ir.Attribute() if is_array(self, e):
                return None
            case ir.Name() if tables.is_list(e):
                return lists.shares(e, seed)
            case ir.Subscript() | ir.Call() | ir.Comprehension() | ir.Display("[") | ir.Binary() if tables.is_list(e):
                return lists.shares(e, seed)
            case ir.Subscript(value) if tables.is_list(value):
                return [(lists.item(e), seed)]
            case ir.Call(ir.Library("builtins" | "math"), (ir.Arg(values), *_)) if is_array(self, values):
                return None
            case ir.Call(ir.Library("builtins" | "math", "sum" | "fsum"), (ir.Arg(values), *rest)):
                others = [s for a in rest for s in self.shares(a.value, seed, "")]
                if isinstance(values, ir.Comprehension) and self.reads_items(values, tables):
                    return [(lists.loop(values, False), seed), *others]
                if tables.is_reference(values) and is_numbers(tables.shape(values)):
                    return [(lists.each(values), seed), *others]
                written_out = isinstance(values, (ir.Display, ir.Comprehension))
                if tables.is_list(values) and not is_array(self, values) and not written_out:
                    raise Refused(values, "N161", "a list stands here that has no name", "Assign it to a variable.")
                return None
            case ir.Call(ir.Library("math", "dist" | "sumprod" | "hypot"), args) if any(
                tables.is_list(a.value) and not is_array(self, a.value) for a in args
            ):
                raise Refused(e, "N125", "a function of whole lists has no adjoint yet", "Write a loop.")
            case ir.Call(ir.Library("math", "prod") | ir.Library("statistics"), (ir.Arg(values), *_)) if tables.is_list(
                values
            ) and not tables.is_reference(values):
                raise Refused(values, "N161", "a list stands here that has no name", "Assign it to a variable.")
            case ir.Call(ir.Library("statistics", "covariance")):
                raise Refused(e, "N125", "a function of whole lists has no adjoint yet", "Write a loop.")
            case ir.Call(ir.Library("math", "prod"), (ir.Arg(values),)) if tables.is_reference(values):
                return [(moments.factors(lists, values), seed)]
            case ir.Call(ir.Library("statistics"), (ir.Arg(values),)) if tables.is_reference(values):
                return [moments.adjoint(lists, e, seed)]
            case ir.Call(ir.Library("builtins", "max" | "min"), (ir.Arg(values),)) if tables.is_reference(values):
                where = ir.Call(ir.Attribute(values, "index"), (ir.Arg(e),))
                return [(lists.at(values, where), seed)]
            case _:
                return None

    def reads_items(self, g: ir.Comprehension, tables: Tables) -> bool:
        """Whether a comprehension runs over active values, or reads items of active lists."""
        if any(self.is_active(c.iterable, "") for c in g.clauses):
            return True
        items = (e.value for e in walk(g) if isinstance(e, ir.Subscript))
        return any(self.is_active(e, "") and tables.is_list(e) for e in items)

    # --- tuples -------------------------------------------------------------------------------------------------------

    def shape(self, e: ir.Expr) -> Shape:
        """The shape of an expression."""
        return self.shapes.expression(e) if self.shapes is not None else None

    def component(self, e: ir.Expr) -> str | None:
        """The key of a number that a tuple holds: `p#1` for `p[1]`."""
        indices: list[int] = []
        base = e
        while isinstance(base, ir.Subscript):
            whole, k = self.shape(base.value), number(base.index)
            if not isinstance(whole, tuple) or not isinstance(k, int) or not -len(whole) <= k < len(whole):
                return None
            indices.append(k % len(whole))
            base = base.value
        if not isinstance(base, ir.Name) or self.shape(e) not in (None, STACK, LIST):
            return None
        return "#".join([base.id, *(str(k) for k in reversed(indices))])

    def tangent(self, name: str) -> ir.Name:
        """The adjoint of a variable, or of a number that a tuple holds."""
        if "#" not in name:
            return super().tangent(name)
        if name not in self.adjoint_names:
            base, *indices = name.split("#")
            stem = "_".join([base, *self.labels(base, indices)])
            self.adjoint_names[name] = self.supply.fresh(stem) + self.supply.suffix
        return ir.Name(self.adjoint_names[name])

    def labels(self, base: str, indices: list[str]) -> list[str]:
        """The numbers of items, from 1, and the names of fields."""
        shape: Any = self.shapes.of.get(base) if self.shapes is not None else None
        found = []
        for k in indices:
            found.append(label_of(shape, int(k)))
            shape = shape[int(k)] if isinstance(shape, tuple) else None
        return found

    def pairs(self, target: ir.Expr, value: ir.Expr) -> list[tuple[str, ir.Expr]]:
        """The numbers that an assignment sets, by key, each with its value.

        Raises `Refused` where target and value do not show the same shape.
        """
        shape = self.shape(value)
        match target, value:
            case ir.Display(_, ts), ir.Display(_, vs) if len(ts) == len(vs):
                return [p for t, v in zip(ts, vs, strict=True) for p in self.pairs(t, v)]
            case ir.Display(_, ts), _ if isinstance(shape, tuple) and len(ts) == len(shape) and is_plain(value):
                subscripts = [ir.Subscript(value, index_of(shape, k)) for k in range(len(ts))]
                return [p for t, v in zip(ts, subscripts, strict=True) for p in self.pairs(t, v)]
            case ir.Name(id), _ if shape in (None, STACK, LIST):
                return [(id, value)]
            case ir.Name(), _ if isinstance(shape, tuple) and self.shape(target) == shape:
                items: list[ir.Expr] = list(value.items) if isinstance(value, ir.Display) else []
                if not items and is_plain(value):
                    items = [ir.Subscript(value, index_of(shape, k)) for k in range(len(shape))]
                if items:
                    own = [ir.Subscript(target, index_of(shape, k)) for k in range(len(shape))]
                    return [p for t, v in zip(own, items, strict=True) for p in self.pairs(t, v)]
            case ir.Subscript(), _ if shape in (None, STACK, LIST) and (key := self.component(target)) is not None:
                return [(key, value)]
            case ir.Subscript(), _ if isinstance(shape, tuple):
                items = list(value.items) if isinstance(value, ir.Display) else []
                items = items or [ir.Subscript(value, index_of(shape, k)) for k in range(len(shape))]
                own = [ir.Subscript(target, index_of(shape, k)) for k in range(len(shape))]
                return [p for t, v in zip(own, items, strict=True) for p in self.pairs(t, v)]
        raise Refused(value, *NOT_A_NUMBER)

    def keys(self, target: ir.Expr) -> list[str]:
        """The keys of the numbers that an assignment target holds."""
        match target:
            case ir.Display(_, items):
                return [k for i in items for k in self.keys(i.value if isinstance(i, ir.Star) else i)]
            case ir.Name(id):
                return parts(id, self.shape(target))
            case _:
                return []

    def structure(self, e: ir.Expr) -> ir.Expr:
        """The adjoints of a target or argument, in its structure."""
        match e:
            case ir.Display(bracket, items):
                return ir.Display(bracket, tuple(self.structure(i) for i in items), record=e.record)
            case ir.Name(id):
                return self.of_shape(id, self.shape(e))
        raise Refused(e, *NOT_A_NUMBER)

    def of_shape(self, key: str, shape: Shape) -> ir.Expr:
        if isinstance(shape, tuple):
            return displayed(shape, (self.of_shape(f"{key}#{k}", s) for k, s in enumerate(shape)))  # type: ignore[arg-type]
        if shape not in (None, STACK, LIST):
            raise Refused(None, *NOT_A_NUMBER)
        return self.tangent(key)

    def is_list(self, key: str) -> bool:
        """Whether a key stands for a stack."""
        base, *indices = key.split("#")
        shape: Any = self.shapes.of.get(base) if self.shapes is not None else None
        for k in indices:
            shape = shape[int(k)] if isinstance(shape, tuple) else None
        return bool(shape == STACK)

    def is_table(self, key: str) -> bool:
        """Whether a key stands for a list that is no stack."""
        base, *indices = key.split("#")
        shape: Any = self.shapes.of.get(base) if self.shapes is not None else None
        for k in indices:
            shape = shape[int(k)] if isinstance(shape, tuple) else None
        return bool(shape == LIST)

    def is_array_key(self, key: str) -> bool:
        """Whether a key stands for an array."""
        return is_array(self, held_in(key, ir.Name(key.partition("#")[0])))

    def zero(self, e: ir.Expr, path: str) -> ir.Expr:
        """Zeros; a number where a rule is asked for one operand, and the others are broadcast to it."""
        if self.operands is not None and is_array(self, e):
            return ZERO
        return super().zero(e, path)

    def expanded(self, names: set[str]) -> set[str]:
        """Variables, with tuples by their numbers."""
        return {k for n in names for k in parts(n, self.shapes.of.get(n) if self.shapes is not None else None)}

    def joined(self, shares: Shares) -> Shares:
        """One share a variable; lists of adjoints are not added up by `+` and stay apart, in front."""
        lists = [(n, e) for n, e in shares if self.is_table(n) and not self.is_array_key(n)]
        total: dict[str, ir.Expr] = {}
        for n, e in shares:
            if not self.is_table(n) or self.is_array_key(n):
                total[n] = plus(total.get(n), e) or ZERO
        return [*lists, *((n, self.filled(n, e)) for n, e in total.items())]

    def filled(self, key: str, e: ir.Expr) -> ir.Expr:
        """The adjoint of an array, from one number for all its items."""
        if not self.is_array_key(key) or self.extents.of(e) != ():
            return e
        held = held_in(key, ir.Name(key.partition("#")[0]))
        return ir.Call(ir.Library("numpy", "full_like"), (ir.Arg(held), ir.Arg(e)))

    # --- the chain rule -----------------------------------------------------------------------------------------------

    def whole(self, operand: ir.Expr, share: ir.Expr) -> ir.Expr:
        """The adjoint of an operand that is an expression, under a name: it stays one factor of what follows."""
        if isinstance(operand, ir.Name) or isinstance(share, (ir.Name, ir.Const, ir.Choice)):
            return share
        minus = positive_part(share)
        name = ir.Name(f"the adjoint {len(self.parts)}")
        self.parts[name.id] = share if minus is None else minus
        if self.inference is not None:
            uniform = self.extents.of(share) == ()
            self.extents.of_variable[name.id] = () if uniform else self.extents.of(operand)
        return name if minus is None else ir.Unary("-", name)

    def spread(self, shares: Shares) -> Shares:
        """Expressions with the adjoints of their parts written out; one that occurs once joins what is around it."""
        count: dict[str, int] = {}
        stack = [e for _, e in shares]
        while stack:
            e = stack.pop()
            if isinstance(e, ir.Name) and e.id in self.parts:
                count[e.id] = count.get(e.id, 0) + 1
                stack += [self.parts[e.id]] if count[e.id] == 1 else []
            stack += children(e)

        def written(e: ir.Expr) -> ir.Expr:
            if isinstance(e, ir.Name):
                return written(self.parts[e.id]) if e.id in self.parts else e
            new = rebuild(e, written)
            inner = [c for c in children(e) if isinstance(c, ir.Name) and c.id in self.parts]
            return flat(new) if inner and all(count[c.id] == 1 for c in inner if isinstance(c, ir.Name)) else new

        return [(n, self.filled(n, new) if (new := written(e)) == ZERO else new) for n, e in shares]

    def finished(self, key: str, e: ir.Expr) -> ir.Expr:
        """An adjoint as it is written; one whose terms cancel is zeros as many as the variable has items."""
        new = flattened(e, array_adjoints.has_arrays(self, e))
        return self.filled(key, new) if new == ZERO else new

    def summed(self, e: ir.Call, g: ir.Comprehension, seed: ir.Expr, path: str) -> Shares:
        """The sum of a generator: each variable gets the sum of its partials, times the seed."""
        found: Shares = []
        for a in e.args[1:]:
            found += self.shares(a.value, seed, path)
        total: dict[str, ir.Expr] = {}
        for c in g.clauses:
            if self.is_active(c.iterable, path):
                text = "a comprehension over active values is not supported in reverse mode yet"
                raise Refused(c.iterable, "N122", text, "Write a loop.")
        for n, share in of_element(self, g, path, lambda element: self.shares(element, ONE, path))[0]:
            total[n] = plus(total.get(n), share) or ZERO
        for n, partial in total.items():
            whole = ir.Call(e.func, (ir.Arg(ir.Comprehension("(", partial, g.clauses)),))
            share_ = times(whole, seed)
            found += [(n, share_)] if share_ is not None else []
        return found

    def item_shares(self, e: ir.Call, item: int, seed: ir.Expr, path: str) -> Shares:
        """What the adjoint of one number of a tuple-valued operator adds to the adjoints of its operands."""
        found: Shares = []
        for k, operand in enumerate(self.asked(e, path)):
            both = self.run(e, path, k, seed)
            share = both.items[item] if isinstance(both, ir.Display) else None
            if share is not None and share != ZERO:
                found += self.shares(operand, self.whole(operand, share), path)
        return found

    def asked(self, e: ir.Expr, path: str) -> list[ir.Expr]:
        """The active operands of an operator, in the order in which its rule asks for their tangents."""
        self.operands = []
        try:
            self.chosen = -1
            super().derivative(e, path)
            return self.operands
        finally:
            self.operands = None

    def run(self, e: ir.Expr, path: str, operand: int, seed: ir.Expr) -> Derivative:
        """The tangent of an operator when one operand has the tangent `seed` and the others have none."""
        self.operands, self.chosen, self.seed = [], operand, seed
        try:
            return super().derivative(e, path)
        finally:
            self.operands = None


def is_numbers(s: Structure) -> bool:
    """Whether a list holds numbers."""
    return find(find(s).items[0]).kind in ("", "number")


def flat(e: ir.Expr) -> ir.Expr:
    """A product, quotient or sum with its new operands joined in.

    >>> from adtransform.printer import show
    >>> from adtransform.templates import template
    >>> show(flat(template("a * (b * c)"))), show(flat(template("a * (-b)")))
    ('a * b * c', '-a * b')
    """
    match e:
        case ir.Binary("*", left, right):
            return product(left, right)
        case ir.Binary("/", left, right):
            return over(left, right) or ZERO
        case ir.Binary("+", left, right):
            return plus(left, right) or ZERO
        case ir.Binary("-", left, right):
            return plus(left, neg(right)) or ZERO
        case ir.Unary("-", operand):
            return neg(operand) or ZERO
        case _:
            return e


def is_plain(e: ir.Expr) -> bool:
    """A variable, or an item of one."""
    return isinstance(e, ir.Name) or (isinstance(e, ir.Subscript) and is_plain(e.value))


TUPLES = "Give each number a variable of its own, as in `x, y = r[0], r[1]`."
NOT_A_NUMBER = (
    "N161",
    "a tuple whose length does not show stands here with active values: not supported in reverse mode yet",
    TUPLES,
)
