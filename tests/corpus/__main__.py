"""`python -m tests.corpus`: derivatives of installed packages, executed and compared with differences."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from tests.corpus.packages import installed
from tests.corpus.report import codes, listing, lost, table
from tests.corpus.run import run

KINDS = ("refused", "wrong", "crashed", "singular", "disputed", "inconclusive", "skipped", "right")


@click.command()
@click.option(
    "--package", "packages", multiple=True, default=("fluids", "ht"), show_default=True, help="Installed package."
)
@click.option("--mode", type=click.Choice(("forward", "reverse")), default="forward", help="Tangents or adjoints.")
@click.option("--module", help="Only this module, such as fluids.friction.")
@click.option("--function", help="Only the functions of this name.")
@click.option("--jobs", default=2, show_default=True, help="Processes.")
@click.option("--list", "kinds", multiple=True, type=click.Choice(KINDS), help="Print the functions with this verdict.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write all verdicts to a file."
)
def main(
    packages: tuple[str, ...],
    mode: str,
    module: str | None,
    function: str | None,
    jobs: int,
    kinds: tuple[str, ...],
    json_file: Path | None,
) -> None:
    """Differentiate the float functions of installed packages, run them, and compare with differences.

    A float function takes at least one float and returns a float, or a tuple of numbers, that depends on it.
    Adjoints are compared with the tangents that are right, and with differences where there is none.
    Exits with 1 if a derivative is wrong or the tool crashed.
    """
    failed, everything = False, []
    for package in [module.partition(".")[0]] if module else packages:
        if not installed(package):
            raise click.UsageError(f"{package} is not installed")
        verdicts = run(package, module, function, jobs, mode)
        everything += verdicts
        click.echo(f"\n## {package}\n")
        click.echo("\n".join(table(verdicts)))
        if refused := codes(verdicts):
            click.echo("\nrefused, by code:\n" + "\n".join(refused))
        for kind in dict.fromkeys(("wrong", "crashed", "singular", "disputed", *kinds)):
            if rows := listing(verdicts, kind):
                click.echo(f"\n{kind}:\n" + "\n".join(rows))
        if rows := lost(verdicts):
            click.echo("\nright in forward mode only:\n" + "\n".join(rows))
        failed = failed or any(verdict.verdict in ("wrong", "crashed") for verdict in verdicts)
    if json_file:
        json_file.write_text(json.dumps([dataclasses.asdict(verdict) for verdict in everything], indent=1) + "\n")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
