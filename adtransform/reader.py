"""libcst to IR: the one place (beside `modules`) that knows the concrete syntax tree.

What the language does not have becomes an `Unread` statement; later passes decide whether that matters.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from adtransform import ir
from adtransform.traverse import target_names


class Unreadable(Exception):
    """Raised inside a statement at an expression that the language does not have."""


# --- text -------------------------------------------------------------------------------------------------------------


def text_of(node: cst.CSTNode) -> str:
    """The code of a node as the user wrote it; a NUL stands where a continuation line is indented."""
    state = CodegenState(default_indent="    ", default_newline="\n")
    state.indent_tokens.append("\0")
    node._codegen(state)
    return "".join(state.tokens).removeprefix("\0").rstrip()


class Verbatim:
    """The text of a node, made when it is asked for: most statements are printed anew."""

    __slots__ = ("node",)

    def __init__(self, node: cst.CSTNode) -> None:
        self.node = node

    def __str__(self) -> str:
        return text_of(self.node)


class VerbatimLoop(Verbatim):
    """The head of a `for` loop."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{text_of(self.node.target)} in {text_of(self.node.iter)}"  # type: ignore[attr-defined]


class VerbatimStatement(Verbatim):
    """A simple statement, without the semicolon that may follow it."""

    __slots__ = ()

    def __str__(self) -> str:
        return text_of(self.node).rstrip("; ")


def lines_of(empty_lines: Any) -> tuple[str, ...]:
    """Blank lines and comments as strings."""
    return tuple(line.comment.value if line.comment else "" for line in empty_lines)


def comment_of(whitespace: Any) -> str:
    """The comment of a trailing whitespace node."""
    return whitespace.comment.value if whitespace.comment else ""


# --- expressions ------------------------------------------------------------------------------------------------------

BINARY = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "Divide": "/",
    "FloorDivide": "//",
    "Modulo": "%",
    "Power": "**",
    "MatrixMultiply": "@",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
    "LeftShift": "<<",
    "RightShift": ">>",
}
UNARY = {"Minus": "-", "Plus": "+", "Not": "not", "BitInvert": "~"}
COMPARE = {
    "LessThan": "<",
    "LessThanEqual": "<=",
    "GreaterThan": ">",
    "GreaterThanEqual": ">=",
    "Equal": "==",
    "NotEqual": "!=",
    "Is": "is",
    "IsNot": "is not",
    "In": "in",
    "NotIn": "not in",
}


def expression(node: Any) -> ir.Expr:
    """One expression."""
    reader = READERS.get(type(node).__name__)
    if reader is None:
        raise Unreadable(type(node).__name__)
    return reader(node)


def number(node: Any) -> ir.Expr:
    return ir.Const(int(node.value, 0) if node.value != "0" * len(node.value) else 0, node.value, at=node)


def float_number(node: Any) -> ir.Expr:
    return ir.Const(float(node.value), node.value, at=node)


def imaginary(node: Any) -> ir.Expr:
    return ir.Const(complex(node.value), node.value, at=node)


def name(node: Any) -> ir.Expr:
    if node.value in ("None", "True", "False"):
        return ir.Const({"None": None, "True": True, "False": False}[node.value], node.value, at=node)
    return ir.Name(node.value, at=node)


def string(node: Any) -> ir.Expr:
    return ir.Const(ast.literal_eval(node.value), node.value, at=node)


def joined_string(node: Any) -> ir.Expr:
    left, right = expression(node.left), expression(node.right)
    gap = text_of(node.whitespace_between) or " "
    return ir.Opaque((*text_parts(left), gap, *text_parts(right)), at=node)


def text_parts(e: ir.Expr) -> tuple[str | ir.Expr, ...]:
    return e.parts if isinstance(e, ir.Opaque) else (e,)


def formatted_string(node: Any) -> ir.Expr:
    return ir.Opaque((node.start, *format_parts(node.parts), node.end), at=node)


def format_parts(parts: Any) -> list[str | ir.Expr]:
    found: list[str | ir.Expr] = []
    for part in parts:
        if isinstance(part, cst.FormattedStringText):
            found.append(part.value)
            continue
        found += ["{", expression(part.expression)]
        if part.equal is not None:
            found.append(text_of(part.equal))
        if part.conversion:
            found.append("!" + part.conversion)
        if part.format_spec is not None:
            found += [":", *format_parts(part.format_spec)]
        found.append("}")
    return found


def binary(node: Any) -> ir.Expr:
    op = BINARY[type(node.operator).__name__]
    return ir.Binary(op, expression(node.left), expression(node.right), at=node)


def unary(node: Any) -> ir.Expr:
    return ir.Unary(UNARY[type(node.operator).__name__], expression(node.expression), at=node)


