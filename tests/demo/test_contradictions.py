"""Payments that the other bank contradicts, ended by two managers: the books stay whole."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import pytest

from contracts.account.holds import HoldPlaced, PlaceHold, ReleaseHold
from contracts.account.movements import MakeDeposit
from contracts.envelope import Command, Message, Refused, Role, Subject
from contracts.money import Currency, Money
from contracts.payment.payments import Payment
from contracts.payment.resolutions import ApproveResolution, ProposeResolution
from contracts.payment.values import PaymentState, ResolutionOutcome, ResolutionState
from contracts.rail.imps import RailAccepted, RailRefused
from contracts.topology import IMPS, routing_key
from infra.bus.wire import JSON, dump
from tests.demo.conftest import Bank
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

MAKER, CHECKER = (Subject(id=name, role=Role.MANAGER) for name in ("maker", "checker"))
SETTLE, RETURN = ResolutionOutcome.SETTLE, ResolutionOutcome.RETURN
MINOR = 7_00
SECONDS = 60.0


@dataclass
class Books:
    """What Alice has and can spend, and what stands on the bank's own accounts."""

    balance: int
    available: int
    clearing: int
    suspense: int

    def moved(self, before: "Books") -> tuple[int, int, int, int]:
        return (
            self.balance - before.balance,
            self.available - before.available,
            self.clearing - before.clearing,
            self.suspense - before.suspense,
        )


async def books_of(bank: Bank) -> Books:
    alice, own = await bank.balance(bank.accounts["alice"]), await bank.books()
    return Books(
        alice.balance_minor, alice.available_minor,
        own.get("GL-CLEARING-IMPS-INR", 0), own.get("GL-SUSPENSE-INR", 0),
    )  # fmt: skip


async def says(bank: Bank, answer: RailAccepted | RailRefused) -> None:
    """A word of the rail's that nobody has asked for."""
    key = routing_key(type(answer))
    message = aio_pika.Message(
        dump(answer), type=key, content_type=JSON, user_id=IMPS.user, message_id=str(uuid4())
    )
    async with await aio_pika.connect(bank.vhost.beside(IMPS).url(IMPS.user)) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(IMPS.answers, ensure=False)
        await exchange.publish(message, key)


def yes(payment_id: UUID) -> RailAccepted:
    return RailAccepted(transfer_id=payment_id, rail_reference="IMPS000000000007")


def no(payment_id: UUID) -> RailRefused:
    return RailRefused(transfer_id=payment_id, code="account-closed", detail="It is closed.")


async def yes_after_no(bank: Bank) -> UUID:
    return (await bank.ended(await bank.pay("5550000006", MINOR))).payment_id


async def yes_to_what_was_never_sent(bank: Bank) -> UUID:
    held = await _hold_all_but(bank, MINOR - 1)
    payment = await bank.ended(await bank.pay("5550009999", MINOR))
    assert payment.reason == "insufficient-funds"
    await bank.ask(ReleaseHold(hold_id=held, reason="tried"))
    await says(bank, yes(payment.payment_id))
    return payment.payment_id


async def no_after_yes(bank: Bank) -> UUID:
    payment = await bank.ended(await bank.pay("5550009999", MINOR))
    await says(bank, no(payment.payment_id))
    return payment.payment_id


CONTRADICTIONS = (yes_after_no, yes_to_what_was_never_sent, no_after_yes)


@pytest.mark.parametrize("outcome", ResolutionOutcome)
@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
async def test_whatever_was_contradicted_and_decided_the_money_is_where_the_decision_says(
    bank: Bank, contradiction: Callable[[Bank], Awaitable[UUID]], outcome: ResolutionOutcome
) -> None:
    """Twice: the rail contradicts the first decision too, and the second is the contrary."""
    before = await books_of(bank)
    payment_id = await contradiction(bank)
    await called(bank, payment_id)

    first = await decided(bank, payment_id, outcome)
    assert_whole(first, outcome, (await books_of(bank)).moved(before))

    contrary = RETURN if outcome is SETTLE else SETTLE
    await says(bank, yes(payment_id) if contrary is SETTLE else no(payment_id))
    await called(bank, payment_id)
    second = await decided(bank, payment_id, contrary)
    assert_whole(second, contrary, (await books_of(bank)).moved(before))
    assert await _is_balanced(bank)


