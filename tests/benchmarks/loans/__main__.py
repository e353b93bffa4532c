"""`make bench-loans`: the figures of loans, as a Markdown report on standard output."""

import asyncio
import sys
from typing import Annotated

import typer

from tests.benchmarks.loans import report, years
from tests.benchmarks.loans.days import take_debited, take_earned
from tests.benchmarks.loans.quotes import take_quotes
from tests.benchmarks.machine import facts
from tests.benchmarks.stage import BenchmarkFailed, Scene, beside_server, token_of_teller
from tests.fixtures.bank import fresh_bank

PARTS = ("quotes", "earned", "debited", "years")
USUAL = PARTS[:3]  # two years of a thousand loans take most of an hour
Part = Annotated[list[str], typer.Option(help=f"Only these parts of {', '.join(PARTS)}.")]
Seconds = Annotated[float, typer.Option(min=1, help="For how long quotes are asked for.")]
Few = Annotated[int, typer.Option(min=500, help="Loans, whose end of a day is taken.")]
Due = Annotated[int, typer.Option(min=500, help="Instalments that are due on one day.")]
Many = Annotated[int, typer.Option(min=500, help="Loans, whose end of a day is compared.")]
Loans = Annotated[int, typer.Option(min=1, help="How many live for two years.")]
Seed = Annotated[int, typer.Option(help="Of everything that happens to them.")]


def main(
    part: Part = list(USUAL),  # noqa: B006
    seconds: Seconds = 5,
    few: Few = 10_000,
    many: Many = 100_000,
    due: Due = 2_000,
    loans: Loans = 1_000,
    seed: Seed = 7,
) -> None:
    """Start banks of their own in temporary folders, and measure."""
    unknown = set(part) - set(PARTS)
    if unknown:
        raise typer.BadParameter(f"there is no part {', '.join(sorted(unknown))}")
    try:
        for name in part:
            typer.echo("\n".join(asyncio.run(_take(name, seconds, (few, many), due, loans, seed))))
            typer.echo()
    except BenchmarkFailed as error:
        typer.secho(f"bench: {error}", err=True, fg=typer.colors.RED)
        sys.exit(1)


async def _take(
    part: str, seconds: float, earning: tuple[int, int], due: int, loans: int, seed: int
) -> list[str]:
    match part:
        case "quotes":
            return await _quotes(seconds)
        case "earned":
            return report.earned([await take_earned(number, _tell) for number in earning])
        case "debited":
            return report.debited(await take_debited(due, _tell))
        case _:
            return years.report(await years.two_lives(loans, seed), loans)


async def _quotes(seconds: float) -> list[str]:
    _tell("starting a bank; asking for quotes …")
    async with fresh_bank() as bank:
        machine = await facts(bank, beside_server(bank, "pg_test_fsync"))
        scene = Scene(bank=bank, accounts=[], token=await token_of_teller(bank))
        taken = await take_quotes(scene, seconds)
    return [*report.machine(machine), "", *report.quotes(taken)]


def _tell(words: str) -> None:
    typer.echo(words, err=True)


if __name__ == "__main__":
    typer.run(main)
