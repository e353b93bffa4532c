"""What people may do about a payment under way."""

from uuid import UUID

from contracts.envelope import Subject
from contracts.payment.steering import (
    CancelPayment,
    CompensatePayment,
    ParkPayment,
    PaymentSteered,
    RetryPayment,
)
from infra.handling.context import Context
from infra.handling.telling import Outgoing, Told
from infra.sagas.runs import Instance, present_of
from infra.sagas.steering import Steering
from infra.sagas.table import Move
from services.payment.domain.payments import (
    PaymentAlreadyEnded,
    PaymentAlreadySubmitted,
    PaymentNotBegun,
    PaymentNotFound,
)
from services.payment.handlers.registry import service
from services.payment.sagas import PaymentOrder
from services.payment.store import PaymentStore

STEERING = Steering(ended=PaymentAlreadyEnded, past_pivot=PaymentAlreadySubmitted)


@service.handles(CancelPayment)
async def cancel_payment(
    command: CancelPayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance = await locked(store, command.payment_id, context.subject)
    move = STEERING.cancel(instance, "Cancelled before it was submitted to the rail.")
    return await follow(store, instance, move, "cancel", "cancelled", context)


@service.handles(RetryPayment)
async def retry_payment(
    command: RetryPayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance = await locked(store, command.payment_id, context.subject)
    move = STEERING.retry(instance)
    return await follow(store, instance, move, "retry", command.reason, context)


@service.handles(ParkPayment)
async def park_payment(
    command: ParkPayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance = await locked(store, command.payment_id, context.subject)
    move = STEERING.park(instance)
    return await follow(store, instance, move, "park", command.reason, context)


@service.handles(CompensatePayment)
async def compensate_payment(
    command: CompensatePayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    """Undo what was done; a payment that is being undone already goes on with it at once."""
    instance = await locked(store, command.payment_id, context.subject)
    move = STEERING.compensate(instance, command.reason)
    return await follow(store, instance, move, "compensate", command.reason, context)


async def locked(store: PaymentStore, payment_id: UUID, subject: Subject) -> Instance:
    """The run of a payment, locked, if the subject may know of it."""
    exists, customer_id = await store.owner_of(payment_id)
    if not exists or not subject.may_touch(customer_id):
        raise PaymentNotFound
    found = await store.sagas.lock([payment_id])
    if payment_id not in found:
        raise PaymentNotBegun
    return found[payment_id]


async def steered(
    store: PaymentStore, payment_id: UUID, subject: Subject, outgoing: Outgoing
) -> Told[PaymentSteered]:
    """The payment as it is now, for the reply."""
    found = await store.payment(payment_id, subject)
    assert found is not None
    return Told(PaymentSteered(**found.model_dump()), *outgoing)


async def follow(
    store: PaymentStore,
    instance: Instance,
    move: Move[PaymentOrder],
    action: str,
    reason: str,
    context: Context,
) -> Told[PaymentSteered]:
    """Make the move that a person asked for, keep who and why, and show the payment then."""
    outgoing = await store.sagas.intervene(
        instance,
        move,
        present_of(context),
        action=action,
        actor=context.subject.id,
        reason=reason,
    )
    return await steered(store, instance.run.saga_id, context.subject, outgoing)
