"""`python -m tests.conformance`: the table, what is wrong in it, and what other tools do with the same functions."""

from __future__ import annotations

import sys

import click

from tests.conformance import others
from tests.conformance.rows import topics
from tests.conformance.table import KINDS, PATH, assembled, section, verdicts

FAILED = ("wrong", "crashed")


@click.command()
@click.option("--topic", "chosen", multiple=True, type=click.Choice(topics()), help="Only this topic (repeatable).")
@click.option("--list", "kinds", multiple=True, type=click.Choice(KINDS), help="Print the functions with this verdict.")
@click.option("--others", "compared", is_flag=True, help="The verdicts on other tools that are installed.")
@click.option("--write", is_flag=True, help="Write the table to its file.")
def main(chosen: tuple[str, ...], kinds: tuple[str, ...], compared: bool, write: bool) -> None:
    """Print the conformance table. Exits with 1 if a row is wrong or the tool crashed."""
    if compared:
        for text in others.table(chosen or topics()):
            click.echo(text)
        return
    table = assembled({topic: section(topic) for topic in chosen or topics()})
    if write and not chosen:
        PATH.write_text(table, encoding="utf-8")
    if not kinds:
        click.echo(table)
    failed = False
    for topic in chosen or topics():
        for row, found in verdicts(topic).items():
            listed = [f"# {m}: {v} {v.reason or v.detail}" for m, v in found.items() if v.kind in (kinds or FAILED)]
            if listed:
                click.echo("\n".join([*listed, row.text, ""]))
            failed = failed or any(verdict.kind in FAILED for verdict in found.values())
    sys.exit(failed)


if __name__ == "__main__":
    main()
