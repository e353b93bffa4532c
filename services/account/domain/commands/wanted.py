"""What each command needs in the books: named before it is decided, to be locked at once."""

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import (
    MakeDeposit,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReceivePayment,
    ReverseCapture,
    ReverseEntry,
    Transfer,
)
from services.account.domain.ledger.books import Wanted
from services.account.domain.ledger.chart import CASH, internal_number


def want_cash(wanted: Wanted, command: MakeDeposit | MakeWithdrawal) -> None:
    wanted.numbers.add(command.account_number)
    wanted.numbers.add(internal_number(CASH, command.amount.currency))


def want_transfer(wanted: Wanted, command: Transfer) -> None:
    wanted.numbers.update((command.from_account, command.to_account))


def want_entry(wanted: Wanted, command: PostEntry) -> None:
    wanted.references.add(command.reference)
    wanted.numbers.update([leg.account_number for leg in command.legs])


def want_receipt(wanted: Wanted, command: ReceivePayment) -> None:
    wanted.references.add(command.reference)
    wanted.numbers.update((command.from_account, command.account_number))


def want_entries(wanted: Wanted, command: PostEntries) -> None:
    wanted.references.update([item.reference for item in command.items])
    wanted.numbers.update([leg.account_number for item in command.items for leg in item.legs])


def want_reversal(wanted: Wanted, command: ReverseEntry) -> None:
    wanted.entry_ids.add(command.entry_id)


def want_capture_reversal(wanted: Wanted, command: ReverseCapture) -> None:
    wanted.captured_ids.add(command.hold_id)


def want_hold(wanted: Wanted, command: PlaceHold) -> None:
    wanted.hold_ids.add(command.hold_id)
    wanted.numbers.add(command.account_number)


def want_capture(wanted: Wanted, command: CaptureHold) -> None:
    wanted.hold_ids.add(command.hold_id)
    wanted.numbers.add(command.to_account)
    wanted.numbers.update([charge.to_account for charge in command.charges])


def want_release(wanted: Wanted, command: ReleaseHold) -> None:
    wanted.hold_ids.add(command.hold_id)


def want_status(wanted: Wanted, command: ChangeAccountStatus) -> None:
    wanted.numbers.add(command.account_number)
    wanted.profiles.add(command.account_number)
