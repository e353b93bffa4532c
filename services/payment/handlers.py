"""What the payment service does with each message: accept a payment, move it on, let people steer.

The answers of others are handled alike, whatever the rail: they move the run that awaits them.
"""

from collections.abc import Sequence
from operator import attrgetter
from uuid import UUID

from contracts.account import EntryPosted, HoldCaptured, HoldPlaced, HoldReleased
from contracts.envelope import Message, Refused, Subject
from contracts.payment import (
    CancelPayment,
    CompensatePayment,
    GetPayment,
    ListPayments,
    MakePayment,
    ParkPayment,
    Payment,
    PaymentAccepted,
    Payments,
    PaymentState,
    PaymentSteered,
    RetryPayment,
    TransferRequested,
)
from contracts.rail import RailAccepted, RailRefused, RailUnaware
from infra.clock import new_id
from infra.paging import page_of
from infra.saga import Move, Phase
from infra.saga_moves import may_undo, park, retry, undo
from infra.saga_store import Heard, Instance, reply_to_saga
from infra.service import Asked, Context, Outgoing, Service, Told
from services.payment.domain import (
    PAYMENT_CURSORS,
    PaymentAlreadyAccepted,
    PaymentAlreadyEnded,
    PaymentAlreadySubmitted,
    PaymentNotBegun,
    PaymentNotFound,
    check_payment,
)
from services.payment.sagas import Transfer
from services.payment.store import SAGAS, PaymentStore

service = Service("payment", PaymentStore)


@service.handles(MakePayment)
async def make_payment(
    command: MakePayment, store: PaymentStore, context: Context
) -> Told[PaymentAccepted]:
    """Accept a payment, once; its saga begins when TransferRequested comes back to us."""
    check_payment(command.rail, command.amount, command.beneficiary.ifsc, context.business_date)
    transfer = Transfer(
        payment_id=new_id(),
        payer=context.subject,
        from_account=command.from_account,
        beneficiary=command.beneficiary,
        amount=command.amount,
        description=command.description,
    )
    is_new = await store.record(
        transfer, command.rail, requested_by=context.message_id, created_at=context.now
    )
    if not is_new:
        raise PaymentAlreadyAccepted
    return Told(
        _accepted(command, transfer, context),
        TransferRequested(
            payment_id=transfer.payment_id,
            from_account=command.from_account,
            amount_minor=command.amount.minor,
            currency=command.amount.currency,
            rail=command.rail,
        ),
    )


@service.hears_many(TransferRequested)
async def on_transfer_requested(
    batch: Sequence[Asked[TransferRequested]], store: PaymentStore
) -> Outgoing:
    """Begin the saga of each payment: hold the money, on the payer's authority."""
    transfers = await store.transfers([asked.message.payment_id for asked in batch])
    traces = {asked.message.payment_id: asked.context.trace for asked in batch}
    outgoing: Outgoing = ()
    for rail, saga in SAGAS.items():
        beginnings = {t.payment_id: t for its_rail, t in transfers if its_rail is rail}
        outgoing = [*outgoing, *await store.sagas.start(saga, beginnings, traces)]
    return outgoing


@service.hears_replies(HoldPlaced, HoldCaptured, HoldReleased, EntryPosted, Refused)
async def on_reply(batch: Sequence[Asked[Message]], store: PaymentStore) -> Outgoing:
    """Move the runs on whose behalf the commands were sent, and learn whose accounts pay."""
    replies = [reply_to_saga(asked.message, asked.context) for asked in batch]
    heard = [reply for reply in replies if reply is not None]
    placed = {
        reply.saga_id: reply.answer
        for reply in heard
        if isinstance(reply.answer, HoldPlaced) and reply.sender == HoldPlaced.owner
    }
    if placed:
        await store.note_owners(placed)
    return await store.sagas.answered(heard)


@service.hears_many(RailAccepted, RailRefused, RailUnaware)
async def on_rail_answer(
    batch: Sequence[Asked[RailAccepted | RailRefused | RailUnaware]], store: PaymentStore
) -> Outgoing:
    """Move the payments that the rail speaks of; their ids are its transfer ids."""
    return await store.sagas.answered(
        [
            Heard(asked.message.transfer_id, asked.message, None, asked.context.sender)
            for asked in batch
        ]
    )


@service.every(1)
async def sweep_deadlines(store: PaymentStore, context: Context) -> Outgoing:
    """Move the payments that have waited too long."""
    return await store.sagas.sweep()


@service.handles(CancelPayment)
async def cancel_payment(
    command: CancelPayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance = await _locked(store, command.payment_id, context.subject)
    _check_not_submitted(instance)
    move = undo(
        instance.saga,
        instance.run,
        "cancelled",
        "Cancelled before it was submitted to the rail.",
        ends_as=Phase.CANCELLED,
    )
    return await _steered(store, instance, move, "cancel", "cancelled", context)


@service.handles(RetryPayment)
async def retry_payment(
    command: RetryPayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance = await _locked(store, command.payment_id, context.subject)
    move = retry(instance.saga, instance.run)
    return await _steered(store, instance, move, "retry", command.reason, context)


@service.handles(ParkPayment)
async def park_payment(
    command: ParkPayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance = await _locked(store, command.payment_id, context.subject)
    move = park(instance.saga, instance.run)
    return await _steered(store, instance, move, "park", command.reason, context)


@service.handles(CompensatePayment)
async def compensate_payment(
    command: CompensatePayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    """Undo what was done; a payment that is being undone already goes on with it at once."""
    instance = await _locked(store, command.payment_id, context.subject)
    if instance.run.phase is Phase.UNDOING:
        move = retry(instance.saga, instance.run)
    else:
        _check_not_submitted(instance)
        move = undo(instance.saga, instance.run, "compensated", command.reason)
    return await _steered(store, instance, move, "compensate", command.reason, context)


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
        before=PAYMENT_CURSORS.read(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, attrgetter("payment_id"), PAYMENT_CURSORS)
    return Payments(items=page, next_cursor=following)


async def _locked(store: PaymentStore, payment_id: UUID, subject: Subject) -> Instance:
    """The run of a payment that has not ended, locked, if the subject may know of it."""
    exists, customer_id = await store.owner_of(payment_id)
    if not exists or not subject.may_touch(customer_id):
        raise PaymentNotFound
    locked = await store.sagas.lock([payment_id])
    if payment_id not in locked:
        raise PaymentNotBegun
    instance = locked[payment_id]
    if instance.run.phase.is_end:
        raise PaymentAlreadyEnded
    return instance


def _check_not_submitted(instance: Instance) -> None:
    if instance.run.phase is Phase.UNDOING:
        raise PaymentAlreadyEnded("It has failed or was cancelled, and is being undone.")
    if not may_undo(instance.saga, instance.run):
        raise PaymentAlreadySubmitted


async def _steered(
    store: PaymentStore,
    instance: Instance,
    move: Move[Transfer],
    action: str,
    reason: str,
    context: Context,
) -> Told[PaymentSteered]:
    outgoing = await store.sagas.intervene(
        instance, move, action=action, actor=context.subject.id, reason=reason
    )
    found = await store.payment(instance.run.saga_id, context.subject)
    assert found is not None
    return Told(PaymentSteered(**found.model_dump()), *outgoing)


def _accepted(command: MakePayment, transfer: Transfer, context: Context) -> PaymentAccepted:
    return PaymentAccepted(
        payment_id=transfer.payment_id,
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