def comparison(node: Any) -> ir.Expr:
    rest = tuple((COMPARE[type(c.operator).__name__], expression(c.comparator)) for c in node.comparisons)
    return ir.Compare(expression(node.left), rest, at=node)


def logic(node: Any) -> ir.Expr:
    op = "and" if isinstance(node.operator, cst.And) else "or"
    left, right = expression(node.left), expression(node.right)
    # `a and b and c` is one chain; libcst nests it to the left
    values = left.values if isinstance(left, ir.Logic) and left.op == op and not node.left.lpar else (left,)
    return ir.Logic(op, (*values, right), at=node)


def choice(node: Any) -> ir.Expr:
    return ir.Choice(expression(node.test), expression(node.body), expression(node.orelse), at=node)


def call(node: Any) -> ir.Expr:
    args = tuple(ir.Arg(expression(a.value), a.keyword.value if a.keyword else "", a.star) for a in node.args)
    return ir.Call(expression(node.func), args, at=node)


def attribute(node: Any) -> ir.Expr:
    return ir.Attribute(expression(node.value), node.attr.value, at=node)


def subscript(node: Any) -> ir.Expr:
    indices = tuple(index(e.slice) for e in node.slice)
    is_tuple = len(indices) > 1 or isinstance(node.slice[-1].comma, cst.Comma)
    return ir.Subscript(expression(node.value), ir.Display("(", indices) if is_tuple else indices[0], at=node)


def index(node: Any) -> ir.Expr:
    if isinstance(node, cst.Index):
        return ir.Star(expression(node.value)) if node.star else expression(node.value)
    parts = (expression(p) if p is not None else None for p in (node.lower, node.upper, node.step))
    return ir.Slice(*parts, at=node)


def display(bracket: str) -> Callable[[Any], ir.Expr]:
    def read(node: Any) -> ir.Expr:
        items = (
            ir.Star(expression(e.value), at=e) if isinstance(e, cst.StarredElement) else expression(e.value)
            for e in node.elements
        )
        return ir.Display(bracket, tuple(items), at=node)

    return read


def dictionary(node: Any) -> ir.Expr:
    parts: list[str | ir.Expr] = ["{"]
    for i, e in enumerate(node.elements):
        parts += [", "] if i else []
        if isinstance(e, cst.StarredDictElement):
            parts += ["**", expression(e.value)]
        else:
            parts += [expression(e.key), ": ", expression(e.value)]
    return ir.Opaque((*parts, "}"), at=node)


def clauses(node: Any) -> tuple[ir.Clause, ...]:
    found = []
    while node is not None:
        if node.asynchronous:
            raise Unreadable("an asynchronous comprehension")
        conditions = tuple(expression(i.test) for i in node.ifs)
        found.append(ir.Clause(expression(node.target), expression(node.iter), conditions))
        node = node.inner_for_in
    return tuple(found)


def comprehension(bracket: str) -> Callable[[Any], ir.Expr]:
    return lambda node: ir.Comprehension(bracket, expression(node.elt), clauses(node.for_in), at=node)


def dict_comprehension(node: Any) -> ir.Expr:
    parts: list[str | ir.Expr] = ["{", expression(node.key), ": ", expression(node.value)]
    for c in clauses(node.for_in):
        parts += [" for ", c.target, " in ", c.iterable]
        for condition in c.conditions:
            parts += [" if ", condition]
    return ir.Opaque((*parts, "}"), at=node)


def lambda_(node: Any) -> ir.Expr:
    return ir.Lambda(params(node.params), expression(node.body), at=node)


def walrus(node: Any) -> ir.Expr:
    return ir.Walrus(ir.Name(node.target.value, at=node.target), expression(node.value), at=node)


READERS: dict[str, Callable[[Any], ir.Expr]] = {
    "Name": name,
    "Integer": number,
    "Float": float_number,
    "Imaginary": imaginary,
    "SimpleString": string,
    "ConcatenatedString": joined_string,
    "FormattedString": formatted_string,
    "BinaryOperation": binary,
    "UnaryOperation": unary,
    "Comparison": comparison,
    "BooleanOperation": logic,
    "IfExp": choice,
    "Call": call,
    "Attribute": attribute,
    "Subscript": subscript,
    "Tuple": display("("),
    "List": display("["),
    "Set": display("{"),
    "Dict": dictionary,
    "GeneratorExp": comprehension("("),
    "ListComp": comprehension("["),
    "SetComp": comprehension("{"),
    "DictComp": dict_comprehension,
    "Lambda": lambda_,
    "NamedExpr": walrus,
    "Ellipsis": lambda node: ir.Const(..., "...", at=node),
}


# --- functions --------------------------------------------------------------------------------------------------------


