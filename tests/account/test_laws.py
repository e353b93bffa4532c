"""What holds after any commands in any order, on books in memory."""

from copy import deepcopy
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from contracts.account.holds import (
    CaptureHold,
    HoldCaptured,
    HoldPlaced,
    HoldReleased,
    ReleaseHold,
)
from contracts.account.movements import (
    DepositMade,
    EntriesPosted,
    EntryReversed,
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    ReverseEntry,
    TransferMade,
    WithdrawalMade,
)
from contracts.account.values import AccountStatus, HoldState
from contracts.envelope import GATEWAY, DomainError, Message
from contracts.money import Money
from infra.bus.wire import dump
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.commands.holds import expire_due_holds
from services.account.domain.ledger.books import Books
from services.account.domain.telling import moved
from tests.account.examples import (
    CLEARING,
    INCOME,
    LATER,
    VAULT,
    a_hold,
    an_item,
    as_stored,
    asked_by,
    limits,
    picture,
    some_books,
    usual_sender,
)
from tests.builders import ALICE, BOB

# Mostly what can be done, so that much happens in a day, and sometimes what cannot.
strange = st.sampled_from([VAULT, CLEARING, INCOME, "AC-20990101-000001"])
people = st.sampled_from([ALICE, BOB])
numbers = people | people | strange
targets = st.sampled_from([BOB, CLEARING]) | numbers
amounts = st.builds(
    lambda minor: Money(minor=minor), st.integers(1, 9_000) | st.integers(1, 150_000)
)
hold_ids = st.sampled_from([UUID(int=1000), UUID(int=1001)])
entry_ids = st.sampled_from([UUID(int=1), UUID(int=2), UUID(int=3)])
references = st.sampled_from([f"r-{i}" for i in range(4)])
wished = st.integers(-60_000, 60_000)

items = st.builds(
    lambda reference, one, other, minor, off: an_item(
        reference, (one, minor), (other, off - minor)
    ),
    references,
    numbers,
    numbers,
    wished,
    st.sampled_from([0, 0, 0, 1]),
)
commands = st.one_of(
    st.builds(MakeDeposit, account_number=numbers, amount=amounts),
    st.builds(MakeWithdrawal, account_number=numbers, amount=amounts),
    st.builds(MakeTransfer, from_account=numbers, to_account=numbers, amount=amounts),
    st.builds(lambda several: PostEntries(items=tuple(several)), st.lists(items, min_size=1)),
    st.builds(ReverseEntry, entry_id=entry_ids, reason=st.just("r"), amount=st.none() | amounts),
    st.builds(
        lambda hold_id, amount, number, expires_at: a_hold(
            amount, number, hold_id=hold_id, expires_at=expires_at
        ),
        hold_ids,
        amounts,
        numbers,
        st.sampled_from([None, LATER]),
    ),
    st.builds(
        CaptureHold,
        hold_id=hold_ids,
        to_account=targets,
        amount=st.none() | amounts,
        final=st.booleans(),
    ),
    st.builds(ReleaseHold, hold_id=hold_ids),
)
held_and_captured = st.tuples(
    st.builds(lambda hold_id: a_hold("50", ALICE, hold_id=hold_id), hold_ids),
    st.builds(
        CaptureHold,
        hold_id=hold_ids,
        to_account=targets,
        amount=st.none() | st.just(Money(minor=2_000)),
        final=st.booleans(),
    ),
)
booked_and_reversed = st.tuples(
    st.builds(MakeTransfer, from_account=people, to_account=people, amount=amounts),
    st.builds(ReverseEntry, entry_id=entry_ids, reason=st.just("r")),
)
episodes = commands.map(lambda command: (command,)) | held_and_captured | booked_and_reversed
days = st.lists(episodes, max_size=10).map(lambda day: [each for some in day for each in some])


def lived_through(day: list[Message]) -> Books:
    """The books after these commands; entries can be reversed once they are booked."""
    books = some_books(limits=limits(daily=1_200))
    for place, command in enumerate(day):
        _try(books, command, place)
    return books


def _try(books: Books, command: Message, place: int) -> Any:
    context = asked_by(sender=_sender(command, place))
    decide = DECISIONS[type(command)].decide  # type: ignore[index]
    booked_before = len(books.entries)
    try:
        reply = decide(books, command, context)
    except DomainError as refusal:
        return refusal.code
    for entry in books.entries[booked_before:]:
        as_stored(books, entry.row.entry_id)
    return type(reply)


