"""Transfers between two customers of this bank: one entry, so both sides happen or neither."""

from contracts.account.movements import (
    MakeOrderedTransfer,
    MakeTransfer,
    Transfer,
    TransferMade,
)
from contracts.account.values import EntryKind
from contracts.envelope import GATEWAY, DomainError, Role
from infra.handling.context import Context
from services.account.domain.commands.booking import check_may_book
from services.account.domain.ledger.accounts import LedgerAccount, check_currency, check_movement
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.entries import Draft, Leg
from services.account.domain.ledger.limits import channel_of, check_limits, use_limits
from services.account.domain.ledger.references import own_reference
from services.account.domain.refusals import PayeeUnavailable, SameAccount


def make_transfer(books: Books, command: MakeTransfer, context: Context) -> TransferMade:
    """Move money from the subject's account to another customer's."""
    return _move(books, command, context)


def make_ordered_transfer(
    books: Books, command: MakeOrderedTransfer, context: Context
) -> TransferMade:
    """The same by a standing order: what its maker may not do, it may not either."""
    return _move(books, command, context)


def _move(books: Books, command: Transfer, context: Context) -> TransferMade:
    amount_minor, currency = command.amount.minor, command.amount.currency
    source = books.of_customer(command.from_account, context.subject)
    if command.from_account == command.to_account:
        raise SameAccount
    # The payer's own faults come first: they answer alike whatever the other number is. So does a
    # repeat, or it would tell for nothing whether whom he once paid can still be paid.
    check_currency(source, currency)
    check_movement(source, -amount_minor)
    channel = channel_of(context.subject)
    check_limits(books, source, channel, amount_minor)
    reference = own_reference(books, EntryKind.TRANSFER, context)
    target = _payee(books, command, context)

    use_limits(books, source, channel, amount_minor)
    entry = books.book(
        Draft(
            reference=reference,
            kind=EntryKind.TRANSFER,
            currency=currency,
            legs=(Leg(source, -amount_minor), Leg(target, amount_minor)),
            description=command.description,
            value_date=books.business_date,
            caused_by=context.message_id,
            actor=context.subject.id,
            owner=context.sender,
            channel=channel,
        )
    )
    return TransferMade(
        entry_id=entry.row.entry_id,
        reference=entry.row.reference,
        from_account=source.number,
        to_account=target.number,
        amount_minor=amount_minor,
        currency=currency,
        description=command.description,
        booked_at=books.now,
        value_date=books.business_date,
    )


def _payee(books: Books, command: Transfer, context: Context) -> LedgerAccount:
    """The account to be paid; why it cannot be is told to staff and to its owner only, and to no
    machine: what an order is told, the customer reads whose account pays."""
    try:
        return _payable(books, command, context.sender)
    except DomainError as refusal:
        target = books.accounts.get(command.to_account)
        is_own = target is not None and context.subject.may_touch(target.customer_id)
        is_customer = context.subject.role is Role.CUSTOMER
        if context.sender != GATEWAY or (is_customer and not is_own):
            raise PayeeUnavailable from refusal
        raise


def _payable(books: Books, command: Transfer, sender: str) -> LedgerAccount:
    target = books.other(command.to_account)
    check_may_book(type(command), sender, target)
    check_currency(target, command.amount.currency)
    check_movement(target, command.amount.minor)
    return target
