"""Random statements: blocks of lines, with the variables that are certainly there after them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.program_expressions import (
    PRODUCT,
    SMALL,
    Chooser,
    Expression,
    Scope,
    Signature,
    call_text,
    condition,
    expression,
    small,
)

NAMES = (
    "a",
    "b",
    "c",
    "s",
    "w",
    "t1",
    "x_d",
    "sin_x",
    "value",
    "q",
    "f_d",
    "y_d2",
    "total",
    "acc",
    "p",
    "r",
    "u2",
    "z",
)
WEIGHTS = (0.5, 1.25, 0.25, 1.5, 0.75, 0.375, 0.875, 1.125, 0.625, 1.375)
DEPTH = 2  # of nested statements
STRAIGHT, LOOP = 60.0, 12.0  # bounds of what is assigned, outside and inside loops

Lines = list[str]


def common(ends: list[Scope]) -> dict[str, float]:
    """The variables that are there whichever way was taken."""
    return {
        name: max(end.floats[name] for end in ends)
        for name in ends[0].floats
        if all(name in end.floats for end in ends)
    }


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


@dataclass
class Writer:
    """Writes the body of one function; `results` is how many floats it returns."""

    pick: Chooser
    results: int
    counter: int = 0

    def fresh(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def target(self, scope: Scope) -> str:
        """A variable to assign: one that exists, or another."""
        if scope.assignable and self.pick.chance(55):
            return self.pick.one(scope.assignable)
        free = [name for name in NAMES if name not in scope.fixed]
        return self.pick.one(free)

    def block(self, scope: Scope, size: int, depth: int) -> tuple[Lines, bool]:
        """Statements, and whether they always leave the function or the loop."""
        lines: Lines = []
        for _ in range(self.pick.number(1, size)):
            more, left = self.statement(scope, depth)
            lines += more
            if left:
                return lines, True
        return lines, False

    def statement(self, scope: Scope, depth: int) -> tuple[Lines, bool]:
        kind = self.pick.number(0, 99)
        if depth > 0:
            if kind >= 84:
                return self.branch(scope, depth)
            if kind >= 72:
                return self.loop(scope, depth), False
            if kind >= 67:
                return self.attempt(scope, depth), False
            if kind >= 62:
                return self.local_function(scope), False
        if kind >= 50:
            return self.augmented(scope), False
        if kind >= 36:
            return self.several(scope), False
        if kind >= 32:
            return self.side(scope), False
        return self.assign(scope), False

    def define(self, scope: Scope, name: str, bound: float) -> str:
        scope.floats[name] = bound
        return name

    def value(self, scope: Scope, bound: float = SMALL) -> str:
        return small(self.pick, scope, self.pick.number(1, 3), bound).text

    def assigned(self, scope: Scope) -> Expression:
        """A value to assign; what a loop assigns must not grow quickly."""
        return small(self.pick, scope, self.pick.number(1, 3), LOOP if scope.loops else STRAIGHT)

    def assign(self, scope: Scope) -> Lines:
        kind, expression = self.pick.number(0, 9), self.assigned(scope)
        name, value = self.target(scope), expression.text
        if kind == 9:
            other = self.target(scope)
            line = f"{name} = {other} = {value}"
            self.define(scope, other, expression.bound)
        else:
            line = f"{name}: float = {value}" if kind == 8 and scope.loops == 0 else f"{name} = {value}"
        self.define(scope, name, expression.bound)
        return [line]

    def augmented(self, scope: Scope) -> Lines:
        if not scope.assignable:
            return self.assign(scope)
        name = self.pick.one(scope.assignable)
        operator = self.pick.one(("+=", "-=", "*=", "/="))
        value = self.value(scope, 1.0)
        if operator == "/=":
            return [f"{name} /= 1.5 + ({value}) ** 2"]
        if operator == "*=":
            return [f"{name} *= 0.9 * math.cos({value})"]
        return [f"{name} {operator} {value}"]

    def several(self, scope: Scope) -> Lines:
        """Tuples on the left: swaps, unpacking, calls with several results."""
        kind, names = self.pick.number(0, 5), scope.assignable
        if kind <= 1 and len(names) >= 2:
            first, second = self.pick.one(names), self.pick.one(names)
            return [f"{first}, {second} = {second}, {first}"]
        known = [signature for signature in scope.functions if signature.results > 1]
        if kind <= 3 and known and len(scope.calls) < 4 and scope.loops <= 1:
            signature = self.pick.one(known)
            text = call_text(self.pick, scope, signature, 1)
            return [f"{', '.join(self.targets(scope, signature.results))} = {text}"]
        values = [self.value(scope) for _ in range(2 if kind < 4 else 3 if kind == 4 else 1)]
        if kind == 4:
            a, b, c = self.targets(scope, 3)
            return [f"{a}, ({b}, {c}) = {values[0]}, ({values[1]}, {values[2]})"]
        if kind == 5:
            a, b = self.targets(scope, 2)
            return [f"{a}, {b} = divmod({values[0]}, 1.75)"]
        a, b = self.targets(scope, 2)
        return [f"{a}, {b} = {values[0]}, {values[1]}"]

    def targets(self, scope: Scope, count: int) -> list[str]:
        free = [name for name in NAMES if name not in scope.fixed]
        start = self.pick.number(0, len(free) - 1)
        return [self.define(scope, free[(start + index) % len(free)], SMALL) for index in range(count)]

    def side(self, scope: Scope) -> Lines:
        """What carries no derivative."""
        value = expression(self.pick, scope, 1).text
        kind = self.pick.number(0, 4)
        if kind == 0:
            return ["pass"]
        if kind == 1:
            return [f"assert {value} < 1e9"]
        if kind == 2:
            return [f'print(f"{{{value}:.3f}}", {self.pick.number(0, 9)})']
        if kind == 3:
            name = self.fresh("gone")
            return [f"{name} = {value}", f"del {name}"]
        return [f"# {value}", "pass"]

    def leave(self, scope: Scope) -> str:
        """A return, or a way out of the loop."""
        if scope.loops and self.pick.chance(60):
            return self.pick.one(("break", "continue"))
        return f"return {self.result(scope)}"

    def result(self, scope: Scope) -> str:
        return ", ".join(small(self.pick, scope, 2, 2.0 * STRAIGHT).at(PRODUCT) for _ in range(self.results))

    def last(self, scope: Scope) -> str:
        """The result at the end; it shows what every variable holds."""
        terms = [f"{weight} * {name}" for weight, name in zip(WEIGHTS, scope.floats, strict=False)]
        return " + ".join([*terms, self.result(scope)])

    def branch(self, scope: Scope, depth: int) -> tuple[Lines, bool]:
        lines: Lines = []
        ends: list[Scope] = []
        count, has_else = self.pick.number(1, 3), self.pick.chance(60)
        for index in range(count):
            lines.append(f"{'elif' if index else 'if'} {self.test(scope, walrus=index == 0)}:")
            ends += self.arm(lines, scope, depth)
        if has_else:
            lines.append("else:")
            ends += self.arm(lines, scope, depth)
        else:
            ends.append(scope)
        if not ends:
            return lines, True
        scope.floats = common(ends)
        return lines, False

    def arm(self, lines: Lines, scope: Scope, depth: int) -> list[Scope]:
        """One arm; its scope, unless it always leaves."""
        inner = scope.copy()
        body, left = self.block(inner, 3, depth - 1)
        if not left and self.pick.chance(20):
            body, left = [*body, self.leave(inner)], True
        lines += indented(body)
        return [] if left else [inner]

    def test(self, scope: Scope, walrus: bool) -> str:
        if walrus and self.pick.chance(12):
            value, name = self.value(scope), self.target(scope)
            self.define(scope, name, SMALL)
            return f"({name} := {value}) > {self.pick.one(('0.3', '-0.5', '0.0'))}"
        return condition(self.pick, scope, 1)

    def loop(self, scope: Scope, depth: int) -> Lines:
        if scope.loops > 1:
            return self.assign(scope)
        inner = scope.copy(loops=scope.loops + 1)
        lines = self.header(scope, inner)
        body, left = self.block(inner, 3, depth - 1)
        if not left and self.pick.chance(15):
            body.append(self.leave(inner))
        if lines[-1].startswith("while"):
            counter = lines[-1].split()[1]
            body.insert(0, f"{counter} += 1")
        lines += indented(body)
        if self.pick.chance(12):
            other, _ = self.block(scope.copy(), 2, 0)
            lines += ["else:", *indented(other)]
        return lines

    def header(self, scope: Scope, inner: Scope) -> Lines:
        """The lines up to the colon; defines the variables of the loop in its inside."""
        kind, index = self.pick.number(0, 9), self.fresh("i")
        inner.fixed.add(index)
        if kind <= 3:
            inner.ints.append(index)
            bounds = self.pick.one(("{}", "1, {}", "{}, 0, -1", "0, {}, 2"))
            return [f"for {index} in range({bounds.format(self.count(scope))}):"]
        if kind <= 5:
            inner.ints.append(index)
            more = f" and {condition(self.pick, scope, 0)}" if self.pick.chance(40) else ""
            return [f"{index} = 0", f"while {index} < {self.count(scope)}{more}:"]
        item = self.fresh("e")
        inner.floats[item] = SMALL
        items = f"({self.value(scope)}, {self.value(scope)}, {self.pick.one(('0.5', '1.5', '-2.0'))})"
        if kind == 6:
            inner.ints.append(index)
            return [f"for {index}, {item} in enumerate({items}):"]
        if kind == 7:
            other = self.fresh("e")
            inner.floats[other] = SMALL
            return [f"for {item}, {other} in zip({items}, {items}):"]
        return [f"for {item} in reversed({items}):" if kind == 8 else f"for {item} in {items}:"]

    def count(self, scope: Scope) -> str:
        outer = [name for name in scope.ints if name not in scope.fixed]
        return self.pick.one(outer) if outer and self.pick.chance(40) else str(self.pick.number(2, 4))

    def attempt(self, scope: Scope, depth: int) -> Lines:
        """`try` with a `raise` that depends on the data."""
        inside, failed = scope.copy(), scope.copy()
        body, _ = self.block(inside, 2, depth - 1)
        error = self.pick.one(("ValueError", "ArithmeticError"))
        lines = ["try:", *indented([f"if {condition(self.pick, scope, 0)}:", f'    raise {error}("no")', *body])]
        handler, _ = self.block(failed, 2, 0)
        lines += [f"except {self.pick.one((error, '(ValueError, ArithmeticError)'))}:", *indented(handler)]
        if self.pick.chance(20):
            more, _ = self.block(scope.copy(), 1, 0)
            lines += ["finally:", *indented(more)]
        scope.floats = common([inside, failed])
        return lines

    def local_function(self, scope: Scope) -> Lines:
        """A nested function that reads, or changes, what surrounds it; or a lambda."""
        name, parameter = self.fresh("g"), self.fresh("h")
        if scope.loops:
            return self.assign(scope)
        inner = scope.copy(floats={**scope.floats, parameter: SMALL}, functions=[], loops=2)
        body = small(self.pick, inner, 2).text
        scope.functions.append(Signature(name, (parameter,)))
        kind, changed = self.pick.number(0, 3), scope.assignable
        if kind == 0:
            return [f"{name} = lambda {parameter}: {body}"]
        lines = [f"def {name}({parameter}):"]
        if kind == 3 and changed:
            outer = self.pick.one(changed)
            lines += [f"    nonlocal {outer}", f"    {outer} = math.sin({outer}) + {parameter}"]
        return [*lines, f"    return {body}"]
