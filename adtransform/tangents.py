"""The tangent of an expression: the chain rule, applied to the rule table."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from adtransform import ir
from adtransform.activity import RESULT, Activity, Facts, Probe, passive_line
from adtransform.calculus import ZERO, Derivative, choice, float_literal, number, over, plus, product, times
from adtransform.diagnostics import Refusal
from adtransform.names import Supply
from adtransform.refusals import Refused
from adtransform.rules import HELPERS, PASSIVE, RULES, Rule, find, power
from adtransform.scopes import Callee, LibraryCall, Program, Unit, UnitCall, UnknownCall
from adtransform.signs import truth
from adtransform.templates import substitute, template
from adtransform.traverse import expressions, names, rebuild, statements, target_names, walk


class Tangents:
    """One unit at work: what is active in it, the names of its tangents, and what was refused."""

    def __init__(self, unit: Unit, program: Program, activity: Activity, facts: Facts, supply: Supply) -> None:
        self.unit = unit
        self.program = program
        self.supply = supply
        self.active = set(facts.active)
        self.varied = set(facts.varied)
        self.probe = Probe(activity, unit)
        self.refused: list[tuple[Refused, ir.Stmt]] = []
        self.memo: dict[tuple[int, str], tuple[ir.Expr, frozenset[str]]] = {}
        self.nonzero: list[ir.Expr] = []
        self.nobody: ir.Name | None = None
        self.signs = True
        self.has_walrus = any(f.walrus for f in unit.features.values())
        self.bound: dict[str, ir.Expr | None] = {}  # variables of the comprehension at hand, and their tangents

        self.effectful = self.with_effects()
        self.active |= {path + RESULT for path in self.effectful}
        self.varied |= {path + RESULT for path in self.effectful}

    def with_effects(self) -> set[str]:
        """Paths of the nested functions that assign active variables of an outer one, or call such a function.

        Their tangents must run wherever they run, whatever becomes of the result.
        """
        scopes = self.unit.scopes
        found: set[str] = set()
        while True:
            new = {p for p, fs in scopes.functions.items() if p and p not in found and any(self.has_effect(p, f, found) for f in fs)}
            if not new:
                return found
            found |= new

    def has_effect(self, path: str, f: ir.Function, known: set[str]) -> bool:
        scopes = self.unit.scopes
        outer = path[: path.rstrip("/").rfind("/") + 1]
        for s in statements(f.body):
            if isinstance(s, ir.Outer) and any((scopes.key(outer, n) or "") in self.active for n in s.names):
                return True
            for top in expressions(s):
                for e in walk(top):
                    nested = scopes.nested(path, e.id) if isinstance(e, ir.Name) else None
                    if nested is not None and nested.path in known:
                        return True
        return False

    # --- questions ----------------------------------------------------------------------------------------------------

    def sources(self, e: ir.Expr, path: str) -> frozenset[str]:
        key = (id(e), path)
        if self.probe.local:
            return self.probe.sources(e, path)
        if key not in self.memo:
            self.memo[key] = (e, self.probe.sources(e, path))
        return self.memo[key][1]

    def is_active(self, e: ir.Expr, path: str) -> bool:
        """Whether an expression has a derivative that matters."""
        return not self.active.isdisjoint(self.sources(e, path))

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
            case ir.Call(ir.Library(home, name)) if name not in SPECIAL or (home == "numpy" and name not in NUMPY_SPECIAL):
                rule = find(home, name)
                return rule is not None and any(" if " in p for p in rule.partials)
            case ir.Call(ir.Library(_, "log" | "where" | "round" | "divmod" | "modf")):
                return False
            case _:
                return True

    # --- names --------------------------------------------------------------------------------------------------------

    def tangent(self, name: str) -> ir.Name:
        return ir.Name(name + self.supply.suffix)

    def temporary(self, base: str, path: str, active: bool) -> ir.Name:
        """A new local variable."""
        name = self.supply.fresh(base)
        self.unit.scopes.locals[path] |= {name}
        self.unit.scopes.other[path + name] = 1
        if active:
            self.active.add(path + name)
            self.varied.add(path + name)
        return ir.Name(name)

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
                if not (isinstance(s, (ir.Assign, ir.For)) and e in (getattr(s, "target", None), *getattr(s, "targets", ()))):
                    found |= names(e)
        return found

    def refuse(self, refused: Refused, s: ir.Stmt) -> None:
        self.refused.append((refused, s))

    # --- the chain rule -----------------------------------------------------------------------------------------------

    def derivative(self, e: ir.Expr, path: str) -> Derivative:
        """The tangent of an expression; None if it is zero.

        Raises `Refused` for what has no rule.
        """
        if not self.is_active(e, path):
            return None
        match e:
            case ir.Name(id):
                return self.bound[id] if id in self.bound else self.tangent(id)
            case ir.Binary("**", base, exponent) if self.value(exponent, path) is not None:
                return self.power(e, base, exponent, path)
            case ir.Binary("+", left, right) if self.is_sequence(left, path) or self.is_sequence(right, path):
                return ir.Binary("+", self.items(left, path), self.items(right, path))
            case ir.Binary("*", left, right) if self.is_sequence(left, path) or self.is_sequence(right, path):
                sides = [self.items(x, path) if self.is_sequence(x, path) else x for x in (left, right)]
                return ir.Binary("*", sides[0], sides[1])
            case ir.Binary("*", left, right) if left == right:
                return self.power(e, left, ir.Const(2, "2"), path)
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
            case ir.Display("(" | "[" as bracket, items):
                return ir.Display(bracket, tuple(self.mirrored(i, path) for i in items))
            case ir.Star(value):
                return ir.Star(self.mirrored(value, path))
            case ir.Subscript(value, index):
                return ir.Subscript(self.mirrored(value, path), index)
            case ir.Attribute(value, "real"):
                return self.derivative(value, path)
            case ir.Call(func, args):
                return self.call(e, func, args, path)
            case _:
                raise Refused(e, *unsupported(e))

    def is_sequence(self, e: ir.Expr, path: str) -> bool:
        """Whether an expression is a tuple, as far as it shows."""
        match e:
            case ir.Display("(" | "["):
                return True
            case ir.Name(id):
                return self.unit.scopes.key(path, id) in self.unit.sequences
            case ir.Binary("+" | "*", left, right):
                return self.is_sequence(left, path) or self.is_sequence(right, path)
            case ir.Subscript(_, ir.Slice()):
                return True
            case ir.Call(ir.Library("builtins", "tuple" | "list" | "sorted")):
                return True
            case _:
                return False

    def items(self, e: ir.Expr, path: str) -> ir.Expr:
        """The tangent of a tuple, with as many items."""
        if self.is_active(e, path) or isinstance(e, ir.Display):
            return self.mirrored(e, path)
        return ir.Binary("*", ir.Display("(", (ZERO,)), ir.Call(ir.Library("builtins", "len"), (ir.Arg(e),)))

    def mirrored(self, e: ir.Expr, path: str) -> ir.Expr:
        """The tangent of an expression, or a zero of its structure."""
        d = self.derivative(e, path)
        return zero_like(e) if d is None else d

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
                return number(e)

    def power(self, e: ir.Expr, base: ir.Expr, exponent: ir.Expr, path: str) -> Derivative:
        """The tangent of a power with a constant exponent."""
        value = self.value(exponent, path)
        assert value is not None
        args = (base, float_literal(exponent), one_less(exponent))
        return self.apply(("x", "c", "less"), (power(value), "0", "0"), args, e, "", path)

    def apply(
        self, params: tuple[str, ...], partials: tuple[str, ...], args: tuple[ir.Expr, ...], e: ir.Expr, home: str, path: str
    ) -> Derivative:
        """The sum of partials times tangents of the arguments.

        Arguments that are expressions stay whole while the products are put together, and go in at the end.
        """
        values = dict(zip(params, args, strict=True)) | {"v": e}
        whole = {f"the {n}": value for n, value in values.items() if not isinstance(value, (ir.Name, ir.Const))}
        short = {n: ir.Name(f"the {n}") if f"the {n}" in whole else value for n, value in values.items()}
        total: Derivative = None
        for text, a in zip(partials, args, strict=True):
            if text == "0" or (d := self.derivative(a, path)) is None:
                continue
            p = library_template(text, params, home)
            total = plus(total, times(substitute(self.pruned(p, values), short), d))
        return substitute(total, whole) if total is not None and whole else total

    def pruned(self, p: ir.Expr, values: dict[str, ir.Expr]) -> ir.Expr:
        """A conditional partial without the branches that these arguments cannot take."""
        if not isinstance(p, ir.Choice):
            return p
        test = substitute(p.test, values)
        known = True if test in self.nonzero else truth(test) if self.signs else None
        if known is None:
            return ir.Choice(p.test, self.pruned(p.body, values), self.pruned(p.orelse, values))
        return self.pruned(p.body if known else p.orelse, values)

    # --- calls --------------------------------------------------------------------------------------------------------

    def call(self, e: ir.Call, func: ir.Expr, args: tuple[ir.Arg, ...], path: str) -> Derivative:
        callee = self.callee(func, path)
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
                raise Refused(e, "N101", f"nothing is known of `{text}`, which is called with an active argument",
                              "Write the function in Python where it can be found, or give its partials: "
                              "`# adgen: partial x = …` above a function that wraps it.")  # fmt: skip
            case _:
                raise Refused(e, "N102", "this call stands where it cannot be replaced by its derivative",
                              "Call it on a line of its own.")  # fmt: skip

    def unknown(self, e: ir.Call, home: str, name: str, plain: bool) -> Refused:
        full = name if home == "builtins" else f"{home}.{name}"
        if find(home, name) is not None and not plain:
            return Refused(e, "N103", f"`{full}` is called with keyword or starred arguments",
                           "Pass the arguments one by one, by position.")  # fmt: skip
        return Refused(e, "N104", f"there is no rule for `{full}` yet",
                       "Write it with functions that have one, or wrap it in a function with `# adgen: partial x = …` above.")  # fmt: skip

    def user_rule(self, e: ir.Call, unit: Unit, path: str) -> Derivative:
        from adtransform.calls import bind

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
        case ir.Display("(" | "[" as bracket, items):
            return ir.Display(bracket, tuple(zero_like(i) for i in items))
        case ir.Star(value):
            return ir.Star(zero_like(value))
        case _:
            return ZERO


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
            return "N123", "a dictionary with active values is not supported yet", "Use variables or a tuple."
        case ir.Lambda():
            return "N124", "a lambda stands here as a value", "Assign it to a name first."
        case _:
            return "N129", f"{type(e).__name__} with active values is not supported yet", ""


# --- library functions that are no scalar rule ------------------------------------------------------------------------


def extremum(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`max(a, b, c)`: the tangent of the argument that is taken; the first of equals."""
    assert isinstance(e.func, ir.Library)
    if any(a.keyword for a in e.args) or any(isinstance(a, ir.Star) for a in args) or any(a.star for a in e.args):
        raise Refused(e, "N103", f"`{e.func.name}` is called with keyword or starred arguments", "Write a loop.")
    rule = RULES[e.func.name]
    if len(args) == 1:
        if not isinstance(args[0], ir.Display):
            (a,) = args
            if not isinstance(a, ir.Name):
                raise Refused(e, "N125", f"`{e.func.name}` of an active sequence is not supported yet", "Write a loop.")
            where = ir.Call(ir.Attribute(a, "index"), (ir.Arg(e),))
            return ir.Subscript(work.mirrored(a, path), where)
        args = args[0].items
    if len(args) == 1:
        return work.derivative(args[0], path)
    first: ir.Expr = args[0] if len(args) == 2 else ir.Call(e.func, tuple(ir.Arg(a) for a in args[:-1]))
    return pick(work, rule, first, args[-1], path)


