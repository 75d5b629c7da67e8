"""Random functions of lists: items that are read and written, second names, rows, slices, methods, comprehensions.

Lists never get empty, and indices are taken modulo their lengths, so that every program runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

FLAT = ("a", "b", "c", "d")
ROWS = ("m",)
SLICES = ("1:", ":-1", ":2", "::2", "::-1", "n:", "n % 2:", "-2:", "2:0:-1")
CALLEES = """import math


def scaled(v: list[float], k: float) -> list[float]:
    out = []
    for t in v:
        out.append(t * k + 0.1)
    return out


def total(v: list[float], k: float) -> float:
    s = 0.0
    for i in range(len(v)):
        s = s * 0.5 + v[i] * k
    return s


def put(v: list[float], k: float) -> float:
    v[0] = v[-1] * k
    return v[0] + k


def mix(v: list[float], w: list[float], k: float) -> None:
    if k > 0.5:
        v.append(v[0] * k)
        return
    for i in range(min(len(v), len(w))):
        v[i] += w[i] * v[i] * k
    v.insert(0, v.pop())


"""


@dataclass
class Writer:
    """Writes one function; `tame` leaves out what reverse mode refuses most of the time."""

    random: Random
    tame: bool
    lines: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    fresh: int = 0
    scalars: list[str] = field(default_factory=lambda: ["x"])

    def text(self) -> str:
        self.lines = ["    c = [x, 1.2, a[0] * x]", "    d = a[:]", "    m = [[x, 0.7], [b[0], a[-1], 1.1]]"]
        self.block("    ", 0, self.random.randint(3, 7))
        terms = [self.number(2) for _ in range(2)] + [f"sum({self.random.choice(FLAT)})", "m[0][0] + m[1][-1]"]
        self.lines.append(f"    return {' + '.join(terms)}")
        head = "def f(a: list[float], b: list[float], x: float, n: int) -> float:"
        return CALLEES + "\n".join([head, *self.lines]) + "\n"

    def block(self, indent: str, depth: int, count: int) -> None:
        for _ in range(count):
            self.statement(indent, depth)

    # --- expressions --------------------------------------------------------------------------------------------------

    def index(self, of: str) -> str:
        kinds = ["0", "-1", f"n % len({of})", f"len({of}) - 1"]
        kinds += [f"{i} % len({of})" for i in self.loops] * 2
        return self.random.choice(kinds)

    def flat(self) -> str:
        """A list of numbers that has a name."""
        return self.random.choice([*FLAT, *FLAT, "m[0]", "m[1]"])

    def item(self) -> str:
        of = self.flat()
        return f"{of}[{self.index(of)}]"

    def number(self, depth: int) -> str:
        r = self.random
        if depth == 0 or r.random() < 0.3:
            return r.choice([*self.scalars, self.item(), self.item(), "0.3", "1.7"])
        kind = r.randrange(9)
        if kind < 3:
            return f"({self.number(depth - 1)} {r.choice('+-*')} {self.number(depth - 1)})"
        if kind == 3:
            return f"math.sin({self.number(depth - 1)})"
        if kind == 4:
            return f"sum({self.flat()})"
        if kind == 5:
            return f"sum(v * w for v, w in zip({self.flat()}, {self.flat()}))"
        if kind == 6:
            return f"sum(v * {self.number(0)} for v in {self.flat()})"
        if kind == 7:
            return f"{r.choice(['max', 'min'])}({self.random.choice(FLAT)})"
        return f"0.5 * {self.number(depth - 1)}"

    def made(self) -> str:
        """A list that is made on the spot."""
        r, of = self.random, self.flat()
        return r.choice(
            [
                f"{of}[:]",
                f"list({of})",
                f"{of}.copy()",
                f"[{self.number(1)}, {self.number(1)}]",
                f"[v * {self.number(0)} for v in {of}]",
                f"[v + {self.number(0)} * i for i, v in enumerate({of})]",
                f"[{self.number(0)}] * 3",
                f"scaled({of}, {self.number(0)})",
                f"{of}[{r.choice(SLICES)}] + [{self.number(1)}]",
                f"{of} + {self.flat()}",
                f"[{self.number(0)}] + {of}[1:] + {self.flat()}",
                f"sorted({of})",
                f"sorted({of}, reverse=True)",
                f"{of}[::-1]",
                f"list(reversed({of}))",
                f"[v * w for v, w in zip({of}, {of}[::-1])]",
                f"scaled({of}[1:] + {self.flat()}, {self.number(0)})",
            ]
        )

    # --- statements ---------------------------------------------------------------------------------------------------

    def statement(self, indent: str, depth: int) -> None:
        r, of = self.random, self.flat()
        add = self.lines.append
        kind = r.randrange(16)
        if kind < 3:
            add(f"{indent}{self.item()} = {self.number(2)}")
        elif kind == 3:
            add(f"{indent}{self.item()} {r.choice(['+', '-', '*'])}= {self.number(1)}")
        elif kind == 4:
            j, k = self.index(of), self.index(of)
            add(f"{indent}{of}[{j}], {of}[{k}] = {of}[{k}], {of}[{j}]")
        elif kind == 5:
            add(f"{indent}{r.choice(FLAT[1:])} = {self.made()}")
        elif kind == 6:
            add(f"{indent}{of}.append({self.number(1)})")
        elif kind == 7 and depth < 2:
            self.loop(indent, depth)
        elif kind == 8 and depth < 2:
            add(f"{indent}if {r.choice(['n > 2', 'len(c) > 3', 'n % 2 == 0', *[f'{i} == 1' for i in self.loops]])}:")
            self.inside(indent, depth)
            if r.random() < 0.5:
                add(f"{indent}else:")
                self.inside(indent, depth)
        elif kind == 9:
            add(f"{indent}x = {self.number(2)}")
        elif kind == 10:
            add(f"{indent}x += total({of}, {self.number(0)})")
        elif kind == 11 and depth < 2:
            self.over(indent, depth)
        else:
            self.wild(indent, of)

    def wild(self, indent: str, of: str) -> None:
        """What reverse mode often refuses: second names, rows that move, slices that are written, other methods."""
        r, add = self.random, self.lines.append
        if self.tame and r.random() < 0.8:
            self.fresh += 1
            row = f"r{self.fresh}"
            add(f"{indent}{row} = {r.choice(['m[0]', 'm[1]', *FLAT])}")
            add(f"{indent}{row}[0] = {self.number(1)}" if r.random() < 0.5 else f"{indent}x = x * 0.5 + {row}[-1]")
            return
        add(
            indent
            + r.choice(
                [
                    f"{r.choice(FLAT)} = {of}",
                    f"m[{r.randrange(2)}] = {r.choice([of, self.made()])}",
                    "m[0], m[1] = m[1], m[0]",
                    f"{of}[:1] = [{self.number(1)}, {self.number(1)}]",
                    f"{of}[1:] = {self.made()}",
                    f"{of}.insert(0, {self.number(1)})",
                    f"{of}.extend({self.made()})",
                    f"{of} += [{self.number(1)}]" if "[" not in of else f"{of}.reverse()",
                    f"{of}.sort()",
                    f"if len({of}) > 1:\n{indent}    x = x * {of}.pop({r.choice(['', '0', '-1'])})",
                    f"x = x + put({of}, {self.number(0)})",
                    f"mix({of}, {self.flat()}, {self.number(0)})",
                    f"mix({r.choice(FLAT)}, {of}, {self.number(0)})",
                    f"{of}.insert({r.choice(['n', '-n', '1', '-1'])}, {self.number(1)})",
                    f"{of}[{r.choice(SLICES[:3])}] = {self.made()}",
                    f"if len({of}) > 1:\n{indent}    del {of}[{r.choice(['0', '-1', '1:', 'n % len(' + of + ')'])}]",
                    "a, b = b, a",
                    "c, d = d, c",
                    "b, c, d = c, d, b",
                    f"m = [scaled(v, {self.number(0)}) for v in m]",
                ]
            )
        )

    def inside(self, indent: str, depth: int) -> None:
        self.block(indent + "    ", depth + 1, self.random.randint(1, 3))

    def loop(self, indent: str, depth: int) -> None:
        i = "ij"[len(self.loops)] if len(self.loops) < 2 else "k"
        bound = self.random.choice(["n", "2", f"len({self.random.choice(FLAT)})"])
        self.lines.append(f"{indent}for {i} in range({bound}):")
        self.loops.append(i)
        self.inside(indent, depth)
        self.loops.pop()

    def over(self, indent: str, depth: int) -> None:
        """A loop over the items of lists, which stay as they are."""
        self.fresh += 1
        v, w = f"v{self.fresh}", f"w{self.fresh}"
        one, other = self.random.choice(FLAT), self.random.choice(FLAT)
        head = self.random.choice(
            [f"for {v} in {one}:", f"for {v}, {w} in zip({one}, {other}):", f"for {w}, {v} in enumerate({one}):"]
        )
        self.lines.append(f"{indent}{head}")
        term = f"{v} * {w}" if w in head else v
        self.lines.append(f"{indent}    x = x * 0.5 + {term}")
        self.fresh += 1
        if self.random.random() < 0.3:
            self.lines.append(f"{indent}for row{self.fresh} in m:")
            self.lines.append(f"{indent}    x += row{self.fresh}[0] * {self.number(0)}")


def program(seed: int, tame: bool) -> str:
    """The text of a module with a function `f`.

    >>> program(1, False).startswith("import math")
    True
    """
    return Writer(Random(seed), tame).text()
