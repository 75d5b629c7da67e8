"""The examples of the README are what the tool writes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import adtransform as ad

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def functions() -> dict[str, str]:
    """The functions of the README by name, without comments."""
    found: dict[str, str] = {}
    for block in BLOCKS:
        for node in ast.parse(block).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = ast.unparse(node)
    return found


@pytest.mark.parametrize("name", ["throw_d", "stiffness_d", "logistic_d", "logistic_b", "diffuse_b"])
def test_example(name: str) -> None:
    own = "\n\n\n".join(text for n, text in functions().items() if not n.endswith(("_d", "_b")))
    source = f"import math\n\nimport numpy as np\n\nG = 9.81\n\n\n{own}\n"
    mode = "forward" if name.endswith("_d") else "reverse"
    written = ad.derive(source, mode=mode, functions=[name[:-2]])
    made = {node.name: ast.unparse(node) for node in ast.parse(written).body if isinstance(node, ast.FunctionDef)}
    shown, new = (ast.parse(text).body[0] for text in (functions()[name], made[name]))
    assert isinstance(shown, ast.FunctionDef) and isinstance(new, ast.FunctionDef)
    if ast.get_docstring(shown) is None:  # short examples leave it out
        new.body = new.body[1:]
    assert ast.unparse(shown) == ast.unparse(new)