async def test_a_payer_without_the_money_is_asked_again_when_he_has_it(bank: Bank) -> None:
    payment_id = await yes_to_what_was_never_sent(bank)
    await called(bank, payment_id)
    held = await _hold_all_but(bank, MINOR - 1)
    before = await books_of(bank)

    failed = await decided(bank, payment_id, SETTLE)

    assert failed.resolution is not None
    assert (failed.resolution.state, failed.resolution.code) == (
        ResolutionState.FAILED, "insufficient-funds",
    )  # fmt: skip
    assert (failed.state, failed.needs_attention) == (PaymentState.FAILED, True)
    assert (await books_of(bank)).moved(before) == (0, 0, 0, 0)

    deposit = MakeDeposit(account_number=bank.accounts["alice"], amount=_rupees(MINOR))
    await bank.ask(deposit)
    settled = await decided(bank, payment_id, SETTLE)
    assert (settled.state, settled.needs_attention) == (PaymentState.COMPLETED, False)
    assert (await books_of(bank)).moved(before) == (0, 0, MINOR, 0)
    await bank.ask(ReleaseHold(hold_id=held, reason="tried"))


async def test_of_many_who_approve_at_once_one_is_heard(bank: Bank) -> None:
    before = await books_of(bank)
    payment_id = await yes_after_no(bank)
    await called(bank, payment_id)
    await _done(bank, ProposeResolution(payment_id=payment_id, outcome=RETURN, reason="x"), MAKER)

    approval = ApproveResolution(payment_id=payment_id, reason="x")
    answers = await asyncio.gather(*(bank.ask(approval, CHECKER) for _ in range(8)))

    codes = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert codes == ["nothing-proposed"] * 7
    await _settled(bank, payment_id)
    assert (await books_of(bank)).moved(before) == (0, 0, 0, 0)


def assert_whole(
    payment: Payment, outcome: ResolutionOutcome, moved: tuple[int, int, int, int]
) -> None:
    """Suspense is as before; the rail has the payer's money, or nobody has."""
    is_paid = outcome is SETTLE
    assert moved == ((-MINOR, -MINOR, MINOR, 0) if is_paid else (0, 0, 0, 0))
    assert (payment.state is PaymentState.COMPLETED) == is_paid
    assert not payment.needs_attention
    assert payment.resolution is not None
    assert payment.resolution.state is ResolutionState.DONE


async def called(bank: Bank, payment_id: UUID) -> None:
    """Until the contradiction is seen, and what it sets aside is booked."""

    async def is_seen() -> bool:
        return (await bank.payment(payment_id)).needs_attention

    await until(is_seen, SECONDS, "the contradiction is shown")


async def decided(bank: Bank, payment_id: UUID, outcome: ResolutionOutcome) -> Payment:
    """The payment once what two managers have agreed has come to its end."""
    propose = ProposeResolution(payment_id=payment_id, outcome=outcome, reason="their letter")
    await _done(bank, propose, MAKER)
    await _done(bank, ApproveResolution(payment_id=payment_id, reason="seen"), CHECKER)
    return await _settled(bank, payment_id)


async def _settled(bank: Bank, payment_id: UUID) -> Payment:
    async def has_ended() -> bool:
        found = (await bank.payment(payment_id)).resolution
        return found is not None and found.ended_at is not None

    await until(has_ended, SECONDS, "the resolution ends")
    return await bank.payment(payment_id)


async def _done(bank: Bank, command: Command, subject: Subject) -> Message:
    answer = await bank.ask(command, subject)
    assert not isinstance(answer, Refused), answer
    return answer


async def _hold_all_but(bank: Bank, minor: int) -> UUID:
    """A hold by the branch that leaves Alice this much to spend."""
    number = bank.accounts["alice"]
    held = _rupees((await bank.balance(number)).available_minor - minor)
    hold = PlaceHold(hold_id=uuid4(), account_number=number, amount=held, reason="rent")
    assert isinstance(await _done(bank, hold, MAKER), HoldPlaced)
    return hold.hold_id


def _rupees(minor: int) -> Money:
    return Money(minor=minor, currency=Currency.INR)


async def _is_balanced(bank: Bank) -> bool:
    db = await asyncpg.connect(bank.database.admin_url)
    total = await db.fetchval("select coalesce(sum(amount_minor), 0) from account.postings")
    await db.close()
    return bool(total == 0)
