"""`make bench-loans`: the figures of loans, as a Markdown report on standard output."""

import asyncio
from typing import Annotated

import typer

from tests.benchmarks.loans import years

Part = Annotated[list[str], typer.Option(help="years.")]
Loans = Annotated[int, typer.Option(min=1, help="How many live for two years.")]
Seed = Annotated[int, typer.Option(help="Of everything that happens to them.")]


def main(part: Part = ["years"], loans: Loans = 1_000, seed: Seed = 7) -> None:  # noqa: B006
    lives = asyncio.run(years.two_lives(loans, seed))
    typer.echo("\n".join(years.report(lives, loans)))


if __name__ == "__main__":
    typer.run(main)