def params(node: Any) -> tuple[ir.Param, ...]:
    """The parameters of a definition or a lambda."""
    found = [param(p, "/") for p in node.posonly_params] + [param(p, "") for p in node.params]
    if isinstance(node.star_arg, cst.Param):
        found.append(param(node.star_arg, "*"))
    found += [param(p, "=") for p in node.kwonly_params]
    if node.star_kwarg is not None:
        found.append(param(node.star_kwarg, "**"))
    return tuple(found)


def param(node: Any, role: str) -> ir.Param:
    annotation = expression(node.annotation.annotation) if node.annotation else None
    default = expression(node.default) if node.default is not None else None
    return ir.Param(node.name.value, role, annotation, default)


def function(node: Any) -> ir.Function:
    """A definition with its body."""
    return ir.Function(
        node.name.value,
        params(node.params),
        block(node.body),
        expression(node.returns.annotation) if node.returns else None,
        tuple(expression(d.decorator) for d in node.decorators),
        at=node,
        source=ir.Source((*lines_of(node.leading_lines), *lines_of(node.lines_after_decorators)), header(node.body)),
    )


# --- statements -------------------------------------------------------------------------------------------------------


def header(body: Any) -> str:
    """The comment behind the colon of a compound statement."""
    return comment_of(body.header) if isinstance(body, cst.IndentedBlock) else ""


def block(node: Any) -> ir.Block:
    """The statements of a body, whether indented or on the line of its header."""
    if isinstance(node, cst.SimpleStatementSuite):
        return simple_line(node.body, (), comment_of(node.trailing_whitespace))
    found: list[ir.Stmt] = []
    for child in node.body:
        found += statement(child)
    footer = lines_of(node.footer)
    if any(footer):
        found.append(ir.Comment(source=ir.Source(lead=footer)))
    return tuple(found)


def statement(node: Any) -> ir.Block:
    """One line or one compound statement; a line may hold several statements."""
    if isinstance(node, cst.SimpleStatementLine):
        return simple_line(node.body, lines_of(node.leading_lines), comment_of(node.trailing_whitespace))
    try:
        reader = COMPOUND.get(type(node).__name__)
        if reader is None or getattr(node, "asynchronous", None):
            raise Unreadable(type(node).__name__)
        return (reader(node),)
    except Unreadable as reason:
        return (unread(node, str(reason), lines_of(node.leading_lines)),)


def simple_line(nodes: Any, lead: tuple[str, ...], trail: str) -> ir.Block:
    found: list[ir.Stmt] = []
    for i, node in enumerate(nodes):
        text = VerbatimStatement(node) if type(node).__name__ != "Expr" else Verbatim(node.value)
        source = ir.Source(lead if i == 0 else (), trail if i == len(nodes) - 1 else "", text)
        try:
            found.append(SIMPLE.get(type(node).__name__, inert)(node, source))
        except Unreadable as reason:
            found.append(unread(node, str(reason), source.lead))
    return tuple(found)


def unread(node: Any, what: str, lead: tuple[str, ...]) -> ir.Unread:
    reads, binds = set(), set()
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, cst.Name):
            reads.add(top.value)
        elif isinstance(top, (cst.AssignTarget, cst.AsName)):
            binds |= {n.value for n in _names_below(top)}
        elif isinstance(top, (cst.FunctionDef, cst.ClassDef)):
            binds.add(top.name.value)
        stack.extend(top.children)
    binds |= reads if isinstance(node, cst.Match) else set()
    return ir.Unread(
        what, tuple(sorted(reads)), tuple(sorted(binds)), at=node, source=ir.Source(lead, "", Verbatim(node))
    )


def _names_below(node: Any) -> list[cst.Name]:
    found, stack = [], [node]
    while stack:
        top = stack.pop()
        if isinstance(top, cst.Name):
            found.append(top)
        stack.extend(top.children)
    return found


def assign(node: Any, source: ir.Source) -> ir.Stmt:
    targets = tuple(expression(t.target) for t in node.targets)
    value = expression(node.value)
    if isinstance(value, ir.Lambda) and len(targets) == 1 and isinstance(targets[0], ir.Name):
        body = (ir.Return(value.body, at=node),)
        return ir.Function(targets[0].id, value.params, body, is_lambda=True, at=node, source=source)
    return ir.Assign(targets, value, at=node, source=source)


def annotated(node: Any, source: ir.Source) -> ir.Stmt:
    target, annotation = expression(node.target), expression(node.annotation.annotation)
    if node.value is None:
        return ir.Inert("declare", (target, ": ", annotation), target_names(target), at=node, source=source)
    return ir.Assign((target,), expression(node.value), annotation, at=node, source=source)


def augmented(node: Any, source: ir.Source) -> ir.Stmt:
    op = BINARY[type(node.operator).__name__.removesuffix("Assign")]
    return ir.Augment(expression(node.target), op, expression(node.value), at=node, source=source)


