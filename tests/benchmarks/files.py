"""Files of transfers: how many lines of one are done in a second, left alone and asked about."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from tests.benchmarks.stage import BenchmarkFailed, Scene
from tests.fixtures.bank import Client

LINES = 2_000
QUESTION_SECONDS = 0.1
DONE_SECONDS = 300.0
LOOK_SECONDS = 0.2
ALONE = "lines of a file"
ASKED = "the same, its status asked for ten times a second"
HEADERS = {"Content-Type": "text/csv"}
TOOK = """
select done, extract(epoch from ended_at - begun_at)::float as seconds
from account.bulk_files where file_id = $1::uuid and ended_at is not null
"""


async def lines_per_second(scene: Scene, *, asked: bool, lines: int = LINES) -> float:
    """From the announcement of the file to the end of its last line."""
    content = table(scene.accounts, lines, uuid4().hex[:12])
    async with scene.bank.signed_in("teller") as teller:
        answer = await teller.http.post(
            "/api/transactions/bulk",
            content=content,
            headers=HEADERS | {"Idempotency-Key": uuid4().hex},
        )
        if answer.status_code != 202:
            raise BenchmarkFailed(f"a file was refused: {answer.text}")
        accepted = answer.json()
        asking = asyncio.create_task(_ask(teller, accepted["status_url"])) if asked else None
        try:
            done, seconds = await _end(scene, accepted["operation_id"])
        finally:
            if asking is not None:
                asking.cancel()
                with suppress(asyncio.CancelledError):
                    await asking
    if done != lines:
        raise BenchmarkFailed(f"{lines - done} lines were refused")
    return done / seconds


def table(accounts: list[str], lines: int, run: str) -> str:
    """Transfers between neighbours."""
    rows = ["from_account,to_account,amount,reference"]
    for number in range(lines):
        payer, payee = accounts[number % len(accounts)], accounts[(number + 1) % len(accounts)]
        rows.append(f"{payer},{payee},1.00,{run}-{number}")
    return "\n".join(rows)


async def _end(scene: Scene, file_id: str) -> tuple[int, float]:
    """Lines that were done, and how long that took; it is looked up beside the bank, which is asked
    nothing."""
    async with asyncio.timeout(DONE_SECONDS):
        while True:
            async with scene.bank.database() as database:
                row = await database.fetchrow(TOOK, file_id)
            if row is not None:
                return row["done"], row["seconds"]
            await asyncio.sleep(LOOK_SECONDS)


async def _ask(teller: Client, path: str) -> None:
    while True:
        await teller.found(path)
        await asyncio.sleep(QUESTION_SECONDS)
