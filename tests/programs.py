"""Random programs for the tests: modules of one to three functions of floats, as source text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.program_blocks import DEPTH, Writer, indented
from tests.program_expressions import small
from tests.program_scope import Chooser, Scope, Signature
from tests.program_statements import Lines

HEADER = '"""A random program."""\n\nimport math\nfrom math import sin\n'
VALUES = (0.7, -1.3, 0.4, 1.9, -0.6, 1.1, 0.0, 0.25)
SLOPES = (1.0, -0.5, 0.8, 0.3, -1.2)


@dataclass(frozen=True)
class Program:
    """A module, the function to differentiate, and arguments for it: floats in the order of `inputs`, then `n`."""

    source: str
    function: str
    inputs: tuple[str, ...]
    points: tuple[tuple[float, ...], ...]
    direction: tuple[float, ...]
    count: int | None

    @property
    def described(self) -> str:
        return f"{self.function} at {self.points} along {self.direction}, n = {self.count}"

    def arguments(self, floats: tuple[Any, ...]) -> dict[str, Any]:
        passed = dict(zip(self.inputs, floats, strict=True))
        return passed if self.count is None else {**passed, "n": self.count}


def random_program(pick: Chooser) -> Program:
    """A program that compiles, and mostly runs."""
    known: list[Signature] = []
    parts = []
    for index in range(pick.number(1, 3) - 1):
        signature, lines = recursive(pick, index) if pick.chance(25) else function(pick, index, known, counted=False)
        known.append(signature)
        parts.append("\n".join(lines))
    counted = pick.chance(40)
    root, lines = function(pick, len(known), known, counted)
    parts.append("\n".join(lines))
    points = tuple(tuple(pick.one(VALUES) for _ in root.parameters) for _ in range(2))
    direction = tuple(pick.one(SLOPES) for _ in root.parameters)
    source = "\n\n".join([HEADER, *parts]) + "\n"
    return Program(source, root.name, root.parameters, points, direction, pick.number(0, 4) if counted else None)


def function(pick: Chooser, index: int, known: list[Signature], counted: bool) -> tuple[Signature, Lines]:
    """A function, annotated or not."""
    names = ("x", "y", "z_d", "mass")[: pick.number(1, 4)]
    defaults = pick.number(0, len(names) - 1) if not counted and pick.chance(30) else 0
    annotation = ": float" if pick.chance(70) else ""
    written = [
        f"{name}{annotation} = 0.5" if at >= len(names) - defaults else f"{name}{annotation}"
        for at, name in enumerate(names)
    ]
    scope = Scope(dict.fromkeys(names, 2.0), functions=list(known))
    if counted:
        written.append("n: int")
        scope.ints.append("n")
    writer = Writer(pick, results=pick.one((1, 1, 1, 2, 3)))
    body, left = writer.block(scope, 6, DEPTH)
    if not left:
        body.append(f"return {writer.last(scope)}")
    head = [f"def f{index}({', '.join(written)}):", *(['    """Random."""'] if pick.chance(20) else [])]
    return Signature(f"f{index}", names, defaults, writer.results), [*head, *indented(body)]


def recursive(pick: Chooser, index: int) -> tuple[Signature, Lines]:
    """A function that calls itself, a bounded number of times."""
    scope = Scope({"x": 2.0, "y": 2.0}, ints=["depth"])
    stop, first, second, rest = (small(pick, scope, 2).text for _ in range(4))
    lines = [
        f"def f{index}(x: float, y: float, depth: int) -> float:",
        "    if depth <= 0:",
        f"        return {stop}",
        f"    deeper = f{index}({first}, {second}, depth - 1)",
        f"    return {rest} + 0.5 * math.tanh(deeper)",
    ]
    return Signature(f"f{index}", ("x", "y"), depth="depth"), lines
