"""Batches of commands, decided in order and written at once to a real database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.account.accounts import ChangeAccountStatus, GetAccount
from contracts.account.holds import CaptureHold, GetHold, ReleaseHold
from contracts.account.movements import (
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReverseEntry,
)
from contracts.account.values import AccountStatus, HoldState
from contracts.envelope import DomainError, Message, Subject
from infra.handling.context import Asked
from services.account.domain.refusals import (
    AlreadyBooked,
    AlreadyReversed,
    HoldAlreadyReleased,
    HoldNotFound,
    InsufficientFunds,
    LimitExceeded,
    ReferenceReused,
    ReversalExceedsOriginal,
    UnknownAccount,
)
from services.account.handlers import service
from services.account.handlers.sweeping import expire_holds
from services.account.store import AccountStore
from tests.account.bank import Bank, Person
from tests.account.examples import BANK, CLEARING, TELLER, a_hold, an_item, legs
from tests.builders import inr

pytestmark = pytest.mark.integration


def deposit(person: Person, amount: str) -> MakeDeposit:
    return MakeDeposit(account_number=person.number, amount=inr(amount))


def withdrawal(person: Person, amount: str) -> MakeWithdrawal:
    return MakeWithdrawal(account_number=person.number, amount=inr(amount))


def transfer(source: Person, target: Person, amount: str) -> MakeTransfer:
    return MakeTransfer(from_account=source.number, to_account=target.number, amount=inr(amount))


def said(outcomes: list[Any]) -> list[str]:
    """The name of each reply and refusal."""
    return [type(outcome).__name__ for outcome in outcomes]


async def test_each_command_sees_what_the_one_before_it_did(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person(None)

    outcomes = await bank.batch(
        withdrawal(bob, "1"),
        transfer(alice, bob, "100"),
        withdrawal(alice, "0.01"),
        withdrawal(bob, "60"),
        deposit(alice, "5"),
    )

    assert said(outcomes) == [
        "InsufficientFunds",
        "TransferMade",
        "InsufficientFunds",
        "WithdrawalMade",
        "DepositMade",
    ]
    assert await bank.balance(alice) == (500, 0)
    assert await bank.balance(bob) == (4_000, 0)


async def test_every_posting_is_told_once_in_order(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")

    [refused, first, second] = await bank.told(
        withdrawal(alice, "100.01"), transfer(alice, bob, "1"), transfer(bob, alice, "2")
    )

    assert isinstance(refused, InsufficientFunds)
    told = [
        (type(event).__name__, event.account_number, event.sequence, event.balance_after_minor)
        for event in [*first.messages, *second.messages]
    ]
    assert told == [
        ("AccountDebited", alice.number, 2, 9_900),
        ("AccountCredited", bob.number, 2, 10_100),
        ("AccountDebited", bob.number, 3, 9_900),
        ("AccountCredited", alice.number, 3, 10_100),
    ]


async def test_a_batch_ends_like_the_same_commands_one_by_one(bank: Bank) -> None:
    ends = []
    for together in (True, False):
        a, b = await bank.person("300"), await bank.person("50")
        hold, late, capture = a_hold("200", a.number), a_hold("10", b.number), uuid4()
        item = an_item(f"r-{uuid4()}", (a.number, -700), (b.number, 700))
        commands: list[Message] = [
            transfer(a, b, "25"),
            hold,
            withdrawal(a, "80"),
            PostEntries(items=(item, item, an_item("bad", (a.number, -1), (b.number, 2)))),
            CaptureHold(hold_id=hold.hold_id, to_account=b.number, amount=inr("30"), final=False),
            late,
            ReleaseHold(hold_id=late.hold_id),
            ReleaseHold(hold_id=hold.hold_id),
            CaptureHold(hold_id=capture, to_account=CLEARING),
            late,
            withdrawal(b, "1000"),
        ]
        batches = [commands] if together else [[command] for command in commands]
        outcomes = [each for batch in batches for each in await bank.batch(*batch, subject=BANK)]
        ends.append((said(outcomes), await bank.balance(a), await bank.balance(b)))

    assert ends[0] == ends[1]
    assert "HoldCaptured" in ends[0][0]


async def test_a_reference_moves_money_once_also_within_one_batch(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person(None)
    reference = f"salary-{uuid4()}"
    pay = PostEntry(reference=reference, legs=legs((alice.number, -500), (bob.number, 500)))
    more = pay.model_copy(update={"legs": legs((alice.number, -600), (bob.number, 600))})

    [first, second, other] = await bank.batch(pay, pay, more, subject=BANK)
    [third, again] = await bank.batch(pay, more, subject=BANK)

    assert first == second == third
    assert isinstance(other, ReferenceReused)
    assert isinstance(again, ReferenceReused)
    assert await bank.balance(bob) == (500, 0)


async def test_a_thousand_items_are_one_statement_each_with_its_own_outcome(bank: Bank) -> None:
    people = [await bank.person("10") for _ in range(5)]
    items = tuple(
        an_item(
            f"bulk-{people[0].id}-{place}",
            (people[place % 5].number, -1 if place % 10 else -100_000),
            (people[(place + 1) % 5].number, 1 if place % 10 else 100_000),
        )
        for place in range(1_000)
    )

    first = await bank.do(PostEntries(items=items), BANK)
    again = await bank.do(PostEntries(items=items), BANK)

    refused = [outcome for outcome in first.outcomes if outcome.code]
    assert {outcome.code for outcome in refused} == {"insufficient-funds"}
    assert len(refused) == 100
    assert again == first
    total = sum([(await bank.balance(person))[0] for person in people])
    assert total == 5_000


async def test_a_message_older_than_the_inbox_is_recognised(bank: Bank) -> None:
    alice = await bank.person("100")
    context = bank.context(BANK, "gateway")

    async def once() -> Any:
        async with bank.connection() as db, db.transaction():
            handle = service.commands[MakeDeposit].function
            [outcome] = await handle([Asked(deposit(alice, "5"), context)], AccountStore(db))
            return outcome

    await once()

    assert isinstance(await once(), AlreadyBooked)
    assert await bank.balance(alice) == (10_500, 0)


async def test_a_hold_lives_its_life_across_batches(bank: Bank) -> None:
    alice = await bank.person("100")
    hold = a_hold("60", alice.number)

    placed = await bank.do(hold, alice.subject, sender="payment")
    assert await bank.do(hold, alice.subject, sender="payment") == placed
    assert await bank.balance(alice) == (10_000, 6_000)
    part = CaptureHold(hold_id=hold.hold_id, to_account=CLEARING, amount=inr("20"), final=False)
    captured = await bank.do(part, BANK, sender="payment")
    assert await bank.balance(alice) == (8_000, 4_000)
    released = await bank.do(ReleaseHold(hold_id=hold.hold_id), BANK, sender="payment")

    assert (captured.state, released.state) == (HoldState.OPEN, HoldState.RELEASED)
    assert await bank.balance(alice) == (8_000, 0)
    with pytest.raises(HoldAlreadyReleased):
        await bank.do(part, BANK, sender="payment")


async def test_a_release_before_its_hold_is_remembered(bank: Bank) -> None:
    alice = await bank.person("100")
    hold = a_hold("60", alice.number)

    await bank.do(ReleaseHold(hold_id=hold.hold_id), BANK, sender="payment")

    with pytest.raises(HoldAlreadyReleased):
        await bank.do(hold, alice.subject, sender="payment")
    with pytest.raises(HoldNotFound):
        await bank.do(ReleaseHold(hold_id=hold.hold_id))
    assert await bank.balance(alice) == (10_000, 0)


async def test_who_placed_a_hold_is_remembered_across_batches(bank: Bank) -> None:
    alice = await bank.person("100")
    hold = await bank.do(a_hold("60", alice.number), alice.subject, sender="payment")
    teller = [
        CaptureHold(hold_id=hold.hold_id, to_account=CLEARING),
        ReleaseHold(hold_id=hold.hold_id),
    ]

    assert said(await bank.batch(*teller)) == ["HoldNotFound"] * 2
    assert await bank.balance(alice) == (10_000, 6_000)

    await bank.do(teller[0], BANK, sender="payment")
    assert await bank.balance(alice) == (4_000, 0)


async def test_a_hold_may_last_as_long_as_the_calendar(bank: Bank) -> None:
    alice = await bank.person("100")
    end = datetime.max.replace(tzinfo=UTC) - timedelta(microseconds=1)

    hold = await bank.do(a_hold("60", alice.number, expires_at=end))

    assert (await bank.ask(GetHold(hold_id=hold.hold_id))).expires_at == end
    await bank.do(ReleaseHold(hold_id=hold.hold_id))
    assert await bank.balance(alice) == (10_000, 0)


async def test_an_expired_hold_frees_its_money_without_a_sweeper(bank: Bank) -> None:
    alice = await bank.person("100")
    soon = bank.now + timedelta(minutes=1)
    hold = await bank.do(a_hold("60", alice.number, expires_at=soon))
    other = await bank.do(a_hold("30", alice.number))

    bank.now = soon
    with pytest.raises(InsufficientFunds):
        await bank.do(withdrawal(alice, "70.01"))
    assert await bank.balance(alice) == (10_000, 3_000)
    await bank.do(withdrawal(alice, "70"))

    state = await bank.value("select state from holds where hold_id = $1", hold.hold_id)
    assert state == "EXPIRED"
    assert await bank.value("select state from holds where hold_id = $1", other.hold_id) == "OPEN"


async def test_the_sweeper_ends_what_nobody_touches(bank: Bank) -> None:
    alice = await bank.person("100")
    soon = bank.now + timedelta(minutes=1)
    await bank.do(a_hold("60", alice.number, expires_at=soon))

    bank.now = soon
    async with bank.connection() as db, db.transaction():
        await expire_holds(AccountStore(db), bank.context(BANK, "account"))

    assert await bank.balance(alice) == (10_000, 0)


async def test_limits_are_remembered_from_batch_to_batch_and_day_to_day(bank: Bank) -> None:
    await bank.offer("LIMITED", daily_limit_minor=50_000, transaction_limit_minor=30_000)
    alice = await bank.person("1000", of="LIMITED")
    await bank.do(withdrawal(alice, "300"))

    with pytest.raises(LimitExceeded):
        await bank.do(withdrawal(alice, "300"))
    hold = await bank.do(a_hold("200", alice.number))
    with pytest.raises(LimitExceeded):
        await bank.do(withdrawal(alice, "0.01"))
    await bank.do(ReleaseHold(hold_id=hold.hold_id))
    await bank.do(withdrawal(alice, "200"))

    bank.now += timedelta(days=1)
    await bank.do(withdrawal(alice, "300"))
    bank.now -= timedelta(days=1)


async def test_reversals_add_up_to_the_original_across_batches(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person(None)
    made = await bank.do(transfer(alice, bob, "50"))
    part = ReverseEntry(entry_id=made.entry_id, reason="half", amount=inr("30"))

    first = await bank.do(part)
    assert first.remaining_minor == 2_000
    [too_much, rest, nothing] = await bank.batch(
        part, part.model_copy(update={"amount": None}), part
    )

    assert isinstance(too_much, ReversalExceedsOriginal)
    assert rest.remaining_minor == 0
    assert isinstance(nothing, AlreadyReversed)
    assert await bank.balance(alice) == (10_000, 0)


async def test_a_status_is_changed_in_order_with_the_money(bank: Bank) -> None:
    alice = await bank.person("100")
    close = ChangeAccountStatus(
        account_number=alice.number, status=AccountStatus.CLOSED, reason="moves away"
    )

    outcomes = await bank.batch(close, withdrawal(alice, "100"), close, deposit(alice, "1"))

    assert said(outcomes) == [
        "AccountHasBalance",
        "WithdrawalMade",
        "AccountStatusChanged",
        "AccountClosed",
    ]
    assert outcomes[2].account == await bank.ask(GetAccount(account_number=alice.number))
    assert outcomes[2].account.status is AccountStatus.CLOSED


async def test_another_status_is_told_with_who_and_why_and_the_same_one_is_not(bank: Bank) -> None:
    alice = await bank.person("100")
    freeze = ChangeAccountStatus(
        account_number=alice.number, status=AccountStatus.FROZEN, reason="court order 17"
    )

    changed, same = await bank.told(freeze, freeze)

    [event] = changed.messages
    assert event == changed.reply
    assert event.aggregate == f"account:{alice.number}"
    assert (event.was, event.status, event.reason) == ("ACTIVE", "FROZEN", "court order 17")
    assert event.changed_by == TELLER.id
    assert (same.reply.was, same.messages) == ("FROZEN", ())


@pytest.mark.parametrize("subject", [BANK])
async def test_what_does_not_exist_is_no_trouble_to_the_rest(bank: Bank, subject: Subject) -> None:
    alice = await bank.person("100")
    nobody = Person("AC-20990101-999999", 1)

    outcomes = await bank.batch(
        deposit(nobody, "1"),
        transfer(nobody, alice, "1"),
        ReverseEntry(entry_id=uuid4(), reason="?"),
        CaptureHold(hold_id=uuid4(), to_account=nobody.number),
        deposit(alice, "1"),
        subject=subject,
    )

    assert all(isinstance(outcome, DomainError) for outcome in outcomes[:4])
    assert isinstance(outcomes[0], UnknownAccount)
    assert await bank.balance(alice) == (10_100, 0)


async def test_a_batch_that_is_refused_as_a_whole_writes_nothing(bank: Bank) -> None:
    alice = await bank.person("100")
    everything = (
        "select (select count(*) from entries), (select count(*) from postings),"
        " (select count(*) from holds), (select sum(used_minor) from daily_usage),"
        " (select sum(sequence) from balances)"
    )
    before = await bank.row(everything)

    outcomes = await bank.batch(withdrawal(alice, "200"), a_hold("200", alice.number))

    assert said(outcomes) == ["InsufficientFunds"] * 2
    assert await bank.row(everything) == before
    assert await bank.balance(alice) == (10_000, 0)
