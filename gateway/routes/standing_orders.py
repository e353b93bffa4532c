"""Standing orders: transfers that the bank makes by itself, again and again or once, later."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.transaction.standing_orders import (
    CancelStandingOrder,
    CreateStandingOrder,
    GetStandingOrder,
    ListStandingOrders,
    Occurrences,
    OrderFrequency,
    OrderState,
    PauseStandingOrder,
    ResumeStandingOrder,
    Retries,
    SkipStandingOrder,
)
from contracts.words import AccountNumber, Reason, Text
from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.standing_orders import (
    STANDING_ORDER,
    StandingOrderAnswer,
    StandingOrdersAnswer,
)
from gateway.idempotency import Key
from gateway.loan_terms import DueDatesRequest
from gateway.money import Amount, money
from gateway.routing import EdgeRouter
from gateway.schemas import After, Body, IsoDate, Limit, RowFilter, UuidPath, example

router = EdgeRouter("/api/transactions/standing-orders", "transactions")

OrderPath = Annotated[UuidPath, Path(examples=[STANDING_ORDER])]


class StandingOrderRequest(DueDatesRequest):
    """Transfers to be made from one account of this bank to another."""

    model_config = example(
        from_account=ACCOUNT, to_account=OTHER_ACCOUNT, amount="250.00", frequency="MONTHLY",
        start_date="2030-01-31", occurrences=12, description="rent",
    )  # fmt: skip

    from_account: AccountNumber
    to_account: AccountNumber
    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    frequency: OrderFrequency
    start_date: IsoDate
    end_date: IsoDate | None = None
    occurrences: Occurrences | None = None
    description: Text = ""
    retries: Retries = Field(
        default=2, description="How many times one transfer is tried again, on the next days."
    )


class CancelOrderRequest(Body):
    """Why the order ends."""

    model_config = example(reason="the flat is given up")

    reason: Reason


class PauseRequest(Body):
    """Why nothing is made for a while."""

    model_config = example(reason="the tenant is away")

    reason: Reason


class SkipRequest(Body):
    """Which transfer is left out; without a date the next one."""

    model_config = example(date="2030-02-28")

    date: IsoDate | None = None


@router.sends(CreateStandingOrder, "POST ", answers=StandingOrderAnswer, key=Key.REQUIRED)
def create_standing_order(body: StandingOrderRequest) -> CreateStandingOrder:
    """Have transfers made by the bank itself; the first one today, if it is due today."""
    return CreateStandingOrder(
        **body.model_dump(exclude={"amount", "currency"}), amount=money(body.amount, body.currency)
    )


@router.asks(ListStandingOrders, "GET ", answers=StandingOrdersAnswer)
def list_standing_orders(
    account_number: Annotated[AccountNumber | None, Query()] = None,
    customer_id: RowFilter = None,
    state: Annotated[OrderState | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListStandingOrders:
    """Standing orders by the account that pays, newest first; a customer sees his own."""
    return ListStandingOrders(
        account_number=account_number,
        customer_id=customer_id,
        state=state,
        limit=limit,
        cursor=cursor,
    )


@router.asks(GetStandingOrder, "GET /{order_id}", answers=StandingOrderAnswer)
def get_standing_order(order_id: OrderPath) -> GetStandingOrder:
    """One standing order, when it is due next, and what became of its newest transfers."""
    return GetStandingOrder(order_id=order_id)


@router.sends(
    CancelStandingOrder, "POST /{order_id}/cancel", answers=StandingOrderAnswer, status=200
)
def cancel_standing_order(order_id: OrderPath, body: CancelOrderRequest) -> CancelStandingOrder:
    """End an order; a transfer that is under way ends as it ends, and none begins any more."""
    return CancelStandingOrder(order_id=order_id, reason=body.reason)


@router.sends(PauseStandingOrder, "POST /{order_id}/pause", answers=StandingOrderAnswer, status=200)
def pause_standing_order(order_id: OrderPath, body: PauseRequest) -> PauseStandingOrder:
    """Make no transfer until somebody resumes the order: what falls due meanwhile is left out."""
    return PauseStandingOrder(order_id=order_id, reason=body.reason)


@router.sends(
    ResumeStandingOrder, "POST /{order_id}/resume", answers=StandingOrderAnswer, status=200
)
def resume_standing_order(order_id: OrderPath) -> ResumeStandingOrder:
    """Make transfers again, from the first one that is due on a later day; nothing is made up."""
    return ResumeStandingOrder(order_id=order_id)


@router.sends(SkipStandingOrder, "POST /{order_id}/skip", answers=StandingOrderAnswer, status=200)
def skip_standing_order(order_id: OrderPath, body: SkipRequest) -> SkipStandingOrder:
    """Leave out the transfer that is due on a later day, or without a date the next one."""
    return SkipStandingOrder(order_id=order_id, due_date=body.date)
