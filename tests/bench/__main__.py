"""`python -m tests.bench`: what the generated code costs, side by side with other ways to get the same numbers."""

from __future__ import annotations

import click

from tests.bench.compare import ROUNDS, Wrong, compare
from tests.bench.generation import generation
from tests.bench.problem import load, names
from tests.bench.startup import startup


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Only this problem (repeatable).")
@click.option("--rounds", default=ROUNDS, show_default=True, help="Rounds a problem.")
@click.option("--generation", "curve", is_flag=True, help="How long writing takes, by length of the module.")
@click.option("--import", "start", is_flag=True, help="What `import adtransform` adds to Python's start.")
def main(only: tuple[str, ...], rounds: int, curve: bool, start: bool) -> None:
    """Time generated tangents against the primal, tangents written by hand, dual numbers, autograd and JAX."""
    if unknown := sorted(set(only) - set(names())):
        raise click.UsageError(f"no problem {', '.join(unknown)}; there are {', '.join(names())}")
    if curve or start:
        for line in generation() if curve else []:
            click.echo(line)
        if start:
            click.echo(startup())
        return
    try:
        for line in compare([load(name) for name in only or names()], rounds):
            click.echo(line)
    except Wrong as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
