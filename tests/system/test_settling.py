"""Settlement between the banks in the whole bank: one entry, also when processes are killed."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import asyncpg
import pytest

from demo.central_bank import day_of, document
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

END_SECONDS = 90.0
LINE, CENTRAL = "GL-CLEARING-IMPS-INR", "GL-SETTLEMENT-INR"
LONG_AGO = date(2026, 1, 5)
THE_NEXT = LONG_AGO + timedelta(days=1)
STATEMENTS = "/api/payments/reconciliation/statements/document"


async def test_what_was_paid_is_settled_in_one_entry_whatever_is_killed(
    bank: Bank, teller: Client
) -> None:
    payer = await teller.open_account("1000.00")
    payment = await teller.begin_payment(payer, "50100234567890", "40.00", "IMPS")
    await _until_waiting(bank, payment)
    before, on_line = await _balance(bank, CENTRAL), await _balance(bank, LINE)

    await _let_window_end(bank)
    bank.kill("payment", "account")
    await bank.until_healthy(END_SECONDS)
    settlement = await _settled(teller)

    found = await teller.found(f"/api/payments/settlements/{settlement['settlement_id']}/movements")
    assert payment in [each["payment_id"] for each in found["items"]]
    assert settlement["net"] == f"{on_line // 100}.{on_line % 100:02d}"
    assert await _balance(bank, LINE) == await _unsettled(bank)
    assert await _balance(bank, CENTRAL) == before + on_line
    assert await _entries(bank, settlement["reference"]) == 1


async def test_the_central_banks_statement_of_it_is_matched_with_the_ledger(
    bank: Bank, teller: Client, manager: Client
) -> None:
    payer = await teller.open_account("1000.00")
    await _until_waiting(bank, await teller.begin_payment(payer, "50100234567890", "25.00", "IMPS"))
    await _let_window_end(bank, THE_NEXT)
    settlement = await _settled(teller, THE_NEXT)

    on, opening = await _next_statement(bank)
    told = [settlement | {"business_date": on.isoformat()}]
    content = document(day_of(told, on, opening))
    imported: list[Json] = []

    async def is_matched() -> bool:
        headers = {"Content-Type": "application/xml", "Idempotency-Key": str(uuid4())}
        answer = await manager.http.post(STATEMENTS, content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        imported.append(answer.json())
        return bool(imported[-1]["matched_count"] == imported[-1]["line_count"] == 1)

    await until(is_matched, END_SECONDS, "the line of the statement is the settlement's posting")
    assert len({each["statement_id"] for each in imported}) == 1
    breaks = (await manager.found("/api/payments/reconciliation/breaks"))["items"]
    assert settlement["reference"] not in [each["given_reference"] for each in breaks]


async def _next_statement(bank: Bank) -> tuple[date, Decimal]:
    """The day of the next statement in rupees, and what it begins with."""
    async with bank.database() as database:
        last = await database.fetchrow(
            "select to_date, closing_minor from payment.statements where currency = 'INR'"
            " order by to_date desc limit 1"
        )
    if last is None:
        return THE_NEXT, Decimal("0.00")
    return last["to_date"] + timedelta(days=1), Decimal(last["closing_minor"]).scaleb(-2)


async def _until_waiting(bank: Bank, payment: str) -> None:
    """The payment is completed, and what it booked waits to be settled."""

    async def waits() -> bool:
        async with bank.database() as database:
            return bool(
                await database.fetchval(
                    "select settlement_id is null from payment.settled_movements"
                    " where payment_id = $1",
                    payment,
                )
            )

    await until(waits, END_SECONDS, "its posting waits for the end of its window")


async def _let_window_end(bank: Bank, day: date = LONG_AGO) -> None:
    """The business date of all that waits is one that was over long ago."""
    database = await asyncpg.connect(bank.postgres_url)
    await database.execute(
        "update payment.ledger_postings set settles_on = $1"
        " where rail = 'IMPS' and settlement_id is null",
        day,
    )
    await database.close()


async def _settled(client: Client, day: date = LONG_AGO) -> Json:
    found: list[Json] = []

    async def is_settled() -> bool:
        path = f"/api/payments/settlements?rail=IMPS&from={day}&to={day}"
        answer = await client.get(path)
        found[:] = answer.json()["items"] if answer.is_success else []
        return bool(found and found[0]["state"] == "completed")

    await until(is_settled, END_SECONDS, "the window is settled")
    [settlement] = found
    return settlement


async def _balance(bank: Bank, number: str) -> int:
    async with bank.database() as database:
        minor: int = await database.fetchval(
            "select b.posted_minor from account.balances b"
            " join account.accounts a on a.id = b.account_id where a.number = $1",
            number,
        )
    return minor


async def _unsettled(bank: Bank) -> int:
    """What others have paid since."""
    async with bank.database() as database:
        minor: int = await database.fetchval(
            "select coalesce(sum(amount_minor), 0)::bigint from payment.ledger_postings"
            " where rail = 'IMPS' and settlement_id is null"
        )
    return minor


async def _entries(bank: Bank, reference: str) -> int:
    async with bank.database() as database:
        count: int = await database.fetchval(
            "select count(*) from account.entries where reference = $1", reference
        )
    return count
