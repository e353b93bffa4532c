"""Every command about money: what it needs in the books, and the function that decides it.

This table is the one place that lists them; a function bears the name of its command.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import (
    MakeDeposit,
    MakeOrderedTransfer,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReceivePayment,
    ReverseCapture,
    ReverseEntry,
)
from contracts.account.values import EntryKind
from contracts.envelope import Command, Message
from infra.handling.context import Asked, Context
from services.account.domain.commands.cash import make_deposit, make_withdrawal
from services.account.domain.commands.entries import post_entries, post_entry
from services.account.domain.commands.holds import capture_hold, place_hold, release_hold
from services.account.domain.commands.receiving import receive_payment
from services.account.domain.commands.reversals import reverse_capture, reverse_entry
from services.account.domain.commands.status import change_account_status
from services.account.domain.commands.transfers import make_ordered_transfer, make_transfer
from services.account.domain.commands.wanted import (
    want_capture,
    want_capture_reversal,
    want_cash,
    want_entries,
    want_entry,
    want_hold,
    want_receipt,
    want_release,
    want_reversal,
    want_status,
    want_transfer,
)
from services.account.domain.ledger.books import Books, Wanted
from services.account.domain.ledger.references import reference_of


class Decision(NamedTuple):
    """All that one command is about."""

    decide: Callable[[Books, Any, Context], Message]
    want: Callable[[Wanted, Any], None]
    books: EntryKind | None = None  # the entry that takes its reference from the message


DECISIONS: dict[type[Command], Decision] = {
    MakeDeposit: Decision(make_deposit, want_cash, EntryKind.DEPOSIT),
    MakeWithdrawal: Decision(make_withdrawal, want_cash, EntryKind.WITHDRAWAL),
    MakeTransfer: Decision(make_transfer, want_transfer, EntryKind.TRANSFER),
    MakeOrderedTransfer: Decision(make_ordered_transfer, want_transfer, EntryKind.TRANSFER),
    PostEntry: Decision(post_entry, want_entry),
    PostEntries: Decision(post_entries, want_entries),
    ReceivePayment: Decision(receive_payment, want_receipt),
    ReverseEntry: Decision(reverse_entry, want_reversal, EntryKind.REVERSAL),
    ReverseCapture: Decision(reverse_capture, want_capture_reversal, EntryKind.REVERSAL),
    PlaceHold: Decision(place_hold, want_hold),
    CaptureHold: Decision(capture_hold, want_capture, EntryKind.CAPTURE),
    ReleaseHold: Decision(release_hold, want_release),
    ChangeAccountStatus: Decision(change_account_status, want_status),
}


def wanted_by(batch: Iterable[Asked[Any]]) -> Wanted:
    """Everything these commands need, together."""
    wanted = Wanted()
    for asked in batch:
        decision = DECISIONS[type(asked.message)]
        decision.want(wanted, asked.message)
        if asked.context.trace is not None:
            wanted.trace_ids[asked.context.message_id] = asked.context.trace.id
        if decision.books is not None:
            wanted.references.add(reference_of(decision.books, asked.context.message_id))
    return wanted
