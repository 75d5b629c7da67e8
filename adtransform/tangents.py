"""The tangent of an expression: the chain rule, applied to the rule table."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache

from adtransform import array_tangents, ir
from adtransform.array_calculus import sized, vectorised
from adtransform.calculus import ZERO, Derivative, choice, float_literal, neg, number, plus, times
from adtransform.calls import bind
from adtransform.containers import is_written_out, list_call, zeros
from adtransform.generators import comprehension
from adtransform.library import NUMPY_SPECIAL, SPECIAL
from adtransform.operators import SEQUENCES
from adtransform.records import holds_records, made
from adtransform.refusals import Refused
from adtransform.rules import BY_BASE_INTEGER, HELPERS, RULES, find, power
from adtransform.scopes import LibraryCall, Unit, UnitCall, UnknownCall
from adtransform.signs import truth
from adtransform.structure import Tree
from adtransform.templates import substitute, template
from adtransform.traverse import rebuild, walk
from adtransform.work import Work

MIXED = ("N126", "a variable that is a tuple elsewhere stands here as a number", "Use another name for one of them.")


class Tangents(Work):
    """Differentiates the expressions of one unit."""

    def derivative(self, e: ir.Expr, path: str) -> Derivative:
        """The tangent of an expression; None if it is zero.

        Raises `Refused` for what has no rule.
        """
        if not self.is_active(e, path):
            return None
        if self.inference is not None and (found := array_tangents.tangent(self, e, path)) is not None:
            return found[0]
        match e:
            case ir.Name(id):
                return self.bound[id] if id in self.bound else self.tangent(id)
            case ir.Binary("**", base, exponent) if self.value(exponent, path) is not None:
                return self.power(e, base, exponent, path)
            case ir.Binary("+", left, right) if self.is_sequence(left, path) or self.is_sequence(right, path):
                if not (self.is_sequence(left, path) and self.is_sequence(right, path)):
                    raise Refused(e, *MIXED)
                return ir.Binary("+", self.items(left, path), self.items(right, path))
            case ir.Binary("*", left, right) if self.is_sequence(left, path) or self.is_sequence(right, path):
                both = self.is_sequence(left, path) and self.is_sequence(right, path)
                if both or self.is_active(right if self.is_sequence(left, path) else left, path):
                    raise Refused(e, *MIXED)
                sides = [self.items(x, path) if self.is_sequence(x, path) else x for x in (left, right)]
                return ir.Binary("*", sides[0], sides[1])
            case ir.Binary("+", left, right):
                total = plus(self.derivative(left, path), self.derivative(right, path))
                return array_tangents.sum_of(self, e, path, total)
            case ir.Binary("-", left, right):
                total = plus(self.derivative(left, path), neg(self.derivative(right, path)))
                return array_tangents.sum_of(self, e, path, total)
            case ir.Binary("*", left, right) if left == right:
                return self.power(e, left, ir.Const(2, "2"), path)
            case ir.Binary("%", ir.Const(str()) | ir.Opaque()):
                raise Refused(e, "N123", "text with active values has no derivative", "Use the numbers themselves.")
            case ir.Binary("**", base, exponent) if (value := number(base)) is not None and value > 0.0:
                return self.apply(("n",), (f"v * {math.log(value)!r}",), (exponent,), e, "", path)
            case ir.Binary("**", base, exponent) if self.is_integer(exponent, path):
                return self.apply(("x", "n"), (BY_BASE_INTEGER, "0"), (base, exponent), e, "", path)
            case ir.Binary(op, left, right):
                rule = find("", op)
                if rule is None:
                    raise Refused(e, "N110", f"`{op}` between active values is not supported yet")
                return self.apply(rule.params, rule.partials, (left, right), e, "", path)
            case ir.Unary(op, operand):
                rule = RULES[f"unary {op}"]
                return self.apply(rule.params, rule.partials, (operand,), e, "", path)
            case ir.Choice(test, body, orelse):
                return choice(test, self.mirrored(body, path), self.mirrored(orelse, path))
            case ir.Logic(op, (first, *rest)):
                later: ir.Expr = rest[0] if len(rest) == 1 else ir.Logic(op, tuple(rest))
                a, b = self.mirrored(first, path), self.mirrored(later, path)
                return choice(first, a, b) if op == "or" else choice(first, b, a)
            case ir.Display(record=ir.Record() as record):
                return made(record, e.items, lambda i: self.stored(i, path))
            case ir.Display("(" | "[" as bracket, items):
                return ir.Display(bracket, tuple(self.stored(i, path) for i in items), keys=e.keys)
            case ir.Star(value):
                return ir.Star(self.mirrored(value, path))
            case ir.Subscript(value, index):
                return ir.Subscript(self.mirrored(value, path), index)
            case ir.Attribute(value, "real"):
                return self.derivative(value, path)
            case ir.Call(func, args):
                return self.call(e, func, args, path)
            case ir.Comprehension("[" | "("):
                return comprehension(self, e, path)
            case _:
                raise Refused(e, *unsupported(e))

    def items(self, e: ir.Expr, path: str) -> ir.Expr:
        """The tangent of a tuple, with as many items."""
        if self.is_active(e, path) or isinstance(e, ir.Display) or self.shape_of(e, path).kind in ("list", "tuple"):
            return self.mirrored(e, path)
        return ir.Binary("*", ir.Display("(", (ZERO,)), ir.Call(ir.Library("builtins", "len"), (ir.Arg(e),)))

    def mirrored(self, e: ir.Expr, path: str) -> ir.Expr:
        """The tangent of an expression, or a zero of its structure."""
        d = self.derivative(e, path)
        return self.zero(e, path) if d is None else d

    def stored(self, e: ir.Expr, path: str) -> ir.Expr:
        """The tangent of an expression that is kept: of a new array a new one."""
        return array_tangents.owned(self, e, self.mirrored(e, path), path)

    def zero(self, e: ir.Expr, path: str) -> ir.Expr:
        """The zero of an expression's structure: a tuple of zeros for a tuple, as far as it shows."""
        match e:
            case ir.Display(record=ir.Record() as record):
                return made(record, e.items, lambda i: self.zero(i, path))
            case ir.Display("(" | "[" as bracket, items):
                return ir.Display(bracket, tuple(self.zero(i, path) for i in items), keys=e.keys)
            case ir.Binary("*", ir.Display("[") as items_, times):
                return ir.Binary("*", self.zero(items_, path), times)
            case ir.Star(value):
                return ir.Star(self.zero(value, path))
            case ir.Comprehension("[", element, clauses) if is_written_out(element):
                return ir.Comprehension("[", self.zero(element, path), clauses)
            case ir.Name() if isinstance(tree := self.probe.tree(e, path), tuple) and not holds_records(
                self.shape_of(e, path)
            ):
                return zero_of_tree(tree)
            case _ if (shape := self.shape_of(e, path)).kind in (*SEQUENCES, "array"):
                return array_tangents.created(e) or zeros(shape, e)
            case _:
                return ZERO

    def power(self, e: ir.Expr, base: ir.Expr, exponent: ir.Expr, path: str) -> Derivative:
        """The tangent of a power with a constant exponent."""
        value = self.value(exponent, path)
        assert value is not None
        args = (base, float_literal(exponent), one_less(exponent))
        return self.apply(("x", "c", "less"), (power(value), "0", "0"), args, e, "", path)

    def apply(
        self,
        params: tuple[str, ...],
        partials: tuple[str, ...],
        args: tuple[ir.Expr, ...],
        e: ir.Expr,
        home: str,
        path: str,
    ) -> Derivative:
        """The sum of partials times tangents of the arguments.

        Arguments that are expressions stay whole while the products are put together, and go in at the end.
        """
        values = dict(zip(params, args, strict=True)) | {"v": e}
        wide = self.inference is not None and any(array_tangents.is_array(self, a, path) for a in args)
        whole = {f"the {n}": value for n, value in values.items() if not isinstance(value, (ir.Name, ir.Const))}
        short = {n: ir.Name(f"the {n}") if f"the {n}" in whole else value for n, value in values.items()}
        total: Derivative = None
        for text, a in zip(partials, args, strict=True):
            if text == "0" or (d := self.derivative(a, path)) is None:
                continue
            p = self.pruned(library_template(text, params, home), values)
            p = sized(self, p, values, path) if wide else p
            total = plus(total, times(substitute(p, short), d))
        total = substitute(total, whole) if total is not None and whole else total
        if not wide:
            return total
        if len(args) == 2 and total is not None:
            total = array_tangents.sum_of(self, ir.Binary("+", *args), path, total) if "1" in partials else total
        return vectorised(self, total, path)

    def pruned(self, p: ir.Expr, values: dict[str, ir.Expr]) -> ir.Expr:
        """A conditional partial without the branches that these arguments cannot take."""
        if not isinstance(p, ir.Choice):
            return p
        test = substitute(p.test, values)
        known = True if test in self.nonzero else truth(test) if self.signs else None
        if known is None:
            return ir.Choice(p.test, self.pruned(p.body, values), self.pruned(p.orelse, values))
        return self.pruned(p.body if known else p.orelse, values)

    def is_conditional(self, e: ir.Expr, path: str) -> bool:
        """Whether the tangent of an operator is a conditional expression."""
        if not self.may_be_conditional(e, path):
            return False
        d = self.derivative(e, path)
        return isinstance(d, ir.Choice) or (d is not None and any(isinstance(x, ir.Choice) for x in walk(d)))

    def may_be_conditional(self, e: ir.Expr, path: str) -> bool:
        """Whether a partial of the operator is conditional in the table: a cheap test first."""
        match e:
            case ir.Binary("**", _, exponent):
                value = self.value(exponent, path)
                return value is None or " if " in power(value)
            case ir.Call(ir.Library(home, name)) if name not in SPECIAL or (
                home == "numpy" and name not in NUMPY_SPECIAL
            ):
                rule = find(home, name)
                return rule is not None and any(" if " in p for p in rule.partials)
            case ir.Call(ir.Library(_, "log" | "where" | "round" | "divmod" | "modf" | "sum" | "fsum" | "tuple")):
                return False
            case _:
                return True

    # --- calls --------------------------------------------------------------------------------------------------------

    def call(self, e: ir.Call, func: ir.Expr, args: tuple[ir.Arg, ...], path: str) -> Derivative:
        callee = self.callee(func, path)
        if isinstance(func, ir.Attribute) and (found := list_call(self, e, path)) is not None and found[1] == "copy":
            return ir.Call(ir.Attribute(self.mirrored(found[0], path), "copy"), ())
        match callee:
            case LibraryCall(home, name):
                plain = all(not a.keyword and not a.star for a in args)
                special = SPECIAL.get(name) if home != "numpy" or name in NUMPY_SPECIAL else None
                if special is not None:
                    return special(self, e, tuple(a.value for a in args), path)
                rule = find(home, name)
                if rule is None or not plain or len(rule.params) != len(args):
                    raise self.unknown(e, home, name, plain)
                if rule.name == "pow" or (home == "numpy" and rule.name == "**"):
                    if self.value(args[1].value, path) is not None:
                        return self.power(e, args[0].value, args[1].value, path)
                return self.apply(rule.params, rule.partials, tuple(a.value for a in args), e, home, path)
            case UnitCall(unit) if unit.directives.partials:
                return self.user_rule(e, unit, path)
            case UnknownCall(text):
                raise Refused(
                    e,
                    "N101",
                    f"nothing is known of `{text}`, which is called with an active argument",
                    "Write the function in Python where it can be found, or give its partials: "
                    "`# adgen: partial x = …` above a function that wraps it.",
                )
            case _:
                raise Refused(
                    e,
                    "N102",
                    "this call stands where it cannot be replaced by its derivative",
                    "Call it on a line of its own.",
                )

    def unknown(self, e: ir.Call, home: str, name: str, plain: bool) -> Refused:
        full = name if home == "builtins" else f"{home}.{name}"
        if find(home, name) is not None and not plain:
            return Refused(
                e,
                "N103",
                f"`{full}` is called with keyword or starred arguments",
                "Pass the arguments one by one, by position.",
            )
        return Refused(
            e,
            "N104",
            f"there is no rule for `{full}` yet",
            "Write it with functions that have one, or wrap it in a function with `# adgen: partial x = …` above.",
        )

    def user_rule(self, e: ir.Call, unit: Unit, path: str) -> Derivative:
        bound = bind(unit.function.params, e)
        if bound is None or bound.loose:
            raise Refused(e, "N103", f"`{unit.name}` has partials of its own and is called with starred arguments")
        values: dict[str, ir.Expr] = {p.name: p.default for p in unit.function.params if p.default is not None}
        values |= {p.name: a.value for p, a in bound.pairs}
        total: Derivative = None
        for name, p in unit.directives.partials:
            d = self.derivative(values[name], path)
            if d is not None:
                inside = substitute(self.globals_of(p, set(values) | {"v"}, unit), values | {"v": e})
                total = plus(total, times(inside, d))
        return total

    def globals_of(self, p: ir.Expr, own: set[str], unit: Unit) -> ir.Expr:
        """A user's partial with its library names found in the module where it was written."""
        match p:
            case ir.Call(func, args):
                callee = self.program.global_callee(unit.module, func.id) if isinstance(func, ir.Name) else None
                if isinstance(func, ir.Attribute):
                    callee = self.program.dotted_callee(unit.module, func)
                new = ir.Library(callee.home, callee.name) if isinstance(callee, LibraryCall) else func
                return ir.Call(new, tuple(ir.Arg(self.globals_of(a.value, own, unit)) for a in args))
            case _:
                return rebuild(p, lambda x: self.globals_of(x, own, unit))


