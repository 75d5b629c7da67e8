"""The cell magic `%%adgen`: run a cell, and see the derivatives of its functions beneath it.

%load_ext adtransform

%%adgen --mode reverse
def f(x, y):
    return x * y          shows `f_b`, and defines it
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import FunctionType
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser
from IPython.display import Code, display

from adtransform.diagnostics import TransformError
from adtransform.live.generate import generated
from adtransform.live.places import GENERATED
from adtransform.live.specialise import parameters
from adtransform.live.unwrap import inner

DOC = "Run the cell, show the derivatives of the functions that it defines, and define these as f_d or f_b."


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext adtransform` does: `%%adgen` for cells, `%adgen -f NAME` for functions that there are."""
    parser: Any = MagicArgumentParser(prog="%adgen", description=DOC)  # type: ignore[no-untyped-call]
    parser.allow_abbrev = False
    parser.add_argument("-f", "--function", help="functions, separated by commas; default: those of the cell")
    parser.add_argument("--wrt", help="inputs, separated by commas; default: every float parameter")
    parser.add_argument("--mode", choices=("forward", "reverse"), default="forward", help="f_d, or f_b")

    def adgen(line: str, cell: str | None = None) -> None:
        try:
            options = parser.parse_argstring(line)
        except UsageError as error:
            raise UsageError(f"{error}\n{parser.format_usage().replace('::', '').strip()}") from None
        wrt = tuple(split(options.wrt)) or None
        if cell is not None and not shell.run_cell(cell).success:
            return  # the shell has shown why
        Derived(shell, wrt, options.mode).show(split(options.function) or defined(shell, cell, wrt))

    adgen.__doc__ = parser.format_help()
    shell.register_magic_function(adgen, "line_cell")


def split(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def defined(shell: Any, cell: str | None, wrt: tuple[str, ...] | None) -> list[str]:
    """The functions that a cell defines; of several those that have the inputs."""
    tree = ast.parse(shell.transform_cell(cell or ""))
    found = list(dict.fromkeys(node.name for node in tree.body if isinstance(node, ast.FunctionDef)))
    if not found:
        raise UsageError("there is no function in the cell" if cell is not None else "name a function with -f")
    fitting = [name for name in found if wrt and not {*wrt} - {*parameters(shell.user_ns[name])}]
    return fitting or found


class Derived:
    """The derivatives of the functions of a notebook."""

    def __init__(self, shell: Any, wrt: tuple[str, ...] | None, mode: str) -> None:
        self.shell = shell
        self.wrt = wrt
        self.mode = mode

    def show(self, names: list[str]) -> None:
        """Show and define the derivatives; what is refused is said in the way of the command line."""
        texts: dict[str, None] = {}
        for name in names:
            if name not in self.shell.user_ns:
                raise UsageError(f"there is no function `{name}` here")
            try:
                function = generated(self.shell.user_ns[name], self.wrt, self.mode)
            except TransformError as error:
                print(self.frames(error), file=sys.stderr)
                continue
            texts |= dict.fromkeys(sources(function))
            self.define(name, function)
        if texts:
            display(Code("\n\n".join(texts), language="python"))  # type: ignore[no-untyped-call]

    def define(self, name: str, function: Any) -> None:
        """Give a derivative its name in the notebook, unless that is taken."""
        own = function.__name__
        if own in self.shell.user_ns and inner(self.shell.user_ns[own]) not in GENERATED:
            operator = "tangent" if self.mode == "forward" else "adjoint"
            print(f"`{own}` is something else here and stays so: use `adtransform.{operator}({name})`", file=sys.stderr)
            return
        self.shell.push({own: function})

    def frames(self, error: TransformError) -> str:
        """What was refused; places in cells are called as the shell calls them."""
        refusals = []
        for refusal in error.refusals:
            place = self.shell.compile.format_code_name(refusal.filename)
            refusals.append(replace(refusal, filename=" ".join(place)) if place else refusal)
        return "\n".join(refusal.frame() for refusal in refusals)


def sources(function: Any) -> Iterator[str]:
    """The source of a generated function and of those that it calls, as far as these were generated."""
    plain = inner(function)
    assert isinstance(plain, FunctionType)
    origin = GENERATED[plain]
    nodes = {node.name: node for node in ast.parse(origin.text).body if isinstance(node, ast.FunctionDef)}
    needed = [plain.__name__]
    for name in needed:  # grows meanwhile
        read = {node.id for node in ast.walk(nodes[name]) if isinstance(node, ast.Name)}
        needed += [n for n in nodes if n in read and n not in needed and inner(origin.names.get(n)) in GENERATED]
    lines = origin.text.splitlines(keepends=True)
    for name in sorted(needed, key=lambda name: nodes[name].lineno):
        first = min([nodes[name].lineno, *(d.lineno for d in nodes[name].decorator_list)])
        yield "".join(lines[first - 1 : nodes[name].end_lineno])
