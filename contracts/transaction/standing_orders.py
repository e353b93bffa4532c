"""Standing orders: transfers inside the bank that are made again and again, or once, later."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.account.values import STAFF_MOVEMENTS
from contracts.calendar import DueDates
from contracts.envelope import EVERYONE, Command, Event, Message, Query, Role
from contracts.money import Currency, Money
from contracts.words import AccountNumber, Cursor, CustomerId, PageSize, Reason, Text

OCCURRENCES_MAX = 1_000
RETRIES_MAX = 10
EXECUTIONS_SHOWN_MAX = 50  # the newest

Occurrences = Annotated[int, Field(strict=True, ge=1, le=OCCURRENCES_MAX)]
Retries = Annotated[int, Field(strict=True, ge=0, le=RETRIES_MAX)]

_MAKERS = EVERYONE - {Role.AUDITOR}


class OrderFrequency(StrEnum):
    """How often a transfer is due, counted from the first day."""

    ONCE = "ONCE"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    HALF_YEARLY = "HALF_YEARLY"
    YEARLY = "YEARLY"


class OrderState(StrEnum):
    """Open until it ends, once: all of it is done, somebody cancels it, or it cannot go on. While
    it is paused, what falls due of it is left out."""

    OPEN = "open"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ExecutionState(StrEnum):
    """Pending until it is tried again; skipped when its day was left out; cancelled when its order
    was taken back before."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why a transfer was left out."""

    REQUESTED = "requested"  # somebody has asked for that
    ORDER_PAUSED = "order-paused"  # when it would have been made


class OrderDates(DueDates):
    """On which days transfers are due. Without an end there is none."""

    frequency: OrderFrequency
    start_date: date  # of the first one
    end_date: date | None = None  # none is due after it
    occurrences: Occurrences | None = None  # so many in all


class Execution(BaseModel):
    """What became of one transfer of an order."""

    model_config = ConfigDict(frozen=True)

    number: int  # 1, 2, 3 … per order
    due_date: date
    state: ExecutionState
    tries: int
    next_try: date | None  # None: it is not tried again
    code: str | None  # why the last try failed, or why it was left out
    entry_id: UUID | None  # None: nothing moved, or it was booked before anybody kept it
    ended_at: datetime | None


class StandingOrder(OrderDates, Message):
    """An order with its newest executions, as far as they are asked for."""

    order_id: UUID
    state: OrderState
    customer_id: int  # whose account pays
    from_account: str
    to_account: str
    amount_minor: int
    currency: Currency
    description: str
    retries: int  # further tries of one transfer, one on each of the next days
    next_date: date | None  # when the next transfer is due; it is left out if it finds a pause
    made_at: datetime
    ended_at: datetime | None
    reason: str | None  # why it is paused or was cancelled, or the code with which it failed
    executions: tuple[Execution, ...] = ()


class StandingOrderShown(StandingOrder):
    """The order as a command has left it."""


class CreateStandingOrder(OrderDates, Command):
    """Have transfers made from one account of this bank to another; staff need approval above an
    amount, once for all of its transfers."""

    reply = StandingOrderShown
    roles = _MAKERS
    approval = STAFF_MOVEMENTS
    about = ("standing-order:{reply.order_id}", "account:{from_account}")

    from_account: AccountNumber
    to_account: AccountNumber
    amount: Money
    description: Text = ""
    retries: Retries = 2


class CancelStandingOrder(Command):
    """End an order; what is being transferred at this moment ends as it ends."""

    reply = StandingOrderShown
    roles = _MAKERS
    about = "standing-order:{order_id}"

    order_id: UUID
    reason: Reason


class PauseStandingOrder(Command):
    """Make no transfer until somebody resumes the order: what falls due meanwhile is left out. What
    is being transferred at this moment ends as it ends."""

    reply = StandingOrderShown
    roles = _MAKERS
    about = "standing-order:{order_id}"

    order_id: UUID
    reason: Reason


class ResumeStandingOrder(Command):
    """Make transfers again, from the first one that is due on a later day; nothing is made up."""

    reply = StandingOrderShown
    roles = _MAKERS
    about = "standing-order:{order_id}"

    order_id: UUID


class SkipStandingOrder(Command):
    """Leave out the transfer that is due on a later day, or the next one."""

    reply = StandingOrderShown
    roles = _MAKERS
    about = "standing-order:{order_id}"

    order_id: UUID
    due_date: date | None = None  # None: the next one


class GetStandingOrder(Query):
    """One order with its newest executions; a customer sees those from his accounts only."""

    reply = StandingOrder

    order_id: UUID


class StandingOrders(Message):
    """A page of orders; `next_cursor` is None on the last one."""

    items: tuple[StandingOrder, ...]
    next_cursor: str | None


class ListStandingOrders(Query):
    """Orders, newest first; a customer sees those from his accounts only."""

    reply = StandingOrders

    account_number: AccountNumber | None = None
    customer_id: CustomerId | None = None
    state: OrderState | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class AboutStandingOrder(Event):
    """What all that is told of an order says. A transfer that was made is told by the books."""

    order_id: UUID
    customer_id: int
    from_account: str
    to_account: str
    amount_minor: int
    currency: Currency

    @property
    def aggregate(self) -> str:
        return f"standing-order:{self.order_id}"


class StandingOrderCreated(AboutStandingOrder):
    """Transfers will be made by themselves."""

    frequency: OrderFrequency
    next_date: date | None  # None: the only one is due on the day on which it was made


class StandingOrderFailed(AboutStandingOrder):
    """One transfer of an order was not made and is not tried any more; the order may go on."""

    number: int
    due_date: date
    code: str


class StandingOrderSkipped(AboutStandingOrder):
    """One transfer of an order is left out."""

    number: int
    due_date: date
    why: SkipReason


class StandingOrderPaused(AboutStandingOrder):
    """No transfer is made until the order is resumed."""

    reason: str


class StandingOrderResumed(AboutStandingOrder):
    """Transfers are made again."""

    next_date: date | None  # None: nothing is left to be made


class StandingOrderEnded(AboutStandingOrder):
    """No more transfers are made by this order."""

    state: OrderState
    reason: str | None
