"""`python -m tests.bench`: what the generated code costs, side by side with other ways to get the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tests.bench.compare import FORWARD, REVERSE, ROUNDS, Wrong, compare
from tests.bench.compiled import numba_table
from tests.bench.families import family
from tests.bench.functional import functional
from tests.bench.generation import generation
from tests.bench.growth import growth
from tests.bench.hessian import hessian
from tests.bench.imports import imports
from tests.bench.length import length
from tests.bench.problem import Problem, loaded, names
from tests.bench.startup import startup
from tests.bench.stress import stress

SIZES = {
    "speelpenning": (10, 100, 1000),
    "rosenbrock": (10, 100, 1000),
    "product": (10, 100, 1000),
    "chain": (10,),
    "climb": (10,),
}


def problems(mode: str, only: tuple[str, ...]) -> list[Problem]:
    """Those of the mode, or those that are named."""
    found = {problem.name: problem for name in names() for problem in loaded(name)}
    if mode == "reverse":
        found |= {f"{kind}_{n}": family(kind, n) for kind, sizes in SIZES.items() for n in sizes}
    if unknown := sorted(set(only) - set(found)):
        raise click.UsageError(f"no problem {', '.join(unknown)}; there are {', '.join(found)}")
    return [found[name] for name in only or found]


def table(name: str, mode: str, found: list[Problem], rounds: int) -> Iterator[str]:
    """The lines of one table."""
    match name:
        case "numba":
            return numba_table(found)
        case "growth":
            return growth()
        case "hessian":
            return hessian(found, rounds)
        case "length":
            return length(found)
        case "generation":
            return generation(mode)
        case "functional":
            return functional(found, rounds)
        case "imports":
            return imports()
        case "stress":
            return stress()
        case "import":
            return iter([startup()])
    return compare(found, REVERSE if mode == "reverse" else FORWARD, rounds)


@click.command()
@click.option("--mode", type=click.Choice(["forward", "reverse"]), default="forward", show_default=True)
@click.option("--only", multiple=True, metavar="NAME", help="Only this problem (repeatable).")
@click.option("--rounds", default=ROUNDS, show_default=True, help="Rounds a problem.")
@click.option("--numba", is_flag=True, help="Adjoints under Numba.")
@click.option("--growth", is_flag=True, help="Adjoints by number of inputs, depth of calls and steps of a loop.")
@click.option("--hessian", is_flag=True, help="Hessian times vector.")
@click.option("--functional", is_flag=True, help="What `grad` adds to the adjoint, and `hvp` by `grad`.")
@click.option("--length", is_flag=True, help="Lines of the adjoints.")
@click.option("--generation", is_flag=True, help="How long writing takes, by length of the module.")
@click.option("--import", is_flag=True, help="What `import adtransform` adds to Python's start.")
@click.option("--imports", is_flag=True, help="What 50 decorated functions add to the import of their module.")
@click.option("--stress", is_flag=True, help="Many processes import at once, while sources and cache change.")
def main(mode: str, only: tuple[str, ...], rounds: int, **tables: bool) -> None:
    """Time generated derivatives against the primal, those written by hand, overloading, autograd, JAX and PyTorch."""
    chosen = [name for name, wanted in tables.items() if wanted]
    found = problems("reverse" if {"numba", "hessian", "length", "functional"} & {*chosen} else mode, only)
    failures = []
    for name in chosen or ["compare"]:
        try:
            for line in table(name, mode, found, rounds):
                click.echo(line)
        except Wrong as error:
            failures.append(str(error))
        click.echo()
    if failures:
        raise click.ClickException("\n".join(failures))


if __name__ == "__main__":
    main()
