"""Money from another bank: one entry from a clearing account to a customer's.

Whatever forbids it is told as an answer, since the money then goes back to its sender.
"""

from uuid import UUID

from contracts.account.movements import EntryItem, PaymentReceived, ReceivePayment
from contracts.account.values import EntryKind
from contracts.account.values import Leg as Named
from contracts.envelope import DomainError
from infra.handling.context import Context
from services.account.domain.commands.booking import check_may_book
from services.account.domain.ledger.accounts import check_currency, check_movement
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.entries import Draft, Leg
from services.account.domain.ledger.references import fingerprint_of
from services.account.domain.refusals import ReferenceReused


def receive_payment(books: Books, command: ReceivePayment, context: Context) -> PaymentReceived:
    """Credit the customer's account; once for each reference."""
    account = books.accounts.get(command.account_number)
    customer_id = account.customer_id if account else None
    try:
        entry_id = _post(books, command, context)
    except DomainError as refusal:
        return PaymentReceived(
            entry_id=None, customer_id=customer_id, code=refusal.code, detail=str(refusal)
        )
    return PaymentReceived(entry_id=entry_id, customer_id=customer_id)


def _post(books: Books, command: ReceivePayment, context: Context) -> UUID:
    minor, currency = command.amount.minor, command.amount.currency
    account = books.of_customer(command.account_number, context.subject)
    fingerprint = fingerprint_of(_item(command))
    before = books.posted.get(command.reference)
    if before is not None:
        if before.fingerprint != fingerprint:
            raise ReferenceReused
        return before.entry_id
    check_currency(account, currency)
    check_movement(account, minor)
    clearing = books.other(command.from_account)
    check_may_book(ReceivePayment, context.sender, clearing)
    check_movement(clearing, -minor)
    entry = books.book(
        Draft(
            reference=command.reference,
            kind=EntryKind.PAYMENT,
            currency=currency,
            legs=(Leg(clearing, -minor), Leg(account, minor)),
            description=command.description,
            value_date=books.business_date,
            caused_by=context.message_id,
            actor=context.subject.id,
            owner=context.sender,
            fingerprint=fingerprint,
        )
    )
    return entry.row.entry_id


def _item(command: ReceivePayment) -> EntryItem:
    """What its reference stands for, in the words of any entry."""
    minor = command.amount.minor
    return EntryItem(
        reference=command.reference,
        kind=EntryKind.PAYMENT,
        currency=command.amount.currency,
        legs=(
            Named(account_number=command.from_account, amount_minor=-minor),
            Named(account_number=command.account_number, amount_minor=minor),
        ),
        description=command.description,
    )
