"""An entry belongs to whose command booked it, and is taken back by nobody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from contracts.account.holds import CaptureHold
from contracts.account.movements import (
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReverseCapture,
    ReverseEntry,
)
from contracts.account.values import EntryKind
from contracts.envelope import GATEWAY, OPERATOR, Command, Role
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.ledger.books import Wanted
from services.account.domain.refusals import (
    AlreadyReversed,
    EntryNotFound,
    EntryOfAnotherService,
    LimitExceeded,
)
from services.account.store import AccountStore
from tests.account.bank import Bank, Person
from tests.account.commands import about_alice
from tests.account.examples import (
    BANK,
    CLEARING,
    NOON,
    TODAY,
    a_hold,
    an_item,
    as_stored,
    balance,
    decide,
    legs,
    limits,
    refuses,
    some_books,
)
from tests.builders import ALICE, inr, staff

MANAGER = staff(Role.MANAGER)
PEOPLE = {GATEWAY, OPERATOR}


NOT_BOOKING = {"PlaceHold", "ReleaseHold", "ChangeAccountStatus"}
REVERSING = {"ReverseEntry", "ReverseCapture"}
BOOKED = [
    (kind, sender)
    for kind in DECISIONS
    if kind.__name__ not in NOT_BOOKING | REVERSING
    for sender in sorted(kind.senders)
]


@pytest.mark.parametrize(("kind", "sender"), BOOKED)
def test_every_entry_of_people_is_taken_back_by_people_and_that_of_a_service_by_none(
    kind: type[Command], sender: str
) -> None:
    books = some_books()
    decide(books, about_alice(kind, books, sender), MANAGER, sender=sender)
    wish = ReverseEntry(entry_id=as_stored(books, books.entries[-1].row.entry_id), reason="wrong")

    for other in {GATEWAY, OPERATOR, "payment", "loan"} - {sender}:
        if not {sender, other} <= PEOPLE:
            refuses(EntryOfAnotherService, books, wish, MANAGER, sender=other)
    if sender in PEOPLE:
        decide(books, wish, MANAGER, sender=sender)


def test_what_a_hold_of_a_service_has_paid_is_taken_back_by_that_service_once() -> None:
    books = some_books()
    capture = about_alice(CaptureHold, books, "payment")
    assert isinstance(capture, CaptureHold)
    before = balance(books)
    wish = ReverseCapture(hold_id=capture.hold_id, reason="returned by the other bank")
    refuses(EntryNotFound, books, wish, BANK, sender="payment")
    captured = decide(books, capture, BANK, sender="payment")
    as_stored(books, captured.entry_id)

    refuses(EntryOfAnotherService, books, wish, BANK, sender="loan")
    reversed_ = decide(books, wish, BANK, sender="payment")

    assert (reversed_.reverses, reversed_.remaining_minor) == (captured.entry_id, 0)
    assert (balance(books), balance(books, CLEARING)) == (before, 0)
    refuses(AlreadyReversed, books, wish, BANK, sender="payment")


def test_a_hold_captured_in_parts_has_no_one_entry_to_be_taken_back() -> None:
    books = some_books()
    hold = a_hold("10")
    decide(books, hold, sender="payment")
    for part in ("4", "6"):
        capture = CaptureHold(
            hold_id=hold.hold_id, to_account=CLEARING, amount=inr(part), final=False
        )
        as_stored(books, decide(books, capture, BANK, sender="payment").entry_id)

    wish = ReverseCapture(hold_id=hold.hold_id, reason="returned")

    refuses(EntryNotFound, books, wish, BANK, sender="payment")


@pytest.mark.integration
@pytest.mark.parametrize("target", [CLEARING, "GL-SUSPENSE-INR"])
async def test_a_stored_capture_is_found_by_its_hold_and_taken_back(
    bank: Bank, target: str
) -> None:
    alice = await bank.person("100")
    hold = a_hold("60", alice.number)
    await bank.do(hold, alice.subject, sender="payment")
    capture = CaptureHold(hold_id=hold.hold_id, to_account=target, kind=EntryKind.PAYMENT)
    await bank.do(capture, BANK, sender="payment")

    await bank.do(ReverseCapture(hold_id=hold.hold_id, reason="no"), BANK, sender="payment")

    assert await bank.balance(alice) == (10_000, 0)


def test_the_refusal_says_whose_the_entry_is() -> None:
    books = some_books()
    decide(books, about_alice(CaptureHold, books, "payment"), sender="payment")
    wish = ReverseEntry(entry_id=as_stored(books, books.entries[-1].row.entry_id), reason="wrong")

    with pytest.raises(EntryOfAnotherService, match="payment service") as refused:
        decide(books, wish, MANAGER)

    assert refused.value.code == "entry-of-another-service"


@pytest.mark.integration
async def test_a_stored_entry_of_a_payment_is_not_taken_back_by_people(bank: Bank) -> None:
    alice = await bank.person("100")
    hold = a_hold("60", alice.number)
    await bank.do(hold, alice.subject, sender="payment")
    captured = await bank.do(
        CaptureHold(hold_id=hold.hold_id, to_account=CLEARING, kind=EntryKind.PAYMENT),
        sender="payment",
    )

    with pytest.raises(EntryOfAnotherService):
        await bank.do(ReverseEntry(entry_id=captured.entry_id, reason="wrong"), MANAGER)

    assert await bank.balance(alice) == (4_000, 0)


@pytest.mark.integration
async def test_entries_of_before_belong_to_who_can_have_booked_them(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person()
    hold = a_hold("10", alice.number)
    await bank.do(hold, alice.subject, sender="payment")
    captured = await bank.do(
        CaptureHold(hold_id=hold.hold_id, to_account=CLEARING, kind=EntryKind.PAYMENT),
        sender="payment",
    )
    late = await bank.do(
        PostEntry(
            reference="late-1", kind=EntryKind.PAYMENT,
            legs=legs(("GL-SUSPENSE-INR", -1_000), (CLEARING, 1_000)),
        ),
        sender="payment",
    )  # fmt: skip
    paid_in = await bank.do(MakeDeposit(account_number=bob.number, amount=inr("1")))
    bulk = await bank.do(
        PostEntries(items=(an_item("bulk-1", (alice.number, -100), (bob.number, 100)),)),
        sender=OPERATOR,
    )
    whose = {
        captured.entry_id: "payment",
        late.entry_id: "payment",
        paid_in.entry_id: GATEWAY,
        bulk.outcomes[0].entry_id: OPERATOR,
    }

    assert await _owners_without_the_column(bank, set(whose)) == whose


async def _owners_without_the_column(bank: Bank, entry_ids: set[UUID]) -> dict[UUID, str]:
    """As loaded when the entries had been booked before they bore an owner; rolled back."""
    db = await asyncpg.connect(bank.database.admin_url)
    transaction = db.transaction()
    await transaction.start()
    try:
        await db.execute("set local search_path to account")
        await db.execute("alter table entries disable trigger user")
        await db.execute("alter table entries drop constraint entry_has_owner")
        await db.execute("update entries set owner = null")
        wanted = Wanted(entry_ids=entry_ids)
        books = await AccountStore(db).open_books(wanted, now=NOON, business_date=TODAY)
    finally:
        await transaction.rollback()
        await db.close()
    return {entry_id: original.owner for entry_id, original in books.originals.items()}


@pytest.mark.parametrize("kind", [MakeWithdrawal, MakeTransfer, CaptureHold])
def test_what_is_taken_back_the_same_day_can_leave_the_account_again(kind: type[Command]) -> None:
    books = some_books(limits=limits(daily=10, branch=10))
    decide(books, about_alice(kind, books, GATEWAY))
    wish = ReverseEntry(entry_id=as_stored(books, books.entries[-1].row.entry_id), reason="wrong")

    decide(books, wish, MANAGER)

    assert set(books.used.values()) == {0}
    decide(books, MakeWithdrawal(account_number=ALICE, amount=inr("10")))


@pytest.mark.integration
@pytest.mark.parametrize("kind", [MakeWithdrawal, MakeTransfer, CaptureHold])
async def test_a_stored_entry_that_is_taken_back_gives_back_its_part_of_the_day(
    bank: Bank, kind: type[Command]
) -> None:
    await bank.offer(f"DAILY_{kind.__name__.upper()}", daily_limit_minor=1_000)
    alice, bob = await bank.person(of=f"DAILY_{kind.__name__.upper()}"), await bank.person()
    entry_id = await _ten_rupees_out(bank, kind, alice, bob)
    again = MakeWithdrawal(account_number=alice.number, amount=inr("10"))
    with pytest.raises(LimitExceeded):
        await bank.do(again.model_copy(update={"amount": inr("0.01")}))

    await bank.do(ReverseEntry(entry_id=entry_id, reason="wrong", amount=inr("4")), MANAGER)
    with pytest.raises(LimitExceeded):
        await bank.do(again.model_copy(update={"amount": inr("4.01")}))
    await bank.do(ReverseEntry(entry_id=entry_id, reason="wrong"), MANAGER)

    await bank.do(again)


@pytest.mark.integration
async def test_what_left_yesterday_and_comes_back_today_adds_nothing_to_todays_limit(
    bank: Bank,
) -> None:
    await bank.offer("DAILY", daily_limit_minor=1_000)
    alice, bob = await bank.person(of="DAILY"), await bank.person()
    entry_id = await _ten_rupees_out(bank, MakeWithdrawal, alice, bob)
    bank.now = NOON + timedelta(days=1)

    await bank.do(ReverseEntry(entry_id=entry_id, reason="wrong"), MANAGER)

    with pytest.raises(LimitExceeded):
        await bank.do(MakeWithdrawal(account_number=alice.number, amount=inr("10.01")))
    await bank.do(MakeWithdrawal(account_number=alice.number, amount=inr("10")))
    bank.now = NOON


async def _ten_rupees_out(bank: Bank, kind: type[Command], alice: Person, bob: Person) -> UUID:
    """The entry by which they left Alice's account."""
    command: Command = MakeWithdrawal(account_number=alice.number, amount=inr("10"))
    if kind is MakeTransfer:
        command = MakeTransfer(from_account=alice.number, to_account=bob.number, amount=inr("10"))
    if kind is CaptureHold:
        hold = await bank.do(a_hold("10", alice.number))
        command = CaptureHold(hold_id=hold.hold_id, to_account=bob.number)
    made: Any = await bank.do(command)
    entry_id: UUID = made.entry_id
    return entry_id
