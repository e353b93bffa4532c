"""Any balanced entry, for our own services and the operator's tools."""

from collections import defaultdict

from contracts.account.movements import (
    EntriesPosted,
    EntryItem,
    EntryOutcome,
    EntryPosted,
    PostEntries,
    PostEntry,
)
from contracts.account.values import EntryKind
from contracts.envelope import DomainError, Role, Subject
from contracts.money import Currency, CurrencyMismatch
from infra.handling.context import Context
from services.account.domain.commands.booking import check_may_book
from services.account.domain.ledger.accounts import LedgerAccount, check_currency, check_movement
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.dates import value_date_of
from services.account.domain.ledger.entries import Draft, Leg, Posted
from services.account.domain.ledger.references import fingerprint_of
from services.account.domain.refusals import (
    EmptyLeg,
    ReferenceReused,
    ReservedKind,
    SameAccount,
    UnbalancedEntry,
    UnknownCounterparty,
)

RESERVED_KINDS = frozenset({EntryKind.CAPTURE, EntryKind.REVERSAL})


def post_entry(books: Books, command: PostEntry, context: Context) -> EntryPosted:
    """Post one entry; the same reference with the same content is the entry already posted."""
    posted = _post(books, command, PostEntry, context)
    return EntryPosted(
        entry_id=posted.entry_id, reference=command.reference, booked_at=posted.booked_at
    )


def post_entries(books: Books, command: PostEntries, context: Context) -> EntriesPosted:
    """Post many entries; a refused one is told in its outcome and harms no other."""
    return EntriesPosted(outcomes=tuple([_outcome(books, item, context) for item in command.items]))


def _outcome(books: Books, item: EntryItem, context: Context) -> EntryOutcome:
    try:
        posted = _post(books, item, PostEntries, context)
    except DomainError as refusal:
        return EntryOutcome(reference=item.reference, code=refusal.code, detail=str(refusal))
    return EntryOutcome(reference=item.reference, entry_id=posted.entry_id)


def _post(
    books: Books,
    item: PostEntry | EntryItem,
    command: type[PostEntry | PostEntries],
    context: Context,
) -> Posted:
    fingerprint = fingerprint_of(item)
    before = books.posted.get(item.reference)
    if before is not None:
        if before.fingerprint != fingerprint:
            raise ReferenceReused
        return before
    if item.kind in RESERVED_KINDS:
        raise ReservedKind
    subject = context.subject
    legs = _legs(books, item)
    # Interest that one of our services pays reaches a frozen account too.
    despite_status = item.kind is EntryKind.INTEREST and subject.role is None
    for account, amount_minor, *_ in legs:
        check_may_book(command, context.sender, account)
        if amount_minor < 0 and subject.role is Role.CUSTOMER:
            _check_owner(account, subject)
        check_movement(account, amount_minor, despite_status=despite_status and amount_minor > 0)
    value_date = value_date_of(books, item.value_date, [leg.account for leg in legs])
    books.book(
        Draft(
            item.reference,
            item.kind,
            item.currency,
            legs,
            item.description,
            value_date,
            context.message_id,
            subject.id,
            context.sender,
            fingerprint,
        )
    )
    return books.posted[item.reference]


def _legs(books: Books, item: PostEntry | EntryItem) -> tuple[Leg, ...]:
    """The legs with their accounts: in each currency balanced, each account once."""
    legs = []
    totals: defaultdict[Currency, int] = defaultdict(int)
    for each in item.legs:
        account = books.other(each.account_number)
        currency = each.currency or item.currency
        check_currency(account, currency)
        if each.amount_minor == 0:
            raise EmptyLeg
        totals[currency] += each.amount_minor
        legs.append(Leg(account, each.amount_minor, each.branch_code, each.product_code))
    if any(totals.values()):
        raise UnbalancedEntry
    if not any(leg.account.currency is item.currency for leg in legs):
        raise CurrencyMismatch
    if len({leg.account.id for leg in legs}) < len(legs):
        raise SameAccount
    return tuple(legs)


def _check_owner(account: LedgerAccount, subject: Subject) -> None:
    """A service may post for a customer, but debit no other customer's account for him."""
    if account.customer_id is not None and not subject.may_touch(account.customer_id):
        raise UnknownCounterparty(f"There is no account {account.number}.")
