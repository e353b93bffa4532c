"""Payments over NEFT, which leave together at their cut-off, also when processes are killed."""

import asyncio
from decimal import Decimal
from uuid import UUID, uuid5

import asyncpg
import pytest

from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

END_SECONDS = 60.0
# Half of a batch is settled at once, half eight seconds later: in between it is cut in two.
ENDINGS = ["7890", "0002"] * 4
RETURNED = "0001"


async def test_a_batch_that_is_cut_in_two_by_kills_is_settled_once(
    bank: Bank, teller: Client
) -> None:
    payer = await teller.open_account("1000.00")
    ids = [
        await teller.begin_payment(payer, f"5010023456{ending}", "40.00", "NEFT")
        for ending in (*ENDINGS, RETURNED)
    ]

    await _until_all_wait(bank, ids)
    assert (await teller.found(f"/api/accounts/{payer}/balance"))["held"] == "360.00"
    await _let_cut_off_come(bank, ids)
    bank.kill("payment", "rail-neft")
    await bank.until_healthy(END_SECONDS)
    await _until_completed(teller, ids, 4)
    bank.kill("payment", "rail-neft", "account")
    await bank.until_healthy(END_SECONDS)

    await _until_completed(teller, ids, len(ENDINGS))
    states = [(await teller.found(f"/api/payments/{each}"))["state"] for each in ids]
    assert states == ["completed"] * len(ENDINGS) + ["failed"]
    balance = await teller.found(f"/api/accounts/{payer}/balance")
    assert (Decimal(balance["balance"]), Decimal(balance["held"])) == (Decimal(680), Decimal(0))
    assert await _captures(bank, ids) == [("GL-CLEARING-NEFT-INR", 40_00)] * len(ENDINGS)
    [(phase, transfers)] = await _batches(bank, ids)
    assert (phase, sorted(transfers)) == ("completed", sorted(ids))


async def _until_all_wait(bank: Bank, ids: list[str]) -> None:
    async def all_wait() -> bool:
        async with bank.database() as database:
            waiting = await database.fetchval(
                "select count(*) from payment.sagas where saga_id = any($1::uuid[])"
                " and awaits = 'moment'",
                ids,
            )
        return bool(waiting == len(ids))

    await until(all_wait, END_SECONDS, "all wait for their cut-off")


async def _let_cut_off_come(bank: Bank, ids: list[str]) -> None:
    """Half an hour is over, and it was that of all of them."""
    database = await asyncpg.connect(bank.postgres_url)
    await database.execute(
        "update payment.sagas set deadline = now(), data = jsonb_set(data, '{cut_off}', ("
        " select data->'cut_off' from payment.sagas where saga_id = $2))"
        " where saga_id = any($1::uuid[])",
        ids,
        ids[0],
    )
    await database.close()


async def _until_completed(client: Client, ids: list[str], count: int) -> None:
    async def are_there() -> bool:
        answers = await asyncio.gather(*(client.get(f"/api/payments/{each}") for each in ids))
        found = [answer.json() for answer in answers if answer.is_success]
        completed = [payment for payment in found if payment["state"] == "completed"]
        return len(completed) >= count

    await until(are_there, END_SECONDS, f"{count} payments are completed")


async def _captures(bank: Bank, ids: list[str]) -> list[tuple[str, int]]:
    """What went to the bank's own accounts for these payments, entry by entry."""
    async with bank.database() as database:
        rows = await database.fetch(
            "select a.number, p.amount_minor from account.entries e"
            " join account.postings p using (entry_id)"
            " join account.accounts a on a.id = p.account_id"
            " where e.hold_id = any($1::uuid[]) and a.customer_id is null",
            [uuid5(UUID(each), "hold") for each in ids],
        )
    return [(row["number"], row["amount_minor"]) for row in rows]


async def _batches(bank: Bank, ids: list[str]) -> list[tuple[str, list[str]]]:
    """How each batch with one of these payments stands, and all that is in it."""
    async with bank.database() as database:
        rows = await database.fetch(
            "select s.phase, array_agg(t->>'transfer_id') as transfers from payment.sagas s,"
            " jsonb_array_elements(s.data->'transfers') t where s.name = 'neft-batch'"
            " group by s.saga_id"
        )
    found = [(row["phase"], row["transfers"]) for row in rows]
    return [(phase, transfers) for phase, transfers in found if set(transfers) & set(ids)]
