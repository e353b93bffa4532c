"""Holds: money set aside, captured in part or whole, given back."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime

from contracts.account.values import AccountNumber, EntryKind, HoldState, Reason, Text
from contracts.envelope import Command, Message, Query
from contracts.money import Currency, Money


class Hold(Message):
    hold_id: UUID
    account_number: str  # empty in the answer to a release whose hold has not come
    state: HoldState
    amount_minor: int
    captured_minor: int
    released_minor: int
    currency: Currency
    reason: str
    expires_at: datetime | None
    placed_at: datetime
    ended_at: datetime | None


class HoldPlaced(Hold): ...


class PlaceHold(Command):
    """Set money aside: the balance stays, the available balance falls.

    `hold_id` is chosen by the sender, so that a repeated step of a saga finds its own hold.
    """

    reply = HoldPlaced
    senders = frozenset({"gateway", "payment", "loan"})

    hold_id: UUID
    account_number: AccountNumber
    amount: Money
    reason: Reason
    expires_at: AwareDatetime | None = None


class HoldCaptured(Hold):
    entry_id: UUID


class CaptureHold(Command):
    """Move held money to `to_account`; a final capture releases the rest and ends the hold."""

    reply = HoldCaptured
    senders = frozenset({"gateway", "payment", "loan"})

    hold_id: UUID
    to_account: AccountNumber
    amount: Money | None = None  # None: all that is still held
    final: bool = True
    kind: EntryKind = EntryKind.CAPTURE
    description: Text = ""


class HoldReleased(Hold): ...


class ReleaseHold(Command):
    """Give held money back. Releasing a hold that never came to be also succeeds for a service:
    the late PlaceHold is then refused, so a compensation may overtake the step it undoes."""

    reply = HoldReleased
    senders = frozenset({"gateway", "payment", "loan"})

    hold_id: UUID
    reason: Reason = "released"


class GetHold(Query):
    reply = Hold
    senders = frozenset({"gateway", "payment"})

    hold_id: UUID
