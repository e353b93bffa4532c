"""Holds: money set aside, captured in part or whole, given back."""

from datetime import datetime
from operator import not_
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.account.values import STAFF_MOVEMENTS, EntryKind, HoldState
from contracts.envelope import Command, Message, Query
from contracts.money import Currency, Money, Whole
from contracts.words import AccountNumber, Cursor, CustomerId, Moment, PageSize, Reason, Text

CHARGES_MAX = 4  # of one capture


class Hold(Message):
    """Money set aside; in minor units, what is still held is amount - captured - released."""

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


class HoldPlaced(Hold):
    """Reply to PlaceHold: the money is set aside."""

    customer_id: int  # whose account it is


class PlaceHold(Command):
    """Set money aside: the balance stays, the available balance falls.

    `hold_id` is chosen by the sender, so that a repeated step of a saga finds its own hold.
    """

    reply = HoldPlaced
    senders = frozenset({"gateway", "payment"})
    about = "account:{account_number}"

    hold_id: UUID
    account_number: AccountNumber
    amount: Money
    reason: Reason
    expires_at: Moment | None = None
    customer_id: CustomerId | None = None  # whose account it has to be; None: anybody's


class Charge(BaseModel):
    """A part of held money that the bank keeps, on a line of what it earns or owes as tax."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to_account: AccountNumber
    amount: Money


class HoldCaptured(Hold):
    """Reply to CaptureHold: `entry_id` moved the money."""

    entry_id: UUID


class CaptureHold(Command):
    """Move held money to `to_account`; a final capture releases the rest and ends the hold.

    A hold is captured and released by who placed it: for all others it is not there. With charges
    `amount` and they are together all that is held, and one entry moves it.
    """

    reply = HoldCaptured
    approval = STAFF_MOVEMENTS
    senders = frozenset({"gateway", "payment"})
    about = "hold:{hold_id}"

    hold_id: UUID
    to_account: AccountNumber
    # Of it, what goes to `to_account`; None or Whole: all that is still held, so without charges.
    amount: Money | Whole | None = None
    # Without any the content is what it was before there were charges, so one that was sent then
    # and is sent again now is the same message.
    charges: Annotated[tuple[Charge, ...], Field(max_length=CHARGES_MAX, exclude_if=not_)] = ()
    final: bool = True
    kind: EntryKind = EntryKind.CAPTURE
    description: Text = ""


class HoldReleased(Hold):
    """Reply to ReleaseHold: what was still held can be spent again."""


class ReleaseHold(Command):
    """Give held money back. Releasing a hold that never came to be also succeeds for a service:
    the late PlaceHold is then refused, so a compensation may overtake the step it undoes."""

    reply = HoldReleased
    senders = frozenset({"gateway", "payment"})
    about = "hold:{hold_id}"

    hold_id: UUID
    reason: Reason = "released"


class GetHold(Query):
    """One hold, open or ended."""

    reply = Hold

    hold_id: UUID


class Holds(Message):
    """A page of holds; `next_cursor` is None on the last one."""

    items: tuple[Hold, ...]
    next_cursor: str | None


class ListHolds(Query):
    """The holds of one account, newest first, open and ended."""

    reply = Holds

    account_number: AccountNumber
    state: HoldState | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
