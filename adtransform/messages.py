"""What the command line says: refusals, notes and differences, in colours where there is a terminal.

Everything goes to standard error, but for differences, which are what was asked for.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import click

from adtransform.diagnostics import Refusal, TransformError

DONE, FAILED, MISUSED = 0, 1, 2  # exit statuses


class Misuse(click.ClickException):
    """Wrong usage found after the options were parsed: a missing file, an unknown stage."""

    exit_code = MISUSED


def refuse(error: TransformError) -> int:
    """Show what was refused; returns the exit status: wrong usage if only names that do not exist were at fault."""
    for refusal in error.refusals:
        show_refusal(refusal)
    return MISUSED if all(refusal.code.startswith("U") for refusal in error.refusals) else FAILED


def show_refusal(refusal: Refusal) -> None:
    """Print a refusal, with colours."""
    first, *rest = refusal.frame().split("\n")
    place, code, message = first.partition(f": {refusal.code} ")
    rows = [click.style(place, bold=True) + click.style(code, fg="red", bold=True) + message]
    for row in rest:
        colour = "cyan" if row.startswith(" = ") else "red" if not row.strip(" |^") else None
        rows.append(click.style(row, fg=colour) if colour else row)
    click.echo("\n".join(rows), err=True)


def note(message: str) -> None:
    """Print a message."""
    click.echo(message, err=True)


def show_difference(rows: list[str]) -> None:
    """Print the lines of a unified diff on standard output, with colours on a terminal."""
    context = click.get_current_context(silent=True)
    if sys.stdout and sys.stdout.isatty() and (context is None or context.color is not False):
        colours = {"+++": "bright_white", "---": "bright_white", "@": "cyan", "+": "green", "-": "red"}
        rows = [
            click.style(row, fg=next((colour for start, colour in colours.items() if row.startswith(start)), None))
            for row in rows
        ]
    click.echo("".join(rows).encode("utf-8", "surrogateescape"), nl=False)


def reason(path: str, error: Exception) -> str:
    """Why a file cannot be read or written, without the number of the error."""
    return f"{click.format_filename(path)}: {getattr(error, 'strerror', None) or error}"


def shown(path: Path) -> str:
    """A path as messages show it: relative to the working folder where that is shorter."""
    with contextlib.suppress(ValueError):  # another drive
        return min(str(path), os.path.relpath(path), key=len)
    return str(path)
