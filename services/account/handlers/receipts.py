"""Receipts of entries, and whether one is ours."""

from typing import Any

from contracts.account.movements import Entry
from contracts.account.receipts import GetCheckedReceipt, GetReceipt, Receipt, ReceiptChecked
from contracts.account.values import EntryKind, EntrySide
from infra.handling.context import Context
from services.account.domain.ledger.chart import FEE_INCOME, GST_PAYABLE, internal_number
from services.account.domain.refusals import UnknownReceipt
from services.account.handlers.questions import visible_entry
from services.account.handlers.registry import service
from services.account.sealing import code_of, entry_of
from services.account.store import AccountStore

_SHOWN_DIGITS = 4
_OF_PAYMENTS = frozenset({EntryKind.PAYMENT, EntryKind.REVERSAL})


@service.answers(GetReceipt)
async def get_receipt(query: GetReceipt, store: AccountStore, context: Context) -> Receipt:
    """For whoever may see the entry."""
    seen = await visible_entry(query.entry_id, store, context.subject)
    entry = await store.entry(query.entry_id) or seen
    payer, payee = _pair(entry)
    return Receipt(
        entry_id=seen.entry_id,
        code=code_of(seen.entry_id),
        description=seen.description,
        booked_at=seen.booked_at,
        value_date=seen.value_date,
        from_account=payer,
        to_account=payee,
        fee_minor=_charged(entry, FEE_INCOME),
        gst_minor=_charged(entry, GST_PAYABLE),
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


def _charged(entry: Entry, line: str) -> int:
    return sum([abs(side.amount_minor) for side in _charges(entry, line)])


def _charges(entry: Entry, line: str) -> list[EntrySide]:
    """What is charged on this line for a payment to another bank, or given back with it."""
    if entry.kind not in _OF_PAYMENTS or len(entry.postings) == 2:
        return []
    number = internal_number(line, entry.currency)
    return [side for side in entry.postings if side.account_number == number]


def _pair(entry: Entry) -> tuple[str, str] | tuple[None, None]:
    """From whom to whom, where the entry has two sides beside what is charged."""
    charged = [side for line in (FEE_INCOME, GST_PAYABLE) for side in _charges(entry, line)]
    sides = [side for side in entry.postings if side not in charged]
    numbers = {side.amount_minor > 0: side.account_number for side in sides}
    is_pair = len(sides) == len(numbers) == 2
    return (numbers[False], numbers[True]) if is_pair else (None, None)
