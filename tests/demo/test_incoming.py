"""The demo at work the other way round: other banks pay accounts here, over every rail."""

import asyncio
import os
import sys
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.values import AccountStatus
from contracts.envelope import Refused
from contracts.payment.incoming import (
    GetIncomingPayment,
    IncomingPayment,
    IncomingPayments,
    IncomingState,
    ListIncomingPayments,
)
from contracts.payment.values import Rail
from contracts.rail.credits import CreditArrival
from demo.rails.incoming import leave
from demo.rails.side import SIDES
from tests.builders import an, customer
from tests.demo.conftest import Bank
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

every_rail = pytest.mark.parametrize("rail", Rail)


def arrival(bank: Bank, rail: Rail, **fields: Any) -> CreditArrival:
    """Asha Rao pays Alice ten rupees."""
    values = {
        "transfer_id": uuid4(), "amount": {"minor": 1_000, "currency": "INR"},
        "beneficiary_account": bank.accounts["alice"], "remitter_name": "Asha Rao",
        "rail_reference": "R1", "description": "rent",
    }  # fmt: skip
    return an(SIDES[f"rail-{rail.lower()}"].said.credits.arrived, **(values | fields))


def say(bank: Bank, rail: Rail, wish: CreditArrival) -> None:
    leave(bank.folder / f"rail-{rail.lower()}", wish)


async def ended(bank: Bank, credit_id: UUID) -> IncomingPayment:
    """What became of it, once the rail has our answer."""

    async def end() -> IncomingPayment | None:
        found = await bank.ask(GetIncomingPayment(incoming_id=credit_id))
        if not isinstance(found, IncomingPayment) or found.state is IncomingState.PROCESSING:
            return None
        return found

    return await until(end, 60, f"the payment {credit_id} from another bank is over")


async def lines(bank: Bank, account: str) -> list[tuple[int, str, str]]:
    db = await asyncpg.connect(bank.database.admin_url)
    rows = await db.fetch(
        "select p.amount_minor, e.kind, e.description from account.postings p"
        " join account.entries e using (entry_id) join account.accounts a on a.id = p.account_id"
        " where a.number = $1 order by p.sequence",
        account,
    )
    await db.close()
    return [(row[0], row[1], row[2]) for row in rows]


@every_rail
async def test_the_customer_has_it_and_his_statement_says_who_paid(bank: Bank, rail: Rail) -> None:
    line, alice = f"GL-CLEARING-{rail}-INR", bank.accounts["alice"]
    clearing = (await bank.books()).get(line, 0)
    wish = arrival(bank, rail)

    say(bank, rail, wish)
    found = await ended(bank, wish.credit_id)

    assert (found.state, found.reason, found.needs_attention) == (
        IncomingState.COMPLETED, None, False,
    )  # fmt: skip
    assert (await bank.books()).get(line, 0) == clearing - 1_000
    assert (await lines(bank, alice))[-1] == (1_000, "PAYMENT", f"{rail} R1 Asha Rao rent")


@every_rail
async def test_said_twenty_times_it_is_booked_once(bank: Bank, rail: Rail) -> None:
    alice = bank.accounts["alice"]
    before = len(await lines(bank, alice))
    wish = arrival(bank, rail)

    for _ in range(10):
        say(bank, rail, wish)
    await ended(bank, wish.credit_id)
    for _ in range(10):
        say(bank, rail, wish)
    await all_said(bank, rail)

    assert len(await lines(bank, alice)) == before + 1


@every_rail
async def test_what_cannot_be_credited_goes_back(bank: Bank, rail: Rail) -> None:
    books = await bank.books()
    wishes = {
        "unknown-account": arrival(bank, rail, beneficiary_account="AC-19990101-000001"),
        "unknown-account of the bank's own": arrival(
            bank, rail, beneficiary_account="GL-SUSPENSE-INR"
        ),
        "currency-mismatch": arrival(bank, rail, amount={"minor": 5, "currency": "USD"}),
    }
    for wish in wishes.values():
        say(bank, rail, wish)

    found = {why: await ended(bank, wish.credit_id) for why, wish in wishes.items()}

    assert {each.state for each in found.values()} == {IncomingState.RETURNED}
    assert all(why.startswith(each.reason or "-") for why, each in found.items())
    assert await bank.books() == books


