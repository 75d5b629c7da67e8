"""What is asked for: inputs and modes, by function."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

MODES = ("forward", "reverse")

Options = tuple[tuple[str, ...] | None, tuple[str, ...]]  # inputs, None for every float; modes
Asked = dict[str, Options]  # by function; "" is every function of the module


def options(wrt: str | Iterable[str] | None, modes: str | Iterable[str]) -> Options:
    """Options in their normal form.

    Raises:
        TypeError: they are neither names nor iterables of names.
        ValueError: there is no such mode, or no mode is given.

    >>> options("x, y", "reverse")
    (('x', 'y'), ('reverse',))
    """
    chosen = (modes,) if isinstance(modes, str) else tuple(modes) if hasattr(modes, "__iter__") else ()
    if not chosen or not set(chosen) <= {*MODES}:
        raise ValueError(f'`modes` takes "forward", "reverse" or both, not {modes!r}')
    return names_of(wrt, "wrt"), tuple(mode for mode in MODES if mode in chosen)


def names_of(names: str | Iterable[str] | None, option: str) -> tuple[str, ...] | None:
    """One name, several with commas between them, or an iterable of names; None for what is not chosen.

    Raises:
        TypeError: they are no names; it says what option they were given as.

    >>> names_of("x, y", "wrt")
    ('x', 'y')
    """
    if names is None:
        return None
    given = names.split(",") if isinstance(names, str) else names if hasattr(names, "__iter__") else ()
    found = tuple(name.strip() if isinstance(name, str) else "" for name in given)
    if not found or not all(found):
        raise TypeError(f"`{option}` takes a name or names, not {names!r}")
    return found


def decorated(source: bytes) -> Asked:
    """The functions of a module that are decorated with `adtransform.differentiable`, where it says so literally.

    >>> decorated(b"import adtransform as ad\\n@ad.differentiable(wrt='x')\\ndef f(x, y): return x * y\\n")
    {'f': (('x',), ('forward', 'reverse'))}
    """
    import ast

    tree = ast.parse(source)
    names = names_of_decorator(tree)
    found: Asked = {}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    decorations = ((f.name, d) for f in functions for d in f.decorator_list)
    for name, d in decorations:
        if ast.unparse(d.func if isinstance(d, ast.Call) else d) in names:
            try:
                keywords = {k.arg: ast.literal_eval(k.value) for k in d.keywords} if isinstance(d, ast.Call) else {}
                found[name] = options(keywords.get("wrt"), keywords.get("modes", MODES))
            except (TypeError, ValueError):
                pass  # only running it will tell
    return found


def names_of_decorator(tree: ast.Module) -> set[str]:
    """What the decorator is called, by the imports of a module and plain aliases: `ad.differentiable`."""
    import ast

    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {f"{a.asname or a.name}.differentiable" for a in node.names if a.name == "adtransform"}
        elif isinstance(node, ast.ImportFrom) and node.module == "adtransform" and not node.level:
            found |= {a.asname or a.name for a in node.names if a.name == "differentiable"}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            if ast.unparse(node.value) in found:
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
