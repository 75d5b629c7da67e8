"""Where the files behind imports stand.

Nothing is imported or executed, and nothing is parsed: whoever keeps the result of a run asks here whether its imports
still lead to the same files.
"""

from __future__ import annotations

import os
import sys

NOT_FOLLOWED = frozenset(
    {"adtransform", "numpy", "scipy", "pandas", "jax", "torch", "numba", "sympy", "mpmath", "matplotlib"}
)

Import = tuple[str, str, str, int]  # the importing file, the module, the attribute of a `from` import, its dots


def source_of(file: str, dotted: str, attribute: str, level: int) -> str | None:
    """The source file that an import leads to.

    Arguments:
        file: the file that the import stands in; empty if there is none.
        dotted: the module, without leading dots.
        attribute: what is imported from it, if anything.
        level: the number of leading dots.

    Returns:
        The path, or None if it is a library that is not followed or has no Python source that can be found.

    >>> source_of("", "math", "sin", 0) is None
    True
    """
    folder = os.path.dirname(os.path.abspath(file))
    if level:
        if not file:
            return None
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return below(folder, dotted or attribute)
    top = dotted.partition(".")[0]
    if top in NOT_FOLLOWED or top in sys.stdlib_module_names:
        return None
    return (below(root(folder), dotted) if file else None) or on_path(dotted)


def root(folder: str) -> str:
    """The folder that holds the outermost package that a folder belongs to."""
    while os.path.exists(os.path.join(folder, "__init__.py")) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return folder


def below(folder: str, dotted: str) -> str | None:
    """The file of a module whose packages start in a folder."""
    path = os.path.join(folder, *dotted.split("."))
    for found in (f"{path}.py", os.path.join(path, "__init__.py")):
        if os.path.isfile(found):
            return found
    return None


def on_path(dotted: str) -> str | None:
    """The file of an installed module, found without importing its parents."""
    from importlib.machinery import PathFinder

    top, _, rest = dotted.partition(".")
    spec = PathFinder.find_spec(top)
    if spec is None or spec.origin is None:
        return None
    if not rest:
        return spec.origin if spec.origin.endswith(".py") else None
    locations = spec.submodule_search_locations or ()
    return next((path for location in locations if (path := below(location, rest)) is not None), None)
