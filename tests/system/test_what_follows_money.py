"""What the other services make of the ledger's events: totals, history, and one e-mail each."""

import re
from collections import Counter
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

FOLLOW_SECONDS = 60.0


async def test_the_reports_trial_balance_is_the_ledgers(bank: Bank, teller: Client) -> None:
    payer, payee = await teller.open_account("700.00"), await teller.open_account()
    await teller.transfer(payer, payee, "1.00")

    async def agrees() -> bool:
        async with bank.database() as database:
            rows = await database.fetch(LEDGER)
        ledger = {(row["gl_code"], row["currency"]): (row["debit"], row["credit"]) for row in rows}
        return await _report(teller) == ledger

    await until(agrees, FOLLOW_SECONDS, "the report equals the ledger")

    debits, credits = zip(*(await _report(teller)).values(), strict=True)
    assert sum(debits) == sum(credits) > 0


LEDGER = """
select a.gl_code, p.currency,
    coalesce(-sum(p.amount_minor) filter (where p.amount_minor < 0), 0) as debit,
    coalesce(sum(p.amount_minor) filter (where p.amount_minor > 0), 0) as credit
from account.postings p join account.accounts a on a.id = p.account_id group by 1, 2
"""


async def _report(client: Client) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    report = await client.found("/api/reports/trial-balance")
    return {
        (line["gl_code"], line["currency"]): (_minor(line["debit"]), _minor(line["credit"]))
        for line in report["lines"]
    }


def _minor(amount: str) -> Decimal:
    return Decimal(amount).scaleb(2)


async def test_every_movement_of_a_customer_is_one_email(bank: Bank, teller: Client) -> None:
    payer = await teller.create_customer()
    payee = await teller.create_customer()
    source = await teller.open_account("100.00", customer_id=payer["id"])
    target = await teller.open_account(customer_id=payee["id"])
    for number in range(5):
        await teller.transfer(source, target, f"{number + 1}.00")

    def arrived() -> bool:
        return len(_letters(bank.mailbox, payer)) >= 6 and len(_letters(bank.mailbox, payee)) >= 5

    await until(arrived, FOLLOW_SECONDS, "all e-mails are there")

    assert Counter(_amounts(bank.mailbox, payer)) == Counter(
        ["100.00", "1.00", "2.00", "3.00", "4.00", "5.00"]
    )
    assert Counter(_amounts(bank.mailbox, payee)) == Counter(
        ["1.00", "2.00", "3.00", "4.00", "5.00"]
    )


async def test_the_history_is_the_accounts_own(teller: Client) -> None:
    source, target = await teller.open_account("100.00"), await teller.open_account()
    for _ in range(3):
        await teller.transfer(source, target, "1.00")
    own = (await teller.found(f"/api/accounts/{source}/transactions"))["items"]

    async def agrees() -> bool:
        found = await teller.found(f"/api/transactions?account_number={source}")
        return _essence(found["items"]) == _essence(own)

    await until(agrees, FOLLOW_SECONDS, "the history has all of it")


def _essence(items: list[Json]) -> list[tuple[str, int, str]]:
    return [(item["transaction_id"], item["sequence"], item["balance_after"]) for item in items]


def _letters(mailbox: Path, customer: Json) -> list[str]:
    """The texts of the e-mails to this customer."""
    mails = [
        message_from_bytes(file.read_bytes(), policy=default) for file in mailbox.glob("*.eml")
    ]
    return [mail.get_content() for mail in mails if customer["email"] in str(mail["To"])]


def _amounts(mailbox: Path, customer: Json) -> list[str]:
    """The amount that each e-mail tells first; the balance comes later in the text."""
    found = [re.search(r"[0-9]+\.[0-9]{2}", text) for text in _letters(mailbox, customer)]
    return [match[0] for match in found if match]
