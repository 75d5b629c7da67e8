"""Where the source of a live function stands: a text that defines it, and its name there.

| | |
|---|---|
| a function of a module | the text of its file |
| a method | the text of its file, and a function that calls the method |
| a closure, a lambda, a function of a notebook | a text assembled from what its names are bound to |
| `functools.partial` | the same, and a function that hands over the arguments |
| a function of `math` or NumPy | an import, and a function that calls it |
| a generated function | the module that it was generated in |
"""

from __future__ import annotations

import ast
import copy
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import FunctionType
from weakref import WeakKeyDictionary

from adtransform.live.assemble import Assembly, imported
from adtransform.live.definitions import Definition, definition, is_cell, read, refusal
from adtransform.live.graft import Origin
from adtransform.live.graft import bound as names_bound
from adtransform.live.lines import Piece, dedented, fresh, lines_of, renamed
from adtransform.live.unchanged import changed_exponent, changed_exponents, check_callees
from adtransform.live.unwrap import inner

GENERATED: WeakKeyDictionary[FunctionType, Origin] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function stands.

    `name` is what it is called in the text, `home` are its globals, `defaults` a function whose defaults it has,
    `pieces` say where an assembled text is from.  `bound` is the parameter that the object of a method is passed to.
    """

    origin: Origin
    name: str
    home: dict[str, object]
    defaults: FunctionType | None = None
    pieces: tuple[Piece, ...] = ()
    bound: str = ""


def place_of(f: object, first: tuple[object, ...] = (), kinds: Iterable[tuple[str, str]] = ()) -> Place:
    """The place of a function.

    Arguments:
        f: a function, a `functools.partial`, or a builtin.
        first: the object that a method is bound to, if any.
        kinds: what its arguments are; classes that these name belong into an assembled text.

    Raises:
        TransformError: its source cannot be found, or is no longer what was executed.
    """
    if isinstance(f, functools.partial):
        return of_partial(f)
    if not isinstance(f, FunctionType):
        return of_library(f)
    if f in GENERATED:
        return Place(GENERATED[f], f.__name__, f.__globals__, f, bound=first_of(f, first))
    found = definition(f)
    owner = f.__qualname__.rpartition(".")[0]
    is_method = bool(owner) and "<" not in owner and isinstance(found.node, ast.FunctionDef)
    if is_cell(found.filename):
        return of_cell_method(f, found, owner, first) if is_method else of_assembly(f, found, kinds, first)
    is_once = isinstance(found.node, ast.FunctionDef) and found.is_global and defined_once(found, found.node.name)
    if isinstance(found.node, ast.FunctionDef) and is_once and not changed_exponents(found.text, f):
        check_callees(found, f)
        return Place(Origin(found.text, found.filename), found.node.name, f.__globals__, f, bound=first_of(f, first))
    return of_method(f, found, owner, first) if is_method else of_assembly(f, found, kinds, first)


def first_of(f: FunctionType, first: tuple[object, ...]) -> str:
    """The parameter that the object of a method is passed to; empty for what is no method.

    Raises:
        TransformError: it has none.
    """
    if not first:
        return ""
    if f.__code__.co_argcount == 0:
        help_ = "Give it a parameter for the object."
        raise refusal(f, "N004", f"`{f.__name__}` is bound to an object, and has no parameter for it", help_)
    return f.__code__.co_varnames[0]


def defined_once(found: Definition, name: str) -> bool:
    """Whether nothing else at the top level of the text has the name of a function."""
    tree, _, _ = read(found.text)
    return sum(name in names_bound(n) for n in tree.body) == 1


# --- functions that call them -----------------------------------------------------------------------------------------


def of_method(f: FunctionType, found: Definition, owner: str, first: tuple[object, ...]) -> Place:
    """A method: the module, and the method once more as a function of it.

    Raises:
        TransformError: it cannot be a function of the module, or what it uses was replaced.
    """
    if "." in owner:
        raise refusal(f, "N004", f"`{f.__qualname__}`: classes inside classes are not read", "Move the class out.")
    node = found.node
    assert isinstance(node, ast.FunctionDef)
    if own := next(private_names(node), ""):
        message = f"`{own}` is private in `{owner}`: outside of the class it has another name"
        raise refusal(f, "N004", message, f"Call it `{own[1:]}`.")
    for name in changed_exponents(found.text, f):
        raise changed_exponent(f, name)
    kinds = {d.id for d in node.decorator_list if isinstance(d, ast.Name)}
    if not is_cell(found.filename):
        check_callees(found, f, [owner, *(type(o).__name__ for o in first)])
    name = fresh(f"{owner.lstrip('_')}_{node.name.strip('_')}", found.text)
    ordinary = node.args.posonlyargs + node.args.args
    bound = ""
    if "classmethod" in kinds and first:
        text = of_classmethod(node, name, first[0].__name__ if isinstance(first[0], type) else owner)
    elif "staticmethod" in kinds or not ordinary:
        text = moved_out(found, node, name, {})
    elif "classmethod" in kinds:  # the class is passed, as it may be a derived one
        text = moved_out(found, node, name, {ordinary[0].arg: f"type[{owner}]"})
    else:
        bound = ordinary[0].arg if first else ""
        text = moved_out(found, node, name, {ordinary[0].arg: type(first[0]).__name__ if first else owner})
    pieces = Piece(found.text, found.filename, 1), Piece(text, found.filename, node.lineno, node.col_offset)
    origin = Origin(f"{found.text}\n{text}", found.filename, {name: f})
    return Place(origin, name, f.__globals__, f, pieces, bound)


def moved_out(found: Definition, node: ast.FunctionDef, name: str, notes: dict[str, str]) -> str:
    """The text of a method as a function, with annotations for parameters that have none."""
    lines = lines_of(found.text)[node.lineno - 1 : node.end_lineno]
    for a in reversed([*node.args.posonlyargs, *node.args.args]):
        if a.annotation is None and a.arg in notes:
            row, column = (a.end_lineno or 0) - node.lineno, a.end_col_offset or 0
            line = lines[row].encode()
            lines[row] = (line[:column] + f": {notes[a.arg]}".encode() + line[column:]).decode()
    text = dedented(lines, node.lineno, node)
    return renamed(text, node, name, node.lineno).rstrip("\n") + "\n"


def private_names(node: ast.AST) -> Iterator[str]:
    """The names in a method that Python puts the name of the class in front of."""
    for n in ast.walk(node):
        name = getattr(n, "attr", None) or getattr(n, "id", None) or getattr(n, "arg", None)
        if isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
            yield name


def of_classmethod(node: ast.FunctionDef, name: str, owner: str) -> str:
    """A function that calls a class method."""
    args = copy.deepcopy(node.args)
    del (args.posonlyargs or args.args)[0]
    args.defaults = args.defaults[-len(args.posonlyargs + args.args) :]
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"def {name}({ast.unparse(args)}){returns}:\n    return {owner}.{node.name}({handed(args)})\n"


def handed(args: ast.arguments) -> str:
    """The arguments of a call that hands on all parameters."""
    parts = [a.arg for a in [*args.posonlyargs, *args.args]]
    parts += [f"*{args.vararg.arg}"] if args.vararg else []
    parts += [f"{a.arg}={a.arg}" for a in args.kwonlyargs]
    parts += [f"**{args.kwarg.arg}"] if args.kwarg else []
    return ", ".join(parts)


# --- assembled texts --------------------------------------------------------------------------------------------------


def of_cell_method(f: FunctionType, found: Definition, owner: str, first: tuple[object, ...]) -> Place:
    """A method of a class of a notebook: the class as a text, and the method as one of a module."""
    home = f.__globals__.get(owner)
    if not isinstance(home, type) or f not in map(inner, vars(home).values()):
        help_ = "Run the cell of the class, and make the object anew."
        raise refusal(f, "U007", f"the source of `{f.__qualname__}` cannot be found in its class", help_)
    whole = Assembly(f.__globals__)
    target = first[0] if first and isinstance(first[0], type) else type(first[0]) if first else home
    for cls in (home, target):
        whole.name(f, cls.__name__, cls)
    text = whole.origin("").text
    classes = [n for n in ast.parse(text).body if isinstance(n, ast.ClassDef) and n.name == owner]
    nodes = [n for c in classes for n in c.body if isinstance(n, ast.FunctionDef) and n.name == f.__code__.co_name]
    if len(nodes) != 1:
        raise refusal(f, "N004", f"`{f.__qualname__}` is defined more than once", "Give each method its own name.")
    place = of_method(f, Definition(text, found.filename, nodes[0], False), owner, first)
    own = replace(place.pieces[-1], line=found.node.lineno, indent=found.node.col_offset)
    origin = replace(place.origin, names={**whole.names, **place.origin.names}, cells=whole.cells)
    return replace(place, origin=origin, pieces=(*whole.pieces, own))


def of_assembly(
    f: FunctionType, found: Definition, kinds: Iterable[tuple[str, str]], first: tuple[object, ...] = ()
) -> Place:
    """A text of its own."""
    whole = Assembly(f.__globals__)
    taken = [*f.__code__.co_names, *f.__code__.co_freevars, *f.__code__.co_varnames]
    name = fresh("function", " ".join(taken)) if isinstance(found.node, ast.Lambda) else found.node.name
    whole.function(f, name)
    for word in {w: None for _, kind in kinds for w in re.findall(r"\w+", kind)}:
        if isinstance(f.__globals__.get(word), type):
            whole.name(f, word, f.__globals__[word])
    if f.__globals__.get(name) is not f and name not in whole.cells:
        whole.names[name] = f
    pieces, bound = tuple(whole.pieces), first_of(f, first)
    return Place(whole.origin(f.__code__.co_filename), name, f.__globals__, f, pieces, bound)


def of_partial(p: functools.partial[object]) -> Place:
    """A function that calls another one with the arguments that are given."""
    from adtransform.live.unwrap import callable_of

    f, first = callable_of(p.func)
    if not isinstance(f, FunctionType) or first:
        help_ = "Write a function with `def` that passes the arguments."
        raise refusal(f, "N003", "a `functools.partial` of what is no function is not supported yet", help_)
    found = definition(f)
    if found.node.args.vararg or found.node.args.kwarg:
        help_ = "Write a function with `def` that passes the arguments."
        raise refusal(f, "N003", "a `functools.partial` of a function with `*args` or `**kwargs` is not read", help_)
    name = found.node.name if isinstance(found.node, ast.FunctionDef) else "function"
    whole = Assembly(f.__globals__)
    whole.function(f, name)
    whole.names[name] = f
    args = found.node.args
    ordinary = [*args.posonlyargs, *args.args]
    given = {a.arg: v for a, v in zip(ordinary, p.args)} | p.keywords
    used = " ".join([*whole.bound, *(a.arg for a in [*ordinary, *args.kwonlyargs])])
    names = {n: fresh(f"{n}_given", used) for n in given}
    for n, value in given.items():
        whole.name(f, names[n], value)
        whole.names[names[n]] = value
    own = fresh(f"{name}_partial", used)
    whole.pieces.append(Piece(f"def {own}({left(args, p)}):\n    return {name}({call_of(args, names)})\n"))
    whole.names[own] = p
    return Place(whole.origin(f.__code__.co_filename), own, f.__globals__, f, tuple(whole.pieces))


def left(args: ast.arguments, p: functools.partial[object]) -> str:
    """The parameters that a partial leaves: those behind the first one given by name are keywords."""
    ordinary = [*args.posonlyargs, *args.args][len(p.args) :]
    stop = next((i for i, a in enumerate(ordinary) if a.arg in p.keywords), len(ordinary))
    keywords = [a for a in [*ordinary[stop:], *args.kwonlyargs] if a.arg not in p.keywords]
    defaults = dict(zip([a.arg for a in [*args.posonlyargs, *args.args]][::-1], args.defaults[::-1]))
    defaults |= {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults) if d is not None}

    def shown(a: ast.arg) -> str:
        return ast.unparse(a) + (f"={ast.unparse(defaults[a.arg])}" if a.arg in defaults else "")

    params = [shown(a) for a in ordinary[:stop]]
    return ", ".join([*params, "*", *(shown(a) for a in keywords)] if keywords else params)


def call_of(args: ast.arguments, names: dict[str, str]) -> str:
    """The arguments of the call: what was given under its new name."""
    positional = [names.get(a.arg, a.arg) for a in args.posonlyargs]
    return ", ".join(positional + [f"{a.arg}={names.get(a.arg, a.arg)}" for a in [*args.args, *args.kwonlyargs]])


def of_library(f: object) -> Place:
    """A function of `math` or NumPy that there is a rule for."""
    from adtransform.rules import BY_NUMPY_NAME, RULES

    original = getattr(f, "__name__", "")
    statement = imported(original, f)
    home = statement.split()[1] if statement else ""
    rule = RULES.get(original) if home == "math" else BY_NUMPY_NAME.get(original) if home == "numpy" else None
    if rule is None:
        help_ = f"Write a function around it: `def f(x: float) -> float: return {original}(x)`."
        raise refusal(f, "U006", f"`{original or f}` has no Python source", help_)
    params = ", ".join(rule.params)
    text = f"{statement}\n\ndef {original}_of({params}):\n    return {original}({params})\n"
    names: dict[str, object] = {f"{original}_of": f, original: f}
    return Place(Origin(text, f"<{home}.{original}>", names), f"{original}_of", {"__name__": home})
