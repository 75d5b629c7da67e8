"""The problems: a function, its tangent and its adjoint written by hand, a point and a direction.

Each file of `problems/` is one; `families.py` writes those whose text depends on the number of inputs.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "problems"

Function = Callable[..., Any]


@dataclass(frozen=True)
class Problem:
    """A benchmark problem.

    `source` is the text to differentiate, `primal` its function of that name, `tangent` and `adjoint` are written by
    hand, the text of the latter is `by_hand`; `point` holds all arguments, `direction` the tangents of the floats
    among them.
    """

    name: str
    title: str
    source: str
    by_hand: str
    path: str
    primal: Function
    adjoint: Function
    point: tuple[object, ...]
    direction: tuple[float, ...]
    tangent: Function | None = None

    @property
    def floats(self) -> tuple[float, ...]:
        """The differentiated numbers, those inside of tuples too."""
        return tuple(numbers(a for a in self.point if isinstance(a, float | tuple)))

    @property
    def inputs(self) -> list[int]:
        """Positions of the differentiated arguments."""
        return [index for index, argument in enumerate(self.point) if isinstance(argument, float | tuple)]

    def arguments(self, floats: Iterable[Any]) -> tuple[Any, ...]:
        """All arguments, with these in the place of the floats."""
        rest = iter(floats)

        def placed(argument: object) -> object:
            if isinstance(argument, tuple):
                return tuple(map(placed, argument))
            return next(rest) if isinstance(argument, float) else argument

        return tuple(map(placed, self.point))


def numbers(nested: Iterable[Any]) -> list[Any]:
    """What nested tuples and lists hold, in order."""
    return [number for item in nested for number in (numbers(item) if isinstance(item, tuple | list) else [item])]


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def load(name: str) -> Problem:
    """The problem in the file of that name."""
    module = importlib.import_module(f"tests.bench.problems.{name}")
    path = FOLDER / f"{name}.py"
    text = path.read_text(encoding="utf-8")
    return Problem(
        name,
        (module.__doc__ or name).splitlines()[0].rstrip("."),
        primal_text(text),
        adjoint_text(text),
        str(path),
        getattr(module, name),
        getattr(module, f"{name}_adjoint"),
        module.POINT,
        module.DIRECTION,
        getattr(module, f"{name}_by_hand"),
    )


def primal_text(text: str) -> str:
    """The text without the derivatives written by hand, which stand at its end."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    by_hand = min(node.lineno for node in functions if node.name.endswith(("_by_hand", "_adjoint")))
    return "\n".join(text.splitlines()[: by_hand - 1]).rstrip() + "\n"


def adjoint_text(text: str) -> str:
    """The adjoints written by hand."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    parts = [ast.get_source_segment(text, node) or "" for node in functions if node.name.endswith("_adjoint")]
    return "\n\n\n".join(parts) + "\n"


def execute(text: str, filename: str, **given: object) -> dict[str, Any]:
    """The names of a module given as text."""
    home: dict[str, Any] = dict(given)
    exec(compile(text, filename, "exec"), home)
    return home
