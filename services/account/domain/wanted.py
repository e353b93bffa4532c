"""What a command needs to find in the books: named before it is decided, to be locked at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.account import (
    CaptureHold,
    ChangeAccountStatus,
    EntryKind,
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PlaceHold,
    PostEntries,
    PostEntry,
    ReleaseHold,
    ReverseEntry,
)
from contracts.envelope import Message
from infra.service import Asked
from services.account.domain.accounts import CASH, internal_number
from services.account.domain.references import reference_of


@dataclass(slots=True)
class Wanted:
    """Account numbers, and the holds, entries and references that lead to more of them."""

    numbers: set[str] = field(default_factory=set)
    profiles: set[str] = field(default_factory=set)  # numbers of accounts to be described
    hold_ids: set[UUID] = field(default_factory=set)
    entry_ids: set[UUID] = field(default_factory=set)  # to be reversed
    references: set[str] = field(default_factory=set)


def wanted_by(batch: Iterable[Asked[Any]]) -> Wanted:
    """Everything these commands need, together."""
    wanted = Wanted()
    for asked in batch:
        command: type[Message] = type(asked.message)
        _WANTS[command](wanted, asked.message)
        if command in _BOOKS:
            wanted.references.add(reference_of(_BOOKS[command], asked.context.message_id))
    return wanted


def _cash(wanted: Wanted, command: MakeDeposit | MakeWithdrawal) -> None:
    wanted.numbers.add(command.account_number)
    wanted.numbers.add(internal_number(CASH, command.amount.currency))


def _transfer(wanted: Wanted, command: MakeTransfer) -> None:
    wanted.numbers.update((command.from_account, command.to_account))


def _entry(wanted: Wanted, command: PostEntry) -> None:
    wanted.references.add(command.reference)
    wanted.numbers.update([leg.account_number for leg in command.legs])


def _entries(wanted: Wanted, command: PostEntries) -> None:
    wanted.references.update([item.reference for item in command.items])
    wanted.numbers.update([leg.account_number for item in command.items for leg in item.legs])


def _reversal(wanted: Wanted, command: ReverseEntry) -> None:
    wanted.entry_ids.add(command.entry_id)


def _hold(wanted: Wanted, command: PlaceHold) -> None:
    wanted.hold_ids.add(command.hold_id)
    wanted.numbers.add(command.account_number)


def _capture(wanted: Wanted, command: CaptureHold) -> None:
    wanted.hold_ids.add(command.hold_id)
    wanted.numbers.add(command.to_account)


def _release(wanted: Wanted, command: ReleaseHold) -> None:
    wanted.hold_ids.add(command.hold_id)


def _status(wanted: Wanted, command: ChangeAccountStatus) -> None:
    wanted.numbers.add(command.account_number)
    wanted.profiles.add(command.account_number)


_WANTS: dict[type[Message], Callable[[Wanted, Any], None]] = {
    MakeDeposit: _cash,
    MakeWithdrawal: _cash,
    MakeTransfer: _transfer,
    PostEntry: _entry,
    PostEntries: _entries,
    ReverseEntry: _reversal,
    PlaceHold: _hold,
    CaptureHold: _capture,
    ReleaseHold: _release,
    ChangeAccountStatus: _status,
}

# Commands whose entry takes its reference from the message.
_BOOKS: dict[type[Message], EntryKind] = {
    MakeDeposit: EntryKind.DEPOSIT,
    MakeWithdrawal: EntryKind.WITHDRAWAL,
    MakeTransfer: EntryKind.TRANSFER,
    CaptureHold: EntryKind.CAPTURE,
    ReverseEntry: EntryKind.REVERSAL,
}
