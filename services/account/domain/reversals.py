"""Taking entries back: a new entry with the opposite signs, linked to the original."""

from contracts.account import EntryKind, EntryReversed, ReverseEntry
from contracts.money import CurrencyMismatch
from infra.service import Context
from services.account.domain.accounts import check_movement
from services.account.domain.books import Books, Draft, LedgerAccount, Original
from services.account.domain.references import own_reference
from services.account.domain.refusals import (
    AlreadyReversed,
    EntryNotFound,
    EntryNotReversible,
    PartialReversalNeedsTwoLegs,
    ReversalExceedsOriginal,
)


def reverse_entry(books: Books, command: ReverseEntry, context: Context) -> EntryReversed:
    """Take back all that is left of an entry, or a part of it."""
    original = _original(books, command, context)
    amount_minor = _amount_minor(original, command)
    legs = _opposite(books, original, amount_minor)
    for account, leg_minor in legs:
        check_movement(account, leg_minor, despite_status=True)
    reference = own_reference(books, EntryKind.REVERSAL, context)

    original.reversed_minor += amount_minor
    entry = books.book(
        Draft(
            reference=reference,
            kind=EntryKind.REVERSAL,
            currency=original.currency,
            legs=legs,
            description=command.reason,
            value_date=books.business_date,
            caused_by=context.message_id,
            actor=context.subject.id,
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


def _original(books: Books, command: ReverseEntry, context: Context) -> Original:
    original = books.originals.get(command.entry_id)
    if original is None:
        raise EntryNotFound
    accounts = [books.accounts[number] for number, _ in original.legs]
    if not any(context.subject.may_touch(account.customer_id) for account in accounts):
        raise EntryNotFound
    if original.kind is EntryKind.REVERSAL:
        raise EntryNotReversible
    if original.reversed_minor == original.amount_minor:
        raise AlreadyReversed
    return original


def _amount_minor(original: Original, command: ReverseEntry) -> int:
    remaining_minor = original.amount_minor - original.reversed_minor
    if command.amount is None:
        return remaining_minor
    if command.amount.currency is not original.currency:
        raise CurrencyMismatch
    if command.amount.minor > remaining_minor:
        raise ReversalExceedsOriginal
    return command.amount.minor


def _opposite(
    books: Books, original: Original, amount_minor: int
) -> tuple[tuple[LedgerAccount, int], ...]:
    if amount_minor == original.amount_minor:
        return tuple([(books.accounts[number], -leg_minor) for number, leg_minor in original.legs])
    if len(original.legs) != 2:
        raise PartialReversalNeedsTwoLegs
    return tuple(
        [
            (books.accounts[number], -amount_minor if leg_minor > 0 else amount_minor)
            for number, leg_minor in original.legs
        ]
    )
