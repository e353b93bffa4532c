"""`make bench`: the bank's figures beside its yardsticks, as a Markdown report on standard output.

Each round takes every figure once, one after the other, so that what the machine does meanwhile
falls upon all of them alike. What counts is the ratio within a round; its median, lowest and
highest over all rounds are reported.
"""

import asyncio
import sys
from typing import Annotated

import typer

from tests.benchmarks import figures as f
from tests.benchmarks.figures import Figures, Measure
from tests.benchmarks.goals import WANTED
from tests.benchmarks.machine import facts
from tests.benchmarks.stage import BenchmarkFailed, set_stage

Rounds = Annotated[int, typer.Option(min=1, help="How often each figure is taken.")]
Seconds = Annotated[float, typer.Option(min=1, help="How long, each time.")]
Part = Annotated[list[str], typer.Option(help=f"Only these parts of {', '.join(f.PARTS)}.")]


def main(rounds: Rounds = 3, seconds: Seconds = 5, part: Part = list(f.PARTS)) -> None:  # noqa: B006
    """Start a bank of its own in a temporary folder, and measure."""
    unknown = set(part) - set(f.PARTS)
    if unknown:
        raise typer.BadParameter(f"there is no part {', '.join(sorted(unknown))}")
    try:
        report = asyncio.run(_measure(rounds, seconds, part))
    except BenchmarkFailed as error:
        typer.secho(f"bench: {error}", err=True, fg=typer.colors.RED)
        sys.exit(1)
    typer.echo(report)


async def _measure(rounds: int, seconds: float, parts: list[str]) -> str:
    figures = Figures()
    async with set_stage() as stage:
        machine = await facts(stage.bank, stage.pgbench.program.with_name("pg_test_fsync"))
        for number in range(rounds):
            typer.echo(f"round {number + 1} of {rounds}", err=True)
            await f.take_pgbench(stage, seconds, figures)
            for part in parts:
                await stage.sign_in()
                await f.TAKES[part](stage, seconds, figures)
        tables = (_facts(machine), _rates(figures), _ratios(figures), _costs(figures))
        return "\n\n".join("\n".join(table) for table in tables)


def _facts(machine: dict[str, str]) -> list[str]:
    return ["| machine | |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in machine.items())]


def _rates(figures: Figures) -> list[str]:
    lines = ["| figure | per second: median (lowest to highest) | of the median round |", "|-|-|-|"]
    for name, rates in figures.taken[Measure.RATE].items():
        middle = sorted(range(len(rates)), key=rates.__getitem__)[len(rates) // 2]
        lines.append(f"| {name} | {f.spread(rates, 0)} | {figures.notes[name][middle]} |")
    return lines


def _ratios(figures: Figures) -> list[str]:
    lines = ["| ratio, round by round | median (lowest to highest) | goal |", "|-|-|-|"]
    for wanted in WANTED:
        ratios = wanted.of(figures)
        if ratios:
            lines.append(f"| {wanted} | {f.spread(ratios)} | {wanted.goal_words} |")
    return lines


def _costs(figures: Figures) -> list[str]:
    lines = ["| processor time of an operation | µs | of the median round |", "|-|-|-|"]
    for name, costs in figures.costs.items():
        totals = [cost.microseconds for cost in costs]
        middle = sorted(costs, key=lambda cost: cost.microseconds)[len(costs) // 2]
        lines.append(f"| {name} | {f.spread(totals, 0)} | {middle}; of {middle.operations:,} |")
    return lines


if __name__ == "__main__":
    typer.run(main)
