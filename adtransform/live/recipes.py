"""Derivatives of derivatives: the source of what `grad(f)` and its like return.

df = grad(f)         a function that finds the adjoint `f_b` for the kinds of its arguments
grad(df)             needs a source of df for these kinds; it stands beside f_b, in its module:

def f_grad(x):
    return f_b(x)[1]
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any
from weakref import WeakKeyDictionary

from adtransform.diagnostics import Refusal, TransformError
from adtransform.live.basis import BASES, basis_of
from adtransform.live.unwrap import inner

Function = Callable[..., Any]
Kinds = tuple[tuple[str, str], ...]

ZERO = "D004"
CONSTANT = frozenset({"D001", "D002", ZERO})  # refusals that say that the value does not depend on the inputs


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """How a derivative was asked for: an operator, and what it was given."""

    operator: str
    f: Function
    names: Callable[[], tuple[str, ...]]
    is_single: bool
    has_aux: bool = False
    made: dict[Kinds, Function] = field(default_factory=dict)

    def function(self, kinds: Kinds) -> Function:
        """A function with a source that computes the same, for arguments of these kinds.

        Raises:
            TransformError: `f` is refused, or there is no such source.
        """
        known = self.made.get(kinds)
        if known is None or not basis_of(inner(known)).holds():
            known = self.made[kinds] = self.make(kinds)
        return known

    def make(self, kinds: Kinds) -> Function:
        """The same, made now."""
        from adtransform.live.generate import derivative_of

        if self.has_aux:
            raise self.refusal("its function returns a pair (`has_aux`)", "Differentiate a function of the number.")
        forward = self.operator not in ("grad", "value_and_grad")
        mode = "forward" if forward else "reverse"
        names = self.names()
        try:
            made, first = derivative_of(self.f, names, mode, kinds)
        except TransformError as error:
            if all(r.code in CONSTANT for r in error.refusals) and error.refusals:
                raise self.refusal("it is constant", "Its derivative is zero.", ZERO) from None
            raise
        text = columns if forward else gradient
        function = beside(made.function, made.derivative, self, text, dict(kinds))
        BASES[inner(function)] = made.basis  # type: ignore[index]
        return MethodType(function, *first) if made.is_method else function

    def refusal(self, why: str, help_: str, code: str = "N142") -> TransformError:
        name = getattr(self.f, "__name__", self.f)
        return TransformError([Refusal("<function>", 0, 0, code, f"the {self.operator} of `{name}`: {why}", help_)])


RECIPES: WeakKeyDictionary[Function, Recipe] = WeakKeyDictionary()


def source_of(f: Function, kinds: Kinds) -> Function:
    """A function with a source: of a derivative the one that its recipe gives, any other as it is."""
    recipe = RECIPES.get(f) if isinstance(f, FunctionType) else None
    return recipe.function(kinds) if recipe is not None else f


def beside(
    generated: Function, derivative: Any, recipe: Recipe, text: Callable[..., str], kinds: dict[str, str]
) -> Function:
    """Define a function beside a generated one, in the module that this was generated in."""
    from adtransform.live.graft import Origin, graft
    from adtransform.live.lines import fresh
    from adtransform.live.places import GENERATED

    plain = inner(generated)
    assert isinstance(plain, FunctionType)
    origin = GENERATED[plain]
    node = next(n for n in ast.parse(origin.text).body if isinstance(n, ast.FunctionDef) and n.name == derivative.name)
    name = fresh(f"{derivative.function.replace('.', '_')}_{recipe.operator}", origin.text)
    body = text(node, name, derivative, recipe, kinds)
    more = "import numpy as np\n\n\n" if "np." in body and "import numpy as np" not in origin.text else ""
    whole = f"{origin.text}\n\n{more}{body}\n"
    names = graft(Origin(origin.text, origin.filename, origin.names, origin.cells), whole, plain.__globals__)
    function = names[name]
    plain = inner(function)
    assert callable(function) and isinstance(plain, FunctionType)
    GENERATED[plain] = Origin(whole, origin.filename, names, origin.cells)
    return function


def gradient(node: ast.FunctionDef, name: str, derivative: Any, recipe: Recipe, kinds: dict[str, str]) -> str:
    """A gradient: the adjoint, without the value that it returns.

    Raises:
        TransformError: it would return something else than the adjoint does.
    """
    names = recipe.names()
    if names != derivative.wrt or recipe.is_single != (len(names) == 1):
        raise recipe.refusal("its inputs are in another order", "Give `argnums` in the order of the parameters.")
    without_axes = any(kinds.get(n) == "np.ndarray" for n in names)
    if derivative.result not in ("number", "") and not without_axes:
        raise recipe.refusal("its value is no number", "Differentiate a function of one real value, or its `jacfwd`.")
    node.name = name
    without(node.args, derivative.seed)
    at = 1 if ast.get_docstring(node) else 0
    node.body.insert(at, ast.Assign([ast.Name(derivative.seed, ast.Store())], ast.Constant(1.0)))
    if recipe.operator == "grad":
        node.returns = None
        for block in blocks_of(node):
            block[:] = [without_value(s) for s in block]
    return ast.unparse(ast.fix_missing_locations(node))


def without(args: ast.arguments, name: str) -> None:
    """Take a parameter away; it is the last positional one, or a keyword."""
    for i, a in enumerate(args.kwonlyargs):
        if a.arg == name:
            del args.kwonlyargs[i], args.kw_defaults[i]
            return
    for ordinary in (args.args, args.posonlyargs):
        if ordinary and ordinary[-1].arg == name:
            ordinary.pop()
            del args.defaults[-1:]
            return


def blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of a function, without those of functions inside."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block
            for s in block:
                if not isinstance(s, (ast.FunctionDef, ast.ClassDef)):
                    yield from blocks_of(s)
    for handler in getattr(node, "handlers", ()):
        yield from blocks_of(handler)


def without_value(s: ast.stmt) -> ast.stmt:
    """A statement; if it returns a value and adjoints, only these."""
    match s:
        case ast.Return(ast.Tuple([_, adjoints])):
            return ast.Return(adjoints)
        case ast.Return(ast.expr() as whole):
            return ast.Return(ast.Subscript(whole, ast.Constant(1)))
        case _:
            return s


UNITS = {  # the direction along each number of the input: before the loop, and in it
    "float": ("", ""),
    "list[float]": ("", "        {x_d} = [0.0] * len({x})\n        {x_d}[{i}] = 1.0\n"),
    "np.ndarray[tuple[int]]": ("    {units} = np.eye(len({x}))\n", "        {x_d} = {units}[{i}]\n"),
}


FORMS = {  # by the kind of the input and of the value
    ("list[float]", "number"): "{columns}",
    ("list[float]", "list"): "[[0.0 + {column}[{i}] for {column} in {columns}] for {i} in range(len({columns}[0]))]",
    ("np.ndarray[tuple[int]]", "number"): "np.array({columns})",
    ("np.ndarray[tuple[int]]", "array"): "np.stack({columns}, axis=-1)",
}


def columns(node: ast.FunctionDef, name: str, derivative: Any, recipe: Recipe, kinds: dict[str, str]) -> str:
    """A Jacobian: one call of the tangent for each number that goes in.

    Raises:
        TransformError: the input or the value has a structure that there is no form for.
    """
    from adtransform.live.lines import fresh

    args = node.args
    ordinary = [*args.posonlyargs, *args.args]
    params = [a for a in ordinary if a.arg not in derivative.tangents]
    (x,) = derivative.wrt if len(derivative.wrt) == 1 and recipe.is_single else ("",)
    kind = kinds.get(x, "float")
    plain = not (args.vararg or args.kwarg or args.kwonlyargs)
    form = FORMS.get((kind, derivative.result))
    if not x or not plain or kind not in UNITS or (kind != "float" and form is None):
        help_ = "Write a function of one number, list or array that returns a number."
        raise recipe.refusal("its arguments or its value are too many for a source", help_)
    (x_d,) = derivative.tangents
    defaults = dict(zip([a.arg for a in ordinary][::-1], args.defaults[::-1]))
    shown = (ast.unparse(a) + (f"={ast.unparse(defaults[a.arg])}" if a.arg in defaults else "") for a in params)
    head = f"def {name}({', '.join(shown)}):\n"
    call = f"{derivative.name}({', '.join(a.arg for a in params)}, {x_d}="
    if kind == "float":
        return f"{head}    return {call}1.0)[1]\n"
    assert form is not None
    used = " ".join([name, call, *(a.arg for a in ordinary)])
    own = {n: fresh(n, used) for n in ("i", "units", "columns", "column")}
    before, inside = (part.format(x=x, x_d=x_d, **own) for part in UNITS[kind])
    return (
        f"{head}    {own['columns']} = []\n{before}"
        f"    for {own['i']} in range(len({x})):\n{inside}"
        f"        {own['columns']}.append({call}{x_d})[1])\n"
        f"    return {form.format(**own)}\n"
    )
