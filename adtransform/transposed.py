"""What a statement does in the reverse sweep."""

from __future__ import annotations

from dataclasses import dataclass, field

from adtransform import ir

VALUE = "the new value"  # stands for what a statement assigns to its n-th target; no variable can have this name


@dataclass(frozen=True)
class Transposed:
    """The adjoint of a statement.

    `targets` are the variables that it assigns, with names that stand for their new values; `before` are statements of
    the reverse sweep; each flow `(target, variable, expression)` adds to the adjoint of a variable, for one target
    (empty if for all).  A target that `keeps` its adjoint is a stack; `push` says what is pushed to adjoints of stacks,
    None if `before` puts it there.
    A statement that writes to a list, `table`, reads its adjoint; a call that changes several, `tables`, theirs.
    Where lists change their names the targets get the lists that `swaps` had.
    """

    targets: tuple[str, ...] = ()
    flows: tuple[tuple[str, str, ir.Expr], ...] = ()
    before: tuple[ir.Stmt, ...] = ()
    keeps: bool = False
    push: tuple[tuple[str, ir.Expr | None], ...] = ()
    table: str = ""
    tables: tuple[str, ...] = ()
    swaps: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
