"""Whether live functions are still those that a text defines.

Derivatives are generated from text, and used beside functions that live: where a function was replaced, or its file
changed after it was imported, the two differ.  So the code of what a derivative was made from is compared, by a
fingerprint that is the same in every process, with the code that lives.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping
from types import CodeType

from adtransform.live.cache import Digest, digest

Print = bytes | int  # of a function; for one with assertions, which pytest compiles in its own way, its first line
Known = tuple[Print, bool, tuple[str, ...]]  # its print, whether it has decorators, the functions that it mentions


def fingerprint(code: CodeType) -> Digest:
    """A digest of all that makes a function do what it does.

    `marshal` does not serve: sets among the constants are in another order in every process.
    """
    return digest(repr(described(code)).encode("utf-8", "surrogatepass"))


def described(value: object) -> object:
    """A code, or a constant of one, by values whose `repr` is faithful."""
    match value:
        case CodeType():
            counts = (value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount, value.co_flags)
            names = (value.co_name, value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars)
            return (counts, names, value.co_firstlineno, value.co_code, described(value.co_consts))
        case tuple():
            return tuple(described(part) for part in value)
        case frozenset():
            return "frozenset", sorted(repr(described(part)) for part in value)
        case _:
            return type(value).__name__, value


def known(text: str) -> dict[str, Known]:
    """What a text defines at its top level, by name; of what is defined twice the last."""
    tree = ast.parse(text)
    codes = {(c.co_name, c.co_firstlineno): c for c in all_codes(compile(tree, "", "exec", dont_inherit=True))}
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found: dict[str, Known] = {}
    for name, node in defined.items():
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        asserts = any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
        mentioned = dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in defined)
        code = codes[name, first]
        found[name] = (first if asserts else fingerprint(code), bool(node.decorator_list), tuple(mentioned))
    return found


def all_codes(code: CodeType) -> Iterator[CodeType]:
    """A code and those of all functions in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from all_codes(inner)


def reachable(name: str, table: Mapping[str, Known]) -> list[str]:
    """A function and those that it mentions, directly or through one of them."""
    found = [name]
    for other in found:  # grows meanwhile
        found += [n for n in table[other][2] if n not in found]
    return found


def is_same(live: object, expected: Known) -> bool:
    """Whether a live object is the function that a text defines; what decorators made of it is looked through."""
    print_, decorated, _ = expected
    while decorated and not isinstance(getattr(live, "__code__", None), CodeType) and hasattr(live, "__dict__"):
        inner = getattr(live, "__wrapped__", None) or getattr(live, "py_func", None)
        if inner is None:
            return True  # an object of the decorator's
        live = inner
    code = getattr(live, "__code__", None)
    if not isinstance(code, CodeType):
        return False
    return (code.co_firstlineno if isinstance(print_, int) else fingerprint(code)) == print_


def module_of(file: str) -> Mapping[str, object] | None:
    """The names of the module that was imported from a file, if it was."""
    base = os.path.basename(file)
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and os.path.basename(path) == base and os.path.realpath(path) == file:
            return vars(module)
    return None
