"""What the world hears of an entry: one AccountDebited or AccountCredited per posting."""

from collections.abc import Iterable
from typing import Any

from contracts.account.books import AccountCredited, AccountDebited, Moved
from services.account.domain.ledger.entries import Entry, EntryRow


def moved(entries: Iterable[Entry]) -> list[Moved]:
    """The events of these entries, in the order in which their postings were booked."""
    events: list[Moved] = []
    for entry in entries:
        about = _about(entry.row)
        for account, posting in zip(entry.accounts, entry.postings, strict=True):
            about |= {
                "account_number": account.number,
                "customer_id": account.customer_id,
                "branch_code": posting.branch_code or account.branch_code,
                "product_code": posting.product_code,
                "gl_code": account.gl_code,
                "gl_name": account.gl_name,
                "gl_class": account.gl_class,
                "currency": posting.currency,
                "sequence": posting.sequence,
                "amount_minor": abs(posting.amount_minor),
                "balance_after_minor": posting.balance_after_minor,
                "counterparty": _counterparty(entry, posting.leg),
            }
            is_credit = posting.amount_minor > 0
            events.append(AccountCredited(**about) if is_credit else AccountDebited(**about))
    return events


def _about(row: EntryRow) -> dict[str, Any]:
    """What all postings of an entry have in common."""
    return {
        "entry_id": row.entry_id,
        "reference": row.reference,
        "kind": row.kind,
        "reverses": row.reverses,
        "description": row.description,
        "booked_at": row.booked_at,
        "booked_on": row.booked_on,
        "value_date": row.value_date,
    }


def _counterparty(entry: Entry, leg: int) -> str | None:
    return entry.accounts[2 - leg].number if len(entry.accounts) == 2 else None
