"""`make bench-growth`: what is asked of a bank with millions of postings, and of one with none.

Both banks run at the same time and are asked by turns, so that what the machine does meanwhile
falls upon both alike. What counts is the ratio.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

import asyncpg
import typer

from contracts.envelope import OPERATOR
from infra.bus.ask import AskClient
from infra.data.database import Connection
from tests.benchmarks.growth.asking import (
    NAMES,
    RICH_ACCOUNTS,
    Grown,
    take_questions,
    take_rates,
)
from tests.benchmarks.growth.filling import ACCOUNTS, Books, Shape, age, fill, found_books
from tests.benchmarks.growth.report import Measured, report
from tests.benchmarks.stage import BenchmarkFailed
from tests.chaos.auditor import audit_always, audit_settled
from tests.fixtures.bank import Bank, fresh_bank

Postings = Annotated[int, typer.Option(min=1_000, help="How many one of the banks is filled with.")]
Accounts = Annotated[int, typer.Option(min=100, help="How many they are spread over.")]
Times = Annotated[int, typer.Option(min=1, help="How often each question is asked.")]
Rounds = Annotated[int, typer.Option(min=0, help="How often each rate is taken.")]
Seconds = Annotated[float, typer.Option(min=0.5, help="How long, each time.")]
LETTERS = "a movement is not one sent e-mail"  # the filling writes none

SPECIAL = """
select (select entry_id from account.entries where kind in ('TRANSFER', 'LOAN') order by booked_at
        limit 1)::text as plain,
    (select coalesce(
        (select reverses from account.entries where reverses is not null limit 1),
        (select entry_id from account.entries where kind = 'LOAN' limit 1)))::text as reversed
"""


def main(
    postings: Postings = 10_000_000,
    accounts: Accounts = ACCOUNTS,
    times: Times = 25,
    rounds: Rounds = 3,
    seconds: Seconds = 4,
) -> None:
    """Start two banks of their own in temporary folders, fill one, and ask both."""
    try:
        measured = asyncio.run(measure(Shape(postings, accounts), times, rounds, seconds))
    except BenchmarkFailed as error:
        typer.secho(f"bench: {error}", err=True, fg=typer.colors.RED)
        sys.exit(1)
    typer.echo(report(measured))


async def measure(shape: Shape, times: int, rounds: int, seconds: float) -> Measured:
    """Fill, have the auditor look, and ask."""
    _tell(f"starting two banks; filling one with {shape.postings:,} postings …")
    begun_at = time.monotonic()
    async with AsyncExitStack() as stack:
        banks = {name: await stack.enter_async_context(fresh_bank()) for name in NAMES}
        books = {name: await found_books(bank, shape) for name, bank in banks.items()}
        await fill(banks["full"], books["full"], shape, _tell)
        for name in NAMES:
            _tell(f"the {name} one: its jobs took {await age(banks[name], books[name]):.0f} s")
        filled = time.monotonic() - begun_at
        await _require_sound(banks["full"])
        grown = {
            name: await stack.enter_async_context(_grown(banks[name], books[name]))
            for name in NAMES
        }
        questions = await take_questions(grown, times, _tell)
        rates = await take_rates(grown, rounds, seconds)
        return Measured(shape, filled, time.monotonic() - begun_at, questions, rates)


@asynccontextmanager
async def _grown(bank: Bank, books: Books) -> AsyncIterator[Grown]:
    async with bank.signed_in("teller") as teller, bank.database() as database:
        operator = AskClient(bank.amqp_url(OPERATOR), OPERATOR)
        await operator.start()
        try:
            yield Grown(
                bank=bank,
                accounts=books.numbers[:RICH_ACCOUNTS],
                token=teller.http.headers["Authorization"].removeprefix("Bearer "),
                books=books,
                teller=teller,
                operator=operator,
                entries=dict(await database.fetchrow(SPECIAL) or {}),
            )
        finally:
            await operator.stop()


async def _require_sound(bank: Bank) -> None:
    """The auditor finds nothing, except that there are no letters."""
    _tell("the auditor looks at all of it …")
    db: Connection = await asyncpg.connect(bank.postgres_url)
    try:
        await db.execute("set work_mem = '256MB'")
        found = [*await audit_always(db), *await audit_settled(db)]
    finally:
        await db.close()
    wrong = [each for each in found if each.check != LETTERS]
    if wrong:
        raise BenchmarkFailed(f"the filling is not sound: {wrong[:3]}")


def _tell(words: str) -> None:
    typer.echo(words, err=True)


if __name__ == "__main__":
    typer.run(main)
