"""Receipts of entries, and whether one is ours."""

from typing import Any

from contracts.account.movements import Entry
from contracts.account.receipts import GetCheckedReceipt, GetReceipt, Receipt, ReceiptChecked
from infra.handling.context import Context
from services.account.domain.refusals import UnknownReceipt
from services.account.handlers.questions import visible_entry
from services.account.handlers.registry import service
from services.account.sealing import code_of, entry_of
from services.account.store import AccountStore

_SHOWN_DIGITS = 4


@service.answers(GetReceipt)
async def get_receipt(query: GetReceipt, store: AccountStore, context: Context) -> Receipt:
    """For whoever may see the entry."""
    seen = await visible_entry(query.entry_id, store, context.subject)
    payer, payee = _pair(await store.entry(query.entry_id) or seen)
    return Receipt(
        entry_id=seen.entry_id,
        code=code_of(seen.entry_id),
        description=seen.description,
        booked_at=seen.booked_at,
        value_date=seen.value_date,
        from_account=payer,
        to_account=payee,
        **_shared(seen),
    )


@service.answers(GetCheckedReceipt)
async def get_checked_receipt(
    query: GetCheckedReceipt, store: AccountStore, context: Context
) -> ReceiptChecked:
    """What is booked under the code, for anybody who holds it."""
    entry_id = entry_of(query.code)
    entry = await store.entry(entry_id) if entry_id else None
    if entry is None:
        raise UnknownReceipt
    payer, payee = _pair(entry)
    return ReceiptChecked(
        from_account_ends=payer and payer[-_SHOWN_DIGITS:],
        to_account_ends=payee and payee[-_SHOWN_DIGITS:],
        **_shared(entry),
    )


def _shared(entry: Entry) -> dict[str, Any]:
    names = ("reference", "kind", "currency", "amount_minor", "reversed_minor", "booked_on")
    return {name: getattr(entry, name) for name in names}


def _pair(entry: Entry) -> tuple[str, str] | tuple[None, None]:
    """From whom to whom, where the entry has two sides."""
    numbers = {side.amount_minor > 0: side.account_number for side in entry.postings}
    is_pair = len(entry.postings) == len(numbers) == 2
    return (numbers[False], numbers[True]) if is_pair else (None, None)
