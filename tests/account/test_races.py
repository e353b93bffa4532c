"""The same accounts wanted by many at once, each in a transaction of its own."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.holds import CaptureHold, ReleaseHold
from contracts.account.movements import (
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PostEntry,
    ReverseEntry,
)
from contracts.account.values import AccountStatus
from contracts.envelope import DomainError, Message
from services.account.domain.refusals import (
    AccountClosed,
    AccountHasHolds,
    AlreadyReversed,
    HoldAlreadyCaptured,
    HoldAlreadyReleased,
    InsufficientFunds,
    LimitExceeded,
)
from tests.account.bank import Bank, Person, together
from tests.account.examples import BANK, a_hold, legs
from tests.builders import inr

pytestmark = pytest.mark.integration


def withdrawal(person: Person, amount: str) -> MakeWithdrawal:
    return MakeWithdrawal(account_number=person.number, amount=inr(amount))


def transfer(source: Person, target: Person, amount: str) -> MakeTransfer:
    return MakeTransfer(from_account=source.number, to_account=target.number, amount=inr(amount))


def refusals(outcomes: list[Any]) -> list[DomainError]:
    """The refusals among the outcomes; any other error fails the test."""
    for outcome in outcomes:
        assert isinstance(outcome, Message | DomainError), outcome
    return [outcome for outcome in outcomes if isinstance(outcome, DomainError)]


async def test_of_64_withdrawals_of_100_from_1000_exactly_ten_succeed(bank: Bank) -> None:
    alice = await bank.person("1000")

    outcomes = await together(*[bank.do(withdrawal(alice, "100")) for _ in range(64)])

    refused = refusals(outcomes)
    assert len(refused) == 54
    assert all(isinstance(each, InsufficientFunds) for each in refused)
    assert await bank.balance(alice) == (0, 0)


async def test_of_six_holds_of_1000_on_5000_five_succeed(bank: Bank) -> None:
    alice = await bank.person("5000")

    outcomes = await together(*[bank.do(a_hold("1000", alice.number)) for _ in range(6)])

    assert len(refusals(outcomes)) == 1
    assert await bank.balance(alice) == (500_000, 500_000)


async def test_transfers_to_and_fro_in_batches_wait_for_each_other(bank: Bank) -> None:
    a, b, c = [await bank.person("1000") for _ in range(3)]
    rounds = [(a, b), (b, a), (c, a), (a, c), (b, c), (c, b)]

    batches = [
        bank.batch(*[transfer(*rounds[(start + step) % 6], "1") for step in range(4)])
        for start in range(60)
    ]
    outcomes = [each for batch in await together(*batches) for each in batch]

    assert refusals(outcomes) == []
    assert sum([(await bank.balance(person))[0] for person in (a, b, c)]) == 300_000


async def test_transfers_from_many_to_one_lose_nothing(bank: Bank) -> None:
    people = [await bank.person("10") for _ in range(20)]
    shop = await bank.person(None)

    outcomes = await together(
        *[bank.do(transfer(person, shop, "1")) for person in people for _ in range(5)]
    )

    assert refusals(outcomes) == []
    assert await bank.balance(shop) == (10_000, 0)


async def test_a_daily_limit_holds_against_many_at_once(bank: Bank) -> None:
    await bank.offer("DAILY_500", daily_limit_minor=50_000)
    alice = await bank.person("1000", of="DAILY_500")

    outcomes = await together(*[bank.do(withdrawal(alice, "60")) for _ in range(20)])

    assert {type(each) for each in refusals(outcomes)} == {LimitExceeded}
    assert await bank.balance(alice) == (52_000, 0)


@pytest.mark.parametrize("turn", range(5))
async def test_capture_and_release_at_once_end_a_hold_once(bank: Bank, turn: int) -> None:
    alice, shop = await bank.person("100"), await bank.person(None)
    hold = await bank.do(a_hold("60", alice.number))

    outcomes = await together(
        bank.do(CaptureHold(hold_id=hold.hold_id, to_account=shop.number)),
        bank.do(ReleaseHold(hold_id=hold.hold_id)),
        bank.do(CaptureHold(hold_id=hold.hold_id, to_account=shop.number)),
    )

    refused = refusals(outcomes)
    assert len(refused) == 2
    assert {type(each) for each in refused} <= {HoldAlreadyCaptured, HoldAlreadyReleased}
    posted_minor, held_minor = await bank.balance(alice)
    assert (posted_minor in (4_000, 10_000), held_minor) == (True, 0)


async def test_an_entry_reversed_by_many_is_reversed_once(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    made = await bank.do(transfer(alice, bob, "50"))
    wish = ReverseEntry(entry_id=made.entry_id, reason="twice")

    outcomes = await together(*[bank.do(wish) for _ in range(8)])

    assert [type(each) for each in refusals(outcomes)] == [AlreadyReversed] * 7
    assert await bank.balance(alice) == (10_000, 0)


async def test_a_reference_used_at_the_same_time_moves_money_once(bank: Bank) -> None:
    """The loser of the race fails on the unique reference, and finds the entry when done again."""
    reference = f"race-{uuid4()}"
    pairs = [(await bank.person("100"), await bank.person(None)) for _ in range(6)]
    wishes = [
        PostEntry(reference=reference, legs=legs((one.number, -100), (other.number, 100)))
        for one, other in pairs
    ]

    outcomes = await together(*[_patiently(bank, wish) for wish in wishes])

    assert len(refusals(outcomes)) == 5
    moved = [await bank.balance(other) for _, other in pairs]
    assert sorted(moved) == [(0, 0)] * 5 + [(100, 0)]


async def test_a_hold_and_its_release_at_once_leave_nothing_held(bank: Bank) -> None:
    for _ in range(10):
        alice = await bank.person("100")
        hold = a_hold("60", alice.number)

        outcomes = await together(
            _patiently(bank, hold), _patiently(bank, ReleaseHold(hold_id=hold.hold_id))
        )

        assert {type(each) for each in refusals(outcomes)} <= {HoldAlreadyReleased}
        assert await bank.balance(alice) == (10_000, 0)


async def test_an_account_is_not_closed_under_a_new_hold(bank: Bank) -> None:
    for _ in range(10):
        alice = await bank.person(None)
        close = ChangeAccountStatus(
            account_number=alice.number, status=AccountStatus.CLOSED, reason="empty"
        )
        fund = MakeDeposit(account_number=alice.number, amount=inr("1"))

        outcomes = await together(
            bank.batch(fund, a_hold("1", alice.number)), bank.do(close), bank.do(close)
        )

        posted_minor, held_minor = await bank.balance(alice)
        closed = await bank.value(
            "select b.status from balances b join accounts a on a.id = b.account_id"
            " where a.number = $1",
            alice.number,
        )
        assert (closed == "CLOSED") == (posted_minor == 0 == held_minor)
        refused = [each for each in outcomes[1:] if isinstance(each, DomainError)]
        assert {type(each) for each in refused} <= {AccountClosed, AccountHasHolds}


async def _patiently(bank: Bank, command: Message) -> Any:
    """As the pipeline does: who loses a race on a unique key does all of it again."""
    while True:
        try:
            return await bank.do(command, BANK, sender="operator")
        except asyncpg.UniqueViolationError:
            await asyncio.sleep(0)
