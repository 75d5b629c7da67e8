"""Expressions and statements as text, laid out as a formatter would."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from adtransform import ir
from adtransform.layout import Bracketed, lay_out
from adtransform.traverse import walk

OR, AND, NOT, COMPARE, BITOR, BITXOR, BITAND, SHIFT, SUM, TERM, SIGN, POWER, ATOM = range(3, 16)
LEVELS = {
    "|": BITOR,
    "^": BITXOR,
    "&": BITAND,
    "<<": SHIFT,
    ">>": SHIFT,
    "+": SUM,
    "-": SUM,
    "*": TERM,
    "/": TERM,
    "//": TERM,
    "%": TERM,
    "@": TERM,
    "**": POWER,
}
CLOSING = {"(": ")", "[": "]", "{": "}"}


def level(e: ir.Expr) -> int:
    """How tightly an expression binds; higher binds tighter."""
    match e:
        case ir.Binary(op):
            return LEVELS[op]
        case ir.Unary(op):
            return NOT if op == "not" else SIGN
        case ir.Compare():
            return COMPARE
        case ir.Logic(op):
            return OR if op == "or" else AND
        case ir.Choice():
            return 2
        case ir.Lambda():
            return 1
        case ir.Walrus():
            return 0
        case ir.Const(int() | float() as value, text) if not isinstance(value, bool):
            return SIGN if text.startswith("-") else ATOM
        case ir.Opaque(parts) if len(parts) > 3 and " " in parts:
            return ATOM
        case _:
            return ATOM


def show(e: ir.Expr, least: int = 0) -> str:
    """An expression on one line; in parentheses if it binds less tightly than `least`.

    >>> show(ir.Binary("-", ir.Name("a"), ir.Binary("+", ir.Name("b"), ir.Name("c"))))
    'a - (b + c)'
    """
    text = flat(e)
    return f"({text})" if level(e) < least else text


def flat(e: ir.Expr) -> str:
    match e:
        case ir.Name(id):
            return id
        case ir.Const(_, text):
            return text
        case ir.Library(home, name):
            return f"{home}.{name}" if home not in ("", "builtins") else name
        case ir.Binary("**", left, right):
            gap = "" if is_simple(left) and is_simple(right) else " "
            return f"{show(left, POWER + 1)}{gap}**{gap}{show(right, SIGN)}"
        case ir.Binary(op, left, right):
            return f"{show(left, LEVELS[op])} {op} {show(right, LEVELS[op] + 1)}"
        case ir.Unary(op, operand):
            return (
                f"not {show(operand, NOT)}"
                if op == "not"
                else f"{op}{show(operand, POWER + 1 if is_power(operand) else SIGN)}"
            )
        case ir.Compare(left, rest):
            return " ".join([show(left, COMPARE + 1), *(f"{op} {show(r, COMPARE + 1)}" for op, r in rest)])
        case ir.Logic(op, values):
            return f" {op} ".join(show(v, (OR if op == "or" else AND) + 1) for v in values)
        case ir.Choice(test, body, orelse):
            return f"{show(body, OR)} if {show(test, OR)} else {show(orelse, 2)}"
        case ir.Call(func, args):
            return f"{show(func, ATOM)}({', '.join(call_items(args))})"
        case ir.Attribute(value, attr):
            text = show(value, ATOM)
            return f"({text}).{attr}" if isinstance(value, ir.Const) and text.isdigit() else f"{text}.{attr}"
        case ir.Subscript(value, index):
            return f"{show(value, ATOM)}[{show_index(index)}]"
        case ir.Slice():
            return show_slice(e)
        case ir.Display(bracket, items):
            return show_display(bracket, items)
        case ir.Star(value):
            return f"*{show(value, BITOR)}"
        case ir.Lambda(params, body):
            head = ", ".join(show_params(params))
            return f"lambda {head}: {show(body, 1)}" if head else f"lambda: {show(body, 1)}"
        case ir.Walrus(target, value):
            return f"({target.id} := {show(value, 1)})"
        case ir.Comprehension(bracket, element, clauses):
            return f"{bracket}{show_comprehension(element, clauses)}{CLOSING[bracket]}"
        case ir.Opaque(parts):
            return "".join(p if isinstance(p, str) else show(p, 1) for p in parts)
        case _:
            assert_never(e)


def is_power(e: ir.Expr) -> bool:
    return isinstance(e, ir.Binary) and e.op == "**"


def is_simple(e: ir.Expr) -> bool:
    """Operands between which a formatter sets no blanks around `**`."""
    match e:
        case ir.Name():
            return True
        case ir.Const(int() | float()):
            return True
        case ir.Unary("-", operand):
            return is_simple(operand) and not isinstance(operand, ir.Unary)
        case ir.Attribute(value):
            return is_simple(value) and not isinstance(value, (ir.Const, ir.Unary))
        case _:
            return False


def call_items(args: tuple[ir.Arg, ...]) -> list[str]:
    if len(args) == 1 and isinstance(args[0].value, ir.Comprehension) and args[0].value.bracket == "(":
        return [show_comprehension(args[0].value.element, args[0].value.clauses)]
    return [f"{a.star}{a.keyword}{'=' if a.keyword else ''}{show(a.value, BITOR if a.star else 1)}" for a in args]


def show_index(index: ir.Expr) -> str:
    if isinstance(index, ir.Display) and index.bracket == "(" and index.items:
        return ", ".join(show_index(i) for i in index.items) + ("," if len(index.items) == 1 else "")
    return show_slice(index) if isinstance(index, ir.Slice) else show(index)


def show_slice(s: ir.Slice) -> str:
    parts = [p for p in (s.lower, s.upper, s.step) if p is not None]
    gap = "" if all(is_simple(p) for p in parts) else " "
    lower = f"{show(s.lower)}{gap}" if s.lower is not None else ""
    upper = f"{gap}{show(s.upper)}" if s.upper is not None else ""
    step = f"{gap if s.upper is not None else ''}:{gap}{show(s.step)}" if s.step is not None else ""
    return f"{lower}:{upper}{step}"


def show_display(bracket: str, items: tuple[ir.Expr, ...]) -> str:
    inner = ", ".join(show(i, 1) for i in items)
    comma = "," if bracket == "(" and len(items) == 1 else ""
    return f"{bracket}{inner}{comma}{CLOSING[bracket]}"


def show_comprehension(element: ir.Expr, clauses: tuple[ir.Clause, ...]) -> str:
    rows = [show(element, 1)]
    for c in clauses:
        rows.append(f"for {show_bare(c.target)} in {show(c.iterable, OR)}")
        rows += [f"if {show(x, OR)}" for x in c.conditions]
    return " ".join(rows)


def show_bare(e: ir.Expr) -> str:
    """An expression as a statement or a loop shows it: a tuple without its parentheses."""
    if isinstance(e, ir.Display) and e.bracket == "(" and e.items:
        return ", ".join(show(i, 1) for i in e.items) + ("," if len(e.items) == 1 else "")
    return flat(e)


def show_params(params: tuple[ir.Param, ...]) -> list[str]:
    """The parameters of a definition, with the markers `/` and `*`."""
    rows: list[str] = []
    for i, p in enumerate(params):
        if p.role == "=" and not any(q.role in ("*", "=") for q in params[:i]):
            rows.append("*")
        annotation = f": {show(p.annotation)}" if p.annotation is not None else ""
        default = ""
        if p.default is not None:
            default = f" = {show(p.default, 1)}" if annotation else f"={show(p.default, 1)}"
        rows.append(f"{p.role if p.role in ('*', '**') else ''}{p.name}{annotation}{default}")
        if p.role == "/" and not any(q.role == "/" for q in params[i + 1 :]):
            rows.append("/")
    return rows


# --- statements -------------------------------------------------------------------------------------------------------


def show_block(block: ir.Block, depth: int, style: Style) -> list[str]:
    """The lines of a block."""
    rows: list[str] = []
    before: ir.Stmt | None = None
    for s in block:
        lines = show_statement(s, depth, style)
        apart = before is not None and (is_definition(s) or is_definition(before)) and not isinstance(s, ir.Comment)
        rows += ["", *lines] if apart and lines[0].strip() else lines
        before = s
    return rows or [f"{style.indent * depth}pass"]


def is_definition(s: ir.Stmt) -> bool:
    return isinstance(s, ir.Function) and not (s.is_lambda and s.source.text is not None)


class Style:
    """How the source is laid out: its indentation and its line length."""

    def __init__(self, indent: str = "    ", width: int = 88) -> None:
        self.indent = indent
        self.width = width


def show_statement(s: ir.Stmt, depth: int, style: Style) -> list[str]:
    """The lines of a statement with what the user wrote around it."""
    margin = style.indent * depth
    lead = [f"{margin}{line}" if line else "" for line in s.source.lead]
    trail = f"  {s.source.trail}" if s.source.trail else ""
    match s:
        case ir.If() | ir.While() | ir.For():
            return lead + show_branch(s, depth, style, trail)
        case ir.Try():
            return lead + show_try(s, depth, style, trail)
        case ir.With(items, body):
            shown = ", ".join(f"{show(c)}{f' as {show(t)}' if t is not None else ''}" for c, t in items)
            return [*lead, f"{margin}with {shown}:{trail}", *show_block(body, depth + 1, style)]
        case ir.Function() if not (s.is_lambda and s.source.text is not None):
            return lead + show_function(s, depth, style, trail)
        case ir.Comment():
            return lead
        case _:
            rows = simple_lines(s, margin, style)
            return [*lead, *rows[:-1], rows[-1] + trail]


def simple_lines(s: ir.Stmt, margin: str, style: Style) -> list[str]:
    if s.source.text is not None:
        return (margin + str(s.source.text).replace("\0", margin)).split("\n")
    match s:
        case ir.Assign(targets, value, annotation):
            note = f": {show(annotation)}" if annotation is not None else ""
            head = "".join(f"{show_bare(t)}{note} = " for t in targets)
            in_parentheses = isinstance(value, ir.Display) and value.bracket == "(" and isinstance(targets[-1], ir.Name)
            return fitted(head, value, "", margin, style, in_parentheses)
        case ir.Augment(target, op, value):
            return fitted(f"{show(target)} {op}= ", value, "", margin, style, isinstance(value, ir.Display))
        case ir.Effect(value):
            return fitted("", value, "", margin, style)
        case ir.Return(None):
            return [f"{margin}return"]
        case ir.Return(value):
            assert value is not None
            return fitted("return ", value, "", margin, style)
        case ir.Keyword(word):
            return [margin + word]
        case ir.Inert(_, parts):
            text = "".join(p if isinstance(p, str) else show_bare(p) for p in parts)
            return (margin + text.replace("\0", margin)).split("\n")
        case ir.Outer(word, names):
            return [f"{margin}{word} {', '.join(names)}"]
        case _:
            return [f"{margin}pass"]


def fitted(head: str, e: ir.Expr, tail: str, margin: str, style: Style, in_parentheses: bool = False) -> list[str]:
    """The lines of an expression with what stands before and behind it; most fit on one."""
    text = flat(e) if in_parentheses else show_bare(e)
    if len(margin) + len(head) + len(text) + len(tail) <= style.width:
        return [f"{margin}{head}{text}{tail}"]
    body = replace(bracketed(e), text=text, kind="call") if in_parentheses else bracketed(e)
    return lay_out(head, body, tail, margin, style.indent, style.width)


def show_branch(s: ir.If | ir.While | ir.For, depth: int, style: Style, trail: str) -> list[str]:
    margin = style.indent * depth
    match s:
        case ir.If(test):
            word, head = "elif " if s.is_elif else "if ", test
        case ir.While(test):
            word, head = "while ", test
        case ir.For(target, iterable):
            word, head = f"for {show_bare(target)} in ", iterable
    single = len(margin) + len(word) + len(show_bare(head)) + 1
    if s.source.text is not None:
        word = word if not isinstance(s, ir.For) else "for "
        rows = (margin + word + str(s.source.text).replace("\0", margin) + ":").split("\n")
    elif isinstance(s, ir.For) and isinstance(s.target, ir.Display) and single > style.width and not has_call(head):
        body = bracketed(s.target)
        rows = lay_out("for ", body, f" in {show_bare(head)}:", margin, style.indent, style.width)
    else:
        rows = fitted(word, head, ":", margin, style)
    rows[-1] += trail
    rows += show_block(s.body, depth + 1, style)
    if not s.orelse:
        return rows
    if isinstance(s, ir.If) and len(s.orelse) == 1 and isinstance(s.orelse[0], ir.If) and s.orelse[0].is_elif:
        return rows + show_statement(s.orelse[0], depth, style)
    return rows + show_tail("else", s.else_source, s.orelse, depth, style)


def has_call(e: ir.Expr) -> bool:
    return any(isinstance(x, ir.Call) for x in walk(e))


def show_tail(word: str, source: ir.Source, block: ir.Block, depth: int, style: Style) -> list[str]:
    margin = style.indent * depth
    lead = [f"{margin}{line}" if line else "" for line in source.lead]
    trail = f"  {source.trail}" if source.trail else ""
    return [*lead, f"{margin}{word}:{trail}", *show_block(block, depth + 1, style)]


def show_try(s: ir.Try, depth: int, style: Style, trail: str) -> list[str]:
    rows = [f"{style.indent * depth}try:{trail}", *show_block(s.body, depth + 1, style)]
    for h in s.handlers:
        error = f" {show_handler_error(h.error)}" if h.error is not None else ""
        name = f" as {h.name}" if h.name else ""
        rows += show_tail(f"except{error}{name}", h.source, h.body, depth, style)
    if s.orelse:
        rows += show_tail("else", s.else_source, s.orelse, depth, style)
    if s.final:
        rows += show_tail("finally", s.final_source, s.final, depth, style)
    return rows


def show_handler_error(e: ir.Expr) -> str:
    return show(e)


def show_function(s: ir.Function, depth: int, style: Style, trail: str) -> list[str]:
    margin = style.indent * depth
    returns = f" -> {show(s.returns)}" if s.returns is not None else ""
    head = Bracketed("", [("(", show_params(s.params), ")", "")], is_definition=True)
    rows = [f"{margin}@{show(d)}" for d in s.decorators]
    rows += lay_out(f"def {s.name}", head, f"{returns}:", margin, style.indent, style.width)
    rows[-1] += trail
    return rows + show_block(s.body, depth + 1, style)


# --- what can be broken into lines ----------------------------------------


def bracketed(e: ir.Expr) -> Bracketed:
    """An expression for the layout: its text and where it can be split."""
    match e:
        case ir.Display("(", items) if items:
            parts = [wrapped(i, 1) for i in items]
            return Bracketed(show_bare(e), [("(", [show(i, 1) for i in items], ")", "")], parts=parts, kind="tuple")
        case ir.Display(bracket, items):
            return Bracketed(
                flat(e),
                [(bracket, [show(i, 1) for i in items], CLOSING[bracket], "")],
                parts=[wrapped(i, 1) for i in items],
                kind="call",
            )
        case ir.Call(func, args) if len(args) == 1 and isinstance(args[0].value, ir.Comprehension):
            whole = args[0].value
            inner = comprehension_parts(whole)
            text = show_comprehension(whole.element, whole.clauses)
            if whole.bracket != "(":
                inner = Bracketed(flat(whole), [(whole.bracket, [text], CLOSING[whole.bracket], "")], [inner], "call")
            opening = ("(", call_items(args), ")", show(func, ATOM))
            return Bracketed(flat(e), [opening], parts=[inner], kind="call")
        case ir.Comprehension(bracket) if bracket != "(":
            text = show_comprehension(e.element, e.clauses)
            return Bracketed(flat(e), [(bracket, [text], CLOSING[bracket], "")], [comprehension_parts(e)], "call")
        case ir.Call(func, args):
            parts = [inside(a) for a in args]
            return Bracketed(flat(e), [("(", call_items(args), ")", show(func, ATOM))], parts=parts, kind="call")
        case ir.Binary(op):
            return Bracketed(flat(e), [], parts=operands(e, LEVELS[op]), kind="operators")
        case ir.Logic(op, values):
            own = OR if op == "or" else AND
            parts = [wrapped(v, own + 1) for v in values]
            return Bracketed(flat(e), [], parts=[parts[0], *(p.behind(f"{op} ") for p in parts[1:])], kind="operators")
        case ir.Compare(left, rest):
            others = [wrapped(r, COMPARE + 1).behind(f"{op} ") for op, r in rest]
            return Bracketed(flat(e), [], parts=[wrapped(left, COMPARE + 1), *others], kind="operators")
        case ir.Choice(test, body, orelse):
            after = bracketed(orelse).parts if isinstance(orelse, ir.Choice) else [wrapped(orelse, 2)]
            parts = [wrapped(body, OR), wrapped(test, OR).behind("if "), after[0].behind("else "), *after[1:]]
            return Bracketed(flat(e), [], parts=parts, kind="operators")
        case ir.Unary(op, operand) if op != "not":
            inner = wrapped(operand, SIGN)
            return inner.behind(op)
        case _:
            return Bracketed(flat(e), [])


def comprehension_parts(e: ir.Comprehension) -> Bracketed:
    """The inside of a comprehension: the element, then a clause a line."""
    rows = [wrapped(e.element, 1)]
    for c in e.clauses:
        rows.append(Bracketed(f"for {show_bare(c.target)} in {show(c.iterable, OR)}", []))
        rows += [Bracketed(f"if {show(x, OR)}", []) for x in c.conditions]
    return Bracketed(show_comprehension(e.element, e.clauses), [], parts=rows, kind="operators")


def inside(a: ir.Arg) -> Bracketed:
    prefix = f"{a.star}{a.keyword}{'=' if a.keyword else ''}"
    return wrapped(a.value, BITOR if a.star else 1).behind(prefix)


def operands(e: ir.Expr, own: int) -> list[Bracketed]:
    """`a + b - c` as its operands, each with its operator in front."""
    chain: list[Bracketed] = []
    while isinstance(e, ir.Binary) and LEVELS[e.op] == own and own != POWER:
        chain.append(wrapped(e.right, own + 1).behind(f"{e.op} "))
        e = e.left
    if own == POWER:
        assert isinstance(e, ir.Binary)
        return [wrapped(e.left, POWER + 1), wrapped(e.right, SIGN).behind("** ")]
    chain.append(wrapped(e, own))
    return chain[::-1]


def wrapped(e: ir.Expr, least: int) -> Bracketed:
    """An operand, in parentheses where it needs them."""
    inner = bracketed(e)
    if level(e) >= least and not (isinstance(e, ir.Display) and e.bracket == "("):
        return inner
    if isinstance(e, ir.Display):
        return Bracketed(flat(e), inner.splits, parts=inner.parts, kind="call")
    return Bracketed(f"({inner.text})", [], parts=[inner], kind="parentheses")
