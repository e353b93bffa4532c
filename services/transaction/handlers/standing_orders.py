"""Standing orders made, found and ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from contracts.account.accounts import Account, GetAccount
from contracts.envelope import DomainError, Kind, Role
from contracts.money import CurrencyMismatch
from contracts.transaction.standing_orders import (
    CancelStandingOrder,
    CreateStandingOrder,
    GetStandingOrder,
    ListStandingOrders,
    OrderDates,
    OrderState,
    PauseStandingOrder,
    ResumeStandingOrder,
    SkipReason,
    SkipStandingOrder,
    StandingOrder,
    StandingOrderCreated,
    StandingOrderEnded,
    StandingOrderPaused,
    StandingOrderResumed,
    StandingOrders,
    StandingOrderShown,
)
from infra.data.paging import Cursors, page_of
from infra.handling.context import Ask, Asked, Context
from infra.handling.telling import Outgoing, Told
from infra.runtime.clock import new_id
from infra.sagas.runs import present_of
from services.transaction.domain.occurrences import Occurrence, check_dates, due_on, following
from services.transaction.domain.orders import (
    ORDERS_PER_ACCOUNT_MAX,
    SKIPPED_MAX,
    Order,
    Try,
    check_accounts,
    due,
    ended,
    has_not_ended,
    paused,
    resumed,
    why_it_waits,
)
from services.transaction.domain.refusals import (
    AlreadyDue,
    AlreadyOrdered,
    NothingDueThen,
    StandingOrderOver,
    TooManyOrders,
    TooManySkipped,
    UnknownPayee,
    UnknownPayer,
)
from services.transaction.handlers.ordering import begin_due, keep, leave_out
from services.transaction.handlers.registry import service
from services.transaction.handlers.telling import about, locked, shown
from services.transaction.store import TransactionStore

_CURSORS: Cursors[UUID] = Cursors(TypeAdapter(UUID))


@service.weighs
async def weigh(asked: Sequence[Asked[Any]], store: TransactionStore) -> list[str | None]:
    """By the terms of the open business day, read once for all of them."""
    approval = CreateStandingOrder.approval
    assert approval is not None
    assert approval.above is not None
    above = await store.above(approval.above, asked[0].context.business_date)
    return [why_it_waits(each.message.amount, above) for each in asked]


@service.handles_asking(CreateStandingOrder)
async def create_standing_order(
    command: CreateStandingOrder, store: TransactionStore, context: Context, ask: Ask
) -> Told[StandingOrderShown]:
    """Keep an order, and make its first transfer at once if that is due today."""
    check_dates(command, context.business_date)
    payer = await _account(ask, command.from_account)
    if payer is None:
        raise UnknownPayer
    check_accounts(command, payer)
    await _check_payee(command, context, ask)
    order = _order(command, payer.customer_id, context)
    if await store.hold_account(command.from_account) >= ORDERS_PER_ACCOUNT_MAX:
        raise TooManyOrders
    if not await store.add_order(order, context.message_id, context.now):
        raise AlreadyOrdered
    begun = await begin_due(
        [order], context.business_date, store, present_of(context), context.trace
    )
    reply = await _reply(order.order_id, store, context)
    created = StandingOrderCreated(
        **about(order), frequency=order.dates.frequency, next_date=reply.next_date
    )
    return Told(reply, created, *begun)


@service.handles(CancelStandingOrder)
async def cancel_standing_order(
    command: CancelStandingOrder, store: TransactionStore, context: Context
) -> Told[StandingOrderShown]:
    """End an order; a transfer that is under way ends as it ends, and no other one begins."""
    order = await _locked(command.order_id, store, context)
    over = ended(order, OrderState.CANCELLED, command.reason)
    await store.keep_orders([over], context.now)
    reply = await _reply(order.order_id, store, context)
    return Told(reply, StandingOrderEnded(**about(over), state=over.state, reason=over.reason))


@service.handles(PauseStandingOrder)
async def pause_standing_order(
    command: PauseStandingOrder, store: TransactionStore, context: Context
) -> Told[StandingOrderShown]:
    """Make nothing of an order for a while; a transfer that is under way ends as it ends."""
    order = paused(await _locked(command.order_id, store, context), command.reason)
    await store.keep_orders([order], context.now)
    reply = await _reply(order.order_id, store, context)
    return Told(reply, StandingOrderPaused(**about(order), reason=command.reason))


@service.handles(ResumeStandingOrder)
async def resume_standing_order(
    command: ResumeStandingOrder, store: TransactionStore, context: Context
) -> Told[StandingOrderShown]:
    """Go on with an order. What has fallen due and was not looked at yet found it paused."""
    order = await _locked(command.order_id, store, context)
    going_on = resumed(order)
    waiting = await store.waiting([order.order_id])
    passed, going_on = due(going_on, waiting[order.order_id], context.business_date)
    why = SkipReason.ORDER_PAUSED
    skipped = await leave_out({order.order_id: order}, passed, why, store, context.now)
    completed = await keep([going_on], store, context.now)
    reply = await _reply(order.order_id, store, context)
    told = StandingOrderResumed(**about(order), next_date=reply.next_date)
    return Told(reply, *skipped, told, *completed)


@service.handles(SkipStandingOrder)
async def skip_standing_order(
    command: SkipStandingOrder, store: TransactionStore, context: Context
) -> Told[StandingOrderShown]:
    """Leave out one transfer before the day on which it is due."""
    order = await _locked(command.order_id, store, context)
    found = _to_come(order, command.due_date, context.business_date)
    waiting = await store.waiting([order.order_id])
    skipped = {each.number for each in waiting[order.order_id] if each.try_on is None}
    if found.number in skipped:
        raise NothingDueThen
    if len(skipped) >= SKIPPED_MAX:
        raise TooManySkipped
    passed = [Try(order.order_id, found.number, found.due_on, 1)]
    why = SkipReason.REQUESTED
    told = await leave_out({order.order_id: order}, passed, why, store, context.now)
    completed = await _without(order, {*skipped, found.number}, store, context)
    return Told(await _reply(order.order_id, store, context), *told, *completed)


@service.answers(GetStandingOrder)
async def get_standing_order(
    query: GetStandingOrder, store: TransactionStore, context: Context
) -> StandingOrder:
    """One order with its newest executions."""
    return await shown(query.order_id, store, context.subject)


@service.answers(ListStandingOrders)
async def list_standing_orders(
    query: ListStandingOrders, store: TransactionStore, context: Context
) -> StandingOrders:
    """Newest first, without their executions; a customer sees those from his own accounts."""
    customer_id = context.subject.visible_customer(query.customer_id)
    found = await store.orders_page(query, customer_id, _CURSORS.read(query.cursor))
    page, following_page = page_of(found, query.limit, lambda each: each.order_id, _CURSORS)
    return StandingOrders(items=page, next_cursor=following_page)


async def _account(ask: Ask, number: str) -> Account | None:
    """The account as the person who asks may see it."""
    try:
        found = await ask(GetAccount(account_number=number))
    except DomainError as refusal:
        if refusal.refusal().kind is Kind.NOT_FOUND:
            return None
        raise
    assert isinstance(found, Account)
    return found


async def _check_payee(command: CreateStandingOrder, context: Context, ask: Ask) -> None:
    """Whoever may not see the other account learns nothing of it here: its transfers will tell him
    that it cannot be paid, when his money would move."""
    payee = await _account(ask, command.to_account)
    if payee is None:
        if context.subject.role is Role.CUSTOMER:
            return
        raise UnknownPayee
    if payee.currency is not command.amount.currency:
        raise CurrencyMismatch


def _order(command: CreateStandingOrder, customer_id: int, context: Context) -> Order:
    dates = OrderDates(**command.model_dump(include=set(OrderDates.model_fields)))
    return Order(
        order_id=new_id(),
        customer_id=customer_id,
        from_account=command.from_account,
        to_account=command.to_account,
        amount=command.amount,
        description=command.description,
        dates=dates,
        retries=command.retries,
        maker=context.subject,
        state=OrderState.OPEN,
        next=following(dates, 0),
        failed_in_a_row=0,
    )


async def _locked(order_id: UUID, store: TransactionStore, context: Context) -> Order:
    """An order that has not ended.

    Raises:
        StandingOrderNotFound, StandingOrderOver: there is none.
    """
    order = await locked(order_id, store, context.subject)
    if not has_not_ended(order):
        raise StandingOrderOver
    return order


def _to_come(order: Order, day: date | None, today: date) -> Occurrence:
    """The transfer of that day, or without one the next transfer, which nobody has begun.

    Raises:
        AlreadyDue, NothingDueThen: there is none that can be left out.
    """
    if day is not None and day <= today:
        raise AlreadyDue
    upcoming = order.next
    if upcoming is not None and day is not None:
        upcoming = due_on(order.dates, day, upcoming.number - 1)
    if upcoming is None:
        raise NothingDueThen
    if upcoming.due_on <= today:
        raise AlreadyDue
    return upcoming


async def _without(
    order: Order, skipped: set[int], store: TransactionStore, context: Context
) -> Outgoing:
    """The order once these are left out, which may be all that was left of it."""
    assert order.next is not None
    upcoming = following(order.dates, order.next.number - 1, skipped)
    return await keep([replace(order, next=upcoming)], store, context.now)


async def _reply(order_id: UUID, store: TransactionStore, context: Context) -> StandingOrderShown:
    found = await shown(order_id, store, context.subject)
    return StandingOrderShown(**dict(found))
