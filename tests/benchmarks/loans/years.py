"""Two years of many loans, lived twice side by side: `tests/loan/town.py` at its full size.

Each life is a process with a database of its own on one server. At the end of every day the loans
must agree with the ledger, or the life ends there; at the end of all days both must be the same.
"""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from multiprocessing import get_context

import asyncpg

from tests.benchmarks.server import own_server
from tests.loan.town import Life, Town

LIVES = 2
DAYS = 730


async def two_lives(loans: int, seed: int, days: int = DAYS) -> list[Life]:
    """Both of them, from the same seed."""
    async with own_server() as databases, AsyncExitStack() as stack:
        urls = [
            (await stack.enter_async_context(databases.fresh(["loan"]))).url("loan")
            for _ in range(LIVES)
        ]
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(LIVES, get_context("spawn")) as processes:
            living = [
                loop.run_in_executor(processes, _live, url, number, loans, seed, days)
                for number, url in enumerate(urls, start=1)
            ]
            return await asyncio.gather(*living)


def _live(url: str, number: int, loans: int, seed: int, days: int) -> Life:
    return asyncio.run(_one_life(url, loans, seed, days, partial(_tell, number)))


async def _one_life(
    url: str, loans: int, seed: int, days: int, tell: Callable[[str], None]
) -> Life:
    db = await asyncpg.connect(url)
    try:
        return await Town(db, seed).live(loans, days, tell)
    finally:
        await db.close()


def _tell(number: int, words: str) -> None:
    sys.stderr.write(f"life {number}: {words}\n")
    sys.stderr.flush()


def report(lives: list[Life], loans: int) -> list[str]:
    """What both came to, and whether they are the same."""
    one = lives[0]
    is_same = len({life.digest for life in lives}) == 1
    return [
        f"{loans:,} loans, {one.days} days, lived {len(lives)} times side by side:"
        f" {'the same rows' if is_same else 'OTHER ROWS'}, and at the end of every day what the"
        " loans have noted was what the ledger held.",
        "",
        "| | " + " | ".join(f"life {number}" for number in range(1, len(lives) + 1)) + " |",
        "| --- |" + " --- |" * len(lives),
        *(_row(name, [of(life) for life in lives]) for name, of in _FIGURES.items()),
    ]


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _counted(counted: dict[str, int]) -> str:
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return " · ".join(f"{name} {number:,}" for name, number in ranked)


_FIGURES: dict[str, Callable[[Life], str]] = {
    "sha256 of loans, events, schedules, books and the ledger's lines": lambda life: (
        f"`{life.digest[:16]}…`"
    ),
    "seconds": lambda life: f"{life.seconds:,.0f}",
    "of these in the jobs of days": lambda life: f"{life.day_ends:,.0f}",
    "days of a loan that was running": lambda life: f"{life.loan_days:,}",
    "ms of a job for one of them": lambda life: f"{life.day_ends / life.loan_days * 1_000:.2f}",
    "events of loans": lambda life: f"{life.events:,}",
    "entries in the ledger": lambda life: f"{life.entries:,}",
    "done": lambda life: _counted(life.asked),
    "refused": lambda life: _counted(life.refused),
    "in the end": lambda life: _counted(life.states),
}
