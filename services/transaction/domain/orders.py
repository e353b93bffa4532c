"""Standing orders as they are kept, and what follows when a transfer is due or has been tried."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from contracts.account.accounts import Account
from contracts.account.values import AccountStatus
from contracts.envelope import Subject
from contracts.money import CurrencyMismatch, Money, format_minor
from contracts.transaction.standing_orders import (
    CreateStandingOrder,
    ExecutionState,
    OrderDates,
    OrderState,
)
from services.transaction.domain.occurrences import Occurrence, following
from services.transaction.domain.refusals import (
    AlreadyPaused,
    NotPaused,
    OrderToItself,
    PayerClosed,
)

ORDERS_PER_ACCOUNT_MAX = 50  # that have not ended
SKIPPED_MAX = 100  # transfers to come of one order
FAILED_IN_A_ROW_MAX = 3  # then an order ends
# What will not come right by itself: the order ends with it at once.
HOPELESS = frozenset({"unknown-account", "account-closed", "customer-closed", "currency-mismatch"})
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands, locked until the transaction ends."""

    order_id: UUID
    customer_id: int
    from_account: str
    to_account: str
    amount: Money
    description: str
    dates: OrderDates
    retries: int
    maker: Subject  # by whose authority the books are asked
    state: OrderState
    next: Occurrence | None
    failed_in_a_row: int
    reason: str | None = None


class Try(NamedTuple):
    """A transfer of an order that is to be tried, for the first time or again."""

    order_id: UUID
    number: int
    due_on: date
    attempt: int  # 1: it was never tried before


class Waiting(NamedTuple):
    """What is kept of a transfer that was not made: it is tried again on that day, or left out."""

    order_id: UUID
    number: int
    due_on: date
    attempt: int
    try_on: date | None  # None: it is left out


class Settled(NamedTuple):
    """What a try means for its transfer, and for the order."""

    state: ExecutionState
    try_on: date | None
    order: Order


class SettledTry(NamedTuple):
    """A try that is over, with what is kept of it."""

    result: Settled
    number: int
    due_on: date
    code: str | None  # why it was refused
    entry_id: UUID | None


def check_accounts(wish: CreateStandingOrder, payer: Account) -> None:
    """Ask whether the account can pay by this order at all.

    Raises:
        OrderToItself, CurrencyMismatch, PayerClosed: it cannot.
    """
    if wish.from_account == wish.to_account:
        raise OrderToItself
    if payer.currency is not wish.amount.currency:
        raise CurrencyMismatch
    if payer.status is AccountStatus.CLOSED:
        raise PayerClosed


def why_it_waits(amount: Money, above: str) -> str | None:
    """Why each of its transfers needs a second person by these terms; None: they do not."""
    above_minor = int(Decimal(above).scaleb(amount.currency.scale))
    if amount.minor <= above_minor:
        return None
    limit = format_minor(above_minor, amount.currency)
    return f"Each transfer moves more than {limit} {amount.currency}."


def due(order: Order, waiting: Collection[Waiting], day: date) -> tuple[list[Try], Order]:
    """What is to be tried on this day, and the order as it is then; missed days count with it. Of
    a paused order it is what is left out."""
    skipped = {each.number for each in waiting if each.try_on is None}
    tries = [
        Try(order.order_id, each.number, each.due_on, each.attempt + 1)
        for each in waiting
        if each.try_on is not None and each.try_on <= day
    ]
    upcoming = order.next
    while upcoming is not None and upcoming.due_on <= day:
        tries.append(Try(order.order_id, upcoming.number, upcoming.due_on, 1))
        upcoming = following(order.dates, upcoming.number, skipped)
    return tries, replace(order, next=upcoming)


def has_not_ended(order: Order) -> bool:
    """Whether transfers of it are made, or may be made again."""
    return order.state in {OrderState.OPEN, OrderState.PAUSED}


def made(order: Order) -> Settled:
    """The transfer was made."""
    return Settled(ExecutionState.COMPLETED, None, replace(order, failed_in_a_row=0))


def refused(order: Order, attempt: int, code: str, today: date) -> Settled:
    """The books have said no: tried again on the next day while the order allows and goes on."""
    goes_on, is_hopeless = has_not_ended(order), code in HOPELESS
    if goes_on and not is_hopeless and attempt <= order.retries:
        return Settled(ExecutionState.PENDING, today + _ONE_DAY, order)
    order = replace(order, failed_in_a_row=order.failed_in_a_row + 1)
    if goes_on and (is_hopeless or order.failed_in_a_row >= FAILED_IN_A_ROW_MAX):
        order = ended(order, OrderState.FAILED, code)
    return Settled(ExecutionState.FAILED, None, order)


def paused(order: Order, reason: str) -> Order:
    """The order as it is while nothing of it is made.

    Raises:
        AlreadyPaused: so it is.
    """
    if order.state is OrderState.PAUSED:
        raise AlreadyPaused
    return replace(order, state=OrderState.PAUSED, reason=reason)


def resumed(order: Order) -> Order:
    """The order as it goes on.

    Raises:
        NotPaused: it never stopped.
    """
    if order.state is not OrderState.PAUSED:
        raise NotPaused
    return replace(order, state=OrderState.OPEN, reason=None)


def ended(order: Order, state: OrderState, reason: str | None) -> Order:
    """The order as it is when it has ended."""
    return replace(order, state=state, reason=reason, next=None)
