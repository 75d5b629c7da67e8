"""The command line's options: those all commands share, how their texts are checked, and what a shell completes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from adtransform.config import MODES, ConfigError, load, parse_wrt, split_names
from adtransform.diagnostics import TransformError
from adtransform.jobs import read_source
from adtransform.messages import Misuse


def configure(ctx: click.Context, _: click.Parameter, source: str | None) -> str | None:
    """Take defaults from the pyproject.toml nearest to the input, before the other options are looked at."""
    if not ctx.resilient_parsing:
        try:
            ctx.obj = load(Path(source).parent if source and source != "-" else Path())
        except ConfigError as error:
            raise Misuse(f"{error}") from None
        ctx.default_map = ctx.obj.settings
    return source


def checked(read: Callable[[tuple[str, ...]], object]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that makes the complaints of `read` about an option's texts wrong usage; the texts stay."""

    def callback(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
        try:
            read(texts)
        except ConfigError as error:
            raise click.BadParameter(f"{error}") from None
        return texts

    return callback


def function_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete the functions of the file that stands on the command line."""
    from adtransform import pipeline

    words = [ctx.params.get("source"), *ctx.args]  # click leaves the words unparsed if an option lacks its value
    path = next((word for word in words if word and not word.startswith("-")), "")
    try:
        names = pipeline.function_names(read_source(path).text)
    except (Misuse, TransformError):
        return []
    given, comma, start = incomplete.rpartition(",")
    return [given + comma + name for name in names if name.startswith(start)]


def pipeline_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the names for `--emit` and `--no-opt`."""
    from adtransform import pipeline

    optimisations = (*pipeline.OPTIMISATIONS, *pipeline.REVERSE)
    names = pipeline.STAGES[ctx.params.get("mode") or "forward"] if param.name == "emit" else optimisations
    return [name for name in names if name.startswith(incomplete)]


def shared(command: Callable[..., None]) -> Callable[..., None]:
    """The parameters that every command has."""
    for decorate in (
        click.option("--mode", type=click.Choice(MODES), default="forward", help="Tangents, or adjoints (reverse)."),
        click.option(
            "--wrt",
            multiple=True,
            metavar="NAMES",
            callback=checked(parse_wrt),
            help="Inputs to differentiate by: x,y or FUNCTION:x,y. Default: every float parameter.",
        ),
        click.option(
            "--function",
            "-f",
            multiple=True,
            metavar="NAMES",
            callback=checked(split_names),
            shell_complete=function_names,
            help="Functions to differentiate: f,g. Default: every differentiable one.",
        ),
        click.argument(
            "source",
            metavar="[FILE]",
            required=False,
            is_eager=True,
            callback=configure,
            type=click.Path(allow_dash=True),
        ),
    ):
        command = decorate(command)
    return command
