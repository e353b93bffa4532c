"""Money set aside: placed once, captured in part or whole, and ended exactly once.

A hold ends captured, released or expired; what it no longer holds is available again at once.
Holding asks what a withdrawal asks: status, funds, limits. Release passes on every status, capture
on every status but CLOSED, and an account with open holds cannot be closed.

A hold belongs to who placed it, the gateway or one of our services: for all others it is not there.
So what a payment relies on ends by the payment alone, whoever knows or guesses the id of its hold.
"""

from typing import Any
from uuid import UUID

from contracts.account.holds import (
    CaptureHold,
    HoldCaptured,
    HoldPlaced,
    HoldReleased,
    PlaceHold,
    ReleaseHold,
)
from contracts.account.values import EntryKind, HoldState
from contracts.envelope import GATEWAY, DomainError
from contracts.money import DEFAULT_CURRENCY, Currency, CurrencyMismatch, Whole
from infra.handling.context import Context
from services.account.domain.commands.booking import check_may_book, check_may_charge
from services.account.domain.ledger.accounts import LedgerAccount, check_currency, check_movement
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.entries import Draft, Leg
from services.account.domain.ledger.holds import Hold
from services.account.domain.ledger.limits import (
    channel_of,
    check_limits,
    give_back_limits,
    use_limits,
)
from services.account.domain.ledger.references import own_reference
from services.account.domain.refusals import (
    CaptureExceedsHold,
    CaptureNotWhole,
    ExpiryInThePast,
    HoldAlreadyCaptured,
    HoldAlreadyExpired,
    HoldAlreadyReleased,
    HoldIdReused,
    HoldNotFound,
    ReservedKind,
    SameAccount,
    UnknownAccount,
)

_ENDED: dict[HoldState, type[DomainError]] = {
    HoldState.CAPTURED: HoldAlreadyCaptured,
    HoldState.RELEASED: HoldAlreadyReleased,
    HoldState.EXPIRED: HoldAlreadyExpired,
}


def place_hold(books: Books, command: PlaceHold, context: Context) -> HoldPlaced:
    """Set money aside; the same hold placed again is answered as it stands."""
    account = books.of_customer(command.account_number, context.subject)
    if command.customer_id not in (None, account.customer_id):
        raise UnknownAccount
    if command.hold_id in books.holds:
        return _placed_before(books.holds[command.hold_id], account, command, context)
    amount_minor = command.amount.minor
    check_currency(account, command.amount.currency)
    check_movement(account, -amount_minor)
    if command.expires_at is not None and command.expires_at <= books.now:
        raise ExpiryInThePast
    channel = channel_of(context.subject)
    check_limits(books, account, channel, amount_minor)

    use_limits(books, account, channel, amount_minor)
    account.held_minor += amount_minor
    hold = Hold(
        hold_id=command.hold_id,
        account=account,
        state=HoldState.OPEN,
        amount_minor=amount_minor,
        captured_minor=0,
        released_minor=0,
        reason=command.reason,
        channel=channel,
        placed_on=books.business_date,
        placed_at=books.now,
        expires_at=command.expires_at,
        ended_at=None,
        caused_by=context.message_id,
        placed_by=context.sender,
    )
    books.holds[hold.hold_id] = hold
    books.new_holds.add(hold.hold_id)
    return _placed(hold)


def capture_hold(books: Books, command: CaptureHold, context: Context) -> HoldCaptured:
    """Move held money to another account, and to others what the bank keeps of it; a final capture
    gives the rest back."""
    hold, account = _open(books, command.hold_id, context)
    if command.kind is EntryKind.REVERSAL:
        raise ReservedKind
    target = books.other(command.to_account)
    check_may_book(CaptureHold, context.sender, target)
    check_currency(target, account.currency)
    legs = (
        Leg(target, _amount_minor(hold, account, command)),
        *_charges(books, command, account.currency, context.sender),
    )
    taken_minor = sum([leg.amount_minor for leg in legs])
    if command.charges and taken_minor != hold.open_minor:
        raise CaptureNotWhole
    if len({account.id, *[leg.account.id for leg in legs]}) <= len(legs):
        raise SameAccount
    for leg in legs:
        check_movement(leg.account, leg.amount_minor)
    reference = own_reference(books, EntryKind.CAPTURE, context)

    # The account's own status is not asked: one with an open hold is not CLOSED.
    hold.captured_minor += taken_minor
    account.held_minor -= taken_minor
    books.changed_holds.add(hold.hold_id)
    entry = books.book(
        Draft(
            reference=reference,
            kind=command.kind,
            currency=account.currency,
            legs=(Leg(account, -taken_minor), *legs),
            description=command.description or hold.reason,
            value_date=books.business_date,
            caused_by=context.message_id,
            actor=context.subject.id,
            owner=context.sender,
            hold_id=hold.hold_id,
            channel=hold.channel if hold.placed_on == books.business_date else None,
        )
    )
    if command.final or hold.open_minor == 0:
        _end(books, hold, HoldState.CAPTURED)
    return HoldCaptured(**_described(hold), entry_id=entry.row.entry_id)


