"""What holds of every generated text."""

from __future__ import annotations

import ast
import builtins
import dis
from collections.abc import Iterator
from types import CodeType
from typing import Any


def check_text(source: str, text: str) -> None:
    """It imports what the source imports, and reads no name that nothing binds."""
    more = imported(text) - imported(source)
    assert not more, f"imports {more}"
    home: dict[str, Any] = {}
    code = compile(text, "<program>", "exec")
    exec(code, home)
    unbound = {name for name in free(code) if name not in home and not hasattr(builtins, name)}
    assert not unbound, f"unbound {unbound}"


def imported(text: str) -> set[str]:
    """The modules that are imported anywhere."""
    nodes = list(ast.walk(ast.parse(text)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


def free(code: CodeType) -> Iterator[str]:
    """The names that functions take from the module or the builtins."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from free(constant)
