"""Random functions of arrays: items, slices, masks and views that are written, second names, rows, reductions,
products, broadcasting, loops, branches, early returns and calls.

Every array has two or three items, or is two by three; a kind says which: `s` a number, `2`, `3`, `23`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

CALLEES = """import numpy as np


def scaled(v: np.ndarray, k: float) -> np.ndarray:
    out = np.zeros_like(v)
    for i in range(len(v)):
        out[i] = v[i] * k + 0.1
    return out


def bent(v, k):
    return np.sin(v) * k


def total(v: np.ndarray, k: float) -> float:
    s = 0.0
    for t in v:
        s = s * 0.5 + t * k
    return s


def put(v: np.ndarray, k: float) -> float:
    v[0] = v[-1] * k
    v *= 0.5
    return v[0] + k


"""
RANKED = {
    "2": "np.ndarray[tuple[int], np.dtype]",
    "3": "np.ndarray[tuple[int], np.dtype]",
    "23": "np.ndarray[tuple[int, int], np.dtype]",
}
PARAMS = {"a": "3", "b": "3", "e": "2", "m": "23"}
Scope = dict[str, str]


@dataclass
class Writer:
    """Writes one function; `tame` leaves out what reverse mode refuses most of the time."""

    random: Random
    tame: bool
    lines: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    fresh: int = 0

    def text(self) -> str:
        scope = {**PARAMS, "x": "s"}
        ranked = self.random.random() < 0.6
        for name, kind in (("c", "3"), ("d", "2"), ("k", "23")):
            self.lines.append(f"    {name} = {self.made(kind, scope, 1)}")
            scope[name] = kind
        self.block("    ", scope, 0, self.random.randint(2, 7))
        self.lines.append(f"    return {self.result(scope)}")
        kinds = {n: RANKED[k] if ranked or k == "23" else "np.ndarray" for n, k in PARAMS.items()}
        params = ", ".join(f"{n}: {kind}" for n, kind in kinds.items())
        return CALLEES + "\n".join([f"def f({params}, x: float, n: int):", *self.lines]) + "\n"

    def result(self, scope: Scope) -> str:
        if self.random.random() < 0.2:
            return self.expression(self.random.choice(["3", "23", "2"]), scope, 2)
        return f"{self.expression('s', scope, 2)} + np.sum(a * c) + np.sum(m * k) + d @ d + b[0] * b[-1]"

    def new(self, stem: str) -> str:
        self.fresh += 1
        return f"{stem}{self.fresh}"

    def name(self, kind: str, scope: Scope) -> str:
        return self.random.choice([n for n, k in scope.items() if k == kind])

    # --- expressions ------------------------------------------------------------------------------------------------

    def index(self, count: int) -> str:
        kinds = [str(self.random.randrange(count)), "-1", f"n % {count}"]
        return self.random.choice(kinds + [f"{i} % {count}" for i in self.loops] * 2)

    def item(self, scope: Scope) -> str:
        r = self.random
        kind = r.choice(["3", "3", "2", "23"])
        of = self.name(kind, scope)
        if kind != "23":
            return f"{of}[{self.index(int(kind))}]"
        i, j = self.index(2), self.index(3)
        return r.choice([f"{of}[{i}, {j}]", f"{of}[{i}, {j}]", f"{of}[{i}][{j}]"])

    def expression(self, kind: str, scope: Scope, depth: int) -> str:
        if depth <= 0:
            if kind == "s":
                return self.random.choice([self.name("s", scope), self.item(scope), self.item(scope), "0.3", "1.7"])
            return self.name(kind, scope)
        if self.random.random() < 0.45:
            return self.elementwise(kind, scope, depth - 1)
        return self.number(scope, depth - 1) if kind == "s" else self.made(kind, scope, depth - 1)

    def elementwise(self, kind: str, scope: Scope, depth: int) -> str:
        r = self.random
        one, other = self.expression(kind, scope, depth), self.expression(kind, scope, depth)
        smaller = self.expression({"23": r.choice(["3", "s"])}.get(kind, "s"), scope, depth)
        return r.choice(
            [
                f"({one} {r.choice('+-*')} {other})",
                f"({one} {r.choice('+-*')} {smaller})",
                f"({smaller} {r.choice('+-*')} {one})",
                f"{one} / (1.5 + {other} ** 2)",
                f"np.sin({one})",
                f"np.tanh({one}) * {smaller}",
                f"({one}) ** 2",
                f"np.maximum({one}, {smaller})",
                f"np.where({one} > {other}, {other}, {smaller})",
                f"np.abs({one})",
                f"(-{self.name(kind, scope)})",
                f"np.exp(-({one}) ** 2)",
                f"bent({self.name(kind, scope)}, {self.name('s', scope)})",
            ]
        )

    def number(self, scope: Scope, depth: int) -> str:
        r = self.random
        kind = r.choice(["3", "3", "2", "23"])
        one, other = self.expression(kind, scope, depth), self.expression(kind, scope, depth)
        vector = r.choice("32")
        v, w = self.expression(vector, scope, depth), self.expression(vector, scope, depth)
        return r.choice(
            [
                f"np.sum({one})",
                f"({one}).sum()",
                f"np.mean({one} * {other})",
                f"np.max({one})",
                f"({v}) @ ({w})",
                f"np.dot({v}, {w})",
                f"np.linalg.norm({v})",
                f"np.sum({one}, axis=0)[0]" if kind == "23" else f"np.prod({one})",
                f"({self.name('23', scope)})[{self.index(2)}] @ ({self.expression('3', scope, depth)})",
                f"np.sin({self.item(scope)})",
                f"len({self.name(kind, scope)}) * {self.item(scope)}",
            ]
        )

    def made(self, kind: str, scope: Scope, depth: int) -> str:
        """An array that is made on the spot, or a view."""
        r = self.random
        of = self.name(kind, scope)
        v, m = self.expression("3", scope, depth), self.name("23", scope)
        s = self.expression("s", scope, depth)
        if kind == "2":
            return r.choice(
                [f"{self.name('3', scope)}[1:]", f"{self.name('3', scope)}[:-1]", f"{m} @ ({v})"]
                + [f"{m}[:, {self.index(3)}]", f"np.sum({m}, axis=1)", f"{m}.mean(axis=1)", f"np.array([{s}, 0.4])"]
                + [f"np.diff({v})", f"({v})[[0, 2]]"]
                + [f"{of}.copy()", f"{of}[::-1]"]
            )
        if kind == "3":
            two = self.expression("2", scope, depth)
            return r.choice(
                [f"{m}[{self.index(2)}]", f"({two}) @ {m}", f"{m}.sum(axis=0)", f"np.max({m}, axis=0)"]
                + [f"np.array([{s}, x, 0.2])", f"np.concatenate(({two}, {self.name('3', scope)}[:1]))"]
                + [f"np.cumsum({v})", f"np.roll({v}, 1)", f"({v})[[2, 0, 2]]", f"({v})[::-1]"]
                + [f"np.full(3, {s})", f"{self.name('3', scope)}.copy()", "np.zeros(3)", f"{m}.T[:, 0]"]
                + [f"scaled({self.name('3', scope)}, {self.name('s', scope)})", f"{m}.reshape(-1)[1:4]"]
                + [f"np.append({two}, {s})", f"np.outer({two}, {v})[0]", f"np.ones_like({self.name('3', scope)})"]
            )
        two = self.name("2", scope)
        w = self.expression("3", scope, depth)
        return r.choice(
            [f"np.outer({two}, {v})", f"{two}[:, None] * {v}", f"np.vstack(({v}, {w}))", f"np.stack([{v}, {w}])"]
            + [
                f"{m}.copy()",
                f"{m}[::-1]",
                f"np.array([{v}, {w}])",
                f"np.zeros((2, 3)) + {v}",
                f"{m} * {two}[:, np.newaxis]",
            ]
            + [f"({m} @ {m}.T) @ {m}", f"np.zeros_like({m})", f"{m} - {m}.mean(axis=1, keepdims=True)"]
            + [f"{m}.T.reshape(2, 3)", f"np.broadcast_to({v}, (2, 3))", f"np.concatenate((({v})[None, :], {m}[:1]))"]
        )

    # --- statements -------------------------------------------------------------------------------------------------

    def block(self, indent: str, scope: Scope, depth: int, count: int) -> None:
        for _ in range(count):
            self.statement(indent, scope, depth)

    def inside(self, indent: str, scope: Scope, depth: int) -> None:
        self.block(indent + "    ", dict(scope), depth + 1, self.random.randint(1, 3))

    def place(self, scope: Scope) -> tuple[str, str]:
        """Something that can be written, and the kind of what is written there."""
        r = self.random
        v, m, two = self.name("3", scope), self.name("23", scope), self.name("2", scope)
        places = [
            (self.item(scope), "s"),
            (self.item(scope), "s"),
            (f"{v}[1:]", "2"),
            (f"{v}[:-1]", "2"),
            (f"{v}[:]", "3"),
        ]
        places += [
            (f"{m}[{self.index(2)}]", "3"),
            (f"{m}[:, {self.index(3)}]", "2"),
            (f"{m}[0, 1:]", "2"),
            (f"{two}[:]", "2"),
        ]
        places += [
            (f"{v}[...]", "3"),
            (f"{m}[:]", "23"),
            (f"{v}[::2]", "2"),
            (f"{v}[::-1]", "3"),
            (f"{m}[:, 1:][0]", "2"),
        ]
        places += [(f"{v}[{v} > {self.number(scope, 0)}]", "s"), (f"{m}[:, 1:]", "s")]
        if not self.tame:
            places += [(f"{v}[[0, 2]]", "2"), (f"{m}.T[0]", "2"), (f"{m}[[1, 0]]", "23")]
        return r.choice(places)

    def statement(self, indent: str, scope: Scope, depth: int) -> None:
        r, add = self.random, self.lines.append
        kind = r.randrange(17)
        if kind < 3:
            where, what = self.place(scope)
            add(f"{indent}{where} = {self.expression(what if r.random() < 0.8 else 's', scope, 2)}")
        elif kind < 5:
            where, what = self.place(scope)
            add(f"{indent}{where} {r.choice('+-*')}= {self.expression(what if r.random() < 0.7 else 's', scope, 1)}")
        elif kind < 7:
            self.whole(indent, scope)
        elif kind < 9:
            k = r.choice(["3", "3", "2", "23"])
            add(f"{indent}{self.name(k, scope)} = {self.expression(k, scope, 2)}")
        elif kind == 9:
            k = r.choice(["3", "2", "23"])
            name = self.new("t")
            add(f"{indent}{name} = {self.expression(k, scope, 2)}")
            scope[name] = k
        elif kind == 10:
            add(f"{indent}x = {self.expression('s', scope, 2)}")
        elif kind == 11 and depth < 2:
            self.loop(indent, scope, depth)
        elif kind == 12 and depth < 2:
            add(f"{indent}if {self.test(scope)}:")
            self.inside(indent, scope, depth)
            if r.random() < 0.15:
                add(f"{indent}    return {self.expression('s', scope, 1)}" if not self.loops else f"{indent}    break")
            elif r.random() < 0.5:
                add(f"{indent}else:")
                self.inside(indent, scope, depth)
        elif kind == 13:
            v = self.name(r.choice("32"), scope)
            called = "total" if self.tame else r.choice(["total", "put"])
            add(f"{indent}x += {called}({v}, {self.expression('s', scope, 0)})")
        else:
            self.view(indent, scope)

    def test(self, scope: Scope) -> str:
        tests = ["n > 2", f"{self.item(scope)} > 0.2", "n % 2 == 0", f"np.sum({self.name('3', scope)}) > 0.5"]
        return self.random.choice(tests + [f"{i} == 1" for i in self.loops])

    def whole(self, indent: str, scope: Scope) -> None:
        """An array is changed as a whole."""
        r = self.random
        k = r.choice(["3", "3", "2", "23"])
        v = self.name(k, scope)
        value = self.expression({"23": r.choice(["3", "23", "s"])}.get(k, r.choice([k, "s"])), scope, 1)
        lines = [f"{v} {op}= {value}" for op in "+-*"] + [
            f"{v} /= 1.5 + ({value}) ** 2",
            f"{v} **= 2",
            f"{v} = {v} * {value}",
        ]
        lines += [f"{v} += {v}", f"{v} *= {v}", f"{v} = {v} + {value}"]
        if k == "3":
            lines.append(f"np.add.at({v}, [0, 2, 0], {self.expression('3', scope, 0)})")
        self.lines.append(indent + r.choice(lines))

    def view(self, indent: str, scope: Scope) -> None:
        """A second name for an array or a part of it; one of both is written to, perhaps."""
        r, name = self.random, self.new("v")
        v, m = self.name("3", scope), self.name("23", scope)
        views = [
            (v, "3"),
            (f"{v}[1:]", "2"),
            (f"{m}[{self.index(2)}]", "3"),
            (f"{m}[:, {self.index(3)}]", "2"),
            (m, "23"),
        ]
        views += [(f"{v}[::-1]", "3"), (f"{m}[::-1]", "23"), (f"{m}[0, :2]", "2"), (f"{m}.T[1]", "2")]
        if not self.tame:
            views += [
                (f"{m}.reshape(-1)[2:5]", "3"),
                (f"{m}.ravel()[:3]", "3"),
                (f"np.asarray({v})", "3"),
                (f"{m}.T.T", "23"),
            ]
        what, kind = r.choice(views)
        self.lines.append(f"{indent}{name} = {what}")
        scope[name] = kind
        if r.random() < 0.7:
            at = "0, 1" if kind == "23" else "0"
            line = r.choice(
                [f"{name}[{at}] = {self.expression('s', scope, 1)}", f"{name} *= {self.expression('s', scope, 1)}"]
            )
            self.lines.append(indent + line)

    def loop(self, indent: str, scope: Scope, depth: int) -> None:
        r = self.random
        inner = dict(scope)
        if r.random() < 0.3:
            row, i = self.new("r"), self.new("i")
            m = self.name("23", scope)
            self.lines.append(indent + r.choice([f"for {row} in {m}:", f"for {i}, {row} in enumerate({m}):"]))
            inner[row] = "3"
            self.lines.append(f"{indent}    x = x * 0.5 + {row}[0]")
            self.block(indent + "    ", inner, depth + 1, r.randint(0, 2))
            return
        i, bound = self.new("i"), f"len({self.name('3', scope)})"
        self.lines.append(f"{indent}for {i} in range({r.choice(['n', '2', bound])}):")
        self.loops.append(i)
        self.inside(indent, scope, depth)
        self.loops.pop()


def program(seed: int, tame: bool) -> str:
    """The text of a module with a function `f`.

    >>> program(1, False).startswith("import numpy")
    True
    """
    return Writer(Random(seed), tame).text()
