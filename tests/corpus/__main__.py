"""`python -m tests.corpus`: derivatives of installed packages, executed and compared with differences."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from tests.corpus.judge import Verdict
from tests.corpus.packages import installed
from tests.corpus.report import codes, listing, lost, table
from tests.corpus.run import run

PACKAGES = ("fluids", "ht", "landscapes", "scipy", "tests.corpus.kernels", "transforms3d")
KINDS = ("refused", "wrong", "crashed", "singular", "disputed", "inconclusive", "skipped", "right")


@click.command()
@click.option("--package", "packages", multiple=True, default=PACKAGES, show_default=True, help="Installed package.")
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

    A float function takes at least one float, or a list or an array of them, and returns numbers that depend on it, in
    tuples, lists or arrays.  A list or an array is moved along one direction.
    Adjoints are compared with the tangents that are right, and with differences where there is none.
    Exits with 1 if a derivative is wrong or the tool crashed.
    """
    chosen = [package_of(module)] if module else packages
    if missing := [package for package in chosen if not installed(package)]:
        raise click.UsageError(f"{', '.join(missing)} is not installed")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # functions may write files
        verdicts = {package: run(package, module, function, jobs, mode) for package in chosen}
    for package, found in verdicts.items():
        click.echo("\n".join(report(package, found, kinds)))
    everything = [verdict for found in verdicts.values() for verdict in found]
    if json_file:
        json_file.write_text(json.dumps([dataclasses.asdict(verdict) for verdict in everything], indent=1) + "\n")
    raise SystemExit(any(verdict.verdict in ("wrong", "crashed") for verdict in everything))


def package_of(module: str) -> str:
    """The package that a module belongs to."""
    return next((p for p in PACKAGES if f"{module}.".startswith(f"{p}.")), module.partition(".")[0])


def report(package: str, verdicts: list[Verdict], kinds: tuple[str, ...]) -> Iterator[str]:
    yield f"\n## {package}\n"
    yield from table(verdicts)
    if refused := codes(verdicts):
        yield from ["", "refused, by code:", *refused]
    for kind in dict.fromkeys(("wrong", "crashed", "singular", "disputed", *kinds)):
        if rows := listing(verdicts, kind):
            yield from ["", f"{kind}:", *rows]
    if rows := lost(verdicts):
        yield from ["", "right in forward mode only:", *rows]


if __name__ == "__main__":
    main()
