"""Docstrings of generated functions: what is differentiated with respect to what."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

from adtransform import ir

SECTION = re.compile(r"\n[ \t]*Examples?[ \t]*\n[ \t]*-+[ \t]*\n")


def tangent_of(name: str, wrt: tuple[str, ...]) -> str:
    return f"Tangent of `{name}` with respect to {', '.join(wrt)}."


def adjoint_of(name: str, wrt: tuple[str, ...]) -> str:
    return f"Adjoint of `{name}`: its value, and seed times its gradient with respect to {', '.join(wrt)}."


def documented(f: ir.Function, first: str) -> ir.Function:
    """The function with a first line that says what it computes; the docstring of the primal follows."""
    body = f.body
    old = body[0] if body else None
    if isinstance(old, ir.Effect) and isinstance(old.value, ir.Const) and isinstance(old.value.value, str):
        text, body = old.value.text, body[1:]
        lead = old.source.lead
    else:
        text, lead = '""', ()
    new = ir.Effect(ir.Const(first, ""), source=ir.Source(lead, "", docstring(first, text)))
    return replace(f, body=(new, *body))


def docstring(first: str, old: str) -> str:
    """The text of the docstring; a NUL stands for the indentation."""
    match = re.fullmatch(r"([rRuU]*)(\"\"\"|'''|\"|')([\s\S]*)\2", old)
    prefix, inner = (match[1], match[3]) if match else ("", "")
    inner = without_examples(inner).strip("\n").rstrip()
    rows = textwrap.wrap(first, 84, break_long_words=False, break_on_hyphens=False)
    opening = "\n\0".join(rows)
    if not inner.strip():
        return f'{prefix}"""{opening}"""'
    return f'{prefix}"""{opening}\n\n\0{inner.lstrip()}\n\0"""'


def without_examples(text: str) -> str:
    """The docstring up to its examples: they call the primal, which the generated module need not have."""
    found = SECTION.search(text)
    if found is not None and ">>>" in text[found.start() :]:
        text = text[: found.start()]
    at = text.find(">>>")
    return text if at < 0 else text[:at].rstrip()
