"""The problems: a file each, with a function, its tangent written by hand, a point and a direction."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "problems"

Function = Callable[..., object]


@dataclass(frozen=True)
class Problem:
    """A benchmark problem: `point` holds all arguments, `direction` the tangents of the floats among them."""

    name: str
    title: str
    primal: Function
    by_hand: Function
    point: tuple[object, ...]
    direction: tuple[float, ...]

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.py"

    @property
    def source(self) -> str:
        """The text of the file without the tangents written by hand, which stand at its end."""
        text = self.path.read_text(encoding="utf-8")
        by_hand = [
            node.lineno
            for node in ast.parse(text).body
            if isinstance(node, ast.FunctionDef) and node.name.endswith("_by_hand")
        ]
        return "\n".join(text.splitlines()[: min(by_hand) - 1]).rstrip() + "\n"

    @property
    def floats(self) -> list[int]:
        """Positions of the differentiated arguments."""
        return [index for index, argument in enumerate(self.point) if isinstance(argument, float)]


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def load(name: str) -> Problem:
    module = importlib.import_module(f"tests.bench.problems.{name}")
    title = (module.__doc__ or name).splitlines()[0].rstrip(".")
    functions = getattr(module, name), getattr(module, f"{name}_by_hand")
    return Problem(name, title, *functions, module.POINT, module.DIRECTION)