def _sender(command: Message, place: int) -> str:
    """People and the payment service in turn; a hold has an owner, and now and then another."""
    if usual_sender(command) != GATEWAY:
        return usual_sender(command)
    hold_id = getattr(command, "hold_id", None)
    is_payment = place % 4 == 3 if hold_id is None else hold_id.int % 2 != (place % 7 == 6)
    return "payment" if is_payment else GATEWAY


HAPPENS: list[type[Message]] = [
    DepositMade, WithdrawalMade, TransferMade, EntriesPosted, EntryReversed, HoldPlaced,
    HoldCaptured, HoldReleased,
]  # fmt: skip


@pytest.mark.parametrize("kind", HAPPENS)
def test_the_days_of_these_laws_are_days_on_which_things_happen(kind: type[Message]) -> None:
    def happens(day: list[Message]) -> bool:
        books = some_books(limits=limits(daily=1_200))
        return kind in [_try(books, command, place) for place, command in enumerate(day)]

    find(days, happens, settings=settings(max_examples=200, phases=[Phase.generate]))


@given(days)
def test_money_is_neither_made_nor_lost(day: list[Message]) -> None:
    books = lived_through(day)

    assert sum(account.posted_minor for account in books.accounts.values()) == 0
    for entry in books.entries:
        assert sum(posting.amount_minor for posting in entry.postings) == 0


@given(days)
def test_what_is_held_is_the_sum_of_open_holds(day: list[Message]) -> None:
    books = lived_through(day)

    for account in books.accounts.values():
        own = [hold for hold in books.holds.values() if hold.account is account]
        assert account.held_minor == sum(hold.open_minor for hold in own)
    for hold in books.holds.values():
        if hold.state is not HoldState.OPEN:
            assert hold.captured_minor + hold.released_minor == hold.amount_minor


@given(days)
def test_no_customer_gets_more_than_is_available(day: list[Message]) -> None:
    books = lived_through(day)

    for number in (ALICE, BOB):
        assert books.accounts[number].available_minor >= 0
    assert all(used_minor >= 0 for used_minor in books.used.values())
    assert sum(books.used.values()) <= 120_000


@given(days)
def test_running_balances_form_a_chain(day: list[Message]) -> None:
    books = lived_through(day)

    for account in books.accounts.values():
        chain = [p for entry in books.entries for p in entry.postings if p.account_id == account.id]
        assert [posting.sequence for posting in chain] == list(range(1, len(chain) + 1))
        for before, after in pairwise(chain):
            assert after.balance_after_minor == before.balance_after_minor + after.amount_minor
        if chain:
            assert chain[-1].balance_after_minor == account.posted_minor


@given(days)
def test_what_is_told_of_a_posting_is_what_its_contract_asks_for(day: list[Message]) -> None:
    events = moved(lived_through(day).entries)

    for event in events:
        kind = type(event)
        judged = kind.model_validate(orjson.loads(dump(event)))
        assert judged == event == kind(**dict(event))
        assert list(event.__dict__) == list(kind.model_fields)
        assert dump(event) == judged.model_dump_json().encode() == event.model_dump_json().encode()


@given(days)
def test_no_entry_gives_back_more_than_it_moved(day: list[Message]) -> None:
    books = lived_through(day)

    for original in books.originals.values():
        taken = [e.row.amount_minor for e in books.entries if e.row.reverses == original.entry_id]
        assert sum(taken) == original.reversed_minor <= original.amount_minor


@given(days, commands)
def test_a_refusal_leaves_no_trace(day: list[Message], command: Message) -> None:
    books = lived_through(day)
    before = picture(books)

    outcome = _try(books, command, 0)

    if isinstance(outcome, str):
        assert picture(books) == before


@given(days, st.integers(0, 12))
def test_holds_may_expire_at_any_moment(day: list[Message], moment: int) -> None:
    books = lived_through(day[:moment])

    books.now = LATER
    expire_due_holds(books)
    for place, command in enumerate(day[moment:]):
        _try(books, command, place)

    for account in books.accounts.values():
        own = [hold for hold in books.holds.values() if hold.account is account]
        assert account.held_minor == sum(hold.open_minor for hold in own)
    assert not any(hold.is_due(LATER) for hold in books.holds.values())


@given(days)
def test_a_closed_account_stays_as_it_is(day: list[Message]) -> None:
    books = some_books(posted_minor=0, status=AccountStatus.CLOSED)
    before = deepcopy(books.accounts[ALICE])

    for place, command in enumerate(day):
        _try(books, command, place)

    after = books.accounts[ALICE]
    assert (after.posted_minor, after.held_minor, after.sequence) == (
        before.posted_minor,
        before.held_minor,
        before.sequence,
    )