def release_hold(books: Books, command: ReleaseHold, context: Context) -> HoldReleased:
    """Give held money back. A service may release again, and may release before the hold came."""
    by_service = context.sender != GATEWAY
    hold = books.holds.get(command.hold_id)
    if hold is None and by_service:
        hold = _released_before_placed(books, command, context)
    if hold is None or hold.placed_by != context.sender:
        raise HoldNotFound
    if hold.account is not None and not context.subject.may_touch(hold.account.customer_id):
        raise HoldNotFound
    if hold.state is HoldState.OPEN:
        _end(books, hold, HoldState.RELEASED)
    elif hold.state is HoldState.CAPTURED or not by_service:
        raise _ENDED[hold.state]
    return HoldReleased(**_described(hold))


def expire_due_holds(books: Books) -> None:
    """End every loaded hold whose time has passed, before anything is decided."""
    for hold in books.holds.values():
        if hold.is_due(books.now):
            _end(books, hold, HoldState.EXPIRED)


def _placed_before(
    hold: Hold, account: LedgerAccount, command: PlaceHold, context: Context
) -> HoldPlaced:
    if hold.placed_by != context.sender:
        raise HoldIdReused
    if hold.account is None:
        raise HoldAlreadyReleased
    if hold.account is not account or hold.amount_minor != command.amount.minor:
        raise HoldIdReused
    check_currency(account, command.amount.currency)
    if hold.state in _ENDED:
        raise _ENDED[hold.state]
    return _placed(hold)


def _open(books: Books, hold_id: UUID, context: Context) -> tuple[Hold, LedgerAccount]:
    hold = books.holds.get(hold_id)
    if hold is None or hold.account is None or hold.placed_by != context.sender:
        raise HoldNotFound
    if not context.subject.may_touch(hold.account.customer_id):
        raise HoldNotFound
    if hold.state in _ENDED:
        raise _ENDED[hold.state]
    return hold, hold.account


def _amount_minor(hold: Hold, account: LedgerAccount, command: CaptureHold) -> int:
    if command.amount is None:
        return hold.open_minor
    check_currency(account, command.amount.currency)
    if isinstance(command.amount, Whole):
        return hold.open_minor
    if command.amount.minor > hold.open_minor:
        raise CaptureExceedsHold
    return command.amount.minor


def _charges(books: Books, command: CaptureHold, currency: Currency, sender: str) -> list[Leg]:
    legs = []
    for charge in command.charges:
        line = books.other(charge.to_account)
        check_may_charge(sender, line)
        for each in (line.currency, charge.amount.currency):
            if each is not currency:
                raise CurrencyMismatch
        legs.append(Leg(line, charge.amount.minor))
    return legs


def _end(books: Books, hold: Hold, state: HoldState) -> None:
    rest_minor = hold.open_minor
    if hold.account is not None:
        hold.account.held_minor -= rest_minor
    hold.released_minor += rest_minor
    hold.state = state
    hold.ended_at = books.now
    books.changed_holds.add(hold.hold_id)
    give_back_limits(books, hold, rest_minor)


def _released_before_placed(books: Books, command: ReleaseHold, context: Context) -> Hold:
    """Remember a release whose hold has not come yet, so that the hold is refused when it does."""
    hold = Hold(
        hold_id=command.hold_id,
        account=None,
        state=HoldState.RELEASED,
        amount_minor=0,
        captured_minor=0,
        released_minor=0,
        reason=command.reason,
        channel=channel_of(context.subject),
        placed_on=books.business_date,
        placed_at=books.now,
        expires_at=None,
        ended_at=books.now,
        caused_by=context.message_id,
        placed_by=context.sender,
    )
    books.holds[hold.hold_id] = hold
    books.new_holds.add(hold.hold_id)
    return hold


def _placed(hold: Hold) -> HoldPlaced:
    assert hold.account is not None
    return HoldPlaced(**_described(hold), customer_id=hold.account.customer_id)


def _described(hold: Hold) -> dict[str, Any]:
    account = hold.account
    return {
        "hold_id": hold.hold_id,
        "account_number": account.number if account else "",
        "state": hold.state,
        "amount_minor": hold.amount_minor,
        "captured_minor": hold.captured_minor,
        "released_minor": hold.released_minor,
        "currency": account.currency if account else DEFAULT_CURRENCY,
        "reason": hold.reason,
        "expires_at": hold.expires_at,
        "placed_at": hold.placed_at,
        "ended_at": hold.ended_at,
    }