def effect(node: Any, source: ir.Source) -> ir.Stmt:
    return ir.Effect(expression(node.value), at=node, source=source)


def return_(node: Any, source: ir.Source) -> ir.Stmt:
    return ir.Return(expression(node.value) if node.value is not None else None, at=node, source=source)


def keyword(node: Any, source: ir.Source) -> ir.Stmt:
    return ir.Keyword(type(node).__name__.lower(), at=node, source=source)


def outer(node: Any, source: ir.Source) -> ir.Stmt:
    return ir.Outer(type(node).__name__.lower(), tuple(n.name.value for n in node.names), at=node, source=source)


def raise_(node: Any, source: ir.Source) -> ir.Stmt:
    parts: list[str | ir.Expr] = ["raise"]
    if node.exc is not None:
        parts += [" ", expression(node.exc)]
    if node.cause is not None:
        parts += [" from ", expression(node.cause.item)]
    return ir.Inert("raise", tuple(parts), at=node, source=source)


def assert_(node: Any, source: ir.Source) -> ir.Stmt:
    parts: list[str | ir.Expr] = ["assert ", expression(node.test)]
    if node.msg is not None:
        parts += [", ", expression(node.msg)]
    return ir.Inert("assert", tuple(parts), at=node, source=source)


def del_(node: Any, source: ir.Source) -> ir.Stmt:
    return ir.Inert("del", ("del ", expression(node.target)), at=node, source=source)


def import_(node: Any, source: ir.Source) -> ir.Stmt:
    if isinstance(node.names, cst.ImportStar):
        raise Unreadable("a star import")
    binds = tuple(n.evaluated_alias or n.evaluated_name.partition(".")[0] for n in node.names)
    return ir.Inert("import", (str(source.text),), binds, at=node, source=source)


def inert(node: Any, source: ir.Source) -> ir.Stmt:
    raise Unreadable(type(node).__name__)


SIMPLE: dict[str, Callable[[Any, ir.Source], ir.Stmt]] = {
    "Assign": assign,
    "AnnAssign": annotated,
    "AugAssign": augmented,
    "Expr": effect,
    "Return": return_,
    "Pass": keyword,
    "Break": keyword,
    "Continue": keyword,
    "Global": outer,
    "Nonlocal": outer,
    "Raise": raise_,
    "Assert": assert_,
    "Del": del_,
    "Import": import_,
    "ImportFrom": import_,
}


def else_of(node: Any) -> tuple[ir.Block, ir.Source]:
    if node is None:
        return (), ir.Source()
    return block(node.body), ir.Source(lines_of(node.leading_lines), header(node.body))


def if_(node: Any, is_elif: bool = False) -> ir.Stmt:
    orelse: ir.Block
    if isinstance(node.orelse, cst.If):
        orelse, below = (if_(node.orelse, True),), ir.Source()
    else:
        orelse, below = else_of(node.orelse)
    source = ir.Source(lines_of(node.leading_lines), header(node.body), Verbatim(node.test))
    return ir.If(expression(node.test), block(node.body), orelse, is_elif, below, at=node, source=source)


def for_(node: Any) -> ir.Stmt:
    orelse, below = else_of(node.orelse)
    source = ir.Source(lines_of(node.leading_lines), header(node.body), VerbatimLoop(node))
    return ir.For(
        expression(node.target), expression(node.iter), block(node.body), orelse, below, at=node, source=source
    )


def while_(node: Any) -> ir.Stmt:
    orelse, below = else_of(node.orelse)
    source = ir.Source(lines_of(node.leading_lines), header(node.body), Verbatim(node.test))
    return ir.While(expression(node.test), block(node.body), orelse, below, at=node, source=source)


def try_(node: Any) -> ir.Stmt:
    handlers = tuple(
        ir.Handler(
            expression(h.type) if h.type is not None else None,
            h.name.name.value if h.name is not None else "",
            block(h.body),
            ir.Source(lines_of(h.leading_lines), header(h.body)),
        )
        for h in node.handlers
    )
    orelse, below = else_of(node.orelse)
    final, last = else_of(node.finalbody)
    source = ir.Source(lines_of(node.leading_lines), header(node.body))
    return ir.Try(block(node.body), handlers, orelse, final, below, last, at=node, source=source)


def with_(node: Any) -> ir.Stmt:
    items = tuple((expression(i.item), expression(i.asname.name) if i.asname else None) for i in node.items)
    source = ir.Source(lines_of(node.leading_lines), header(node.body))
    return ir.With(items, block(node.body), at=node, source=source)


COMPOUND: dict[str, Callable[[Any], ir.Stmt]] = {
    "If": if_,
    "For": for_,
    "While": while_,
    "Try": try_,
    "With": with_,
    "FunctionDef": function,
}