@cache
def library_template(text: str, params: tuple[str, ...], home: str) -> ir.Expr:
    """A partial with the library functions that it names; the arguments and `v` stay names."""

    def function(p: ir.Expr) -> ir.Expr:
        if isinstance(p, ir.Name):
            if p.id in params or p.id == "v":
                return p
            return ir.Library("helper", p.id) if p.id in HELPERS else twin(home, p.id)
        return rebuild(p, function)

    return function(template(text))


def one_less(exponent: ir.Expr) -> ir.Expr:
    """`c - 1`, as a literal where `c` is one: 1.7 gives 0.7."""
    if isinstance(exponent, ir.Const):
        less = Decimal(repr(exponent.value)) - 1
        return ir.Const(float(less), str(less)) if less != int(less) else ir.Const(int(less), str(int(less)))
    return ir.Binary("-", exponent, ir.Const(1.0, "1.0"))


def twin(home: str, name: str) -> ir.Library:
    """A function of the rule table in the library at hand: `arcsin` in numpy is `asin` in math."""
    rule = RULES.get(name)
    if home == "numpy" and (rule is None or rule.numpy):
        return ir.Library("numpy", rule.numpy if rule is not None else name)
    return ir.Library("math" if home in ("math", "numpy") else "", name)


def zero_like(e: ir.Expr) -> ir.Expr:
    """The zero of an expression's structure: a tuple of zeros for a tuple."""
    match e:
        case ir.Display(record=ir.Record() as record):
            return made(record, e.items, zero_like)
        case ir.Display("(" | "[" as bracket, items):
            return ir.Display(bracket, tuple(zero_like(i) for i in items), keys=e.keys)
        case ir.Star(value):
            return ir.Star(zero_like(value))
        case _:
            return ZERO


def zero_of_tree(tree: Tree | None) -> ir.Expr:
    """Zeros for a variable; nobody reads the tangent of a list in it, which is passive."""
    return ir.Display("(", tuple(zero_of_tree(t) for t in tree)) if isinstance(tree, tuple) else ZERO


def unsupported(e: ir.Expr) -> tuple[str, str, str]:
    """Code, message and help for an expression that has no tangent."""
    match e:
        case ir.Display():
            return "N120", "a set with active values is not supported", "Use a tuple."
        case ir.Attribute():
            return "N121", "attributes of active values are not supported yet", "Pass the numbers themselves."
        case ir.Comprehension():
            return "N122", "a comprehension with active values is not supported yet", "Write a loop that sums."
        case ir.Opaque():
            return "N123", "a dictionary with active values stands here", "Write its keys out, or fill it item by item."
        case ir.Lambda():
            return "N124", "a lambda stands here as a value", "Assign it to a name first."
        case _:
            return "N129", f"{type(e).__name__} with active values is not supported yet", ""
