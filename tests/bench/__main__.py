"""`python -m tests.bench`: what the generated code costs, side by side with other ways to get the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tests.bench.compare import FORWARD, REVERSE, ROUNDS, Wrong, compare
from tests.bench.families import family
from tests.bench.generation import generation
from tests.bench.problem import Problem, load, names
from tests.bench.startup import startup

SIZES = (10, 100, 1000)


def problems(mode: str, only: tuple[str, ...]) -> list[Problem]:
    """Those of the mode, or those that are named."""
    found = {name: load(name) for name in names()}
    if mode == "reverse":
        found |= {f"{kind}_{n}": family(kind, n) for kind in ("speelpenning", "rosenbrock", "product") for n in SIZES}
    if unknown := sorted(set(only) - set(found)):
        raise click.UsageError(f"no problem {', '.join(unknown)}; there are {', '.join(found)}")
    return [found[name] for name in only or found]


@click.command()
@click.option("--mode", type=click.Choice(["forward", "reverse"]), default="forward", show_default=True)
@click.option("--only", multiple=True, metavar="NAME", help="Only this problem (repeatable).")
@click.option("--rounds", default=ROUNDS, show_default=True, help="Rounds a problem.")
@click.option("--generation", "curve", is_flag=True, help="How long writing takes, by length of the module.")
@click.option("--import", "start", is_flag=True, help="What `import adtransform` adds to Python's start.")
def main(mode: str, only: tuple[str, ...], rounds: int, curve: bool, start: bool) -> None:
    """Time generated derivatives against the primal, those written by hand, overloading, autograd, JAX and PyTorch."""
    chosen = problems(mode, only)

    def lines() -> Iterator[str]:
        if curve:
            yield from generation()
        if start:
            yield startup()
        if not (curve or start):
            yield from compare(chosen, REVERSE if mode == "reverse" else FORWARD, rounds)

    try:
        for line in lines():
            click.echo(line)
    except Wrong as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
