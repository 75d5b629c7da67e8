"""The intermediate representation: Python, small and frozen.

Every node is an immutable value; two expressions are equal if they would print alike.  `at` points back to the node of
the concrete syntax tree it was read from (for positions and for text that is copied as it stands); it takes no part in
equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    at: Any = field(default=None, compare=False, repr=False)


# --- expressions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True)
class Library(Node):
    """A function or constant of `math` or `numpy`, by its home; printed in the style of the module's own imports."""

    home: str
    name: str


@dataclass(frozen=True, slots=True)
class Const(Node):
    """A literal with its spelling: `1e-3` stays `1e-3`."""

    value: object
    text: str


@dataclass(frozen=True, slots=True)
class Field(Const):
    """The index of a field: `p.x` is item 0 of `p`; `passive` if no derivative passes through it."""

    passive: bool = False


@dataclass(frozen=True, slots=True)
class Method(Name):
    """A method by the name of its class, `Point.area`, called with the object as its first argument.

    `kind` is "method", "property" or "static".
    """

    kind: str = "method"


@dataclass(frozen=True, slots=True)
class Record:
    """The class of an object that is treated as a tuple of its fields.

    `keywords[k]` is the keyword that field `k` is passed by, empty where it is passed by position; `plain` if the
    constructor does nothing but set the fields.
    """

    name: str
    fields: tuple[str, ...]
    passive: tuple[bool, ...]
    keywords: tuple[str, ...]
    plain: bool = True
    unpacks: bool = False


@dataclass(frozen=True, slots=True)
class Unary(Node):
    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare(Node):
    left: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    op: str
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`body if test else orelse`."""

    test: Expr
    body: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True)
class Arg:
    value: Expr
    keyword: str = ""
    star: str = ""


@dataclass(frozen=True, slots=True)
class Call(Node):
    func: Expr
    args: tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    value: Expr
    attr: str


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    value: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Slice(Node):
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


@dataclass(frozen=True, slots=True)
class Display(Node):
    """A tuple, list or set display; `bracket` is the opening one.

    `record`: of a tuple that stands for an object; `keys`: of a list that stands for a dictionary.
    """

    bracket: str
    items: tuple[Expr, ...]
    record: Record | None = field(default=None, kw_only=True)
    keys: tuple[Expr, ...] | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Star(Node):
    value: Expr


@dataclass(frozen=True, slots=True)
class Param:
    """`role`: "/" positional only, "" ordinary, "*" variadic, "=" keyword only, "**" keywords."""

    name: str
    role: str = ""
    annotation: Expr | None = None
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    params: tuple[Param, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class Walrus(Node):
    target: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Clause:
    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """`bracket` is "(" for a generator expression, "[" or "{"."""

    bracket: str
    element: Expr
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Opaque(Node):
    """Text with expressions in it: f-strings, dictionaries; copied through, no derivative passes."""

    parts: tuple[str | Expr, ...]


Expr = (
    Name
    | Library
    | Const
    | Unary
    | Binary
    | Compare
    | Logic
    | Choice
    | Call
    | Attribute
    | Subscript
    | Slice
    | Display
    | Star
    | Lambda
    | Walrus
    | Comprehension
    | Opaque
)


# --- statements -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """What the user wrote around a statement: lines above it (comments, blank lines) and the comment behind it.

    `str(text)` is the statement as it stands, with a NUL where a continuation line takes the current indentation; None
    where it has to be printed anew.
    """

    lead: tuple[str, ...] = ()
    trail: str = ""
    text: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Node):
    source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Assign(Statement):
    """`t1 = t2 = value`; with an annotation, one target."""

    targets: tuple[Expr, ...]
    value: Expr
    annotation: Expr | None = None


@dataclass(frozen=True, slots=True)
class Augment(Statement):
    target: Expr
    op: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Effect(Statement):
    """An expression as a statement; a docstring too."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Return(Statement):
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Keyword(Statement):
    """`pass`, `break`, `continue`."""

    word: str


@dataclass(frozen=True, slots=True)
class Inert(Statement):
    """Copied through as text with expressions in it: raise, assert, import, del, declarations.

    `kind` is its keyword, `binds` are the names that it binds.
    """

    kind: str
    parts: tuple[str | Expr, ...]
    binds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outer(Statement):
    """`global` or `nonlocal`."""

    word: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class If(Statement):
    test: Expr
    body: Block
    orelse: Block
    is_elif: bool = False
    else_source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class For(Statement):
    target: Expr
    iterable: Expr
    body: Block
    orelse: Block
    else_source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class While(Statement):
    test: Expr
    body: Block
    orelse: Block
    else_source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Handler:
    error: Expr | None
    name: str
    body: Block
    source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Try(Statement):
    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    final: Block
    else_source: Source = field(default=Source(), compare=False, repr=False)
    final_source: Source = field(default=Source(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class With(Statement):
    items: tuple[tuple[Expr, Expr | None], ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Function(Statement):
    """A definition; `is_lambda` where it was written `name = lambda …`."""

    name: str
    params: tuple[Param, ...]
    body: Block
    returns: Expr | None = None
    decorators: tuple[Expr, ...] = ()
    is_lambda: bool = False


@dataclass(frozen=True, slots=True)
class Comment(Statement):
    """Comments at the end of a block; the lines are in `source.lead`."""


@dataclass(frozen=True, slots=True)
class Unread(Statement):
    """A statement that the language does not have; refused where anything active could meet it."""

    what: str
    reads: tuple[str, ...]
    binds: tuple[str, ...]


Stmt = (
    Assign
    | Augment
    | Effect
    | Return
    | Keyword
    | Inert
    | Outer
    | If
    | For
    | While
    | Try
    | With
    | Function
    | Comment
    | Unread
)
Block = tuple[Stmt, ...]
