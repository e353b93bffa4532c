"""Standing orders as answers, with what became of their transfers."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from contracts.calendar import HolidayRule
from contracts.money import Currency
from contracts.transaction.standing_orders import (
    Execution,
    ExecutionState,
    OrderFrequency,
    OrderState,
    StandingOrder,
    StandingOrders,
)
from contracts.words import Weekday
from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.postings import TRANSACTION
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example
from gateway.telling import From

STANDING_ORDER = "01941f29-7c00-7000-8000-000000000021"
AN_ORDER = {
    "order_id": STANDING_ORDER, "state": "open", "customer_id": 1, "from_account": ACCOUNT,
    "to_account": OTHER_ACCOUNT, "amount": "250.00", "currency": "INR", "description": "rent",
    "frequency": "MONTHLY", "start_date": "2026-01-31", "end_date": None, "occurrences": 12,
    "holiday_rule": "SAME_DAY", "holidays": [], "weekly_holidays": [], "retries": 2,
    "next_date": "2026-02-28", "made_at": "2026-01-01T10:00:00Z", "ended_at": None, "reason": None,
    "executions": [
        {
            "number": 1, "due_date": "2026-01-31", "state": "completed", "tries": 1,
            "next_try": None, "code": None, "transaction_id": TRANSACTION,
            "ended_at": "2026-01-31T00:00:05Z",
        }
    ],
}  # fmt: skip


class ExecutionAnswer(Answer):
    """One transfer of an order."""

    tells = Execution

    number: int
    due_date: date
    state: ExecutionState
    tries: int
    next_try: date | None
    code: str | None
    transaction_id: Annotated[UUID | None, From("entry_id")]
    ended_at: datetime | None


class StandingOrderAnswer(Answer):
    """A standing order and its newest transfers, at most 50."""

    model_config = example(**AN_ORDER)
    location: ClassVar[str | None] = "/api/transactions/standing-orders/{order_id}"
    tells = StandingOrder

    order_id: UUID
    state: OrderState
    customer_id: int
    from_account: str
    to_account: str
    amount: MoneyText
    currency: Currency
    description: str
    frequency: OrderFrequency
    start_date: date
    end_date: date | None
    occurrences: int | None
    holiday_rule: HolidayRule
    holidays: tuple[date, ...]
    weekly_holidays: tuple[Weekday, ...]
    retries: int
    next_date: date | None
    made_at: datetime
    ended_at: datetime | None
    reason: str | None
    executions: tuple[ExecutionAnswer, ...]


class StandingOrdersAnswer(Page[StandingOrderAnswer]):
    """Standing orders, newest first, without their transfers."""

    model_config = example(items=[{**AN_ORDER, "executions": []}], next_cursor=None)
    tells = StandingOrders
