"""The problems: a function, its tangent and its adjoint written by hand, a point and a direction.

Each file of `problems/` is one; `families.py` writes those whose text depends on the number of inputs.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "problems"

Function = Callable[..., Any]


@dataclass(frozen=True)
class Problem:
    """A benchmark problem.

    `source` is the text to differentiate, `primal` its function `function`, `tangent` and `adjoint` are written by
    hand, the text of the latter is `by_hand`; `point` holds all arguments, `direction` the tangents of the floats
    among those that are differentiated: `wrt`, or all floats, tuples, lists and arrays.  `pure` is the same function
    without writes in place, for tools that cannot have them.
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
    function: str = ""
    wrt: tuple[str, ...] = ()
    pure: str = ""

    @property
    def floats(self) -> tuple[float, ...]:
        """The differentiated numbers, those inside of tuples, lists and arrays too."""
        return tuple(numbers(self.point[index] for index in self.inputs))

    @property
    def leaves(self) -> tuple[Any, ...]:
        """The differentiated numbers and arrays."""
        return tuple(parts(self.point[index] for index in self.inputs))

    @property
    def inputs(self) -> list[int]:
        """Positions of the differentiated arguments."""
        names = list(inspect.signature(self.primal).parameters) if self.wrt else []
        return [
            index
            for index, argument in enumerate(self.point)
            if isinstance(argument, float | tuple | list | np.ndarray) and (not names or names[index] in self.wrt)
        ]

    @property
    def has_arrays(self) -> bool:
        return any(isinstance(argument, np.ndarray) for argument in self.point)

    @property
    def is_scalar(self) -> bool:
        """Whether no argument is a tuple, a list or an array."""
        return not any(isinstance(argument, tuple | list | np.ndarray) for argument in self.point)

    @property
    def tangents(self) -> tuple[Any, ...]:
        """The direction, with the structure of the differentiated arguments."""
        rest = iter(self.direction)
        return tuple(placed(self.point[index], rest, whole=False) for index in self.inputs)

    def arguments(self, floats: Iterable[Any]) -> tuple[Any, ...]:
        """All arguments, with these numbers in the place of the differentiated ones."""
        return self.with_parts(floats, whole=False)

    def with_leaves(self, leaves: Iterable[Any]) -> tuple[Any, ...]:
        """All arguments, with these numbers and arrays in the place of the differentiated ones."""
        return self.with_parts(leaves, whole=True)

    def with_parts(self, given: Iterable[Any], whole: bool) -> tuple[Any, ...]:
        rest, inputs = iter(given), self.inputs
        return tuple(placed(a, rest, whole) if index in inputs else a for index, a in enumerate(self.point))


def placed(argument: Any, rest: Iterator[Any], whole: bool) -> Any:
    """The structure of an argument filled with other numbers; an array is one of them if it is to stay whole."""
    match argument:
        case tuple() | list():
            return type(argument)([placed(item, rest, whole) for item in argument])
        case np.ndarray() if not whole:
            return np.array([next(rest) for _ in range(argument.size)]).reshape(argument.shape)
        case float() | np.ndarray():
            return next(rest)
        case _:
            return argument


def parts(nested: Iterable[Any]) -> list[Any]:
    """The numbers and arrays in nested tuples and lists, in order."""
    return [part for item in nested for part in (parts(item) if isinstance(item, tuple | list) else [item])]


def numbers(nested: Iterable[Any]) -> list[Any]:
    """The numbers in nested tuples, lists and arrays, in order."""
    return [n for part in parts(nested) for n in (np.ravel(part.tolist()) if getattr(part, "ndim", 0) else [part])]


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def load(name: str) -> Problem:
    """The problem in the file of that name."""
    return loaded(name)[0]


def loaded(name: str) -> list[Problem]:
    """The problems in a file: one, or one for each of its `POINTS`."""
    module = importlib.import_module(f"tests.bench.problems.{name}")
    path = FOLDER / f"{name}.py"
    text = path.read_text(encoding="utf-8")
    points = getattr(module, "POINTS", None) or {name: (module.POINT, module.DIRECTION)}
    return [
        Problem(
            label,
            (module.__doc__ or name).splitlines()[0].rstrip("."),
            primal_text(text),
            adjoint_text(text),
            str(path),
            getattr(module, name),
            getattr(module, f"{name}_adjoint"),
            point,
            direction,
            getattr(module, f"{name}_by_hand"),
            name,
            getattr(module, "WRT", ()),
            pure_text(text),
        )
        for label, (point, direction) in points.items()
    ]


def primal_text(text: str) -> str:
    """The text without the derivatives written by hand, which stand at its end."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    by_hand = min(node.lineno for node in functions if node.name.endswith(("_by_hand", "_adjoint", "_pure")))
    return "\n".join(text.splitlines()[: by_hand - 1]).rstrip() + "\n"


def adjoint_text(text: str) -> str:
    """The adjoints written by hand."""
    return functions_text(text, "_adjoint")


def pure_text(text: str) -> str:
    """The function without writes in place, if there is one."""
    return functions_text(text, "_pure")


def functions_text(text: str, ending: str) -> str:
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    found = [ast.get_source_segment(text, node) or "" for node in functions if node.name.endswith(ending)]
    return "\n\n\n".join(found) + "\n" if found else ""


def execute(text: str, filename: str, **given: object) -> dict[str, Any]:
    """The names of a module given as text."""
    home: dict[str, Any] = dict(given)
    exec(compile(text, filename, "exec"), home)
    return home
