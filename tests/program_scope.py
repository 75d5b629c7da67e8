"""What the generator of random programs carries along: choices, expressions, what can be read where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, TypeVar

Item = TypeVar("Item")

SMALL = 8.0  # what arguments and results stay below

LOWEST, SUM, PRODUCT, UNARY, POWER, ATOM = range(6)  # how tightly an expression binds


class Chooser:
    """Makes random choices, the same ones from the same start."""

    def __init__(self, start: str) -> None:
        self.random = Random(start)

    def one(self, options: Sequence[Item]) -> Item:
        return options[self.number(0, len(options) - 1)]

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent


@dataclass(frozen=True)
class Expression:
    text: str
    bound: float
    level: int = ATOM

    def at(self, level: int) -> str:
        """The text, in parentheses where it binds less tightly."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True)
class Signature:
    """A function that can be called: how many floats it takes, which of them have defaults, how many it returns."""

    name: str
    parameters: tuple[str, ...]
    defaults: int = 0
    results: int = 1
    depth: str = ""  # the int parameter of a recursive function


@dataclass
class Scope:
    """What can be read at a place."""

    floats: dict[str, float]  # with their bounds
    ints: list[str] = field(default_factory=list)
    functions: list[Signature] = field(default_factory=list)
    fixed: set[str] = field(default_factory=set)  # what must not be assigned
    loops: int = 0
    calls: list[None] = field(default_factory=list)  # made so far; shared by the copies

    def copy(self, **changes: Any) -> Scope:
        copied = replace(self, **changes)
        copied.floats, copied.ints = dict(copied.floats), list(copied.ints)
        copied.functions, copied.fixed = list(copied.functions), set(copied.fixed)
        return copied

    @property
    def assignable(self) -> list[str]:
        return [name for name in self.floats if name not in self.fixed]
