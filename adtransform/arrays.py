"""What functions and methods of arrays give: arrays, views, numbers.

b = a[1:]          a view: the same cells, the same number of axes
c = a[i]           a number if `a` has one axis, else a view
s = a.sum()        a number; along an axis an array
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adtransform import ir
from adtransform.calls import bind_names
from adtransform.operators import Operation
from adtransform.rules import BY_NUMPY_NAME
from adtransform.structure import (
    SEVERAL,
    UNKNOWN,
    Shape,
    array,
    cells_of,
    escape,
    find,
    many,
    more,
    number,
    rank_of,
    unify,
)
from adtransform.traverse import names, walk

if TYPE_CHECKING:
    from adtransform.inference import Inference

CREATING = frozenset("zeros ones empty full".split())
LIKE = frozenset("zeros_like ones_like empty_like full_like".split())
LINES = frozenset("arange linspace logspace geomspace".split())
SQUARE = frozenset("eye identity tri".split())
REDUCING = frozenset("sum prod mean var std max min amax amin median ptp average nansum nanmean count_nonzero".split())
REDUCING |= frozenset("any all argmax argmin linalg.norm trapezoid trapz".split())
WHOLE = frozenset(
    "argmax argmin argsort count_nonzero any all searchsorted nonzero flatnonzero unique digitize".split()
)
VIEWS = frozenset("transpose swapaxes moveaxis expand_dims squeeze broadcast_to flip fliplr flipud asarray".split())
VIEWS |= frozenset("reshape ravel diagonal atleast_1d atleast_2d ascontiguousarray asanyarray real asfarray".split())
SURE = frozenset("transpose swapaxes moveaxis expand_dims squeeze flip fliplr flipud asarray broadcast_to".split())
SAME = frozenset("copy sort cumsum cumprod roll negative clip tril triu round around array astype diff pad".split())
PRODUCTS = frozenset("dot matmul inner vdot tensordot einsum".split())
NEW = frozenset("concatenate stack hstack vstack column_stack append take tile repeat cross kron outer".split())
NEW |= frozenset("diag flatten take_along_axis linalg.solve linalg.inv linalg.cholesky linalg.lstsq".split())
NEW |= frozenset("linalg.matrix_power insert delete interp where convolve searchsorted select piecewise".split())
NUMBERS = frozenset("trace linalg.det size ndim allclose array_equal vdot isscalar".split())
METHODS = frozenset(
    "sum prod mean var std max min dot trace transpose reshape ravel flatten copy astype cumsum cumprod clip round "
    "argmax argmin argsort sort squeeze swapaxes diagonal take repeat item tolist any all ptp fill".split()
)
ONLY_ARRAYS = METHODS - {"copy", "sort", "index"} | {"shape", "T", "ndim"}  # what shows that a value is an array
SHARED = "a reshaped array may or may not share its cells with the one that it is made of"
UNKNOWN_FUNCTION = "it is handed to `numpy.{}`, which is not known"
IN_PLACE = "it is changed by a method"


def signature(name: str) -> tuple[str, ...]:
    return SIGNATURES.get(name, ("a", "axis"))


SIGNATURES = {
    "linalg.norm": ("x", "ord", "axis", "keepdims"),
    "trapezoid": ("y", "x", "dx", "axis"),
    "trapz": ("y", "x", "dx", "axis"),
    "average": ("a", "axis", "weights", "returned", "keepdims"),
    "argmax": ("a", "axis", "out", "keepdims"),
    "argmin": ("a", "axis", "out", "keepdims"),
    "sum": ("a", "axis", "dtype", "out", "keepdims"),
    "prod": ("a", "axis", "dtype", "out", "keepdims"),
    "mean": ("a", "axis", "dtype", "out", "keepdims"),
    "var": ("a", "axis", "dtype", "out", "ddof", "keepdims"),
    "std": ("a", "axis", "dtype", "out", "ddof", "keepdims"),
    "max": ("a", "axis", "out", "keepdims"),
    "min": ("a", "axis", "out", "keepdims"),
}


def function(inference: Inference, e: ir.Call, name: str, path: str) -> Shape:
    """The shape of a call of a function of numpy."""
    given = [inference.of(a.value, path) for a in e.args]
    inference.advance()
    for a, s in zip(e.args, given, strict=True):
        if a.keyword == "out":
            escape(s, "`out=` writes to it")
            return Shape(odd="it is written to by `out=`")
    first = given[0] if given else number()
    if name in LIKE_HELPERS:
        model = given[LIKE_HELPERS[name]]
        return array(rank=rank_of(model) if is_array(model) else SEVERAL)
    if name == "shape":
        return many("sequence", number())
    if name in REDUCING:
        return reduced(inference, e, name, first)
    if name in VIEWS:
        return view(inference, e, name, first)
    if name in CREATING or name in SQUARE or name in LINES:
        return created(e, name, first)
    if name in LIKE:
        as_arrays(first)
        return array(Shape("cells", whole=is_whole(first)), rank_of(first) if is_array(first) else UNKNOWN)
    if name in NUMBERS:
        for s in given:
            as_arrays(s)
        return number()
    if name == "linalg.slogdet":
        return Shape("tuple", [number(), number()])
    if name == "array":
        return of_values(inference, e.args[0].value, first)
    if name in SAME:
        as_arrays(first)
        return array(Shape("cells", whole=is_whole(first)), rank_of(first) if is_array(first) else UNKNOWN)
    if name in PRODUCTS:
        return multiplied(given if name != "einsum" else given[1:], name)
    if name == "where" and len(given) == 3:
        return elementwise(inference, "where", given)
    if name in NEW or name in WHOLE:
        for k, s in enumerate(given):
            if k in ARRAY_ARGS.get(name, (k,)):
                as_arrays(s)
        if name in ("where", "nonzero"):
            return many("sequence", array(Shape("cells", whole=True), 1))
        return array(Shape("cells", whole=name in WHOLE), RANKS.get(name, SEVERAL))
    if name in BY_NUMPY_NAME or name in ELEMENTWISE:
        return elementwise(inference, name, given)
    if name == "add.at":
        as_arrays(first)
        if is_array(first):
            cells_of(first).changed = True
        return number()
    why = UNKNOWN_FUNCTION.format(name)
    for s in given:
        if is_array(s) or find(s).kind in ("list", "sequence"):
            escape(s, why)
    return Shape(odd=why) if any(find(s).kind not in ("number", "") for s in given) else number()


# which arguments are arrays for certain, where others may be numbers
ARRAY_ARGS = dict.fromkeys("append take tile repeat take_along_axis insert delete".split(), (0,)) | {"interp": (1, 2)}
# helpers of generated modules, with the position of the array that the value is like
LIKE_HELPERS = {
    "owned": 0,
    "unbroadcast": 1,
    "one_hot": 1,
    "scattered": 1,
    "scattered_along": 1,
    "unpadded": 1,
    "interp_weights": 2,
}
LIKE_HELPERS |= {"matmul_left": 1, "matmul_right": 2, "dot_left": 1, "dot_right": 2, "cumprod_d": 0, "cumprod_b": 0}
LIKE_HELPERS |= {
    "solve_b": 0,
    "cholesky_d": 0,
    "cholesky_b": 0,
    "interp_slope": 0,
    "interp_weights_d": 2,
    "cofactors": 0,
}
ELEMENTWISE = frozenset("isnan isinf isfinite sign logical_and logical_or logical_not equal less greater".split())
ELEMENTWISE |= frozenset("nan_to_num isclose conjugate float32 less_equal greater_equal signbit".split())
RANKS = {"flatten": 1, "append": 1, "outer": 2, "column_stack": 2, "linalg.inv": 2, "linalg.cholesky": 2}


def elementwise(inference: Inference, name: str, given: list[Shape]) -> Shape:
    """A number for numbers, an array as soon as an operand is one."""
    result = Shape()
    inference.open.append(Operation(f"numpy {name}", result, tuple(given)))
    return result


def is_array(s: Shape) -> bool:
    return find(s).kind == "array"


def is_whole(s: Shape) -> bool:
    return is_array(s) and cells_of(s).whole


def as_arrays(s: Shape) -> None:
    """A function of arrays takes a value: where nothing else is known of it, it is an array."""
    if not find(s).kind and not find(s).odd:
        unify(s, array())
    elif find(s).kind in ("list", "sequence"):
        more(s, "a function reads it")


def reduced(inference: Inference, e: ir.Call, name: str, first: Shape) -> Shape:
    as_arrays(first)
    kept = bind_names(signature(name), e)
    axis = kept.get("axis", ir.Const(None, "None"))
    keeps = kept.get("keepdims", ir.Const(False, "False"))
    if axis == ir.Const(None, "None") and name in LAST:
        axis = ir.Const(-1, "-1")
    if axis == ir.Const(None, "None") and keeps == ir.Const(False, "False"):
        return number()
    rank = rank_of(first).count if is_array(first) else UNKNOWN
    if name in LAST and rank <= 0:
        return array(rank=SEVERAL)
    if rank > 0 and keeps == ir.Const(False, "False") and not isinstance(axis, ir.Display):
        rank -= 1
        if rank == 0:
            return number()
    return array(Shape("cells", whole=name in WHOLE), rank if rank > 0 else SEVERAL)


def view(inference: Inference, e: ir.Call, name: str, first: Shape) -> Shape:
    """A view has the cells of its array; `reshape` makes one or does not."""
    if find(first).kind in ("list", "sequence", "tuple", "number") and not is_array(first):
        if name in ("asarray", "atleast_1d", "asfarray", "ascontiguousarray", "asanyarray"):
            return of_values(inference, e.args[0].value, first)
        return array(rank=SEVERAL)
    as_arrays(first)
    if not is_array(first):
        return Shape(odd=find(first).odd)
    rank: Shape | int = rank_of(first) if name in SAME_RANK else RANKS_OF_VIEWS.get(name, SEVERAL)
    if name in ("reshape", "broadcast_to"):
        rank = rank_of_shape([a.value for a in e.args if not a.keyword][1:])
    if name in SURE and not (name == "asarray" and len(e.args) > 1):
        return array(cells_of(first), rank)
    return array(of_maybe(first), rank)


LAST = frozenset({"trapezoid", "trapz"})  # along the last axis, unless another is named
SAME_RANK = frozenset(
    "transpose swapaxes moveaxis flip fliplr flipud asarray ascontiguousarray real asanyarray".split()
)
RANKS_OF_VIEWS = {"ravel": 1, "diagonal": SEVERAL}


def of_maybe(s: Shape) -> Shape:
    """The cells of an array, of which it is not known whether they are shared with those of another one."""
    return Shape("cells", of=cells_of(s))


def kept(s: Shape) -> None:
    """An array gets a name, or is handed on: what it may share its cells with must not be written to."""
    if is_array(s) and (source := cells_of(s).of) is not None:
        cells = cells_of(s)
        cells.of = None
        unify(cells, source)
        find(cells).copy = True


def rank_of_shape(args: list[ir.Expr]) -> int:
    """The number of axes that `reshape(a, (2, 3))` or `a.reshape(2, 3)` states."""
    if len(args) == 1 and isinstance(args[0], ir.Display):
        return len(args[0].items)
    if len(args) > 1:
        return len(args)
    return 1 if args and not isinstance(args[0], (ir.Name, ir.Attribute, ir.Call)) else SEVERAL


def created(e: ir.Call, name: str, first: Shape) -> Shape:
    args = [a.value for a in e.args if not a.keyword]
    whole = has_whole_type(e)
    if name in SQUARE:
        return array(Shape("cells", whole=whole), 2)
    if name in LINES:
        floats = any(isinstance(x, ir.Const) and isinstance(x.value, float) for a in args for x in walk(a))
        return array(Shape("cells", whole=whole or (name == "arange" and not floats)), 1)
    if name == "full" and len(args) > 1:
        whole = whole or (isinstance(args[1], ir.Const) and isinstance(args[1].value, int))
    rank = len(args[0].items) if args and isinstance(args[0], ir.Display) else SEVERAL
    if args and (isinstance(args[0], ir.Const) or is_length(args[0]) or find(first).kind == "number"):
        rank = 1
    return array(Shape("cells", whole=whole), rank)


def is_length(e: ir.Expr) -> bool:
    """Whether an expression counts: `len(x)`, `x.size`, `x.shape[0]`, and sums of such."""
    match e:
        case ir.Call(ir.Library("builtins", "len" | "int")) | ir.Attribute(_, "size"):
            return True
        case ir.Subscript(ir.Attribute(_, "shape"), ir.Const() | ir.Unary()):
            return True
        case ir.Binary("+" | "-" | "*" | "//", left, right):
            return is_length(left) or is_length(right)
        case _:
            return False


def has_whole_type(e: ir.Call) -> bool:
    """Whether an array of whole numbers is asked for."""
    for a in e.args:
        match a.value:
            case ir.Name("int" | "bool") | ir.Library("builtins", "int" | "bool"):
                return True
            case ir.Attribute(_, attr) | ir.Library("numpy", attr) if attr.startswith(("int", "uint", "bool")):
                return True
            case ir.Const(str() as text) if re.fullmatch(r"[<>=]?(u?int\d*|bool|[iu]\d)", text):
                return True
            case _:
                pass
    return False


def of_values(inference: Inference, e: ir.Expr, s: Shape) -> Shape:
    """`np.array(values)`: a new array; as many axes as there are brackets, if that shows."""
    whole = only_whole(e)
    if is_array(s):
        return array(Shape("cells", whole=is_whole(s)), rank_of(s))
    if find(s).kind in ("list", "sequence"):
        more(s, "a function reads it")
    depth, inner = 0, find(s)
    while inner.kind in ("list", "sequence", "tuple") and inner.items:
        depth, inner = depth + 1, find(inner.items[0])
    if depth:
        result = array(Shape("cells", whole=whole))
        inference.open.append(Operation("stacked", result, (inner,), depth=depth))
        return result
    if not find(s).kind and not find(s).odd and not isinstance(e, ir.Subscript):  # an item may be a number
        unify(s, array())
        return array(rank=rank_of(s))
    return array(Shape("cells", whole=whole), SEVERAL)


def only_whole(e: ir.Expr) -> bool:
    """Whether a display holds literals of whole numbers alone."""
    match e:
        case ir.Display(_, items):
            return bool(items) and all(only_whole(i) for i in items)
        case ir.Const(int()):
            return True
        case ir.Unary("-", operand):
            return only_whole(operand)
        case _:
            return False


def multiplied(given: list[Shape], name: str) -> Shape:
    """A product of arrays; of two vectors a number."""
    for s in given:
        as_arrays(s)
    ranks = [rank_of(s).count if is_array(s) else UNKNOWN for s in given]
    if len(ranks) == 2 and all(r > 0 for r in ranks) and name in ("dot", "matmul", "inner"):
        if ranks == [1, 1]:
            return number()
        if max(ranks) <= 2:
            return array(rank=sum(ranks) - 2)
    return array(rank=SEVERAL)


def attribute(inference: Inference, value: ir.Expr, attr: str, path: str) -> Shape | None:
    """The shape of an attribute of an array; None for anything else."""
    s = inference.of(value, path)
    if not find(s).kind and not find(s).odd and attr in ("shape", "T", "ndim"):
        unify(s, array())
    if not is_array(s):
        return None
    match attr:
        case "T":
            return array(cells_of(s), rank_of(s))
        case "shape":
            return many("sequence", number())
        case "size" | "ndim" | "itemsize" | "dtype" | "nbytes":
            return number()
        case "real":
            return s
        case "flat":
            return array(of_maybe(s), 1)
        case _:
            return None


def method(inference: Inference, e: ir.Call, func: ir.Attribute, path: str) -> Shape | None:
    """The shape of a call of a method of an array; None for anything else."""
    s = inference.of(func.value, path)
    inference.advance()
    if not find(s).kind and not find(s).odd and func.attr in ONLY_ARRAYS:
        unify(s, array())
    if not is_array(s):
        return None
    match func.attr:
        case "fill" | "sort" | "put" | "resize" | "itemset" | "partition" | "setflags":
            cells_of(s).changed = True
            escape(s, IN_PLACE)
            return Shape()
        case "item":
            return number()
        case "tolist":
            made = number()
            for _ in range(max(rank_of(s).count, 0)):
                made = many("list", made)
            return made if rank_of(s).count > 0 else Shape(odd="how deep the list is does not show")
        case name if name in METHODS:
            as_function = ir.Call(ir.Library("numpy", name), (ir.Arg(func.value), *e.args))
            if name == "astype" and has_whole_type(e):
                return array(Shape("cells", whole=True), rank_of(s))
            return function(inference, as_function, name, path)
        case _:
            why = UNKNOWN_FUNCTION.format(func.attr)
            escape(s, why)
            return Shape(odd=why)


def item(inference: Inference, e: ir.Subscript, whole: Shape, path: str) -> Shape:
    """`a[i]`, `a[i, 1:]`, `a[mask]`: an item, a view, or a copy of the items that are chosen."""
    index = e.index
    entries = index.items if isinstance(index, ir.Display) and index.bracket == "(" else (index,)
    kinds = [inference.of(i, path) for i in entries]
    ints = new = 0
    basic = False
    for i, k in zip(entries, kinds, strict=True):
        kind = find(k).kind
        if isinstance(i, ir.Slice) or i == ir.Const(..., "..."):
            basic = True
        elif i == ir.Const(None, "None") or i == ir.Library("numpy", "newaxis"):
            basic, new = True, new + 1
        elif kind in ("array", "list", "sequence", "tuple") or isinstance(i, ir.Compare):
            return array(
                rank=SEVERAL if len(entries) > 1 or isinstance(i, ir.Compare) else rank_of(whole).count or SEVERAL
            )
        else:
            if not kind and not find(k).odd:
                unify(k, number())
            ints += 1
    rank = rank_of(whole)
    if basic:
        if not ints and not new:
            return array(cells_of(whole), rank)
        return array(cells_of(whole), rank.count - ints + new if rank.count > 0 else SEVERAL)
    key = (path, e)
    if key in inference.taken and not names(e) & inference.local.keys():
        return inference.taken[key]  # what was found out about it
    result = Shape()
    inference.open.append(Operation("item", result, (whole,), depth=ints))
    if not names(e) & inference.local.keys():
        inference.taken[key] = result
    return result
