"""The command line `adgen`: what click is told.  What is done stands in jobs.py and verify.py."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from adtransform import __version__
from adtransform.config import parse_point, parse_wrt, split_names
from adtransform.diagnostics import TransformError
from adtransform.jobs import Job, configured, perform, read_source
from adtransform.messages import DONE, FAILED, MISUSED, refuse
from adtransform.options import checked, pipeline_names, shared

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

HELP = """Write the derivatives of plain Python functions, as Python source that is meant to be read.

\b
  adgen drag.py -o drag_d.py               tangents of every differentiable function
  adgen drag.py --mode reverse             adjoints: the whole gradient at once
  adgen drag.py -f drag --wrt v,cd         one function, chosen inputs, to standard output
  adgen - < drag.py                        standard input
  adgen drag.py -o drag_d.py --check       is drag_d.py up to date?
  adgen verify drag.py --at v=3.0,cd=0.8   compare with finite differences
  adgen                                    write every target of [tool.adtransform]

FILE is a Python source, or - for standard input. It is read, never executed (verify does execute it). Options are
taken from the command line, then from the environment (ADGEN_MODE, ...), then from [tool.adtransform] in the
nearest pyproject.toml.

\b
Exit status:
  0  done; with --keep-going also if something was refused, as long as a derivative
     was written and every function named by --function is among them
  1  a check, diff or verification failed, or the input was refused
  2  wrong usage: a missing file, an option, function or argument that does not exist"""


LAYOUT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class DefaultGroup(click.Group):
    """A group with a command that needs no name: `adgen drag.py` is `adgen derive drag.py`."""

    @property
    def default(self) -> click.Command:
        return self.commands["derive"]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        named = bool(args) and args[0] in (*self.commands, "-h", "--help", "--version")
        if not named and (args or not ctx.resilient_parsing):
            args = ["derive", *args]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[derive]", *self.default.collect_usage_pieces(ctx)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options of the default command with the group's own."""
        options = [p for p in (*self.default.params, *self.get_params(ctx)) if isinstance(p, click.Option)]
        with formatter.section("Options"):
            formatter.write_dl([record for option in options if (record := option.get_help_record(ctx))])
        self.format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the first word: a command, an option of the default command, or a file."""
        from click.shell_completion import CompletionItem

        found = super().shell_complete(ctx, incomplete) + self.default.shell_complete(ctx, incomplete)
        return found if incomplete.startswith("-") else [*found, CompletionItem(incomplete, type="file")]


@click.group(
    cls=DefaultGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="adgen", message="%(prog)s %(version)s")
def cli() -> None:
    """The group; its commands do the work."""


@cli.command(context_settings={"auto_envvar_prefix": "ADGEN"})
@shared
@click.option("--output", "-o", allow_from_autoenv=False, type=click.Path(), help="File to write.")
@click.option("--check", is_flag=True, allow_from_autoenv=False, help="Write nothing; is the output up to date?")
@click.option("--diff", is_flag=True, allow_from_autoenv=False, help="Write nothing; show what would change.")
@click.option("--keep-going", is_flag=True, help="Write what can be differentiated, list what is refused.")
@click.option(
    "--no-opt",
    multiple=True,
    metavar="NAMES",
    callback=checked(split_names),
    shell_complete=pipeline_names,
    help="Optimisations to leave out.",
)
@click.option("--emit", allow_from_autoenv=False, metavar="STAGE", shell_complete=pipeline_names, help="Print a stage.")
@click.pass_context
def derive(
    ctx: click.Context,
    /,
    source: str | None,
    output: str | None,
    check: bool,
    diff: bool,
    emit: str | None,
    **settings: Any,
) -> None:
    """Write derivatives (the default command).

    Without FILE, every target of [tool.adtransform] is written, or checked.
    """
    job = Job(source or "", None if output in (None, "-") else Path(str(output)), settings, emit, check, diff)
    if source is None:
        ctx.exit(max(perform(target) for target in target_jobs(ctx, job)))
    if (check or diff) and job.output is None:
        raise click.UsageError(f"{'--check' if check else '--diff'} compares with a file: name it with -o.")
    ctx.exit(perform(job))


def target_jobs(ctx: click.Context, job: Job) -> list[Job]:
    """The jobs for a run without FILE: the configured targets, with what was asked for in this run."""
    if job.output is not None or job.emit is not None:
        raise click.UsageError("Missing argument 'FILE'.")
    if not ctx.obj.targets:
        click.echo((ctx.parent or ctx).get_help(), err=True)
        ctx.exit(MISUSED)
    strong = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    asked = {name: value for name, value in job.settings.items() if ctx.get_parameter_source(name) in strong}
    return [configured(job, target, asked) for target in ctx.obj.targets]


@cli.command(context_settings={"auto_envvar_prefix": "ADGEN"})
@shared
@click.option(
    "--at",
    multiple=True,
    metavar="x=0.7,y=1.3",
    callback=checked(parse_point),
    allow_from_autoenv=False,
    help="The point; values are Python literals. Default: drawn from annotations and defaults.",
)
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    source: str | None,
    function: tuple[str, ...],
    wrt: tuple[str, ...],
    mode: str,
    at: tuple[str, ...],
) -> None:
    """Compare derivatives with finite differences.

    The derivatives are generated, compiled and run beside the functions of FILE, which is executed. In reverse mode
    adjoints are compared with tangents, too.
    """
    if source is None:
        raise click.UsageError("Missing argument 'FILE'.")
    from adtransform import verify as verification

    common, single = parse_wrt(wrt)
    status = DONE
    try:
        text = read_source(source).text
        filename = "<stdin>" if source == "-" else source
        for name in split_names(function) or (None,):
            inputs = dict(single).get(name or "", common)
            point = parse_point(at) or None
            report = verification.verify(text, filename, function=name, at=point, wrt=inputs, mode=mode)
            click.echo(report.text().rstrip("\n").encode())
            status = status if report.ok else FAILED
    except TransformError as error:
        status = refuse(error)
    ctx.exit(status)


@cli.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("script", type=click.Path())
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(script: str, args: tuple[str, ...]) -> None:
    """Run a script whose functions have derivatives.

    It runs as with `python SCRIPT`. Its functions have derivatives beside them, `f_d` and `f_b` for `f`, and so have
    those of the modules that it imports from its own folder.
    """
    raise AssertionError(f"{script} does not run inside of click")


def main() -> None:
    """The console script."""
    if sys.argv[1:2] == ["run"] and len(sys.argv) > 2 and not sys.argv[2].startswith("-"):
        from adtransform.live.run import run_script

        sys.exit(run_script(sys.argv[2], sys.argv[3:]))  # exceptions and exits of the script are none of click's
    cli(prog_name="adgen")
