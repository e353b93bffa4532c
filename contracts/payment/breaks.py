"""Breaks of the reconciliation: who deals with one, and how two managers end one that stays."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.envelope import Approval, Command, Message, Role
from contracts.money import DEFAULT_CURRENCY, Currency, Money
from contracts.payment.reconciliation import DECIDERS, Break, BreakSide, Number
from contracts.words import Reason

Assignee = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@-]{1,64}$")]
Explaining = Annotated[tuple[Number, ...], Field(min_length=1, max_length=20)]
_MANAGERS = frozenset({Role.MANAGER})
_ABOUT = ("break:{side}-{number}", "settlement-account:{currency}")


class BreakNoted(Message):
    """Reply to NoteBreak: the break as it stands now."""

    item: Break


class NoteBreak(Command):
    """Say who deals with a break, and what is known of it; without an assignee the last stays."""

    reply = BreakNoted
    roles = DECIDERS
    about = _ABOUT

    side: BreakSide
    number: Number
    currency: Currency = DEFAULT_CURRENCY
    assignee: Assignee | None = None
    comment: Reason


class BreakWrittenOff(Message):
    """Reply to WriteOffBreak: what is booked, under this reference, in a moment."""

    write_off_id: UUID
    given_reference: str
    amount_minor: int  # signed, positive where the bank gains
    currency: Currency


class WriteOffBreak(Command):
    """Book a break as a difference that stays, once another manager approves: what the ledger lacks
    is booked, and what it has too much is taken back, against the line of differences."""

    reply = BreakWrittenOff
    roles = _MANAGERS
    approval = Approval(makers=_MANAGERS)
    about = ("break:{side}-{number}", "settlement-account:{amount.currency}")

    side: BreakSide
    number: Number
    amount: Money  # of the break, without its sign: what both managers have looked at
    reason: Reason


class BreakExplained(Message):
    """Reply to ExplainBreak: the breaks are each other's explanation, in one match."""

    match_id: UUID
    numbers: tuple[int, ...]


class ExplainBreak(Command):
    """Say that breaks of one side cancel each other, once another manager approves."""

    reply = BreakExplained
    roles = _MANAGERS
    approval = Approval(makers=_MANAGERS)
    about = _ABOUT

    side: BreakSide
    number: Number
    by: Explaining
    currency: Currency = DEFAULT_CURRENCY
    reason: Reason
