"""Which function decides which command."""

from collections.abc import Callable
from typing import Any

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
from contracts.envelope import Command, Message
from infra.service import Context
from services.account.domain.books import Books
from services.account.domain.cash import make_deposit, make_withdrawal
from services.account.domain.entries import post_entries, post_entry
from services.account.domain.holds import capture_hold, place_hold, release_hold
from services.account.domain.reversals import reverse_entry
from services.account.domain.status import change_account_status
from services.account.domain.transfers import make_transfer

DECISIONS: dict[type[Command], Callable[[Books, Any, Context], Message]] = {
    MakeDeposit: make_deposit,
    MakeWithdrawal: make_withdrawal,
    MakeTransfer: make_transfer,
    PostEntry: post_entry,
    PostEntries: post_entries,
    ReverseEntry: reverse_entry,
    PlaceHold: place_hold,
    CaptureHold: capture_hold,
    ReleaseHold: release_hold,
    ChangeAccountStatus: change_account_status,
}
