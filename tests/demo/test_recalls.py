"""The demo at work: payments that other banks have are asked back, over every rail."""

from uuid import UUID

import asyncpg
import pytest

from contracts.payment.payments import Payment
from contracts.payment.recalled import PaymentRecall, RecallReason, RecallState
from contracts.payment.recalls import RecallPayment
from contracts.payment.steering import PaymentSteered
from contracts.payment.values import PaymentState, Rail
from tests.demo.conftest import Bank
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

every_rail = pytest.mark.parametrize("rail", Rail)
SECONDS = 60.0


async def ask(bank: Bank, payment_id: UUID) -> PaymentRecall:
    command = RecallPayment(
        payment_id=payment_id, code=RecallReason.DUPL, reason="the payer sent it twice"
    )
    payment = await bank.ask(command)
    assert isinstance(payment, PaymentSteered), payment
    assert payment.recall is not None
    return payment.recall


async def recalled(bank: Bank, payment_id: UUID, state: RecallState) -> Payment:
    """The payment once its recall has come to this; what takes an hour is due now."""

    async def has_come() -> Payment | None:
        payment = await bank.payment(payment_id)
        assert payment.recall is not None
        if payment.recall.state is RecallState.PROCESSING:
            await hasten(bank, payment.recall.recall_id)
        return payment if payment.recall.state is state else None

    return await until(has_come, SECONDS, f"the recall is {state}")


async def hasten(bank: Bank, recall_id: UUID) -> None:
    db = await asyncpg.connect(bank.database.admin_url)
    await db.execute(
        "update payment.sagas set deadline = now() where saga_id = $1"
        " and deadline > now() + interval '5 seconds'",
        recall_id,
    )
    await db.close()


async def asked(bank: Bank, rail: Rail, to: str) -> UUID:
    """A completed payment that is asked back."""
    payment_id = await bank.pay(to, await bank.fund(rail), rail=rail)
    assert (await bank.ended(payment_id)).state is PaymentState.COMPLETED
    await ask(bank, payment_id)
    return payment_id


@every_rail
@pytest.mark.parametrize(
    "to", ["5550009999", "5550000011", "5550000012"], ids=["at once", "late", "lost first"]
)
async def test_what_is_agreed_comes_back_to_the_payer_once(bank: Bank, rail: Rail, to: str) -> None:
    await bank.fund(rail)
    before, books = await bank.balance(bank.accounts["alice"]), await bank.books()
    minor = await bank.fund(rail)
    put_in = (await bank.balance(bank.accounts["alice"])).balance_minor - before.balance_minor
    payment_id = await bank.pay(to, minor, rail=rail)
    assert (await bank.ended(payment_id)).state is PaymentState.COMPLETED

    await ask(bank, payment_id)
    payment = await recalled(bank, payment_id, RecallState.RETURNED)

    assert (payment.state, payment.reason, payment.needs_attention) == (
        PaymentState.RETURNED, "recalled", False,
    )  # fmt: skip
    after = await bank.balance(bank.accounts["alice"])
    assert (after.balance_minor, after.held_minor) == (before.balance_minor + put_in, 0)
    clearing = f"GL-CLEARING-{rail}-INR"
    assert (await bank.books()).get(clearing, 0) == books.get(clearing, 0)


@every_rail
async def test_what_is_refused_stays_with_the_other_bank_and_says_why(
    bank: Bank, rail: Rail
) -> None:
    payment_id = await asked(bank, rail, "5550000010")

    payment = await recalled(bank, payment_id, RecallState.REFUSED)

    assert payment.recall is not None
    assert (payment.recall.answer_code, payment.recall.answer_detail) == (
        "CUST", "Our customer does not agree.",
    )  # fmt: skip
    assert (payment.state, payment.recall.needs_attention) == (PaymentState.COMPLETED, False)


@every_rail
async def test_a_bank_that_refuses_and_gives_back_all_the_same_harms_nobody(
    bank: Bank, rail: Rail
) -> None:
    payment_id = await asked(bank, rail, "5550000013")

    payment = await recalled(bank, payment_id, RecallState.RETURNED)

    assert payment.recall is not None
    assert (payment.state, payment.recall.needs_attention) == (PaymentState.RETURNED, False)
