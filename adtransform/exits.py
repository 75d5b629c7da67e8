"""One way out: returns, `break` and `continue` in a form that can be mirrored.

After this pass a function has one `return`, at its end, of the variable that holds the result; a loop is left only
from branches that certainly leave it.  What follows a branch that leaves moves behind its `else`:

    if x < 0.0:                    if x < 0.0:
        return 0.0                     value = 0.0
    y = sqrt(x)                    else:
    return y                           y = sqrt(x)
                                       value = y

A flag stands in where a structure does not show whether control went on (Erosa and Hendren 1994).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from adtransform import ir
from adtransform.traverse import blocks, map_blocks, statements

Leaves = Enum("Leaves", "NEVER MAYBE ALWAYS")
TRUE, FALSE = ir.Const(True, "True"), ir.Const(False, "False")


@dataclass
class Exits:
    """Rewrites one function.  `result` is the variable for its value; `new` makes the names of flags."""

    result: ir.Expr
    new: Callable[[str], ir.Name]
    returned: ir.Name | None = None  # the flag for returns, where one is needed

    def function(self, body: ir.Block) -> ir.Block:
        """The body with its returns as assignments to the result; none is left."""
        body = endless(body, self.assigned, self.result)
        if any(has_return(s) for s in statements(body) if isinstance(s, (ir.For, ir.While))):
            self.returned = self.new("returned")
        new = self.straight(self.without_inner_returns(body))
        if self.flagged:  # once more, with the flag set at every return
            self.returned = self.returned or self.new("returned")
            new = self.straight(self.without_inner_returns(body))
        start = (ir.Assign((self.returned,), FALSE),) if self.returned is not None else ()
        at = 1 if body and is_docstring(body[0]) else 0
        return (*new[:at], *start, *self.loops(new[at:]))

    flagged = False

    def assigned(self, s: ir.Return) -> list[ir.Stmt]:
        value = s.value if s.value is not None else ir.Const(None, "None")
        found: list[ir.Stmt] = [ir.Assign((self.result,), value, at=s.at, source=replace(s.source, text=None))]
        return found

    # --- returns ------------------------------------------------------------------------------------------------------

    def without_inner_returns(self, block: ir.Block, in_loop: bool = False) -> ir.Block:
        """Returns from inside loops become a flag and `break`; behind the outermost loop the function returns."""
        found: list[ir.Stmt] = []
        for s in block:
            match s:
                case ir.Return() if in_loop:
                    assert self.returned is not None
                    found += [*self.assigned(s), ir.Assign((self.returned,), TRUE), ir.Keyword("break")]
                case ir.For() | ir.While() if has_return(s):
                    assert self.returned is not None
                    body = self.without_inner_returns(s.body, True)
                    orelse = self.without_inner_returns(s.orelse, in_loop)
                    leave: ir.Stmt = ir.Keyword("break") if in_loop else ir.Return(self.result)
                    found += [replace(s, body=body, orelse=orelse), ir.If(self.returned, (leave,), ())]
                case _:
                    found.append(map_blocks(s, lambda b: self.without_inner_returns(b, in_loop)))
        return tuple(found)

    def straight(self, block: ir.Block) -> ir.Block:
        """A block whose returns are assignments; what would be skipped stands behind `else` or a test of the flag."""
        found: list[ir.Stmt] = []
        for k, s in enumerate(block):
            rest = block[k + 1 :]
            match s, leaves(s, returns):
                case _, Leaves.NEVER:
                    found.append(s)
                    continue
                case ir.Return(value), _:
                    found += self.assigned(s) if value != self.result else []
                    found += [ir.Assign((self.returned,), TRUE)] if self.flagged and self.returned is not None else []
                    return tuple(found)
                case ir.If(_, body, orelse), _ if always(body, returns) or ends(body):
                    return (*found, self.either(s, self.straight(body), (*self.straight((*orelse, *rest)),)))
                case ir.If(_, body, orelse), _ if always(orelse, returns) or ends(orelse):
                    return (*found, self.either(s, self.straight((*body, *rest)), self.straight(orelse)))
                case ir.Try(), Leaves.ALWAYS:
                    return (*found, map_blocks(s, self.straight))
                case _:
                    self.flagged = True
                    found.append(map_blocks(s, self.straight))
                    if rest:
                        flag = self.returned or self.result
                        found.append(ir.If(ir.Unary("not", flag), self.straight(rest), ()))
                    return tuple(found)
        return tuple(found)

    def either(self, s: ir.If, body: ir.Block, orelse: ir.Block) -> ir.If:
        return replace(s, body=body or PASS, orelse=behind_else(orelse))

    # --- loops --------------------------------------------------------------------------------------------------------

    def loops(self, block: ir.Block) -> ir.Block:
        """The block with every loop in it in the form that can be mirrored, without `else`."""
        found: list[ir.Stmt] = []
        for s in block:
            match s:
                case ir.For() | ir.While():
                    before: list[ir.Stmt] = []
                    after: ir.Block = ()
                    body = s.body
                    kept = s.orelse if ends(s.orelse) else ()
                    if s.orelse and not kept:
                        after = self.loops(s.orelse)
                        if any(breaks(x) is not Leaves.NEVER for x in body):
                            flag = self.new("completed")
                            before = [ir.Assign((flag,), TRUE)]
                            body = with_flag(body, flag)
                            after = (ir.If(flag, after, (), source=s.else_source),)
                    found += before
                    found.append(replace(s, body=self.loops(self.leaving(body)), orelse=kept))
                    found += after
                case _:
                    found.append(map_blocks(s, self.loops))
        return tuple(found)

    def leaving(self, block: ir.Block) -> ir.Block:
        """The body of a loop in which branches leave certainly or not at all; flags stand in for the others."""
        found: list[ir.Stmt] = []
        for k, s in enumerate(block):
            if leaves(s, leave_loop) is Leaves.NEVER:
                found.append(s)
                continue
            match s:
                case ir.Keyword():
                    return (*found, s)
                case ir.If(_, body, orelse) if all(sure(b) for b in (body, orelse)):
                    new = replace(s, body=self.leaving(body), orelse=behind_else(self.leaving(orelse)))
                    if all(always(b, leave_loop) for b in (body, orelse)):
                        return (*found, new)
                    found.append(new)
                case _:
                    found += self.by_flags(s, block[k + 1 :])
                    return tuple(found)
        return tuple(found)

    def by_flags(self, s: ir.Stmt, rest: ir.Block) -> list[ir.Stmt]:
        """A statement that may leave the loop: it sets a flag, and the loop is left behind it."""
        flags = {w: self.new({"break": "leave", "continue": "skip"}[w]) for w in WORDS if jumps(s, w)}
        new = self.flagging(s, flags)
        found: list[ir.Stmt] = [ir.Assign((f,), FALSE) for f in flags.values()]
        found += new
        found += [ir.If(f, (ir.Keyword(w),), ()) for w, f in flags.items()]
        return [*found, *self.leaving(rest)]

    def flagging(self, s: ir.Stmt, flags: dict[str, ir.Name]) -> list[ir.Stmt]:
        match s:
            case ir.Keyword(word) if word in flags:
                return [ir.Assign((flags[word],), TRUE, source=replace(s.source, text=None))]
            case ir.For() | ir.While():
                return [s]
            case _:
                return [map_blocks(s, lambda b: self.flagged_block(b, flags))]

    def flagged_block(self, block: ir.Block, flags: dict[str, ir.Name]) -> ir.Block:
        found: list[ir.Stmt] = []
        for k, s in enumerate(block):
            found += self.flagging(s, flags)
            kind = leaves(s, leave_loop)
            if kind is Leaves.ALWAYS:
                break
            if kind is Leaves.MAYBE and block[k + 1 :]:
                tests = [ir.Unary("not", f) for w, f in flags.items() if jumps(s, w)]
                test: ir.Expr = tests[0] if len(tests) == 1 else ir.Logic("and", tuple(tests))
                found.append(ir.If(test, self.flagged_block(block[k + 1 :], flags), ()))
                break
        return tuple(found)


def endless(block: ir.Block, assigned: Callable[[ir.Return], list[ir.Stmt]], result: ir.Expr) -> ir.Block:
    """Loops that only returns leave with a value: they become `break`, and the function returns behind the loop.

    These are `while True`, and loops before a `raise`, which moves into their `else`.
    """
    found: list[ir.Stmt] = []
    for k, s in enumerate(block):
        rest = block[k + 1 :]
        raises = ends(rest) and not any(isinstance(x, ir.Return) for x in statements(rest))
        match s:
            case ir.While(ir.Const(True), body) if is_left_by_returns(body):
                pass
            case ir.For(_, _, body, ()) | ir.While(_, body, ()) if raises and is_left_by_returns(body):
                s = replace(s, orelse=rest)
            case ir.For() | ir.While():
                found.append(s)
                continue
            case _:
                found.append(map_blocks(s, lambda b: endless(b, assigned, result)))
                continue
        inside = [x for x in statements(body) if isinstance(x, ir.Return)]
        deep = any(isinstance(x, (ir.Try, ir.With)) for x in statements(body))
        last = inside[0] if len(inside) == 1 and not deep else None
        found.append(replace(s, body=broken(body, assigned, last)))
        return (*found, replace(last, source=ir.Source()) if last is not None else ir.Return(result))
    return tuple(found)


def is_left_by_returns(body: ir.Block) -> bool:
    loops = [s for s in statements(body) if isinstance(s, (ir.For, ir.While))]
    return (
        any(isinstance(s, ir.Return) for s in statements(body))
        and not any(has_return(s) for s in loops)
        and not any(breaks(s) is not Leaves.NEVER for s in body)
    )


def broken(block: ir.Block, assigned: Callable[[ir.Return], list[ir.Stmt]], last: ir.Return | None) -> ir.Block:
    """A block that leaves the loop where it returned; `last` is returned behind the loop."""
    found: list[ir.Stmt] = []
    for s in block:
        if isinstance(s, ir.Return):
            found += [] if s is last else assigned(s)
            found.append(ir.Keyword("break", source=ir.Source(s.source.lead) if s is last else ir.Source()))
        else:
            found.append(map_blocks(s, lambda b: broken(b, assigned, last)))
    return tuple(found)


PASS = (ir.Keyword("pass"),)
WORDS = ("break", "continue")
Jump = Callable[[ir.Stmt], bool]


def returns(s: ir.Stmt) -> bool:
    return isinstance(s, ir.Return)


def leave_loop(s: ir.Stmt) -> bool:
    return isinstance(s, ir.Keyword) and s.word in WORDS


def breaks(s: ir.Stmt) -> Leaves:
    return leaves(s, lambda x: isinstance(x, ir.Keyword) and x.word == "break")


def jumps(s: ir.Stmt, word: str) -> bool:
    return leaves(s, lambda x: isinstance(x, ir.Keyword) and x.word == word) is not Leaves.NEVER


def leaves(s: ir.Stmt, jump: Jump) -> Leaves:
    """Whether a statement ends in a jump of a kind; jumps out of inner loops count only if they are returns."""
    if jump(s):
        return Leaves.ALWAYS
    if isinstance(s, (ir.For, ir.While)) and jump is not returns:
        return Leaves.NEVER
    inner = blocks(s)
    if not any(leaves(x, jump) is not Leaves.NEVER for b in inner for x in b):
        return Leaves.NEVER
    match s:
        case ir.If(_, body, orelse) if all(always(b, jump) or ends(b) for b in (body, orelse)):
            return Leaves.ALWAYS
        case ir.Try(body, handlers, orelse, ()):
            if always((*body, *orelse), jump) and all(always(h.body, jump) or ends(h.body) for h in handlers):
                return Leaves.ALWAYS
        case _:
            pass
    return Leaves.MAYBE


def always(block: ir.Block, jump: Jump) -> bool:
    return any(leaves(s, jump) is Leaves.ALWAYS for s in block)


def ends(block: ir.Block) -> bool:
    """Whether a block ends in `raise`, whatever it does before."""
    last = next((s for s in reversed(block) if not isinstance(s, ir.Comment)), None)
    match last:
        case ir.Inert("raise"):
            return True
        case ir.If(_, body, orelse):
            return bool(orelse) and ends(body) and ends(orelse)
        case _:
            return False


def sure(block: ir.Block) -> bool:
    """Whether a block leaves the loop certainly or never."""
    return always(block, leave_loop) or all(leaves(s, leave_loop) is Leaves.NEVER for s in block)


def has_return(s: ir.Stmt) -> bool:
    return any(isinstance(x, ir.Return) for b in blocks(s) for x in statements(b))


def with_flag(block: ir.Block, flag: ir.Name) -> ir.Block:
    """The body of a loop that notes that it was left by `break`."""
    found: list[ir.Stmt] = []
    for s in block:
        if isinstance(s, ir.Keyword) and s.word == "break":
            found.append(ir.Assign((flag,), FALSE))
        if isinstance(s, (ir.For, ir.While)):
            found.append(replace(s, orelse=with_flag(s.orelse, flag)))
        else:
            found.append(map_blocks(s, lambda b: with_flag(b, flag)))
    return tuple(found)


def behind_else(block: ir.Block) -> ir.Block:
    """A block behind `else`: an `if` that stands alone in it is an `elif`."""
    if len(block) == 1 and isinstance(block[0], ir.If):
        return (as_elif(block[0], not block[0].source.lead),)
    return tuple(as_elif(s, False) if isinstance(s, ir.If) else s for s in block)


def as_elif(s: ir.If, is_elif: bool) -> ir.If:
    """The statement as `elif`, or as `if`."""
    return s if s.is_elif == is_elif else replace(s, is_elif=is_elif, source=replace(s.source, text=None))


def is_docstring(s: ir.Stmt) -> bool:
    return isinstance(s, ir.Effect) and isinstance(s.value, ir.Const) and isinstance(s.value.value, str)
