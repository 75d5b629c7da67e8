"""Random compound statements: blocks of lines, with the variables that are certainly there after them."""

from __future__ import annotations

from tests.program_expressions import condition, small
from tests.program_scope import SMALL, Scope, Signature
from tests.program_statements import Lines, Simple

DEPTH = 2  # of nested statements


def common(ends: list[Scope]) -> dict[str, float]:
    """The variables that are there whichever way was taken."""
    return {
        name: max(end.floats[name] for end in ends)
        for name in ends[0].floats
        if all(name in end.floats for end in ends)
    }


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


class Writer(Simple):
    """Writes the body of one function."""

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