async def test_an_account_that_is_frozen_gets_nothing(bank: Bank) -> None:
    bob = bank.accounts["bob"]
    wish = arrival(bank, Rail.IMPS, beneficiary_account=bob)
    for status in (AccountStatus.FROZEN, AccountStatus.ACTIVE):
        asked = ChangeAccountStatus(account_number=bob, status=status, reason="a test")
        assert not isinstance(await bank.ask(asked), Refused)
        if status is AccountStatus.FROZEN:
            say(bank, Rail.IMPS, wish)
            assert (await ended(bank, wish.credit_id)).reason == "account-frozen"

    # The answer stands, although the account could be paid by now.
    say(bank, Rail.IMPS, wish)
    await all_said(bank, Rail.IMPS)
    assert (await ended(bank, wish.credit_id)).state is IncomingState.RETURNED


@every_rail
async def test_another_amount_under_the_same_id_goes_back_and_to_a_person(
    bank: Bank, rail: Rail
) -> None:
    alice = bank.accounts["alice"]
    before = len(await lines(bank, alice))
    wish = arrival(bank, rail)
    other = arrival(
        bank, rail, transfer_id=wish.transfer_id, amount={"minor": 9_000, "currency": "INR"}
    )
    say(bank, rail, wish)
    first = await ended(bank, wish.credit_id)

    say(bank, rail, other)
    second = await ended(bank, other.credit_id)

    assert (first.state, first.needs_attention) == (IncomingState.COMPLETED, False)
    assert (second.state, second.reason) == (IncomingState.RETURNED, "transfer-id-reused")
    assert second.needs_attention
    assert len(await lines(bank, alice)) == before + 1


async def test_the_same_id_over_another_rail_is_another_transfer(bank: Bank) -> None:
    transfer_id = uuid4()
    wishes = {rail: arrival(bank, rail, transfer_id=transfer_id) for rail in Rail}
    for rail, wish in wishes.items():
        say(bank, rail, wish)

    found = [await ended(bank, wish.credit_id) for wish in wishes.values()]

    assert {each.state for each in found} == {IncomingState.COMPLETED}


async def test_a_customer_finds_what_he_was_paid_and_nobody_elses(bank: Bank) -> None:
    wish = arrival(bank, Rail.IMPS)
    say(bank, Rail.IMPS, wish)
    await ended(bank, wish.credit_id)
    question = GetIncomingPayment(incoming_id=wish.credit_id)
    listed = ListIncomingPayments(account_number=bank.accounts["alice"], limit=1)

    own = await bank.ask(listed, bank.alice)
    foreign = await bank.ask(listed, customer(bank.customers["bob"]))

    assert isinstance(own, IncomingPayments)
    assert [each.incoming_id for each in own.items] == [wish.credit_id]
    assert own.next_cursor
    assert isinstance(foreign, IncomingPayments)
    assert foreign.items == ()
    assert isinstance(await bank.ask(question, bank.alice), IncomingPayment)
    refused = await bank.ask(question, customer(bank.customers["bob"]))
    assert isinstance(refused, Refused)
    assert refused.code == "incoming-payment-not-found"


async def test_the_tool_of_the_demo_has_a_rail_pay(bank: Bank) -> None:
    transfer_id, alice = uuid4(), bank.accounts["alice"]
    before = len(await lines(bank, alice))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo.rails.pay_in", "IMPS", alice, "12.50", "--times", "3",
        "--id", str(transfer_id), env={**os.environ, "BANK_DATA": str(bank.folder / "rail-imps")},
    )  # fmt: skip
    assert await process.wait() == 0

    async def is_booked() -> bool:
        return len(await lines(bank, alice)) > before

    await until(is_booked, 60, "Alice has the money")
    await all_said(bank, Rail.IMPS)
    assert [minor for minor, *_ in (await lines(bank, alice))[before:]] == [1_250]


async def all_said(bank: Bank, rail: Rail) -> None:
    """What was left with the rail is said and heard: what is said after it is over."""
    last = arrival(bank, rail, beneficiary_account="AC-19990101-000001")
    say(bank, rail, last)
    await ended(bank, last.credit_id)
    folder = bank.folder / f"rail-{rail.lower()}" / "pay-in"
    await until(lambda: _is_empty(folder), 60, "the rail has said all")


async def _is_empty(folder: Any) -> bool:
    return not list(folder.glob("*.json"))
