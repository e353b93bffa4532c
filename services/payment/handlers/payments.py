"""Payments accepted and found."""

from operator import attrgetter

from contracts.payment.payments import (
    GetPayment,
    ListPayments,
    MakePayment,
    Payment,
    PaymentAccepted,
    Payments,
)
from contracts.payment.transfers import TransferRequested
from contracts.payment.values import PaymentState
from infra.data.paging import page_of
from infra.handling.context import Context
from infra.handling.telling import Told
from infra.runtime.clock import new_id
from services.payment.domain import (
    PAYMENT_CURSORS,
    PaymentAlreadyAccepted,
    PaymentNotFound,
    check_payment,
)
from services.payment.handlers.registry import service
from services.payment.sagas import PaymentOrder
from services.payment.store import PaymentStore


@service.handles(MakePayment)
async def make_payment(
    command: MakePayment, store: PaymentStore, context: Context
) -> Told[PaymentAccepted]:
    """Accept a payment, once; its saga begins when TransferRequested comes back to us."""
    rule = await store.rail_rule(command.rail, context.business_date)
    check_payment(command.rail, command.amount, command.beneficiary.ifsc, rule)
    order = PaymentOrder(
        payment_id=new_id(),
        payer=context.subject,
        from_account=command.from_account,
        beneficiary=command.beneficiary,
        amount=command.amount,
        description=command.description,
    )
    is_new = await store.record(
        order, command.rail, requested_by=context.message_id, created_at=context.now
    )
    if not is_new:
        raise PaymentAlreadyAccepted
    return Told(
        _accepted(command, order, context),
        TransferRequested(
            payment_id=order.payment_id,
            from_account=command.from_account,
            amount_minor=command.amount.minor,
            currency=command.amount.currency,
            rail=command.rail,
        ),
    )


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


def _accepted(command: MakePayment, order: PaymentOrder, context: Context) -> PaymentAccepted:
    return PaymentAccepted(
        payment_id=order.payment_id,
        state=PaymentState.PROCESSING,
        rail=command.rail,
        rail_reference=None,
        from_account=command.from_account,
        beneficiary=command.beneficiary,
        amount_minor=command.amount.minor,
        currency=command.amount.currency,
        description=command.description,
        needs_attention=False,
        reason=None,
        created_at=context.now,
        updated_at=context.now,
        steps=(),
    )
