"""The name supply: every new name is checked against every name of the modules it meets."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

from adtransform import ir
from adtransform.traverse import names


def suffix(letter: str, taken: Iterable[str]) -> str:
    """The suffix of one run: `_d`, or `_d2`, `_d3`, … where a name of the module already ends so.

    >>> suffix("d", ["x", "f"]), suffix("d", ["x", "x_d"])
    ('_d', '_d2')
    """
    used = tuple(taken)
    n = 1
    while any(name.endswith(f"_{letter}{n if n > 1 else ''}") for name in used):
        n += 1
    return f"_{letter}{n if n > 1 else ''}"


class Supply:
    """Names that are taken in one function; `fresh` takes another one."""

    def __init__(self, taken: Iterable[str], suffix: str) -> None:
        self.taken = set(taken)
        self.taken |= {name + suffix for name in self.taken}  # what the derivatives are called
        self.suffix = suffix
        self.numbers: dict[str, int] = {}  # the last one that was given for a base

    def is_free(self, name: str) -> bool:
        return name not in self.taken and not keyword.iskeyword(name) and not hasattr(builtins, name)

    def fresh(self, base: str) -> str:
        """`base` if it is free, otherwise `base2`, `base3`, …; a base that ends in "#" is always numbered."""
        stem = base.removesuffix("#")
        n = self.numbers.get(base, 1 if base.endswith("#") else 0)
        while True:
            name = f"{stem}{n}" if n else stem
            if self.is_free(name) and self.is_free(name + self.suffix):
                self.taken |= {name, name + self.suffix}
                self.numbers[base] = n
                return name
            n = n + 1 if n else 2


def temporary(e: ir.Expr) -> str:
    """What to call the value of an expression: `sin_x` for `math.sin(x)`, otherwise a number.

    >>> temporary(ir.Call(ir.Library("math", "sin"), (ir.Arg(ir.Name("x")),)))
    'sin_x'
    """
    if isinstance(e, ir.Call):
        match e.func:
            case ir.Name(name) | ir.Attribute(_, name):
                name = name.rpartition(".")[2].strip("_").partition(" ")[0]  # the alias of a function of another module
                return f"{name}_v" if len(name) < 24 else "t#"
            case ir.Library("helper", name) if name not in ("digamma", "polygamma"):
                return "t#"
            case ir.Library(_, name):
                inside = set().union(*(names(a.value) for a in e.args)) if e.args else set()
                inside -= {"math", "np", "numpy"}
                name = name.rpartition(".")[2]
                argument = next(iter(inside)) if len(inside) == 1 else ""
                if argument and len(name) + len(argument) < 20:
                    return f"{name}_{argument}"
                return f"{name}_v" if len(name) < 24 else "t#"
    return "t#"
