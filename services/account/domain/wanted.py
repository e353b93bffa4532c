"""What a command needs to find in the books: named before it is decided, to be locked at once."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.account import (
    CaptureHold,
    ChangeAccountStatus,
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PlaceHold,
    PostEntries,
    PostEntry,
    ReleaseHold,
    ReverseEntry,
)
from services.account.domain.accounts import CASH, internal_number


@dataclass(slots=True)
class Wanted:
    """Account numbers, and the holds, entries and references that lead to more of them."""

    numbers: set[str] = field(default_factory=set)
    profiles: set[str] = field(default_factory=set)  # numbers of accounts to be described
    hold_ids: set[UUID] = field(default_factory=set)
    entry_ids: set[UUID] = field(default_factory=set)  # to be reversed
    references: set[str] = field(default_factory=set)
    trace_ids: dict[UUID, str] = field(default_factory=dict)  # of the calls, by their messages


def want_cash(wanted: Wanted, command: MakeDeposit | MakeWithdrawal) -> None:
    wanted.numbers.add(command.account_number)
    wanted.numbers.add(internal_number(CASH, command.amount.currency))


def want_transfer(wanted: Wanted, command: MakeTransfer) -> None:
    wanted.numbers.update((command.from_account, command.to_account))


def want_entry(wanted: Wanted, command: PostEntry) -> None:
    wanted.references.add(command.reference)
    wanted.numbers.update([leg.account_number for leg in command.legs])


def want_entries(wanted: Wanted, command: PostEntries) -> None:
    wanted.references.update([item.reference for item in command.items])
    wanted.numbers.update([leg.account_number for item in command.items for leg in item.legs])


def want_reversal(wanted: Wanted, command: ReverseEntry) -> None:
    wanted.entry_ids.add(command.entry_id)


def want_hold(wanted: Wanted, command: PlaceHold) -> None:
    wanted.hold_ids.add(command.hold_id)
    wanted.numbers.add(command.account_number)


def want_capture(wanted: Wanted, command: CaptureHold) -> None:
    wanted.hold_ids.add(command.hold_id)
    wanted.numbers.add(command.to_account)


def want_release(wanted: Wanted, command: ReleaseHold) -> None:
    wanted.hold_ids.add(command.hold_id)


def want_status(wanted: Wanted, command: ChangeAccountStatus) -> None:
    wanted.numbers.add(command.account_number)
    wanted.profiles.add(command.account_number)
