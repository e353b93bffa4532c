"""Taking entries back: a new entry with the opposite signs, linked to the original.

An entry belongs to whose command booked it. People take back what people booked, each of our
services what it booked itself: a payment's money goes back by the payment, which then knows of it.
The reversal is valued when the original was, however long ago, so that interest is as if neither
had ever been; on the same day it gives back the daily limits that the original has used.
"""

from contracts.account.movements import EntryReversed, ReverseCapture, ReverseEntry
from contracts.account.values import EntryKind
from contracts.envelope import GATEWAY, OPERATOR
from contracts.money import CurrencyMismatch, Whole
from infra.handling.context import Context
from services.account.domain.commands.booking import check_may_book
from services.account.domain.ledger.accounts import check_movement
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.entries import Draft, Leg, Original
from services.account.domain.ledger.limits import use_limits
from services.account.domain.ledger.references import own_reference
from services.account.domain.refusals import (
    AlreadyReversed,
    EntryNotFound,
    EntryNotReversible,
    EntryOfAnotherService,
    PartialReversalNeedsTwoLegs,
    ReversalExceedsOriginal,
)

_PEOPLE = frozenset({GATEWAY, OPERATOR})  # people book through either, and take back all of it


def reverse_entry(books: Books, command: ReverseEntry, context: Context) -> EntryReversed:
    """Take back all that is left of an entry, or a part of it."""
    original = _reversible(books, books.originals.get(command.entry_id), context)
    amount_minor = _amount_minor(original, command)
    return _reversed(books, original, amount_minor, command, context)


def reverse_capture(books: Books, command: ReverseCapture, context: Context) -> EntryReversed:
    """Take back all that a hold's capture moved; one captured in parts has no such entry."""
    of_hold = [each for each in books.originals.values() if each.hold_id == command.hold_id]
    original = _reversible(books, of_hold[0] if len(of_hold) == 1 else None, context)
    return _reversed(books, original, original.amount_minor, command, context)


def _reversed(
    books: Books,
    original: Original,
    amount_minor: int,
    command: ReverseEntry | ReverseCapture,
    context: Context,
) -> EntryReversed:
    legs = _opposite(books, original, amount_minor)
    for leg in legs:
        check_may_book(type(command), context.sender, leg.account)
        check_movement(leg.account, leg.amount_minor, despite_status=True)
    reference = own_reference(books, EntryKind.REVERSAL, context)

    original.reversed_minor += amount_minor
    _give_back_limits(books, original, legs)
    entry = books.book(
        Draft(
            reference=reference,
            kind=EntryKind.REVERSAL,
            currency=original.currency,
            legs=legs,
            description=command.reason,
            value_date=original.value_date,
            caused_by=context.message_id,
            actor=context.subject.id,
            owner=context.sender,
            reverses=original.entry_id,
        )
    )
    return EntryReversed(
        entry_id=entry.row.entry_id,
        reverses=original.entry_id,
        reference=entry.row.reference,
        amount_minor=amount_minor,
        currency=original.currency,
        remaining_minor=original.amount_minor - original.reversed_minor,
        booked_at=books.now,
    )


def _reversible(books: Books, original: Original | None, context: Context) -> Original:
    if original is None:
        raise EntryNotFound
    accounts = [books.accounts[leg.account_number] for leg in original.legs]
    if not any(context.subject.may_touch(account.customer_id) for account in accounts):
        raise EntryNotFound
    _check_owner(original, context.sender)
    if original.kind is EntryKind.REVERSAL:
        raise EntryNotReversible
    if original.reversed_minor == original.amount_minor:
        raise AlreadyReversed
    return original


def _check_owner(original: Original, sender: str) -> None:
    is_of_people = original.owner in _PEOPLE and sender in _PEOPLE
    if original.owner != sender and not is_of_people:
        raise EntryOfAnotherService(
            f"The entry belongs to the {original.owner} service, and is taken back by it alone."
        )


def _amount_minor(original: Original, command: ReverseEntry) -> int:
    remaining_minor = original.amount_minor - original.reversed_minor
    if command.amount is None:
        return remaining_minor
    if command.amount.currency is not original.currency:
        raise CurrencyMismatch
    if isinstance(command.amount, Whole):
        return remaining_minor
    if command.amount.minor > remaining_minor:
        raise ReversalExceedsOriginal
    return command.amount.minor


def _opposite(books: Books, original: Original, amount_minor: int) -> tuple[Leg, ...]:
    """All sides, or of an entry with two of them a part, with the signs turned round."""
    is_whole = amount_minor == original.amount_minor
    if not is_whole and len(original.legs) != 2:
        raise PartialReversalNeedsTwoLegs
    legs = []
    for number, leg_minor, branch_code, product_code in original.legs:
        size_minor = abs(leg_minor) if is_whole else amount_minor
        signed_minor = -size_minor if leg_minor > 0 else size_minor
        legs.append(Leg(books.accounts[number], signed_minor, branch_code, product_code))
    return tuple(legs)


def _give_back_limits(books: Books, original: Original, legs: tuple[Leg, ...]) -> None:
    """What was counted today and comes back counts no longer."""
    if original.channel is not None and original.booked_on == books.business_date:
        for leg in legs:
            if leg.amount_minor > 0:
                use_limits(books, leg.account, original.channel, -leg.amount_minor)
