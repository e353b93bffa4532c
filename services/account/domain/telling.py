"""What the world hears of an entry: one AccountDebited or AccountCredited per posting."""

from collections.abc import Iterable
from typing import Any

from contracts.account.books import AccountCredited, AccountDebited, Moved
from services.account.domain.ledger.accounts import LedgerAccount
from services.account.domain.ledger.entries import Entry, EntryRow, PostingRow


def moved(entries: Iterable[Entry]) -> list[Moved]:
    """The events of these entries, in the order in which their postings were booked.

    They are made of rows that are about to be stored, and so not judged again.
    """
    events: list[Moved] = []
    for entry in entries:
        for account, posting in zip(entry.accounts, entry.postings, strict=True):
            told = _told(entry.row, account, posting, _counterparty(entry, posting.leg))
            is_credit = posting.amount_minor > 0
            events.append(AccountCredited.of(told) if is_credit else AccountDebited.of(told))
    return events


def _told(
    row: EntryRow, account: LedgerAccount, posting: PostingRow, counterparty: str | None
) -> dict[str, Any]:
    """Every field of the event, in order."""
    return {
        "account_number": account.number,
        "customer_id": account.customer_id,
        "branch_code": posting.branch_code or account.branch_code,
        "product_code": posting.product_code,
        "gl_code": account.gl_code,
        "gl_name": account.gl_name,
        "gl_class": account.gl_class,
        "sequence": posting.sequence,
        "entry_id": row.entry_id,
        "reference": row.reference,
        "kind": row.kind,
        "amount_minor": abs(posting.amount_minor),
        "currency": posting.currency,
        "balance_after_minor": posting.balance_after_minor,
        "counterparty": counterparty,
        "reverses": row.reverses,
        "description": row.description,
        "booked_at": row.booked_at,
        "booked_on": row.booked_on,
        "value_date": row.value_date,
    }


def _counterparty(entry: Entry, leg: int) -> str | None:
    return entry.accounts[2 - leg].number if len(entry.accounts) == 2 else None
