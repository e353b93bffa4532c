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
from tests.benchmarks import lanes
from tests.benchmarks.figures import Figures
from tests.benchmarks.machine import facts
from tests.benchmarks.stage import BenchmarkFailed, set_stage

Rounds = Annotated[int, typer.Option(min=1, help="How often each figure is taken.")]
Seconds = Annotated[float, typer.Option(min=1, help="How long, each time.")]
Part = Annotated[list[str], typer.Option(help=f"Only these parts of {', '.join(f.PARTS)}.")]

GOALS = (
    (f.POSTING, f.PGBENCH, 4.0),
    (f.HOT, f.POSTING, 0.9),
    (f.at(f.TRANSFERS, f.MANY), f.at(f.BARE, f.MANY), 0.4),
)
P95_GOAL = 2.0  # at most, of the p95 beside a bulk load to that without
OTHER_RATIOS = (
    (f.at(f.TRANSFERS, f.MANY), f.at(f.BARE_REMEMBERED, f.MANY)),
    (f.at(f.TRANSFERS, f.ONE), f.at(f.BARE, f.ONE)),
    (f.at(f.TRANSFERS, f.MANY), f.PGBENCH),
    (f.PAYMENTS, f.at(f.BARE, f.MANY)),
    (f.PAYMENTS, f.PGBENCH),
)


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
                await f.TAKES[part](stage, seconds, figures)
        return "\n".join((*_facts(machine), "", *_rates(figures), "", *_ratios(figures)))


def _facts(machine: dict[str, str]) -> list[str]:
    return ["| machine | |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in machine.items())]


def _rates(figures: Figures) -> list[str]:
    lines = ["| figure | per second: median (lowest to highest) | of the median round |", "|-|-|-|"]
    for name, rates in figures.rates.items():
        middle = sorted(range(len(rates)), key=rates.__getitem__)[len(rates) // 2]
        lines.append(f"| {name} | {f.spread(rates, 0)} | {figures.notes[name][middle]} |")
    return lines


def _ratios(figures: Figures) -> list[str]:
    lines = ["| ratio, round by round | median (lowest to highest) | goal |", "|-|-|-|"]
    wanted = [*GOALS, *((figure, yardstick, None) for figure, yardstick in OTHER_RATIOS)]
    for figure, yardstick, goal in wanted:
        if figure in figures.rates and yardstick in figures.rates:
            ratio = f.spread(figures.ratio(figure, yardstick))
            lines.append(f"| {figure} / {yardstick} | {ratio} | {f'≥ {goal}' if goal else ''} |")
    if lanes.BESIDE in figures.p95s:
        ratio = f.spread(figures.p95_ratio(lanes.BESIDE, lanes.ALONE))
        lines.append(f"| p95 of {lanes.BESIDE} / p95 alone | {ratio} | ≤ {P95_GOAL} |")
    return lines


if __name__ == "__main__":
    typer.run(main)
