"""Payments accepted and found."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from contracts.envelope import DomainError
from contracts.payment.payments import (
    GetPayment,
    ListPayments,
    MakePayment,
    Payment,
    PaymentAccepted,
    Payments,
)
from contracts.payment.rails import RailRule
from contracts.payment.transfers import TransferRequested
from contracts.payment.turnaround import TurnaroundRule
from contracts.payment.values import PaymentState
from infra.data.paging import page_of
from infra.handling.context import Asked, Context
from infra.handling.service import Outcome
from infra.handling.telling import Outgoing, Told
from infra.runtime.clock import new_id
from infra.sagas.runs import present_of
from services.payment.domain.beneficiaries import Listed, Lists, paid_to
from services.payment.domain.fees import cost_of
from services.payment.domain.payments import (
    PAYMENT_CURSORS,
    PaymentAlreadyAccepted,
    PaymentNotFound,
    check_payee,
    check_payment,
    next_cut_off,
)
from services.payment.domain.turnaround import a_day, answer_by
from services.payment.handlers.bounds import lock_lists, within_bounds
from services.payment.handlers.registry import service
from services.payment.sagas import PAYS_ADDRESSES, PaymentOrder
from services.payment.sagas.paying import about
from services.payment.store import AcceptedPayment, PaymentStore


@service.handles_many(MakePayment)
async def make_payments(batch: Sequence[Asked[MakePayment]], store: PaymentStore) -> list[Outcome]:
    """Accept payments, each once, and begin their sagas in the same transaction."""
    on = batch[0].context.business_date
    rails = {asked.message.rail for asked in batch}
    rules = await store.rail_rules_in_force(rails, on)
    turnaround = await store.turnaround_in_force(rails, on)
    # Locked before accounts are, which is the order of all who lock both.
    lists = await lock_lists(batch, store)
    judged = await within_bounds(
        [
            make_payment(
                asked, rules.get(asked.message.rail), turnaround.get(asked.message.rail), lists
            )
            for asked in batch
        ],
        lists,
        store,
        batch[0].context,
    )
    accepted = [each for each in judged if isinstance(each, AcceptedPayment)]
    begun = await store.begin(accepted, at=present_of(batch[0].context))
    return [_told(each, begun) if isinstance(each, AcceptedPayment) else each for each in judged]


@service.answers(GetPayment)
async def get_payment(query: GetPayment, store: PaymentStore, context: Context) -> Payment:
    """One payment with every step; a customer finds his own."""
    found = await store.payment(query.payment_id, context.subject)
    if found is None:
        raise PaymentNotFound
    return found


@service.answers(ListPayments)
async def list_payments(query: ListPayments, store: PaymentStore, context: Context) -> Payments:
    """Newest first; a customer sees his own."""
    found = await store.page(
        context.subject,
        customer_id=context.subject.visible_customer(),
        account_number=query.account_number,
        state=query.state,
        needs_attention=query.needs_attention,
        before=PAYMENT_CURSORS.read(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, attrgetter("payment_id"), PAYMENT_CURSORS)
    return Payments(items=page, next_cursor=following)


def make_payment(
    asked: Asked[MakePayment],
    rule: RailRule | None,
    turnaround: TurnaroundRule | None,
    lists: Lists,
) -> AcceptedPayment | DomainError:
    """One payment as it is to be kept, or why its rail does not carry it."""
    command, context = asked.message, asked.context
    try:
        named = _named(command, lists, context)
        payee = named.payee if named else command.beneficiary
        assert payee is not None
        check_payee(payee, command.rail, pays_addresses=command.rail in PAYS_ADDRESSES)
        rule = check_payment(command.rail, command.amount, payee, rule, context.now)
        cost = cost_of(rule, command.amount)
    except DomainError as refusal:
        return refusal
    order = PaymentOrder(
        payment_id=new_id(),
        rail=command.rail,
        payer=context.subject,
        from_account=command.from_account,
        beneficiary=payee,
        beneficiary_id=command.beneficiary_id,
        customer_id=named.customer_id if named else None,
        amount=command.amount,
        description=command.description,
        requested_by=context.message_id,
        cut_off=next_cut_off(rule, context.now),
        answer_by=answer_by(turnaround, context.now),
        daily_compensation=a_day(turnaround),
        fee_minor=cost.fee_minor,
        gst_minor=cost.gst_minor,
    )
    key = paid_to(payee, context.subject, order.customer_id)
    is_to_new = key is not None and lists.is_new(key, context.now)
    return AcceptedPayment(order, context.message_id, context.now, context.trace, is_to_new)


def _named(command: MakePayment, lists: Lists, context: Context) -> Listed | None:
    """The payee on a list whom it names, if it names one so."""
    if command.beneficiary_id is None:
        return None
    return lists.named(command.beneficiary_id, context.subject)


def _told(payment: AcceptedPayment, begun: Mapping[UUID, Outgoing]) -> Outcome:
    order = payment.order
    if order.payment_id not in begun:
        return PaymentAlreadyAccepted()
    requested = TransferRequested(**about(order), rail=order.rail)
    return Told(_accepted(payment), requested, *begun[order.payment_id])


def _accepted(payment: AcceptedPayment) -> PaymentAccepted:
    order = payment.order
    return PaymentAccepted(
        payment_id=order.payment_id,
        state=PaymentState.PROCESSING,
        rail=order.rail,
        rail_reference=None,
        from_account=order.from_account,
        beneficiary=order.beneficiary,
        amount_minor=order.amount.minor,
        currency=order.amount.currency,
        description=order.description,
        needs_attention=False,
        reason=None,
        created_at=payment.accepted_at,
        updated_at=payment.accepted_at,
        steps=(),
        cut_off=order.cut_off,
        beneficiary_id=order.beneficiary_id,
        answer_by=order.answer_by,
        fee_minor=order.fee_minor,
        gst_minor=order.gst_minor,
    )
