"""The turn around time of rails: its rules, and what a payer gets whose payment failed late."""

from collections.abc import Sequence
from uuid import UUID

from contracts.money import Money
from contracts.payment.turnaround import (
    AddTurnaroundRule,
    ListTurnaroundRules,
    TurnaroundRuleAdded,
    TurnaroundRules,
)
from infra.handling.context import Context
from infra.handling.telling import Outgoing
from infra.sagas.moves import is_pivot_sent
from infra.sagas.runs import Beginning, Instance
from infra.sagas.table import Phase, Present
from services.payment.domain.turnaround import TurnaroundNotOfRail, days_late
from services.payment.handlers.registry import service
from services.payment.sagas import IN_BATCHES, Compensating, PaymentOrder
from services.payment.sagas.compensating import compensation_run
from services.payment.store import COMPENSATING, PaymentStore


@service.answers(ListTurnaroundRules)
async def list_turnaround_rules(
    query: ListTurnaroundRules, store: PaymentStore, context: Context
) -> TurnaroundRules:
    """The rules of one rail in order, those to come included."""
    found = await store.turnaround_rules(query.rail, context.business_date)
    return TurnaroundRules(rail=query.rail, items=tuple(found))


@service.handles(AddTurnaroundRule)
async def add_turnaround_rule(
    command: AddTurnaroundRule, store: PaymentStore, context: Context
) -> TurnaroundRuleAdded:
    """Judge payments that are accepted from a business date on by another rule."""
    if command.rail in IN_BATCHES:
        raise TurnaroundNotOfRail
    rule = await store.add_turnaround_rule(
        command.rail,
        command.model_dump(mode="json", exclude={"rail", "valid_from"}),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return TurnaroundRuleAdded(**dict(rule))


async def compensate(released: Sequence[UUID], store: PaymentStore, at: Present) -> Outgoing:
    """Begin what is owed for those that failed late of these payments, whose holds are released."""
    runs = await store.sagas.lock(released) if released else {}
    begun = []
    for each in runs.values():
        if (data := _owed(each, at)) is not None:
            begun.append(
                Beginning(COMPENSATING, compensation_run(data.order.payment_id), data, each.trace)
            )
    return await store.sagas.begin(*begun, at=at)


def _owed(payment: Instance, at: Present) -> Compensating | None:
    """None: it has not failed, or in time, or never went to the rail, or its rule pays nothing."""
    order, run = payment.run.data, payment.run
    if (
        not isinstance(order, PaymentOrder)
        or order.answer_by is None
        or run.phase is not Phase.FAILED
    ):
        return None
    days = days_late(order.answer_by, at.now)
    if not days or order.daily_compensation is None or not is_pivot_sent(payment.saga, run):
        return None
    a_day = order.daily_compensation
    return Compensating(
        order=order, days=days, amount=Money(minor=days * a_day.minor, currency=a_day.currency)
    )