def pick(work: Tangents, rule: Rule, first: ir.Expr, last: ir.Expr, path: str) -> Derivative:
    op = ">" if rule.name == "max" else "<"
    test = ir.Compare(last, ((op, first),))
    if number(last) is not None:
        test = ir.Compare(first, (({">": "<", "<": ">"}[op], last),))
    return choice(test, work.derivative(last, path), work.derivative(first, path))


def summed(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`sum` and `math.fsum`: of a tuple or list that is written out, of a tuple variable, of a generator."""
    starts = [a.value for a in e.args if a.keyword == "start"]
    if any(a.star or a.keyword not in ("", "start") for a in e.args):
        raise Refused(e, "N103", "`sum` is called with starred arguments", "Write a loop.")
    positional = [a.value for a in e.args if not a.keyword]
    total: Derivative = None
    for start in [*positional[1:], *starts]:
        total = plus(total, work.derivative(start, path))
    items = positional[0]
    if isinstance(items, ir.Display) and items.bracket in "([" and not any(isinstance(i, ir.Star) for i in items.items):
        for i in items.items:
            total = plus(total, work.derivative(i, path))
        return total
    if isinstance(items, ir.Comprehension):
        return plus(total, generator(work, e, items, path))
    if not work.is_active(items, path):
        return total
    return plus(total, ir.Call(e.func, (ir.Arg(work.mirrored(items, path)),)))


def generator(work: Tangents, e: ir.Call, g: ir.Comprehension, path: str) -> Derivative:
    """The sum of the tangents of a generator's elements; the loop variables must be passive."""
    for c in g.clauses:
        if work.is_active(c.iterable, path):
            raise Refused(c.iterable, "N122", "a comprehension over active values is not supported yet", "Write a loop.")
    saved_local, saved_bound = dict(work.probe.local), dict(work.bound)
    bound = {n for c in g.clauses for n in target_names(c.target)}
    work.probe.local |= {n: frozenset() for n in bound}
    try:
        if any(isinstance(x, ir.Walrus) for x in walk(g)):
            raise Refused(g, "N122", "an assignment expression stands in a comprehension", "Write a loop.")
        d = work.derivative(g.element, path)
    finally:
        work.probe.local, work.bound = saved_local, saved_bound
    return None if d is None else ir.Call(e.func, (ir.Arg(ir.Comprehension("(", d, g.clauses)),))


def multiplied(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.prod` of a tuple or list that is written out."""
    items = args[0].items if args and isinstance(args[0], ir.Display) else None
    if items is None or any(isinstance(i, ir.Star) for i in items) or any(a.keyword == "start" for a in e.args[1:]):
        raise Refused(e, "N125", "`math.prod` of an active sequence is not supported yet", "Write a loop.")
    chain = items[0]
    for i in items[1:]:
        chain = ir.Binary("*", chain, i)
    return work.derivative(chain, path)


def distance(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.hypot` of any number of arguments, and `math.dist` of two tuples that are written out."""
    if any(a.star or a.keyword for a in e.args):
        raise Refused(e, "N103", "the arguments are starred", "Pass them one by one.")
    assert isinstance(e.func, ir.Library)
    terms: list[ir.Expr] = list(args)
    if e.func.name == "dist":
        match args:
            case (ir.Display(_, ps), ir.Display(_, qs)) if len(ps) == len(qs):
                terms = [ir.Binary("-", p, q) for p, q in zip(ps, qs, strict=True)]
            case _:
                raise Refused(e, "N125", "`math.dist` of active sequences is not supported yet",
                              "Write the points as tuples in the call.")  # fmt: skip
    total: Derivative = None
    for t in terms:
        d = work.derivative(t, path)
        total = plus(total, None if d is None else product(t, d))
    return None if total is None else choice(e, over(total, e), None)


def sum_of_products(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    match args:
        case (ir.Display(_, ps), ir.Display(_, qs)) if len(ps) == len(qs):
            total: Derivative = None
            for p, q in zip(ps, qs, strict=True):
                total = plus(total, work.derivative(ir.Binary("*", p, q), path))
            return total
        case _:
            raise Refused(e, "N125", "`math.sumprod` of active sequences is not supported yet", "Write a loop.")


def logarithm(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`math.log` with one or two arguments."""
    home = e.func.home if isinstance(e.func, ir.Library) else "math"
    if len(args) == 2 and home == "math":
        return work.apply(("x", "b"), ("1 / (x * log(b))", "-v / (b * log(b))"), args, e, home, path)
    rule = RULES["log"]
    if len(args) != 1 or e.args[0].star or e.args[0].keyword:
        raise Refused(e, "N103", "`log` is called with starred arguments", "Pass them one by one.")
    return work.apply(rule.params, rule.partials, args, e, home, path)


def in_parts(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    """`divmod`, `math.modf` and `math.frexp`: pairs of which one half is piecewise constant."""
    assert isinstance(e.func, ir.Library)
    match e.func.name:
        case "divmod":
            return ir.Display("(", (ZERO, work.derivative(ir.Binary("%", *args), path) or ZERO))
        case "modf":
            return ir.Display("(", (work.mirrored(args[0], path), ZERO))
        case _:
            exponent = ir.Unary("-", ir.Subscript(e, ir.Const(1, "1")))
            scaled = ir.Call(ir.Library("math", "ldexp"), (ir.Arg(work.mirrored(args[0], path)), ir.Arg(exponent)))
            return ir.Display("(", (scaled, ZERO))


def where(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    if len(args) != 3:
        raise Refused(e, "N104", "`where` with one argument gives indices", "")
    a, b = work.mirrored(args[1], path), work.mirrored(args[2], path)
    return ir.Call(e.func, (ir.Arg(args[0]), ir.Arg(a), ir.Arg(b)))


def rounded(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    return None


def tupled(work: Tangents, e: ir.Call, args: tuple[ir.Expr, ...], path: str) -> Derivative:
    return ir.Call(e.func, (ir.Arg(work.mirrored(args[0], path)),))


SPECIAL = {
    "max": extremum,
    "min": extremum,
    "sum": summed,
    "fsum": summed,
    "prod": multiplied,
    "hypot": distance,
    "dist": distance,
    "sumprod": sum_of_products,
    "log": logarithm,
    "divmod": in_parts,
    "modf": in_parts,
    "frexp": in_parts,
    "where": where,
    "round": rounded,
    "around": rounded,
    "tuple": tupled,
}

NUMPY_SPECIAL = frozenset({"log", "where", "round", "around"})

__all__ = ["PASSIVE", "Refusal", "Tangents", "names", "zero_like"]
