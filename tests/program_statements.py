"""Random simple statements: assignments of all forms, prints, ways out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.program_expressions import call_text, expression, small
from tests.program_scope import PRODUCT, SMALL, Chooser, Expression, Scope

NAMES = "a b c s w t1 x_d sin_x value q f_d y_d2 total acc p r u2 z x_b seed stack x_0".split()
WEIGHTS = (0.5, 1.25, 0.25, 1.5, 0.75, 0.375, 0.875, 1.125, 0.625, 1.375)
STRAIGHT, LOOP = 60.0, 12.0  # bounds of what is assigned, outside and inside loops

Lines = list[str]


@dataclass
class Simple:
    """Writes simple statements of one function; `results` is how many floats it returns."""

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
        """A return, an exception, or a way out of the loop."""
        if scope.loops and self.pick.chance(60):
            return self.pick.one(("break", "continue"))
        if self.pick.chance(10):
            return f'raise {self.pick.one(("ValueError", "KeyError"))}("out")'
        return f"return {self.result(scope)}"

    def result(self, scope: Scope) -> str:
        return ", ".join(small(self.pick, scope, 2, 2.0 * STRAIGHT).at(PRODUCT) for _ in range(self.results))

    def last(self, scope: Scope) -> str:
        """The result at the end; it shows what every variable holds."""
        terms = [f"{weight} * {name}" for weight, name in zip(WEIGHTS, scope.floats, strict=False)]
        return " + ".join([*terms, self.result(scope)])
