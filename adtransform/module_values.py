"""What the names of a module hold that are no functions, as far as their assignments show.

G = 9.81                       a number
AREA = math.pi * D**2          a number
W = np.linspace(0.0, 1.0, 9)   an array of one axis
T = np.array(ROWS)             an array
V = load("v.txt")              not known
K: float                       what it says
"""

from __future__ import annotations

from collections.abc import Callable

from adtransform import ir, reader
from adtransform.annotations import shape_of as of_annotation
from adtransform.modules import Imported, Module, Project, Value
from adtransform.structure import UNKNOWN, Shape, array, number, rank_of

SAME = frozenset(
    "abs negative sqrt exp log log10 sin cos tan tanh square cumsum sort copy radians deg2rad zeros_like ones_like "
    "empty_like full_like flip roll".split()
)
SPANS = frozenset({"linspace", "arange", "logspace", "geomspace"})
SHAPED = frozenset({"zeros", "ones", "empty", "full"})
SQUARE = frozenset({"eye", "identity"})
GIVEN = frozenset({"array", "asarray", "asfarray", "ascontiguousarray"})
TOTALS = frozenset({"sum", "prod", "mean", "max", "min", "std", "var", "trace", "median"})
OF_ARRAYS = frozenset({"copy", "reshape", "transpose", "astype", "ravel", "flatten"})
GLOBAL = "it is a global"
UNBOUND = "it is no name of the source"
NUMBERS = frozenset({"float", "int", "len", "round"})


def module_value(project: Project, module: Module, name: str, depth: int = 0) -> Shape:
    """The shape of what a global name holds, odd if these are no numbers; of no kind if its assignment does not tell.

    Arguments:
        project: the files of the run, to follow imports.
        module: where the name is used.
        name: the name.
        depth: how many names were followed.
    """
    found = project.resolve(module, name) if depth < 20 else None
    match found:
        case (home, original, Value()) if original not in home.rebound:
            return assigned(project, home, original, depth)
        case (_, _, Imported("math" | "numpy", constant)) if constant:
            return number()
        case None:
            return Shape(odd=UNBOUND)
        case (_, _, Value()):
            return Shape()
        case (_, _, Imported(_, attribute)) if attribute and attribute.isupper():
            return Shape()
        case _:
            return Shape(odd=GLOBAL)


def assigned(project: Project, module: Module, name: str, depth: int) -> Shape:
    """The shape of what the one assignment of a name gives it."""
    items = [item for item in module.items if name in item.binds]
    if len(items) != 1 or items[0].kind != "assign":
        return Shape()
    match reader.statement(items[0].node)[0]:
        case ir.Assign((ir.Name(),), value, annotation) if annotation is None:
            return shape_of(project, module, value, depth + 1)
        case ir.Assign(_, _, annotation) | ir.Inert("declare", (_, _, ir.Node() as annotation)):
            return of_annotation(annotation)
        case _:
            return Shape()


def shape_of(project: Project, module: Module, e: ir.Expr, depth: int) -> Shape:
    """The shape of an expression at the top level of a module."""

    def of(inner: ir.Expr) -> Shape:
        return shape_of(project, module, inner, depth)

    match e:
        case ir.Const():
            return number()
        case ir.Display("{") | ir.Lambda():
            return Shape(odd=GLOBAL)
        case ir.Name(id):
            return module_value(project, module, id, depth)
        case ir.Unary("-" | "+", operand):
            return of(operand)
        case ir.Binary(_, left, right):
            return combined(of(left), of(right))
        case ir.Attribute(_, "size" | "ndim"):
            return number()
        case ir.Attribute(ir.Name(id), "T") | ir.Subscript(ir.Name(id), ir.Slice()):
            return of(ir.Name(id)) if of(ir.Name(id)).kind == "array" else Shape()
        case ir.Call(ir.Name(id), _) if id in NUMBERS and id not in module.bindings:
            return number()
        case ir.Call(ir.Attribute(base, method)) if of(base).kind == "array" and method in OF_ARRAYS:
            return of(base) if method == "copy" else array()
        case ir.Attribute(ir.Name(id), _) | ir.Call(ir.Attribute(ir.Name(id), _), _) if is_math(module, id):
            return number()
        case ir.Call(func, args):
            return of_numpy(function_of_numpy(module, func), [a.value for a in args if not a.keyword], args, of)
        case _:
            return Shape()


def combined(left: Shape, right: Shape) -> Shape:
    """What an operator gives."""
    if left.kind == right.kind == "number":
        return number()
    if "array" not in (left.kind, right.kind):
        return Shape()
    known = [s for s in (left, right) if s.kind == "array"]
    others = all(s.kind in ("array", "number") for s in (left, right))
    return array(rank=max(rank_of(s).count for s in known) if others else UNKNOWN)


def is_math(module: Module, name: str) -> bool:
    return module.bindings.get(name) == Imported("math")


def function_of_numpy(module: Module, func: ir.Expr) -> str:
    """The name of a function of NumPy; empty for any other."""
    match func:
        case ir.Attribute(ir.Name(id), name) if module.bindings.get(id) == Imported("numpy"):
            return name
        case ir.Name(id) if isinstance(b := module.bindings.get(id), Imported) and b.dotted == "numpy":
            return b.attribute
        case _:
            return ""


def of_numpy(name: str, given: list[ir.Expr], args: tuple[ir.Arg, ...], of: Callable[[ir.Expr], Shape]) -> Shape:
    """The shape of what a function of NumPy gives."""
    first = given[0] if given else None
    if name in GIVEN:
        return array(rank=nesting(first, of))
    if name in SQUARE:
        return array(rank=2)
    if name in SHAPED:
        axes = len(first.items) if isinstance(first, ir.Display) else 1 if isinstance(first, ir.Const) else UNKNOWN
        return array(rank=axes)
    if name in SPANS:
        return array(rank=1 if all(of(g).kind == "number" for g in given[:2]) else UNKNOWN)
    if name in TOTALS:
        return number() if len(args) == 1 else Shape()
    return of(first) if first is not None and name in SAME else Shape()


def nesting(e: ir.Expr | None, of: Callable[[ir.Expr], Shape]) -> int:
    """How deep a list of numbers is nested; UNKNOWN if it does not show."""
    match e:
        case ir.Display("[" | "(", (first, *_)):
            inner = 0 if of(first).kind == "number" else nesting(first, of)
            return inner + 1 if inner or of(first).kind == "number" else UNKNOWN
        case _:
            return UNKNOWN
