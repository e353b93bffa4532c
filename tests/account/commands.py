"""One of each command about money: ten rupees of Alice's."""

from collections.abc import Callable

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import (
    MakeDeposit,
    MakeOrderedTransfer,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReceivePayment,
    ReverseCapture,
    ReverseEntry,
)
from contracts.account.values import AccountStatus, EntryKind
from contracts.envelope import Command
from services.account.domain.ledger.books import Books
from tests.account.examples import CLEARING, a_hold, an_item, as_stored, decide, legs
from tests.builders import ALICE, BOB, inr

TEN = inr("10")


def about_alice(kind: type[Command], books: Books, sender: str | None = None) -> Command:
    """A command of this kind; the hold or entry that it needs is in the books afterwards."""
    return _MAKERS[kind](books, sender)


def _post(books: Books, sender: str | None) -> Command:
    payer = "GL-SUSPENSE-INR" if sender == "payment" else ALICE  # payment has no other
    payee = "GL-LOANS-INR" if sender == "loan" else CLEARING
    moved = legs((payer, -TEN.minor), (payee, TEN.minor))
    return PostEntry(reference="r-1", kind=EntryKind.PAYMENT, legs=moved)


def _post_many(books: Books, sender: str | None) -> Command:
    return PostEntries(items=(an_item("r-2", (ALICE, -TEN.minor), (BOB, TEN.minor)),))


def _reverse(books: Books, sender: str | None) -> Command:
    made = decide(books, MakeWithdrawal(account_number=ALICE, amount=TEN), sender=sender)
    return ReverseEntry(entry_id=as_stored(books, made.entry_id), reason="wrong")


def _capture(books: Books, sender: str | None) -> Command:
    hold = _held(books, sender)
    to_account = CLEARING if sender == "payment" else BOB
    return CaptureHold(hold_id=hold.hold_id, to_account=to_account)


def _reverse_capture(books: Books, sender: str | None) -> Command:
    sender = "payment"  # who alone takes back what a hold has paid
    capture = _capture(books, sender)
    assert isinstance(capture, CaptureHold)
    as_stored(books, decide(books, capture, sender=sender).entry_id)
    return ReverseCapture(hold_id=capture.hold_id, reason="wrong")


def _release(books: Books, sender: str | None) -> Command:
    return ReleaseHold(hold_id=_held(books, sender).hold_id, reason="not used")


def _held(books: Books, sender: str | None) -> PlaceHold:
    hold = a_hold(TEN)
    decide(books, hold, sender=sender)
    return hold


def _cash(kind: Callable[..., Command]) -> Callable[[Books, str | None], Command]:
    return lambda books, sender: kind(account_number=ALICE, amount=TEN)


_MAKERS: dict[type[Command], Callable[[Books, str | None], Command]] = {
    MakeDeposit: _cash(MakeDeposit),
    MakeWithdrawal: _cash(MakeWithdrawal),
    MakeOrderedTransfer: lambda books, sender: MakeOrderedTransfer(
        from_account=ALICE, to_account=BOB, amount=TEN
    ),
    MakeTransfer: lambda books, sender: MakeTransfer(
        from_account=ALICE, to_account=BOB, amount=TEN
    ),
    PostEntry: _post,
    PostEntries: _post_many,
    ReceivePayment: lambda books, sender: ReceivePayment(
        reference="r-3", from_account=CLEARING, account_number=ALICE, amount=TEN
    ),
    ReverseEntry: _reverse,
    ReverseCapture: _reverse_capture,
    PlaceHold: lambda books, sender: a_hold(TEN),
    CaptureHold: _capture,
    ReleaseHold: _release,
    ChangeAccountStatus: lambda books, sender: ChangeAccountStatus(
        account_number=ALICE, status=AccountStatus.FROZEN, reason="asked for"
    ),
}
