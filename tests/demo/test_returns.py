"""The demo at work: other banks give back what they had accepted, over every rail."""

from uuid import UUID, uuid5

import asyncpg
import pytest

from contracts.payment.payments import Payment
from contracts.payment.returns import (
    ListReturns,
    ReturnedPayment,
    ReturnedPayments,
    ReturnState,
)
from contracts.payment.values import PaymentState, Rail
from tests.demo.conftest import Bank
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

every_rail = pytest.mark.parametrize("rail", Rail)
SECONDS = 60.0


async def taken_back(bank: Bank, payment_id: UUID) -> Payment:
    """The payment once its payer has his money back."""

    async def is_back() -> Payment | None:
        payment = await bank.payment(payment_id)
        if payment.state is PaymentState.PROCESSING and payment.cut_off is not None:
            await bank.hasten(payment_id)
        return payment if payment.state is PaymentState.RETURNED else None

    return await until(is_back, SECONDS, "the payer has his money back")


async def came_back(bank: Bank, payment_id: UUID, count: int) -> list[ReturnedPayment]:
    """What came back of this payment, once so many are booked, by what became of it."""

    async def booked() -> list[ReturnedPayment]:
        found = await bank.ask(ListReturns(limit=200))
        assert isinstance(found, ReturnedPayments)
        over = (ReturnState.RETURNED, ReturnState.SET_ASIDE)
        its_own = [
            each for each in found.items if each.transfer_id == payment_id and each.state in over
        ]
        return its_own if len(its_own) == count else []

    found = await until(booked, SECONDS, f"{count} came back")
    return sorted(found, key=lambda each: each.state)


async def moved(bank: Bank, rail: Rail, before: dict[str, int]) -> list[int]:
    """Of the clearing of the rail, and of suspense."""
    after, lines = await bank.books(), (f"GL-CLEARING-{rail}-INR", "GL-SUSPENSE-INR")
    return [after.get(line, 0) - before.get(line, 0) for line in lines]


@every_rail
@pytest.mark.parametrize("to", ["5550000007", "5550000008"], ids=["afterwards", "before its yes"])
async def test_what_is_given_back_is_the_payers_again(bank: Bank, rail: Rail, to: str) -> None:
    minor = await bank.fund(rail)
    before, books = await bank.balance(bank.accounts["alice"]), await bank.books()

    payment = await taken_back(bank, await bank.pay(to, minor, rail=rail))

    assert (payment.reason, payment.needs_attention) == ("account-closed", False)
    after = await bank.balance(bank.accounts["alice"])
    assert (after.balance_minor, after.held_minor) == (before.balance_minor, 0)
    assert await moved(bank, rail, books) == [0, 0]
    [found] = await came_back(bank, payment.payment_id, 1)
    assert (found.state, found.rail, found.amount_minor) == (ReturnState.RETURNED, rail, minor)


@every_rail
async def test_what_is_given_back_twice_is_the_payers_once_and_the_rest_a_persons(
    bank: Bank, rail: Rail
) -> None:
    minor = await bank.fund(rail)
    before, books = await bank.balance(bank.accounts["alice"]), await bank.books()

    payment = await taken_back(bank, await bank.pay("5550000009", minor, rail=rail))
    first, second = await came_back(bank, payment.payment_id, 2)

    after = await bank.balance(bank.accounts["alice"])
    assert (after.balance_minor, after.held_minor) == (before.balance_minor, 0)
    assert await moved(bank, rail, books) == [-minor, minor]
    assert (first.state, first.needs_attention) == (ReturnState.RETURNED, False)
    assert (second.state, second.set_aside_because, second.needs_attention) == (
        ReturnState.SET_ASIDE, "returned-before", True,
    )  # fmt: skip


async def test_the_entry_of_what_stands_aside_says_where_it_came_from(bank: Bank) -> None:
    payment = await taken_back(bank, await bank.pay("5550000009"))
    _, second = await came_back(bank, payment.payment_id, 2)
    db = await asyncpg.connect(bank.database.admin_url)
    text = await db.fetchval(
        "select description from account.entries where reference = $1",
        f"returned-{second.return_id}",
    )
    await db.close()

    names = [uuid5(payment.payment_id, f"return/{number}").int % 10**12 for number in (1, 2)]
    assert text in [f"IMPS IMPS{name:012d} returned account-closed" for name in names]
